"""The author's point for an asset's crops: remembered first, then its files are made again."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from pipeline.commands.opening import Opened, Visit, history_of, opened, spec_of_asset
from pipeline.commands.producing import Request, produce_and_show
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.history.records import Delivered, FocusPoint
from pipeline.history.schema import Standing, check
from pipeline.history.search import Search
from pipeline.plan.model import SlotPlan, Wishes
from pipeline.produce import plan_only
from pipeline.spec.aim import EVERY_SLOT, said, spelt, standing
from pipeline.spec.model import Focus, Image, Spec
from pipeline.spec.point import read_point
from pipeline.spec.whereabouts import focus_marks
from pipeline.stages.deciding import (
    centre,
    centre_back,
    check_key,
    cropped_slots,
    image_of,
    provider_of,
)
from pipeline.stages.studio import Studio
from pipeline.wiring import REAL_CLOCK, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The command as typed. `slot` None: all slots of the asset. `undo`: no point, the one before again."""

    asset: str
    point: str
    slot: str | None
    spec: Path | None
    undo: bool = False


def focus_and_render(wanted: Wanted, *, provider: str | None, as_json: bool, home: Path | None) -> int:
    """Remember the point for what the spec says now, then render, deliver, and show what the crops keep."""
    terminal = Terminal()
    point = None if wanted.undo else read_point(wanted.point)
    check_key(wanted.asset)
    at, path = spec_of_asset(wanted.asset, wanted.spec, home, terminal)
    provider = provider or _provider_of(wanted.asset, at, terminal)
    request = _request(wanted, path, provider=provider, as_json=as_json, home=at.home.root)
    with _place(request, terminal) as place:
        [spec] = place.specs
        image = image_of(spec, wanted.asset)
        slots = cropped_slots(place.studio, image, wanted.slot)
        before = _written(place, spec, wanted.asset)
        word = _said(wanted, place.studio, image, point)
    say = terminal.note if as_json else terminal.result
    say(_sentence(wanted, image, word))
    if whole := [name for name in image.slots if wanted.slot is None and name not in slots]:
        terminal.note(f"not cropped, and so not moved: {', '.join(whole)}")
    if word.x is not None and _counts(image, word):
        for line in _overridden(path, spec, image, slots):
            terminal.note(line)
    code = produce_and_show(request)
    if not as_json:
        with _place(request, terminal) as place:
            _show(terminal, place, wanted.asset, slots, _written(place, spec, wanted.asset) - before)
    return code


def _provider_of(asset: str, at: Place, terminal: Terminal) -> str | None:
    """Whose files the asset has, so that those are made again, whatever credentials are there."""
    if check(at.database).standing is Standing.ABSENT:
        return None
    with history_of(at, terminal) as database:
        return provider_of(Search(database).of_asset(asset))


def _said(wanted: Wanted, studio: Studio, image: Image, point: Focus | None) -> FocusPoint:
    """Keep the author's word; returns what counts from now on."""
    if wanted.undo:
        return centre_back(studio, image, wanted.slot, at=REAL_CLOCK.now())
    return centre(studio, image, wanted.slot, point, at=REAL_CLOCK.now())


def _request(wanted: Wanted, path: Path, *, provider: str | None, as_json: bool, home: Path) -> Request:
    """What makes the asset's files again, as `render --only` does."""
    return Request(
        command="focus",
        paths=(path,),
        wishes=Wishes(only=(wanted.asset,), buy=False),
        again=command_line(
            # Typed once more, the point is no newer word, but `--undo` is.
            "render",
            path,
            only=(wanted.asset,),
            provider=provider,
        ),
        provider=provider,
        home=home,
        as_json=as_json,
        visit=Visit.WORKS,
    )


def _place(request: Request, terminal: Terminal) -> AbstractContextManager[Opened]:
    return opened(
        request.paths,
        terminal,
        home=request.home,
        provider=request.provider,
        command=request.command,
        visit=request.visit,
    )


def _sentence(wanted: Wanted, image: Image, word: FocusPoint) -> str:
    what = f"{word.slot} is" if word.slot != EVERY_SLOT else "all crops are"
    if not _counts(image, word) or word.x is None or word.y is None:
        return f"{wanted.asset}: {what} centred as the spec says ({said(image, word.slot)})"
    point = spelt(Focus(word.x, word.y, said=True))
    return f"{wanted.asset}: {what} centred on {point} {'again' if wanted.undo else 'from now on'}"


def _counts(image: Image, word: FocusPoint) -> bool:
    """Whether a word that was said again still holds: the spec may have said something else since."""
    slots = image.slots if word.slot == EVERY_SLOT else (word.slot,)
    return any(standing(image, slot, (word,)) is not None for slot in slots)


def _overridden(path: Path, spec: Spec, image: Image, slots: Iterable[str]) -> Iterator[str]:
    """A line for each focus in the spec that the point stands above."""
    marks = focus_marks(spec, image, slots)
    for mark, slot in {mark: slot for slot, mark in reversed(marks.items())}.items():
        words = spelt(image.focus_for(slot))
        yield f"{path}:{mark.line}: `focus: {words}` is overridden until this line is edited"


def _written(place: Opened, spec: Spec, asset: str) -> frozenset[Delivered]:
    """The newest file of the asset at each path."""
    known = place.studio.queries.known(requests=[], assets=[], specs=[spec.name])
    return frozenset(rows[0] for rows in known.written.values() if rows[0].asset == asset)


def _show(
    terminal: Terminal, place: Opened, asset: str, slots: Iterable[str], changed: frozenset[Delivered]
) -> None:
    """What each crop keeps now; the files that were made for it."""
    [action] = plan_only(place.studio, place.specs, Wishes(only=(asset,), buy=False)).actions
    if action.master is None:
        return
    files = {file.slot: file.path for file in changed}
    for plan in action.slots:
        if plan.slot.id in slots:
            terminal.result(f"  {files.get(plan.slot.id, 'unchanged')}: {_kept(plan)}")


def _kept(plan: SlotPlan) -> str:
    if plan.slot.height is None:
        return f"{plan.slot.id} takes the whole picture, wherever it is centred"
    left, top, right, bottom = plan.fit.box
    line = f"{plan.slot.id} keeps {plan.fit.kept:.0%}, from {left},{top} to {right},{bottom}"
    subject = plan.fit.subject_kept
    return line if subject is None else f"{line}, with {subject:.0%} of the subject"
