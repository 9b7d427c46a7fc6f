"""Beginnings: a new home, a new week."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pipeline.commands.opening import at_specs, here, history_of
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.errors import UsageError
from pipeline.spec.names import spec_name_problem
from pipeline.spec.skeleton import new_week
from pipeline.storage import write_atomic, writing

_EXAMPLE = ("settings.yaml", "styles.yaml", "spec.schema.json", "week12.yaml")


def begin_home(folder: Path) -> None:
    """Write the example's files where there are none, and begin the history."""
    terminal = Terminal()
    configs = folder / "configs"
    with writing(configs):
        configs.mkdir(parents=True, exist_ok=True)
    for name in _EXAMPLE:
        target = configs / name
        if target.exists():
            terminal.note(f"{target}: is there already, left as it is")
            continue
        write_atomic(target, _examples().joinpath(name).read_bytes())
        terminal.result(f"{target}")
    with history_of(here(folder), terminal, create=True):
        pass
    terminal.next_step(command_line("run", configs / "week12.yaml", provider="simulator"))


def begin_week(name: str, source: Path) -> None:
    """Write the new week's spec beside the old one. Raises UsageError rather than write over a file."""
    if (problem := spec_name_problem(name)) is not None:
        raise UsageError(f"{name}: {problem}")
    target = source.with_name(f"{name}.yaml")
    if target.exists():
        raise UsageError(f"{target} is there already", next_step="choose another name")
    at_specs([source], None)  # what is wrong with it is said at its own lines
    write_atomic(target, new_week(source.read_bytes().decode("utf-8-sig"), name).encode())
    terminal = Terminal()
    terminal.result(str(target))
    terminal.next_step(f"fill it in, then: {command_line('plan', target)}")


def _examples() -> Traversable:
    """The example configs: inside the package in a wheel, beside it in a checkout."""
    packaged = files("pipeline") / "example" / "configs"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "configs"
