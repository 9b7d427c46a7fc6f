"""What the author decides on the page, each on the version it was seen in; files are made elsewhere."""

from datetime import datetime

from pipeline.errors import StaleError, UsageError
from pipeline.history.records import FocusPoint, Generation
from pipeline.history.states import Resolution
from pipeline.review.asset import look_at
from pipeline.review.library import Library
from pipeline.review.workshop import Bench
from pipeline.spec.aim import Whose, aim_of
from pipeline.spec.point import read_point
from pipeline.stages import deciding


def generation_of(library: Library, number: int) -> Generation:
    """A generation by its number. Raises UsageError where there is none."""
    return deciding.dossier_of(library.search, number).generation


def choose(
    library: Library, bench: Bench, asset: str, number: int, *, pin: bool, version: int | None, at: datetime
) -> None:
    """Let an asset show a generation, for what its spec asks now. Raises StaleError, UsageError."""
    found = generation_of(library, number)
    deciding.choose(bench.studio, bench.spec, asset, found, pin=pin, at=at, expected=version)


def settle(library: Library, number: int, resolution: Resolution, *, at: datetime) -> Generation:
    """Settle an order whose fate nobody knows. Raises StaleError where its fate is known meanwhile."""
    found = generation_of(library, number)
    if not library.ledger.resolve(number, resolution, at=at):
        raise StaleError(f"generation {number}, which is {found.state.value}", str(number))
    return found


def centre(bench: Bench, asset: str, slot: str, typed: str, *, version: int, at: datetime) -> FocusPoint:
    """Keep where the author wants a slot centred; `auto` takes it back. Raises StaleError, UsageError.

    Where the spec says it, the page shows the line to change instead.
    """
    image = deciding.image_of(bench.spec, asset)
    deciding.cropped_slots(bench.studio, image, slot)
    seen = look_at(bench, asset)
    words = seen.facts.known.focus_points.get(asset, ()) if seen is not None else ()
    if aim_of(image, slot, words, None).whose is Whose.SPEC:
        raise UsageError(f"{asset}: the spec says where {slot} is centred", next_step="change it in the spec")
    return deciding.centre(bench.studio, image, slot, read_point(typed), at=at, expected=version)
