"""What a spec's images are resolved against: what exists, what holds for the file. Reads nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.nearest import suggestion
from pipeline.platforms.model import Catalog
from pipeline.providers.models import DEFAULT_MODEL, Model
from pipeline.source.nodes import Mapping as Tree
from pipeline.source.nodes import Sequence, find
from pipeline.source.report import Report
from pipeline.source.types import is_none_word
from pipeline.spec.document import DefaultsDocument, ImageDocument
from pipeline.spec.model import Brand


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What exists outside of the spec: slots, models by name, shared styles (name to template)."""

    catalog: Catalog
    models: Mapping[str, Model]
    styles: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One spec's surroundings. `styles` are the shared ones and its own; what is wrong goes to `report`.

    `slots_spoilt`: default slots were typed but refused. `brand` and `branded` as in `model.Image`.
    """

    name: str
    folder: Path
    known: Known
    styles: Mapping[str, str]
    defaults: DefaultsDocument
    report: Report
    slots_spoilt: bool = False
    brand: Brand | None = None
    branded: bool = True

    def model(self, document: ImageDocument | DefaultsDocument, node: Tree) -> Model | None:
        """The model of an image, else the default one; None, and a problem noted, where it is unknown."""
        name = document.model
        if name is None:
            return self.known.models.get(self.defaults.model or DEFAULT_MODEL)
        if name not in self.known.models:
            near = suggestion(name, self.known.models)
            self.report.add(find(node, "model").place, f"unknown model {name!r}{near}")
        return self.known.models.get(name)

    def style(self, document: ImageDocument | DefaultsDocument, node: Tree) -> str | None:
        """The name of the style of an image, else the default one; None for none, and for an unknown one."""
        name = document.style
        if name is None:
            name = self.defaults.style
        elif not is_none_word(name) and name not in self.styles:
            near = suggestion(name, (*self.styles, "none"))
            self.report.add(find(node, "style").place, f"unknown style {name!r}{near}")
        return name if name in self.styles else None

    def slots(self, document: ImageDocument | DefaultsDocument, node: Tree) -> tuple[str, ...]:
        """The slots that were typed, unknown and repeated ones noted and left out."""
        kept: list[str] = []
        for index, slot in enumerate(document.slots or ()):
            place = find(node, "slots", index).place
            if slot not in self.known.catalog:
                self.report.add(place, f"unknown slot {slot!r}{suggestion(slot, self.known.catalog.slots)}")
            elif slot in kept:
                self.report.add(place, f"slot {slot!r} is given twice")
            else:
                kept.append(slot)
        typed = find(node, "slots")
        if isinstance(typed, Sequence) and typed.is_empty:
            self.report.add(typed.place, "the list of slots is empty; write one, or take `slots` out")
        return tuple(kept)
