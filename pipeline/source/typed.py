"""From a node tree to a pydantic model, every mismatch at its place. Knows no key of any file.

A value that does not fit is noted, taken out of the tree and the rest is read again, so that one run says
all that is wrong. For that every field of a `Written` model has a default; which keys must be there is
said by `required`.
"""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, ErrorDetails

from pipeline.nearest import suggestion
from pipeline.source import traps
from pipeline.source.nodes import Mapping, Node, Path, Place, Scalar, Sequence, find, key_place, plain
from pipeline.source.report import Report

_WANTS_MAPPING = frozenset({"model_type", "model_attributes_type", "dict_type", "mapping_type"})
# A file that holds something else than a mapping; what is missing in it need not be said.
_EVERYTHING = frozenset({"*"})
_WANTS_LIST = frozenset({"tuple_type", "list_type"})


class Written(BaseModel):
    """A mapping as an author writes it: frozen, no key beyond its fields; `required` keys must be there."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    required: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        made = handler.resolve_ref_schema(handler(schema))
        if cls.required:
            made["required"] = list(cls.required)
        for said in (made, *made.get("properties", {}).values()):
            # An editor would show the class's name and a default that is only there to read on.
            said.pop("title", None)
            said.pop("default", None)
        return made


M = TypeVar("M", bound=Written)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[M]):
    """A model and the tree it was read from; both lack what was refused, so paths fit both."""

    value: M
    node: Mapping


def read(root: Node | None, model: type[M], report: Report) -> Reading[M]:
    """The tree as a `model`, every mismatch noted; None, as of an empty file, is the empty mapping."""
    node = _top(root, report)
    try:
        value = model.model_validate(plain(node))
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        for detail in details:
            _note(detail, node, model, report)
        node = _without(node, frozenset(_path(detail) for detail in details))
        value = model.model_validate(plain(node))
    if node.spoilt is not _EVERYTHING:
        _note_missing(node, model, report)
    return Reading(value=value, node=node)


def _top(root: Node | None, report: Report) -> Mapping:
    if isinstance(root, Mapping):
        return root
    if root is None or (isinstance(root, Scalar) and root.is_nothing):
        return Mapping(by_key={}, place=Place())
    report.add(root.place, traps.in_place_of(root) or "this must be `key: value` lines")
    return Mapping(by_key={}, place=root.place, spoilt=_EVERYTHING)


def _path(detail: ErrorDetails) -> Path:
    return tuple(step for step in detail["loc"] if step != "[key]")


def _note(detail: ErrorDetails, root: Mapping, model: type[Written], report: Report) -> None:
    path = _path(detail)
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    if detail["type"] == "extra_forbidden":
        known = _fields(_annotation_at(model, path[:-1]))
        report.add(key_place(root, *path), f"unknown key {name!r}{suggestion(name, known)}")
        return
    node = find(root, *path)
    if detail["loc"][-1] == "[key]":
        report.add(key_place(root, *path), f"{path[-2]}: {_sentence(detail)}")
        return
    hint = traps.in_place_of(node) if detail["type"] in _WANTS_MAPPING | _WANTS_LIST else None
    report.add(node.place, f"{name}: {hint or _sentence(detail)}")


def _sentence(detail: ErrorDetails) -> str:
    if detail["type"] in _WANTS_MAPPING:
        return "must be `key: value` lines"
    if detail["type"] in _WANTS_LIST:
        return "must be a list: [one, two], or lines that begin with `- `"
    error = detail.get("ctx", {}).get("error")
    return str(error) if error is not None else detail["msg"]


def _without(node: Any, refused: frozenset[Path], at: Path = ()) -> Any:
    """The tree without the nodes at the `refused` paths; their parents remember the keys."""
    if isinstance(node, Sequence):
        kept = tuple(
            _without(item, refused, (*at, index))
            for index, item in enumerate(node.items)
            if (*at, index) not in refused
        )
        return replace(node, items=kept, spoilt=node.spoilt or len(kept) < len(node.items))
    if isinstance(node, Mapping):
        bad = frozenset(key for key in node.by_key if (*at, key) in refused)
        kept_entries = {
            key: replace(entry, value=_without(entry.value, refused, (*at, key)))
            for key, entry in node.by_key.items()
            if key not in bad
        }
        return replace(node, by_key=kept_entries, spoilt=node.spoilt | bad)
    return node


def _note_missing(node: Node, annotation: Any, report: Report) -> None:
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            _note_missing(item, _inside(annotation, index), report)
    elif isinstance(node, Mapping):
        for key in annotation.required if _is_written(annotation) else ():
            if not node.typed(key):
                report.add(node.place, f"{key!r} is missing here")
        for entry in node.entries:
            _note_missing(entry.value, _inside(annotation, entry.key.text), report)


def _is_written(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Written)


def _inside(annotation: Any, step: str | int) -> Any:
    """The annotation of what lies one step below; `object` where the model does not look inside."""
    if _is_written(annotation):
        field = annotation.model_fields.get(step)
        return field.annotation if field is not None else object
    arguments = get_args(annotation)
    if not arguments or get_origin(annotation) not in {tuple, AbstractMapping}:
        return object
    return arguments[0] if isinstance(step, int) else arguments[1]


def _annotation_at(model: type[Written], path: Path) -> Any:
    annotation: Any = model
    for step in path:
        annotation = _inside(annotation, step)
    return annotation


def _fields(annotation: Any) -> tuple[str, ...]:
    return tuple(annotation.model_fields) if _is_written(annotation) else ()
