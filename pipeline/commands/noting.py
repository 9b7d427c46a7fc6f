"""Notes, as `note` keeps them."""

from pathlib import Path

from pipeline.commands.looking import is_number
from pipeline.commands.opening import here, history_of
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.errors import UsageError
from pipeline.history.memory import Memory
from pipeline.history.records import LARGEST_NUMBER
from pipeline.wiring import REAL_CLOCK


def keep_note(name: str, text: str | None, *, remove: bool, home: Path | None) -> None:
    """Append a note, or take one back."""
    terminal, at = Terminal(), here(home)
    on = _target(name)
    if text is None and not remove:
        raise UsageError("a note needs words", next_step=f'pipeline note {name} "WHAT TO NOTE"')
    with history_of(at, terminal) as database:
        memory, now = Memory(database), REAL_CLOCK.now()
        if not remove:
            assert text is not None
            memory.note(on, text, at=now)
            terminal.result(f"noted on {_named(on)}: {text.strip()}")
        else:
            removed = memory.remove_note(on, text, at=now)
            if removed is None:
                what = "no note" if text is None else "no such note"
                raise UsageError(f"{_named(on)} has {what}", next_step=command_line("show", name))
            terminal.result(f"no longer noted on {_named(on)}: {removed.text}")
    terminal.next_step(command_line("show", name))


def _target(name: str) -> int | str:
    if not is_number(name):
        return name
    if int(name) > LARGEST_NUMBER:
        raise UsageError(f"there is no generation {name}", next_step="to see the numbers: pipeline history")
    return int(name)


def _named(on: int | str) -> str:
    return f"generation {on}" if isinstance(on, int) else on
