"""The labels of a file against the rule and its manifest's word. Pure; must not look for a label itself.

Source: GB 45438-2025, 5.2 (the visible one: its letters and place) and annex E (the hidden one).
"""

from collections.abc import Iterable, Iterator

from pipeline.delivery.evidence import Claim
from pipeline.delivery.findings import Finding, Grade
from pipeline.delivery.manifest import FileEntry
from pipeline.platforms.model import Slot
from pipeline.render.examine import Examined
from pipeline.render.metadata import Found
from pipeline.render.recipe import clear_part
from pipeline.render.sighting import Sighting

CONTRAST = 4.5
"""What WCAG 2 asks of text; ours reaches 5.6 on a white picture at the least opacity."""
_HIDDEN = ", TC260:AIGC"
_CODE_DIGITS = 32
_LONGEST_TEXT = 64
_BLUR = 1
"""Pixels by which compression and anti-aliasing may make a letter look smaller, or a box larger."""


def label_text(claim: Claim | None) -> str | None:
    """The text of the visible label that a manifest says was drawn; None for none, or for other words."""
    text, known, _ = (claim.entry.label if claim else "").partition(_HIDDEN)
    plausible = "AI" in text and "生成" in text and len(text) <= _LONGEST_TEXT and text.isprintable()
    return text if known and plausible else None


def carries_labels(words: str) -> bool:
    """Whether a manifest's words on a file's label say that it has one."""
    return not words.startswith("none")


def labelled(claim: Claim | None, slot: Slot | None, seen: Examined) -> Iterator[Finding]:
    """What is wrong with both labels of a file, as far as a manifest says how it should be labelled."""
    words = claim.entry.label if claim else ""
    if not carries_labels(words):
        if seen.hidden:
            said = f"the manifest says it has no label, and it hides {len(seen.hidden)}"
            yield Finding(code="hidden_unwanted", message=said)
        return
    if claim is not None and seen.looked_for is not None:
        yield from _visible(seen.visible, seen, slot)
        yield from _hidden(claim.entry, seen)
        return
    if claim is not None:
        said = f"nobody knows how it should be labelled: the manifest says {words!r}"
        yield Finding(code="label_unknown", message=said, grade=Grade.WARNING)
    if len(seen.hidden) > 1:
        yield _too_many(seen.hidden)
    elif seen.hidden and _unreadable(seen.hidden[0]):
        yield _not_valid()


def _visible(sighting: Sighting | None, seen: Examined, slot: Slot | None) -> Iterator[Finding]:
    if sighting is None:
        words = f"the visible label {seen.looked_for} is not there, or not whole"
        yield Finding(code="label_missing", message=words)
        return
    if sighting.letters < seen.letters - _BLUR:
        words = f"the letters of the label are {sighting.letters} px high, and {seen.letters} px is the least"
        yield Finding(code="label_small", message=words)
    if sighting.contrast < CONTRAST:
        words = f"the label hardly stands out: contrast {sighting.contrast:g}, and {CONTRAST:g} is the least"
        yield Finding(code="label_faint", message=words)
    if slot is not None and not _is_clear(sighting, slot, seen):
        words = f"the label lies where {slot.id} is covered or cut by the platform"
        yield Finding(code="label_covered", message=words)


def _is_clear(sighting: Sighting, slot: Slot, seen: Examined) -> bool:
    part = clear_part(slot.keep_in, slot.covered)
    left, top, right, bottom = sighting.box
    width, height = seen.facts.width, seen.facts.height
    return (
        left + _BLUR >= part.left * width
        and top + _BLUR >= part.top * height
        and right - _BLUR <= part.right * width
        and bottom - _BLUR <= part.bottom * height
    )


def _hidden(entry: FileEntry, seen: Examined) -> Iterator[Finding]:
    if not seen.hidden:
        yield Finding(code="hidden_missing", message="the hidden label TC260:AIGC is not there")
    elif len(seen.hidden) > 1:
        yield _too_many(seen.hidden)
    elif seen.label is None or _unreadable(seen.hidden[0]):
        yield _not_valid()
    else:
        # What a provider wrote is carried over as it is, so in an unchanged file other words are its own.
        grade = Grade.WARNING if seen.facts.sha256 == entry.sha256 else Grade.FAULT
        if seen.label.label != "1":
            said = f"the hidden label says {seen.label.label}, not 1 (made with AI)"
            yield Finding(code="hidden_label", message=said, grade=grade)
        if seen.label.produce_id != entry.master[:_CODE_DIGITS]:
            said = f"the hidden label names {seen.label.produce_id}, not the master {entry.master[:8]}"
            yield Finding(code="hidden_produce_id", message=said, grade=grade)


def _too_many(hidden: Iterable[Found]) -> Finding:
    places = ", ".join(item.place.value for item in hidden)
    return Finding(code="hidden_many", message=f"more than one hidden label, and one is allowed ({places})")


def _unreadable(found: Found) -> bool:
    return found.label is None or not found.label.valid or not found.text.isascii()


def _not_valid() -> Finding:
    wanted = "JSON in ASCII with Label, ContentProducer and ProduceID"
    return Finding(
        code="hidden_invalid", message=f"the hidden label is not as the standard wants it: {wanted}"
    )
