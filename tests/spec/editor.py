"""A spec as an editor sees it: plain values by the rules of YAML 1.2, judged by the JSON Schema."""

import re
from typing import Any

from jsonschema import Draft202012Validator

from pipeline.source.nodes import Mapping, Node, Scalar
from pipeline.spec.schema import spec_json_schema

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_VALIDATOR = Draft202012Validator(spec_json_schema())


def as_editor_sees(node: Node) -> Any:
    """The tree as plain values: bare `true`, `12` and `0.5` are no text for an editor."""
    if isinstance(node, Mapping):
        return {entry.key.text: as_editor_sees(entry.value) for entry in node.entries}
    if isinstance(node, Scalar):
        return _scalar(node)
    return [as_editor_sees(item) for item in node.items]


def _scalar(node: Scalar) -> Any:
    text = node.text
    if not node.plain:
        return text
    if node.is_nothing:
        return None
    if text in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in {"0x", "0o"} else int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def complaints(tree: Node | None) -> set[tuple[str | int, ...]]:
    """Where the schema complains, as paths; an empty file is an empty mapping."""
    seen = {} if tree is None else as_editor_sees(tree)
    return {tuple(error.absolute_path) for error in _VALIDATOR.iter_errors(seen)}
