"""What a delivered file is against what it should be: its slot, its manifest, its labels. Pure.

Must not read a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from pipeline.delivery.evidence import Case, Lack
from pipeline.delivery.findings import Finding, Grade
from pipeline.delivery.labelling import labelled
from pipeline.delivery.manifest import FileEntry
from pipeline.platforms.model import Catalog, Slot
from pipeline.render.examine import Examined
from pipeline.render.facts import bytes_in_words

_ENDINGS = {".jpeg": "jpg"}


class SlotFrom(StrEnum):
    """Who said which slot a file is for."""

    OPTION = "option"
    MANIFEST = "manifest"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The slot that a file is held against, and who said so; both None where nobody did."""

    slot: Slot | None
    said_by: SlotFrom | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All about one case. `seen` None: there was nothing to examine, or it is no whole picture.

    `fits` are the slots whose pixels, formats and sure limits a picture without a slot satisfies.
    """

    case: Case
    wanted: Wanted
    seen: Examined | None
    findings: tuple[Finding, ...]
    fits: tuple[str, ...] = ()

    @property
    def faulty(self) -> bool:
        """Whether anything found is a fault."""
        return any(finding.grade is Grade.FAULT for finding in self.findings)


def wanted_slot(case: Case, catalog: Catalog, option: Slot | None) -> Wanted:
    """The slot by the author's option, else by the manifest, else by the file's place in a delivery."""
    if option is not None:
        return Wanted(slot=option, said_by=SlotFrom.OPTION)
    if case.slot is not None:
        return Wanted(slot=catalog.slots.get(case.slot), said_by=SlotFrom.MANIFEST)
    slot = catalog.slots.get(slot_by_name(case.path))
    return Wanted(slot=slot, said_by=None if slot is None else SlotFrom.NAME)


def slot_by_name(path: PurePath) -> str:
    """The slot id that a delivered file's folder and name spell: `wechat/01-cover.thumb.jpg`."""
    return f"{path.parent.name}.{path.stem.rpartition('.')[2]}"


def lacking(case: Case) -> Finding:
    """What there is to say about a case that has nothing to examine."""
    words = {
        Lack.MISSING: f"{_by_whom(case)}is not there{_because(case.reason)}",
        Lack.NOT_DELIVERED: f"{case.slot} of {case.asset} was not delivered ({case.reason})",
        Lack.OUTSIDE: "a link leads out of the folder; it was not followed",
        Lack.MANIFEST: f"this manifest cannot be used: {case.reason}",
        Lack.EMPTY: "there is no picture and no manifest here",
    }
    assert case.lack is not None  # who asks has seen it
    return Finding(code=case.lack.value, message=words[case.lack])


def _by_whom(case: Case) -> str:
    return "the manifest names this file, and it " if case.spec is not None else "what this link names "


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""


def judge(case: Case, wanted: Wanted, seen: Examined) -> tuple[Finding, ...]:
    """Everything that is wrong with a file that decodes whole."""
    entry = case.claim.entry if case.claim else None
    found = [*_delivered(entry, seen), *_named(case.path, seen)]
    if wanted.slot is not None:
        found += _in_slot(wanted.slot, entry, seen)
    elif entry is not None:
        found.append(_slot_not_known(entry))
    if case.strange:
        words = "no manifest names this picture"
        found.append(Finding(code="not_named", message=words, grade=Grade.WARNING))
    return (*found, *labelled(case.claim, wanted.slot, seen))


def fitting(catalog: Catalog, seen: Examined) -> tuple[str, ...]:
    """The slots that would take a picture as it is."""
    return tuple(
        slot.id
        for slot in catalog.slots.values()
        if not any(finding.grade is Grade.FAULT for finding in _in_slot(slot, None, seen))
    )


def _delivered(entry: FileEntry | None, seen: Examined) -> Iterator[Finding]:
    if entry is None:
        return
    facts = seen.facts
    if facts.sha256 != entry.sha256:
        yield Finding(code="changed", message="changed since it was delivered: its SHA-256 is another")
    elif (facts.width, facts.height, facts.bytes) != (entry.width, entry.height, entry.bytes):
        said = f"{entry.width}x{entry.height} and {entry.bytes} bytes"
        yield Finding(code="manifest_wrong", message=f"the manifest says {said}, which it is not")
    if not seen.whole:
        ends = f"does not end where a {facts.format.name} ends: cut off, or something was put behind it"
        yield Finding(code="not_whole", message=ends)


def _named(path: PurePath, seen: Examined) -> Iterator[Finding]:
    kind, ending = seen.facts.format, path.suffix.lower()
    if _ENDINGS.get(ending, ending.removeprefix(".")) != kind.value:
        said = f"its name ends in {ending}" if ending else "its name has no ending"
        yield Finding(code="ending", message=f"{said}, and it is a {kind.name}")


def _in_slot(slot: Slot, entry: FileEntry | None, seen: Examined) -> Iterator[Finding]:
    facts = seen.facts
    height = slot.height if slot.height is not None else _free_height(slot, entry)
    if facts.width != slot.width or (height is not None and facts.height != height):
        due = f"{slot.width}x{'any' if height is None else height}"
        size = f"{facts.width}x{facts.height}"
        yield Finding(code="pixels", message=f"{size} pixels, and {slot.id} wants {due}")
    if facts.format not in slot.formats:
        takes = " or ".join(kind.name for kind in slot.formats)
        yield Finding(code="format", message=f"a {facts.format.name}, and {slot.id} takes {takes}")
    if slot.max_bytes is not None and facts.bytes > slot.max_bytes:
        sure = slot.bytes_enforced
        takes = f"{slot.id} {'takes' if sure else 'is said to take'} {bytes_in_words(slot.max_bytes)}"
        yield Finding(
            code="bytes",
            message=f"{bytes_in_words(facts.bytes)}, and {takes}",
            grade=Grade.FAULT if sure else Grade.WARNING,
        )


def _free_height(slot: Slot, entry: FileEntry | None) -> int | None:
    """The height that the crop's ratio gives; None where no manifest says the crop, or says nonsense."""
    if entry is None:
        return None
    left, top, right, bottom = entry.crop
    if right <= left or bottom <= top:
        return None
    # In whole numbers: what a manifest says may be too large for a float.
    return max(1, (2 * slot.width * (bottom - top) + (right - left)) // (2 * (right - left)))


def _slot_not_known(entry: FileEntry) -> Finding:
    words = f"there is no slot {entry.slot} here: only the manifest's own word was checked"
    return Finding(code="slot_unknown", message=words, grade=Grade.WARNING)
