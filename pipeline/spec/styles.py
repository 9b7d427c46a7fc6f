"""Styles: templates with `{prompt}` in them. Must not decide which image has which."""

from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import SpecError
from pipeline.source.compose import load_tree
from pipeline.source.nodes import Mapping as Tree
from pipeline.source.nodes import Node, Scalar
from pipeline.source.report import Report
from pipeline.spec.names import folded, name_problem, normal_name

_GAP = "{prompt}"


def styled(template: str, words: str) -> str:
    """The prompt with its style around it."""
    return template.replace(_GAP, words)


def load_styles(path: Path) -> Mapping[str, str]:
    """The shared styles, name to template; empty where there is no such file. Raises SpecError."""
    if not path.exists():
        return {}
    report = Report(str(path))
    root = load_tree(path, report)
    if isinstance(root, Tree):
        styles = read_styles(root, report)
    else:
        styles = {}
        if root is not None and not (isinstance(root, Scalar) and root.is_nothing):
            report.add(root.place, 'the file must hold styles: `name: "{prompt},..."`')
    if report.problems:
        error = SpecError(report.problems)
        # `check` is for specs; for this file it would say other things.
        error.next_step = f"correct {path}, then try again"
        raise error
    return styles


def read_styles(node: Tree, report: Report) -> dict[str, str]:
    """The styles of a mapping of names to templates, every problem noted."""
    styles: dict[str, str] = {}
    folds: dict[str, str] = {}
    for entry in node.entries:
        name, key = normal_name(entry.key.text), entry.key.place
        problem = name_problem(entry.key.text)
        if problem is not None:
            report.add(key, problem)
        elif folded(name) in folds:
            report.add(key, f"{name!r} and {folds[folded(name)]!r} differ too little; rename one")
        else:
            folds[folded(name)] = name
            styles[name] = _template(entry.value, name, report)
    return styles


def _template(node: Node, name: str, report: Report) -> str:
    if not isinstance(node, Scalar):
        report.add(node.place, f'{name}: must be text; put it in quotes: "{_GAP},..."')
        return _GAP
    check_comment(node, report)
    count = node.text.count(_GAP)
    if count != 1:
        report.add(
            node.place, f"{name}: a style holds {_GAP} once, where the prompt goes; this has it {count} times"
        )
    return node.text


def check_comment(node: Scalar, report: Report, *, tight: bool = False) -> None:
    """Note a ` #` that cuts the end off a text typed without quotes.

    `tight`: only where text follows the `#` at once, as in `#3`; a title may have a comment after it.
    """
    if not node.comment or (tight and node.comment[1:2].strip() == ""):
        return
    shown = node.comment if len(node.comment) <= 20 else node.comment[:20] + "..."
    report.add(
        node.place, f"` #` begins a comment, so {shown!r} is not part of this text; put the text in quotes"
    )
