"""Where in its file a spec says something, for messages that name the line. Reads the file again."""

from collections.abc import Iterable

from pipeline.source.compose import read_tree
from pipeline.source.nodes import Mapping as Tree
from pipeline.source.nodes import Node, Place, find, key_place
from pipeline.source.report import Report
from pipeline.source.text import read_bytes
from pipeline.spec.model import Image, Mark, Spec


def focus_marks(spec: Spec, image: Image, slots: Iterable[str]) -> dict[str, Mark]:
    """Where the focus of each slot is typed: of the slot, of the image or among the defaults.

    A slot of which the spec says nothing is left out.
    """
    report = Report(str(spec.path))
    data = read_bytes(spec.path, report)
    root = read_tree(data, report) if data is not None else None
    if root is None:  # deleted or broken just now; the spec in memory still counts
        return {}
    article = next(number for number, one in enumerate(spec.articles) if image in one.images)
    found = {
        slot: _focus_place(root, find(root, "articles", article, "images", image.number - 1), image, slot)
        for slot in slots
        if image.focus_for(slot).said
    }
    return {slot: Mark(place.line, place.column) for slot, place in found.items()}


def _focus_place(root: Node, typed: Node, image: Image, slot: str) -> Place:
    if slot in image.crops:
        return key_place(typed, "crops", slot, "focus")
    if isinstance(typed, Tree) and typed.typed("focus"):
        return key_place(typed, "focus")
    return key_place(root, "defaults", "focus")
