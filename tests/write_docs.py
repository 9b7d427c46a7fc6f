"""Writes what a program can write: README's reference of the commands, and the schema of a spec.

python -m tests.write_docs           writes what has changed
python -m tests.write_docs --check   says what is stale, and ends with 1 if anything is
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from typer.main import get_command

from pipeline.cli import GROUPS, app
from pipeline.spec.schema import spec_json_schema

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- commands -->", "<!-- /commands -->"
_DATABASE = "The database"


def commands_markdown() -> str:
    """The Markdown reference of every command: usage, what it does, arguments, options, examples."""
    parts = []
    for group, names in _groups().items():
        parts.append(f"### {group}\n")
        parts += [_command(name) for name in names]
    return "\n".join(parts)


def spec_schema_text() -> str:
    """The schema of a spec as `pipeline schema` prints it."""
    return json.dumps(spec_json_schema(), ensure_ascii=False, indent=2) + "\n"


def with_commands(readme: str) -> str:
    """README's text with a fresh reference between its markers. Raises ValueError without them."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md needs the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{commands_markdown()}{END}{after}"


def stale(root: Path) -> Iterator[tuple[Path, str]]:
    """Every written file that is not as it should be, with what should be in it."""
    readme = root / "README.md"
    for path, text in (
        (readme, with_commands(readme.read_text("utf-8"))),
        (root / "configs" / "spec.schema.json", spec_schema_text()),
    ):
        if not path.is_file() or path.read_text("utf-8") != text:
            yield path, text


def _groups() -> Mapping[str, tuple[str, ...]]:
    groups = {group: tuple(item.__name__ for item in items) for group, items in GROUPS.items()}
    return {**groups, _DATABASE: ("db upgrade", "db check")}


def _command(name: str) -> str:
    command: Any = get_command(app)
    for word in name.split():
        command = command.commands[word]
    words, _, examples = command.help.replace("\b\n", "").partition("\n\nExample")
    arguments = [item for item in command.params if item.param_type_name == "argument"]
    options = [item for item in command.params if item.param_type_name == "option"]
    usage = ["pipeline", name, *(["[OPTIONS]"] if options else []), *map(_usage, arguments)]
    lines = [f"#### `pipeline {name}`", "", *_paragraphs(words), "```", " ".join(usage), "```", ""]
    lines += [f"- `{item.metavar}`: {item.help}" for item in arguments]
    lines += [_option(item) for item in options]
    shown = [line.strip() for line in examples.splitlines()[1:]]
    return "\n".join([*lines, *([""] if command.params else []), "```sh", *shown, "```", ""])


def _usage(argument: Any) -> str:
    """An argument as it stands in a usage line: brackets where it may be left out, dots for several."""
    shown = f"{argument.metavar}..." if argument.nargs == -1 else str(argument.metavar)
    return shown if argument.required else f"[{shown}]"


def _option(option: Any) -> str:
    names = ", ".join(sorted(option.opts, key=len))
    value = "" if option.is_flag else f" {option.metavar}"
    default = "" if option.default in (None, False, [], ()) else f" Without it: {option.default}."
    return f"- `{names}{value}`: {option.help}{default}"


def _paragraphs(words: str) -> list[str]:
    return [line for part in words.split("\n\n") for line in (part.replace("\n", " "), "")]


def main() -> int:
    """Write, or say what is stale."""
    found = list(stale(ROOT))
    for path, text in found:
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
        if "--check" not in sys.argv[1:]:
            path.write_text(text, "utf-8")
    return int(bool(found) and "--check" in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
