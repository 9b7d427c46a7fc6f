"""What an author may decide about one asset, as the commands and the page both let it be decided.

Each is checked, then written to the history. Makes no file, asks no provider, prints nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import UsageError
from pipeline.history.queries import Queries
from pipeline.history.records import LARGEST_NUMBER, Decision, FocusPoint, Generation
from pipeline.history.search import Dossier, Search
from pipeline.history.states import Choice, State
from pipeline.nearest import suggestion
from pipeline.plan.attempts import may_be_shown
from pipeline.plan.decide import decide
from pipeline.plan.model import Action, Facts, Wishes
from pipeline.spec.aim import EVERY_SLOT
from pipeline.spec.model import Focus, Image, OwnFile, Spec
from pipeline.spec.names import is_foreign
from pipeline.stages.pointing import word_on
from pipeline.stages.studio import Studio
from pipeline.stages.survey import survey

_KEYS = "to see the keys: pipeline history"
_SLOTS = "to see which slots crop a picture: pipeline platforms"
NO_LONGER = {
    Choice.SELECTED: "is no longer selected",
    Choice.PINNED: "is no longer pinned",
    Choice.REJECTED: "is no longer rejected",
    Choice.TAKEN: "is no longer taken",
}
"""By what was taken back, what no longer holds of its picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A word that was taken back, and what the asset shows since. Made with `look_after`.

    `shows` None: no generation; `own`: the author's own file. `apart`: the picture that the asset was given
    last, where it is rehearsed and its files are not, or the other way round, so that it does not come back.
    """

    asset: str
    word: Decision
    shows: Generation | None = None
    own: bool = False
    apart: Generation | None = None

    @property
    def sentence(self) -> str:
        """What was taken back and what came of it, for the terminal and for the page."""
        number, shows, apart = self.word.generation, self.shows, self.apart
        said = f"{self.asset}: generation {number} {NO_LONGER[self.word.choice]}; "
        if self.own:
            said += "it shows your own file"
        elif shows is None:
            said += "it shows no picture now"
        else:
            still = shows.id == number and self.word.choice is not Choice.REJECTED
            said += f"it shows generation {shows.id} {'still' if still else 'again'}"
        if apart is not None:
            kind = "rehearsed, and shown in no real delivery" if apart.simulated else "shown in no rehearsal"
            said += f" (generation {apart.id}, which it had before, is {kind})"
        return said


def dossier_of(search: Search, number: int) -> Dossier:
    """All about a generation by its number. Raises UsageError where there is none."""
    dossier = search.dossier(number) if number <= LARGEST_NUMBER else None
    if dossier is None:
        raise UsageError(f"there is no generation {number}", next_step="to see the numbers: pipeline history")
    return dossier


def brought_by(generation: Generation) -> str | None:
    """The provider that serves a picture's spec; one made elsewhere is shown by whichever does (None)."""
    if generation.imported:
        return None
    return "simulator" if generation.simulated else "jimeng"


def provider_of(generations: Sequence[Generation]) -> str | None:
    """Whose files an asset's are: of whom its newest picture came; None: of nobody. Oldest first."""
    stored = (item for item in reversed(generations) if item.state is State.STORED)
    return next((who for item in stored if (who := brought_by(item)) is not None), None)


def assets_showing(queries: Queries, dossiers: Sequence[Dossier]) -> Mapping[int, tuple[str, ...]]:
    """By generation the assets that were given it last; one made elsewhere has its own name among them."""
    named = {word.asset for dossier in dossiers for word in dossier.decisions if word.asset}
    found: dict[int, tuple[str, ...]] = {}
    for asset, generation in sorted(queries.shown(sorted(named)).items()):
        found[generation] = (*found.get(generation, ()), asset)
    return found


def check_key(asset: str) -> None:
    """Raises UsageError for the name of a picture that was made elsewhere."""
    if is_foreign(asset):
        raise UsageError(
            f"{asset} is the name of a picture that was made elsewhere, not an asset of a spec",
            next_step=f"to show it, write in a spec: use: {asset}",
        )


def image_of(spec: Spec, asset: str) -> Image:
    """An asset as its spec has it. Raises UsageError for one that it has not."""
    check_key(asset)
    images = {image.key: image for image in spec.images}
    if asset not in images:
        raise UsageError(
            f"{asset}: {spec.path} has no such asset{suggestion(asset, images)}", next_step=_KEYS
        )
    return images[asset]


