"""Next week's spec from this one's: the header as it is typed, one article to fill in. Writes no file."""

import re

from pipeline.errors import UsageError
from pipeline.source.compose import compose
from pipeline.source.nodes import Entry, Place, Scalar
from pipeline.source.nodes import Mapping as Tree
from pipeline.source.report import Report
from pipeline.source.typed import read
from pipeline.spec.document import ImageDocument, SpecDocument
from pipeline.spec.names import spec_name_problem

_BARE = re.compile(r"\w[\w-]*")
_PLACEHOLDER = "Describe the picture here: subject, scene, light, and what must not be in it"


def new_week(text: str, name: str) -> str:
    """The text of a spec called `name` from the text of another one; layout and comments of its header stay.

    The articles are replaced by a draft with the images of the first one, prompts to be written. A
    top-level `name:` gets the new name; without one the new file's name counts. Raises UsageError where
    `text` is not a readable spec (parse it first, so that its file is named), or `name` is no name.
    """
    problem = spec_name_problem(name)
    if problem is not None:
        raise UsageError(f"the new spec's name {problem}")
    root, document = _read(text.removeprefix("\ufeff"))
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.removeprefix("\ufeff").splitlines()
    # From the bottom up, so that the places of what comes before still hold.
    for entry in reversed(root.entries):
        if entry.key.text == "articles":
            lines[_first(entry) : _end(entry, root, lines)] = _articles(
                document, " " * (entry.key.place.column - 1)
            )
        elif entry.key.text == "name":
            indent = lines[_first(entry)][: entry.key.place.column - 1]
            lines[_first(entry) : entry.value.place.line] = [f"{indent}name: {_typed(name)}"]
    return newline.join(lines) + newline


def _read(text: str) -> tuple[Tree, SpecDocument]:
    report = Report("the spec to copy")
    root = compose(text, report)
    reading = read(root, SpecDocument, report)
    for entry in reading.node.entries:
        if text.splitlines()[_first(entry)][: entry.key.place.column - 1].strip():
            report.add(
                entry.key.place, "this key must begin its line, for a new week to be made from this one"
            )
    if report.problems:
        raise UsageError("\n".join(str(problem) for problem in report.problems))
    return reading.node, reading.value


def _first(entry: Entry) -> int:
    return entry.key.place.line - 1


def _end(entry: Entry, root: Tree, lines: list[str]) -> int:
    """The index of the line after `entry`; comments right above the next key belong to that."""
    later = [_first(other) for other in root.entries if _first(other) > _first(entry)]
    if not later:
        return len(lines)
    end = min(later)
    while lines[end - 1].lstrip()[:1] in {"", "#"}:
        end -= 1
    return end


def _articles(document: SpecDocument, indent: str) -> list[str]:
    first = document.articles[0] if document.articles else None
    images = first.images if first is not None and first.images else (ImageDocument(id="cover"),)
    made = ["articles:", "  - slug: article-1", "    title: Title of the article"]
    made += ["    draft: true   # take this line out when the prompts are written", "    images:"]
    for image in images:
        made += [f"      - id: {_typed(image.id)}", f'        prompt: "{_PLACEHOLDER}"']
        if image.slots:
            made.append(f"        slots: [{', '.join(image.slots)}]")
    return [indent + line for line in made]


def _typed(name: str) -> str:
    """A name as it is typed in YAML: bare where that reads as the same text."""
    bare = _BARE.fullmatch(name) is not None and not Scalar(text=name, plain=True, place=Place()).is_nothing
    return name if bare else f'"{name}"'
