"""The catalogue of slots on the terminal."""

from collections.abc import Sequence
from dataclasses import asdict

from pipeline.console.terminal import Terminal
from pipeline.fingerprint import Json
from pipeline.platforms.model import Confidence, Slot


def show_slots(terminal: Terminal, slots: Sequence[Slot]) -> None:
    """One line a slot; a limit that only warns has a question mark."""
    rows = [
        (
            slot.id,
            slot.name,
            f"{slot.width}x{slot.height or 'auto'}",
            " ".join(kind.value for kind in slot.formats),
            _limit(slot),
            slot.confidence.value,
            slot.checked,
            slot.source,
        )
        for slot in slots
    ]
    headings = ("slot", "what", "pixels", "formats", "limit", "confidence", "checked", "source")
    give_way = ("checked", "confidence", "formats", "what", "limit")
    terminal.lines(headings, rows, right=(2, 4), give_way=give_way)


def slots_document(slots: Sequence[Slot]) -> Json:
    """`platforms --json`."""
    return [
        {
            "id": slot.id,
            "name": slot.name,
            "width": slot.width,
            "height": slot.height,
            "formats": [kind.value for kind in slot.formats],
            "max_bytes": slot.max_bytes,
            "bytes_confidence": slot.bytes_confidence.value,
            "keep_in": None if slot.keep_in is None else dict(asdict(slot.keep_in)),
            "covered": [dict(asdict(box)) for box in slot.covered],
            "confidence": slot.confidence.value,
            "source": slot.source,
            "checked": slot.checked,
            "note": slot.note,
        }
        for slot in slots
    ]


def _limit(slot: Slot) -> str:
    if slot.max_bytes is None:
        return ""
    words = (
        f"{slot.max_bytes / 1_000_000:.3g} MB"
        if slot.max_bytes >= 1_000_000
        else f"{slot.max_bytes // 1000} kB"
    )
    return words + ("?" if slot.bytes_confidence is Confidence.LOW else "")
