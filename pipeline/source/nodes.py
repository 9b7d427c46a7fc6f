"""The tree of a YAML file: text, lists and mappings with their places. Interprets nothing.

A scalar stays the text that was typed, so `on`, `010` or `1e3` never turn into something else; what it
means is said by the type of the field that it is for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in its file; both count from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One value as text. `plain`: typed without quotes. `comment`: the `#...` that follows a plain one."""

    text: str
    plain: bool
    place: Place
    comment: str = ""

    @property
    def is_nothing(self) -> bool:
        """Whether no value was typed: nothing at all, `~` or `null` without quotes."""
        return self.plain and self.text in _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A list. `spoilt`: some of its items were refused and left out."""

    items: "tuple[Node, ...]"
    place: Place
    spoilt: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the author typed a list with nothing in it."""
        return not self.items and not self.spoilt


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One `key: value`."""

    key: Scalar
    value: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Entries by key, in the order of the file. `spoilt`: keys that were typed but refused."""

    by_key: dict[str, Entry]
    place: Place
    spoilt: frozenset[str] = frozenset()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries in the order of the file."""
        return tuple(self.by_key.values())

    def get(self, key: str) -> "Entry | None":
        """The entry of one key."""
        return self.by_key.get(key)

    def typed(self, key: str) -> bool:
        """Whether the author typed this key, usable or not."""
        return key in self.spoilt or self.get(key) is not None


Node = Scalar | Sequence | Mapping
Plain = str | None | list["Plain"] | dict[str, "Plain"]


def plain(node: Node) -> Plain:
    """The tree as plain values: text, lists, dicts, and None where nothing was typed."""
    if isinstance(node, Scalar):
        return None if node.is_nothing else node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {entry.key.text: plain(entry.value) for entry in node.entries}


def _children(node: Node) -> Iterator[tuple[str | int, Node]]:
    if isinstance(node, Sequence):
        yield from enumerate(node.items)
    elif isinstance(node, Mapping):
        yield from ((entry.key.text, entry.value) for entry in node.entries)


def scalars(root: Node) -> Iterator[tuple[Path, Scalar]]:
    """Every value of the tree with the way to it; keys are not among them. Not recursive."""
    waiting: list[tuple[Path, Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, Scalar):
            yield path, node
        waiting.extend(((*path, step), child) for step, child in _children(node))


def find(root: Node, *path: str | int) -> Node:
    """The node at `path`, or the last one on the way that is there."""
    node = root
    for step in path:
        child = _child(node, step)
        if child is None:
            break
        node = child
    return node


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node, Sequence):
        return node.items[step] if isinstance(step, int) and step < len(node.items) else None
    entry = node.get(str(step)) if isinstance(node, Mapping) else None
    return entry.value if entry is not None else None


def key_place(root: Node, *path: str | int) -> Place:
    """Where the key at the end of `path` was typed; the place of the value where that is no key."""
    parent = find(root, *path[:-1])
    entry = parent.get(str(path[-1])) if path and isinstance(parent, Mapping) else None
    return entry.key.place if entry is not None else find(root, *path).place