def choose(
    studio: Studio,
    spec: Spec,
    asset: str,
    found: Generation,
    *,
    pin: bool,
    at: datetime,
    expected: int | None = None,
) -> None:
    """Let an asset show a generation, for what its spec asks now. Raises UsageError, StaleError."""
    if isinstance(image_of(spec, asset).source, OwnFile):
        raise UsageError(
            f"{asset}: shows your own file, whatever is selected",
            next_step="write `prompt:` or `use:` instead of `file:` in the spec",
        )
    _check_picture(found, studio)
    action, _ = _look(studio, spec, asset)
    choice = Choice.PINNED if pin else Choice.SELECTED
    studio.memory.decide(asset, found.id, choice, action.asked, at=at, expected=expected)


def look_after(studio: Studio, spec: Spec, asset: str, word: Decision) -> Undone:
    """What an asset shows now that a word was taken back. `studio`: that of whose files they are."""
    action, facts = _look(studio, spec, asset)
    shows = action.generation if action.master is not None else None
    stands = next(iter(facts.known.decisions.get(asset, ())), None)
    given = None if stands is None else facts.known.decided.get(stands.generation)
    return Undone(
        asset=asset,
        word=word,
        shows=shows,
        own=action.master is not None and shows is None,
        apart=None if given is None or may_be_shown(given, studio.buyer) else given,
    )


def cropped_slots(studio: Studio, image: Image, slot: str | None) -> tuple[str, ...]:
    """The slots that a point for `slot` moves (None: for all). Raises UsageError where it moves none."""
    if slot is not None and slot not in image.slots:
        near = suggestion(slot, image.slots) or f"; it has {', '.join(image.slots)}"
        raise UsageError(f"{slot}: {image.key} has no such slot{near}")
    cropped = tuple(name for name in image.slots if studio.catalog[name].height is not None)
    found = tuple(name for name in cropped if slot in (None, name))
    if not found:
        whole = ", ".join(image.slots) if slot is None else slot
        raise UsageError(
            f"{image.key}: nothing is cropped for {whole}, which shows the whole picture",
            next_step=f"to move a crop, name its slot: {', '.join(cropped)}" if cropped else _SLOTS,
        )
    return found


def centre(
    studio: Studio,
    image: Image,
    slot: str | None,
    point: Focus | None,
    *,
    at: datetime,
    expected: int | None = None,
) -> FocusPoint:
    """Keep where the crops of a slot (None: of all) are centred; `point` None: as the spec says again.

    Raises UsageError, StaleError.
    """
    cropped_slots(studio, image, slot)
    word = word_on(image, slot, point, at=at)
    studio.memory.point_at(word, expected=expected)
    return word


def centre_back(
    studio: Studio, image: Image, slot: str | None, *, at: datetime, expected: int | None = None
) -> FocusPoint:
    """Take the newest word on a slot's focus (None: on any) back; returns what counts again.

    Raises UsageError where nothing was said, StaleError.
    """
    cropped_slots(studio, image, slot)
    restored = studio.memory.point_back(image.key, slot or EVERY_SLOT, at=at, expected=expected)
    if restored is None:
        raise UsageError(
            f"{image.key}: no point was ever set by hand{'' if slot is None else f' for {slot}'}",
            next_step=f"to set one: pipeline focus {image.key} X,Y",
        )
    return restored


def _look(studio: Studio, spec: Spec, asset: str) -> tuple[Action, Facts]:
    """What a plan makes of an asset now, and what it knew."""
    image_of(spec, asset)
    wishes = Wishes(only=(asset,), buy=False)
    facts = survey(studio, (spec,), wishes)
    [action] = decide((spec,), facts, wishes).actions
    return action, facts


def _check_picture(found: Generation, studio: Studio) -> None:
    if found.state is not State.STORED or found.master is None:
        raise UsageError(
            f"generation {found.id} has no picture: it is {found.state.value}",
            next_step=f"pipeline show {found.id}",
        )
    if not studio.store.has(found.master.sha256, found.master.ending):
        again = (
            "pipeline import FOLDER" if found.imported else f"pipeline regenerate {found.asset}, which pays"
        )
        raise UsageError(
            f"the picture of generation {found.id} is missing from the store",
            next_step=f"pipeline restore DIR --force   (from a backup; or {again})",
        )
