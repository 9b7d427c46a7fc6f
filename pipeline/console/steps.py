"""Next steps: a hint's words apart from its command, and the command as it can be typed here.

Prints nothing. How this process was started is read from `sys.argv`.
"""

import re
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

Flag = bool | str | int | float | tuple[str, ...] | None
_COMMAND = re.compile(r"(?<![\w/.-])pipeline (?=[a-z-])")
_REMARK = re.compile(r"\s{2,}\((?P<remark>.*)\)$")
_WITHOUT_HOME = ("new", "schema", "simulate")


@dataclass(frozen=True, slots=True)
class Step:
    """A hint taken apart, as it can be typed here; either half may be empty."""

    words: str
    command: str


def read_step(hint: str) -> Step:
    """Take a hint apart: words that end with a colon, a command, a remark in brackets after two blanks.

    `change the prompt, or: pipeline regenerate w/a/b   (costs again)` has the command `pipeline regenerate
    w/a/b`. A hint without a command is all words.
    """
    found = _REMARK.search(hint)
    body, remark = (hint[: found.start()], typed(found["remark"])) if found else (hint, "")
    words, colon, command = ("", "", body) if body.startswith("pipeline ") else body.partition(": ")
    if not command.startswith("pipeline "):
        return Step(words=typed(hint), command="")
    before = " ".join(part for part in (words + colon.strip(), remark) if part)
    return Step(words=before, command=_in_home(typed(command)))


def typed(text: str) -> str:
    """Every command of ours in `text` the way this process was started."""
    return _COMMAND.sub(lambda _: f"{_program()} ", text)


def command_line(command: str, *words: object, **flags: Flag) -> str:
    """A command of ours with its arguments, each quoted so that a shell reads it as one.

    Flags are named as in Python; one that is None, False or empty is left out.
    """
    line = ["pipeline", *command.split(), *(str(word) for word in words)]
    for name, value in flags.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            line.append(flag)
        elif isinstance(value, tuple):
            line += [part for one in value for part in (flag, one)]
        elif value is not None and value is not False:
            line += [flag, f"{value:g}" if isinstance(value, float) else str(value)]
    return shlex.join(line)


def named_home(words: Sequence[str]) -> str | None:
    """The folder that a command line gives with `--home`."""
    given = iter(words)
    for word in given:
        if word == "--home":
            return next(given, None)
        if word.startswith("--home="):
            return word.removeprefix("--home=")
    return None


def _program() -> str:
    if not sys.argv[0].endswith("__main__.py"):
        return "pipeline"
    python = Path(sys.executable)
    if python.is_relative_to(Path.cwd()):
        python = python.relative_to(Path.cwd())
    elif shutil.which(python.name) == sys.executable:
        python = Path(python.name)
    return f"{shlex.quote(str(python))} -m pipeline"


def _in_home(command: str) -> str:
    """The command for the home that this one was given with `--home`."""
    home = named_home(sys.argv[1:])
    words = command.partition("pipeline ")[2].split()
    if home is None or words[0] in _WITHOUT_HOME or "--home" in words:
        return command
    if words[0] == "init":
        return f"{command} {shlex.quote(home)}" if len(words) == 1 else command
    return f"{command} --home {shlex.quote(home)}"
