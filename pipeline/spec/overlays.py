"""The title and the logo of an image: from what was typed to what is meant. Looks at files, reads none."""

import unicodedata
from pathlib import Path

from pipeline.nearest import suggestion
from pipeline.source.logo import BrandWritten
from pipeline.source.nodes import Mapping as Tree
from pipeline.source.nodes import Place, Scalar, find
from pipeline.source.report import Report
from pipeline.spec.document import OverlayDocument
from pipeline.spec.model import Brand, Overlay
from pipeline.spec.scope import Scope
from pipeline.spec.styles import check_comment
from pipeline.typeface import character_in_words, missing_character

MOST_CHARACTERS, MOST_LINES = 100, 6


def resolve_overlay(
    document: OverlayDocument, node: Tree, scope: Scope, slots: tuple[str, ...]
) -> Overlay | None:
    """The title under an image's `overlay`, every problem noted; None where none was typed.

    Unless it names its slots, a title is for all of the image's but those inside an article (of free height),
    where it would only say again what the text says; or for these, if there are no others.
    """
    entry = node.get("overlay")
    if entry is None or not isinstance(entry.value, Tree):
        return None
    text = "\n".join(line for line in map(_trimmed, document.text.splitlines()) if line)
    typed = find(entry.value, "text")
    if isinstance(typed, Scalar):
        check_comment(typed, scope.report)
        _check_text(text, typed.place, scope.report)
    return Overlay(
        text=text,
        at=document.at,
        color=document.color,
        size=document.size,
        slots=_slots(document, entry.value, scope, slots),
    )


def _trimmed(line: str) -> str:
    return unicodedata.normalize("NFC", line).strip()


def _check_text(text: str, place: Place, report: Report) -> None:
    unknown, lines = missing_character(text), text.split("\n")
    count = sum(map(len, lines))
    if not text:
        report.add(place, "the title is empty")
    elif count > MOST_CHARACTERS or len(lines) > MOST_LINES:
        report.add(
            place,
            f"a title has at most {MOST_CHARACTERS} characters in {MOST_LINES} lines; "
            f"this one has {count} in {len(lines)}",
        )
    elif unknown is not None:
        report.add(
            place,
            f"the typeface of titles has no {character_in_words(unknown)} (it has no emoji); take it out",
        )


def _slots(document: OverlayDocument, node: Tree, scope: Scope, slots: tuple[str, ...]) -> tuple[str, ...]:
    if document.slots is None:
        catalog = scope.known.catalog
        fixed = tuple(slot for slot in slots if slot in catalog and catalog[slot].height is not None)
        return fixed or slots
    for index, slot in enumerate(document.slots):
        place = find(node, "slots", index).place
        if slot not in slots:
            near = suggestion(slot, slots)
            scope.report.add(place, f"{slot!r} is not among the slots of this image{near}")
        elif slot in document.slots[:index]:
            scope.report.add(place, f"slot {slot!r} is given twice")
    if not document.slots:
        scope.report.add(
            find(node, "slots").place, "the list of slots is empty; write one, or take `slots` out"
        )
    return tuple(slot for slot in slots if slot in document.slots)


def resolve_brand(
    document: BrandWritten, node: Tree, folder: Path, *, above: tuple[Brand | None, bool]
) -> tuple[Brand | None, bool]:
    """The logo under `brand`, and whether there is to be one at all; `above` where nothing was typed."""
    entry = node.get("brand")
    if entry is None or (isinstance(entry.value, Scalar) and entry.value.is_nothing):
        return above
    if not document.logo:
        return None, False
    made = Brand(path=folder / document.logo, written=document.logo, at=document.at, height=document.height)
    return made, True
