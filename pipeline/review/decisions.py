"""What the author decides on the page, each on the version it was seen in; files are made elsewhere."""

from datetime import datetime

from pipeline.errors import StaleError, UsageError
from pipeline.history.records import FocusPoint, Generation
from pipeline.history.states import Choice, Resolution, State
from pipeline.review.asset import look_at
from pipeline.review.library import Library
from pipeline.review.workshop import Bench
from pipeline.spec.aim import Whose
from pipeline.spec.model import OwnFile
from pipeline.spec.point import read_point
from pipeline.stages.pointing import word_on
from pipeline.stages.studio import Studio


def generation_of(library: Library, number: int) -> Generation:
    """A generation by its number. Raises UsageError where there is none."""
    dossier = library.search.dossier(number)
    if dossier is None:
        raise UsageError(f"there is no generation {number}", next_step="pipeline history")
    return dossier.generation


def choose(
    library: Library, bench: Bench, asset: str, number: int, *, pin: bool, version: int | None, at: datetime
) -> None:
    """Let an asset show a generation, for what its spec asks now. Raises StaleError, UsageError."""
    seen = look_at(bench, asset)
    if seen is None:
        raise UsageError(f"{asset}: {bench.spec.path} has no such asset")
    if isinstance(seen.image.source, OwnFile):
        raise UsageError(
            f"{asset}: shows your own file, whatever is selected",
            next_step="write `prompt:` or `use:` instead of `file:` in the spec",
        )
    _check_picture(generation_of(library, number), bench.studio)
    choice = Choice.PINNED if pin else Choice.SELECTED
    library.memory.decide(asset, number, choice, seen.action.asked, at=at, expected=version)


def settle(library: Library, number: int, resolution: Resolution, *, at: datetime) -> Generation:
    """Settle an order whose fate nobody knows. Raises StaleError where its fate is known meanwhile."""
    found = generation_of(library, number)
    if not library.ledger.resolve(number, resolution, at=at):
        raise StaleError(f"generation {number}, which is {found.state.value}", str(number))
    return found


def centre(bench: Bench, asset: str, slot: str, typed: str, *, version: int, at: datetime) -> FocusPoint:
    """Keep where the author wants a slot centred; `auto` takes it back. Raises StaleError, UsageError."""
    seen = look_at(bench, asset)
    if seen is None or slot not in seen.image.slots:
        raise UsageError(f"{asset}: {bench.spec.path} has no slot {slot} for it")
    [aim] = [plan.aim for plan in seen.action.slots if plan.slot.id == slot]
    if aim.whose is Whose.SPEC:
        raise UsageError(f"{asset}: the spec says where {slot} is centred", next_step="change it in the spec")
    word = word_on(seen.image, slot, read_point(typed), at=at)
    bench.studio.memory.point_at(word, expected=version)
    return word


def _check_picture(found: Generation, studio: Studio) -> None:
    if found.state is not State.STORED or found.master is None:
        raise UsageError(f"generation {found.id} has no picture: it is {found.state.value}")
    if not studio.store.has(found.master.sha256, found.master.ending):
        raise UsageError(
            f"the picture of generation {found.id} is missing from the store",
            next_step="pipeline restore DIR --force   (from a backup)",
        )
