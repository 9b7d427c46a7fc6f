"""The author's point for an asset's crops: remembered first, then its files are made again."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from pipeline.commands.opening import Opened, Visit, opened, spec_of_asset
from pipeline.commands.producing import Request, produce_and_show
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.errors import UsageError
from pipeline.history.records import Delivered
from pipeline.nearest import suggestion
from pipeline.plan.model import SlotPlan, Wishes
from pipeline.produce import plan_only
from pipeline.spec.aim import EVERY_SLOT, said, spelt
from pipeline.spec.model import Focus, Image, Spec
from pipeline.spec.point import read_point
from pipeline.spec.whereabouts import focus_marks
from pipeline.stages.pointing import word_on
from pipeline.wiring import REAL_CLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The command as typed. `slot` None: all slots of the asset."""

    asset: str
    point: str
    slot: str | None
    spec: Path | None


def focus_and_render(wanted: Wanted, *, provider: str | None, as_json: bool, home: Path | None) -> int:
    """Remember the point for what the spec says now, then render, deliver, and show what the crops keep."""
    terminal = Terminal()
    point = read_point(wanted.point)
    at, path = spec_of_asset(wanted.asset, wanted.spec, home, terminal)
    request = _request(wanted, path, provider=provider, as_json=as_json, home=at.home.root)
    with _place(request, terminal) as place:
        spec, image = _image_of(place, wanted.asset, path)
        slots = _slots_of(image, wanted.slot)
        before = _written(place, spec, wanted.asset)
        place.studio.memory.point_at(word_on(image, wanted.slot, point, at=REAL_CLOCK.now()))
    say = terminal.note if as_json else terminal.result
    say(_sentence(wanted, image, point))
    if point is not None:
        for line in _overridden(path, spec, image, slots):
            terminal.note(line)
    code = produce_and_show(request)
    if not as_json:
        with _place(request, terminal) as place:
            _show(terminal, place, wanted.asset, slots, _written(place, spec, wanted.asset) - before)
    return code


def _request(wanted: Wanted, path: Path, *, provider: str | None, as_json: bool, home: Path) -> Request:
    """What makes the asset's files again, as `render --only` does."""
    return Request(
        command="focus",
        paths=(path,),
        wishes=Wishes(only=(wanted.asset,), buy=False),
        again=command_line(
            "focus",
            wanted.asset,
            wanted.point,
            slot=wanted.slot,
            provider=provider,
            spec=None if wanted.spec is None else str(wanted.spec),
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


def _image_of(place: Opened, asset: str, path: Path) -> tuple[Spec, Image]:
    images = {image.key: (spec, image) for spec in place.specs for image in spec.images}
    if asset not in images:
        raise UsageError(f"{asset}: {path} has no such asset{suggestion(asset, images)}")
    return images[asset]


def _slots_of(image: Image, slot: str | None) -> tuple[str, ...]:
    """The slots that the point is for."""
    if slot is None:
        return image.slots
    if slot not in image.slots:
        near = suggestion(slot, image.slots) or f"; it has {', '.join(image.slots)}"
        raise UsageError(f"--slot {slot}: {image.key} has no such slot{near}")
    return (slot,)


def _sentence(wanted: Wanted, image: Image, point: Focus | None) -> str:
    what = "all crops are" if wanted.slot is None else f"{wanted.slot} is"
    if point is None:
        return f"{wanted.asset}: {what} centred as the spec says ({said(image, wanted.slot or EVERY_SLOT)})"
    return f"{wanted.asset}: {what} centred on {spelt(point)} from now on"


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
