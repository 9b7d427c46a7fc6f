"""What `verify` reads and prints: every file at the paths, held against slot, manifest and labels."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.console.terminal import Terminal
from pipeline.console.verdicts import show_verdicts, step_after, verdicts_document
from pipeline.delivery.evidence import Case, gather
from pipeline.delivery.findings import Finding
from pipeline.delivery.labelling import label_text
from pipeline.delivery.verify import Verdict, Wanted, fitting, judge, lacking, wanted_slot
from pipeline.errors import ExitCode, PictureError, UsageError
from pipeline.nearest import suggestion
from pipeline.platforms.model import Catalog, Slot
from pipeline.render.examine import Examined, examine
from pipeline.wiring import Place, place

_AT_ONCE = 2
"""Pictures decoded at once: a large one takes a few hundred megabytes."""


def verify_paths(paths: Sequence[Path], slot: str | None, *, as_json: bool, home: Path | None) -> ExitCode:
    """Examine everything at the paths; 3 when there is a fault. UsageError for a path that is not there."""
    starts = [_start(path) for path in paths]
    at = _home(starts[0], home)
    option = None if slot is None else _slot(at.catalog, slot)
    cases = _once(case for start in starts for case in gather(start))
    verdicts = _verdicts(cases, at.catalog, option)
    terminal, base = Terminal(), Path.cwd()
    if as_json:
        terminal.document(verdicts_document(verdicts, base))
    else:
        show_verdicts(terminal, verdicts, base)
    configs = at.home.configs
    terminal.next_step(
        step_after(verdicts, configs.relative_to(base) if configs.is_relative_to(base) else configs)
    )
    return ExitCode.INCOMPLETE if any(verdict.faulty for verdict in verdicts) else ExitCode.OK


def _start(path: Path) -> Path:
    """The path as it was typed, absolute: a link keeps its name, so that the manifest beside it is found."""
    try:
        there = path.exists()
    except (OSError, ValueError):
        there = False
    if not there:
        raise UsageError(
            f"{path}: no such file or folder", next_step="to see what there is: pipeline history"
        )
    return path.resolve() if ".." in path.parts else path.absolute()


def _home(start: Path, home: Path | None) -> Place:
    """The home that the first path lies in, whose own slots count; else that of the working directory."""
    found = place(start, home=home, environ=os.environ)
    return (
        found if start.is_relative_to(found.home.root) else place(Path.cwd(), home=home, environ=os.environ)
    )


def _slot(catalog: Catalog, name: str) -> Slot:
    if name not in catalog:
        raise UsageError(
            f"--slot {name}: there is no such slot{suggestion(name, catalog.slots)}",
            next_step="to see them all: pipeline platforms",
        )
    return catalog[name]


def _once(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Each case once, though two paths hold it."""
    return tuple(dict.fromkeys(cases))


def _verdicts(cases: Sequence[Case], catalog: Catalog, option: Slot | None) -> tuple[Verdict, ...]:
    seen = _examined(cases)
    return tuple(_verdict(case, wanted_slot(case, catalog, option), catalog, seen) for case in cases)


_Look = tuple[Path, str | None]


def _look(case: Case) -> _Look:
    return case.path, label_text(case.claim)


def _examined(cases: Sequence[Case]) -> dict[_Look, Examined | PictureError]:
    """Each file read once, though a manifest names it a thousand times."""
    looks = list(dict.fromkeys(_look(case) for case in cases if case.lack is None))
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return dict(zip(looks, pool.map(_examine, looks), strict=True))


def _examine(look: _Look) -> Examined | PictureError:
    path, text = look
    try:
        return examine(path, text=text)
    except PictureError as error:
        return error


def _verdict(
    case: Case, wanted: Wanted, catalog: Catalog, seen: dict[_Look, Examined | PictureError]
) -> Verdict:
    found = None if case.lack is not None else seen[_look(case)]
    if found is None:
        return Verdict(case=case, wanted=wanted, seen=None, findings=(lacking(case),))
    if isinstance(found, PictureError):
        words = found.message.removeprefix(f"{case.path}: ")
        finding = Finding(code="unreadable", message=words)
        return Verdict(case=case, wanted=wanted, seen=None, findings=(finding,))
    fits = () if wanted.slot is not None or case.claim is not None else fitting(catalog, found)
    return Verdict(case=case, wanted=wanted, seen=found, findings=judge(case, wanted, found), fits=fits)
