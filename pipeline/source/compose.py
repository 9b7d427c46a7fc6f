"""From YAML text to the node tree, by PyYAML's pure scanner and parser. The only reader of authors' YAML.

The C parser is not used for what others wrote: it dies of deep nesting. Nothing is resolved or
constructed: no aliases, merge keys, tags, dates, octals. The work is a loop over events, so depth costs
no stack.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml  # noqa: TID251 - this module is the fence: nobody else reads an author's YAML

from pipeline.source import traps
from pipeline.source.nodes import Entry, Mapping, Node, Place, Scalar, Sequence
from pipeline.source.report import Report
from pipeline.source.text import decode, read_bytes, unwanted

MAX_DEPTH = 50
_COMMENT = re.compile(r"[ \t]+(#[^\r\n]*)")


@dataclass(slots=True, kw_only=True)
class _Open:
    """A list or mapping that is being read; a mapping's items are keys and values in turn."""

    place: Place
    is_mapping: bool
    flow: bool
    items: "list[Node | None]" = field(default_factory=list)

    @property
    def wants_key(self) -> bool:
        return self.is_mapping and len(self.items) % 2 == 0


class _Stop(Exception):  # noqa: N818 - not an error: what is wrong is already in the report
    """The rest of the file cannot be read in a useful way."""


class _Builder:
    """Turns events into nodes; what is refused becomes None and is left out of its parent."""

    def __init__(self, text: str, report: Report) -> None:
        self._text = text
        self._report = report
        self._stack: list[_Open] = []
        self.root: Node | None = None
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        place = _place(event.start_mark)
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._report.add(
                    place, "a second document begins here; a file holds one, without `---` inside"
                )
                raise _Stop
        elif isinstance(event, yaml.AliasEvent):
            self._report.add(
                place,
                f"`*{event.anchor}` is a YAML alias, which is not taken; quote text that begins with *",
            )
            self._add(None)
        elif isinstance(event, yaml.NodeEvent):
            self._refuse_properties(event, place)
            self._take_node(event, place)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._add(self._closed(self._stack.pop()))

    def _take_node(self, event: yaml.NodeEvent, place: Place) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._add(self._scalar(event, place))
            return
        if len(self._stack) >= MAX_DEPTH:
            self._report.add(place, f"nested more than {MAX_DEPTH} deep")
            raise _Stop
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        self._stack.append(
            _Open(place=place, is_mapping=is_mapping, flow=bool(getattr(event, "flow_style", False)))
        )

    def _refuse_properties(self, event: yaml.NodeEvent, place: Place) -> None:
        if event.anchor is not None:
            self._report.add(
                place,
                f"`&{event.anchor}` is a YAML anchor, which is not taken; quote text that begins with &",
            )
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._report.add(
                place, "`!` begins a YAML tag, which is not taken here; put text that begins with ! in quotes"
            )

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> Scalar | None:
        is_plain = event.style is None
        end: Any = event.end_mark
        comment = _COMMENT.match(self._text, end.index) if is_plain else None
        scalar = Scalar(
            text=event.value, plain=is_plain, place=place, comment=comment[1] if comment is not None else ""
        )
        reason = unwanted(event.value)
        if reason is not None:
            self._report.add(place, reason)
        parent = self._stack[-1] if self._stack else None
        trap = traps.in_scalar(
            scalar,
            is_key=parent is not None and parent.wants_key,
            in_flow_list=parent is not None and parent.flow and not parent.is_mapping,
        )
        if trap is not None:
            self._report.add(place, trap)
        return scalar if reason is None and trap is None else None

    def _add(self, node: Node | None) -> None:
        if self._stack:
            self._stack[-1].items.append(node)
        else:
            self.root = node

    def _closed(self, done: _Open) -> Node:
        if not done.is_mapping:
            items = tuple(item for item in done.items if item is not None)
            return Sequence(items=items, place=done.place, spoilt=len(items) < len(done.items))
        return self._mapping(done)

    def _mapping(self, done: _Open) -> Mapping:
        entries: dict[str, Entry] = {}
        spoilt = set()
        for key, value in zip(done.items[::2], done.items[1::2], strict=True):
            if not isinstance(key, Scalar):
                if key is not None:
                    self._report.add(
                        key.place, "a key must be a word; put text that begins with { or [ in quotes"
                    )
            elif key.plain and key.text == "<<":
                self._report.add(
                    key.place, "`<<` is a YAML merge key, which is not taken here; write the keys out"
                )
            elif key.text in entries:
                first = entries[key.text].key.place.line
                self._report.add(key.place, f"{key.text!r} is given twice; the first is in line {first}")
            elif value is None:
                spoilt.add(key.text)
            else:
                entries[key.text] = Entry(key=key, value=value)
        return Mapping(by_key=entries, place=done.place, spoilt=frozenset(spoilt))


def _place(mark: Any) -> Place:
    """PyYAML counts from 0. Text that was read from memory always has marks, whatever its types say."""
    return Place(mark.line + 1, mark.column + 1)


def _events(text: str) -> Iterator[yaml.Event]:
    return yaml.parse(text, Loader=yaml.SafeLoader)


def compose(text: str, report: Report) -> Node | None:
    """The tree of `text`; None, with a problem noted, where it cannot be read to its end or is empty."""
    builder = _Builder(text, report)
    try:
        for event in _events(text):
            builder.take(event)
    except _Stop:
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        since = error.context_mark or mark
        traps.after_syntax_error(
            text,
            report,
            place=_place(mark),
            since=_place(since).line,
            said=str(error.problem or error.context),
        )
        return None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        report.add(Place(), f"YAML cannot read this file: {error}")
        return None
    return builder.root


def read_tree(data: bytes, report: Report) -> Node | None:
    """The tree of a file's bytes; None, with every problem noted, where it cannot be read or is empty."""
    text = decode(data, report)
    return None if text is None else compose(text, report)


def load_tree(path: Path, report: Report) -> Node | None:
    """The tree of a file; None, with every problem noted, where it cannot be read or is empty."""
    data = read_bytes(path, report)
    return None if data is None else read_tree(data, report)
