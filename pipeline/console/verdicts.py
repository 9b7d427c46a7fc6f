"""What `verify` found, on the terminal and as a document. Decides nothing.

Names of files and the words of manifests are others': signs that would steer a terminal are shown escaped.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.console.plans import counted
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.delivery.evidence import Case, Lack
from pipeline.delivery.findings import Grade
from pipeline.delivery.verify import Verdict
from pipeline.fingerprint import Json
from pipeline.render.examine import Examined
from pipeline.render.facts import bytes_in_words
from pipeline.render.metadata import Found

_MOST_FITS = 4


def show_verdicts(terminal: Terminal, verdicts: Sequence[Verdict], base: Path) -> None:
    """One line a file, then one for each finding, then the sum. Paths are shown from `base` where they can.

    In the table they are shown from the folder that all files share, which is named above it.
    """
    examined = [verdict for verdict in verdicts if verdict.seen is not None]
    if examined:
        folder = Path(os.path.commonpath([verdict.case.path.parent for verdict in examined]))
        terminal.result(f"{_plain(_shown(folder, base))}:")
        headings = ("verdict", "slot", "pixels", "format", "size", "labels", "file")
        rows = [_row(verdict, folder) for verdict in examined]
        terminal.lines(headings, rows, right=(2, 4), give_way=("format", "size", "labels"))
    for verdict in verdicts:
        for finding in verdict.findings:
            mark = "warning: " if finding.grade is Grade.WARNING else ""
            terminal.result(f"{_path(verdict, base)}: {mark}{_plain(finding.message)}")
        if verdict.seen is not None and verdict.case.claim is None and verdict.wanted.slot is None:
            terminal.result(f"{_path(verdict, base)}: fits {_some(verdict.fits)}")
    terminal.result(_sum(verdicts))


def verdicts_document(verdicts: Sequence[Verdict], base: Path) -> Json:
    """`verify --json`."""
    return {
        "status": "fault" if any(verdict.faulty for verdict in verdicts) else "fine",
        "faults": sum(verdict.faulty for verdict in verdicts),
        "checked": sum(verdict.seen is not None for verdict in verdicts),
        "files": [_file(verdict, base) for verdict in verdicts],
    }


def step_after(verdicts: Sequence[Verdict], configs: Path) -> str:
    """What to type next: make again what is wrong with a delivery, look at the slots, or look back.

    `configs` is where the specs of this home lie.
    """
    faulty = [verdict for verdict in verdicts if verdict.faulty]
    names = [name for verdict in (faulty or verdicts) if (name := _spec(verdict.case))]
    if not names:
        return "pipeline platforms"
    name = _plain(names[0])
    if not faulty:
        return command_line("history", spec=name)
    file = configs / f"{name}.yaml"
    spec, words = (file, "") if _is_spec(file, configs) else ("SPEC", f"where the spec of {name} lies: ")
    if all(verdict.case.lack is Lack.NOT_DELIVERED for verdict in faulty):
        return words + command_line("run", spec)
    return words + command_line("render", spec, overwrite=True)


def _spec(case: Case) -> str | None:
    """The spec of a delivery: what its manifest says, else its folder."""
    return case.path.parent.parent.name if case.lack is Lack.MANIFEST else case.spec


def _is_spec(file: Path, configs: Path) -> bool:
    """Whether this is a spec of the home: the name is a manifest's word, and may lead anywhere or be none."""
    try:
        return file.parent == configs and file.is_file()
    except OSError:
        return False


def _row(verdict: Verdict, base: Path) -> tuple[str, ...]:
    seen, slot = verdict.seen, verdict.wanted.slot
    assert seen is not None  # only those examined have a row
    return (
        "fault" if verdict.faulty else "warning" if verdict.findings else "fine" if slot else "no slot",
        slot.id if slot else "",
        f"{seen.facts.width}x{seen.facts.height}",
        seen.facts.format.value,
        bytes_in_words(seen.facts.bytes),
        _labels(seen),
        _path(verdict, base),
    )


def _labels(seen: Examined) -> str:
    parts = []
    if seen.visible is not None:
        parts.append(f"{seen.looked_for} {seen.visible.letters} px")
    if seen.hidden:
        parts.append(f"{len(seen.hidden)} hidden")
    return " + ".join(parts)


def _some(slots: Sequence[str]) -> str:
    if not slots:
        return "no slot"
    more = len(slots) - _MOST_FITS
    return ", ".join(slots[:_MOST_FITS]) + (f" and {more} more" if more > 0 else "")


def _sum(verdicts: Sequence[Verdict]) -> str:
    checked = sum(verdict.seen is not None for verdict in verdicts)
    faulty = sum(verdict.faulty for verdict in verdicts)
    warned = sum(bool(verdict.findings) and not verdict.faulty for verdict in verdicts)
    parts = [f"{counted(checked, 'file')} checked", f"{faulty} with a fault" if faulty else "no fault"]
    if warned:
        parts.append(f"{warned} with a warning")
    if any(verdict.case.claim is not None and verdict.case.claim.simulated for verdict in verdicts):
        parts.append("simulated pictures: a rehearsal, not for publishing")
    return ", ".join(parts)


def _file(verdict: Verdict, base: Path) -> Json:
    case, seen, wanted = verdict.case, verdict.seen, verdict.wanted
    return {
        "path": _whole(_shown(case.path, base)),
        "verdict": "fault" if verdict.faulty else "warning" if verdict.findings else "fine",
        "spec": _whole(case.spec),
        "asset": _whole(case.asset),
        "slot": _whole(case.slot) if wanted.slot is None else wanted.slot.id,
        "slot_from": None if wanted.said_by is None else wanted.said_by.value,
        "manifest": None if case.claim is None else _whole(_shown(case.claim.manifest, base)),
        "simulated": None if case.claim is None else case.claim.simulated,
        "picture": None if seen is None else _picture(seen),
        "fits": list(verdict.fits),
        "findings": [
            {"code": finding.code, "grade": finding.grade.value, "message": _whole(finding.message)}
            for finding in verdict.findings
        ],
    }


def _picture(seen: Examined) -> Json:
    facts, visible = seen.facts, seen.visible
    return {
        "width": facts.width,
        "height": facts.height,
        "format": facts.format.value,
        "bytes": facts.bytes,
        "sha256": facts.sha256,
        "visible_label": None
        if visible is None
        else {
            "text": seen.looked_for,
            "box": list(visible.box),
            "letters": visible.letters,
            "letters_least": seen.letters,
            "contrast": visible.contrast,
            "likeness": visible.likeness,
        },
        "hidden_labels": [_hidden(found) for found in seen.hidden],
    }


def _hidden(found: Found) -> Json:
    label = found.label
    return {
        "place": found.place.value,
        "label": None if label is None else _whole(label.label),
        "content_producer": None if label is None else _whole(label.content_producer),
        "produce_id": None if label is None else _whole(label.produce_id),
        "valid": label is not None and label.valid,
    }


def _path(verdict: Verdict, base: Path) -> str:
    return _plain(_shown(verdict.case.path, base))


def _shown(path: Path, base: Path) -> str:
    return str(path.relative_to(base) if path.is_relative_to(base) else path)


def _plain(text: str) -> str:
    """The text with everything that is no visible sign written as an escape."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _whole(text: str | None) -> str | None:
    """The text as JSON can hold it: a name that is no UTF-8 has its bytes written as escapes."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode()
