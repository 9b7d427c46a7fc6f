"""Throwing pictures away, as `trash` and `gc` do it."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.commands.opening import here, history_of
from pipeline.console.plans import counted
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.history.backup import Picture
from pipeline.history.memory import Memory
from pipeline.history.search import Search
from pipeline.safekeeping.clearing import Clutter, clear_away, look
from pipeline.safekeeping.trash import take_out, throw_away
from pipeline.storage import BlobStore
from pipeline.wiring import REAL_CLOCK, Place


def move_trash(generations: Sequence[int], *, undo: bool, home: Path | None) -> None:
    """Put generations into the trash, or take them out."""
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        act = take_out if undo else throw_away
        act(at.home, Search(database), Memory(database), generations, at=REAL_CLOCK.now())
    names = ", ".join(str(number) for number in dict.fromkeys(generations))
    if undo:
        terminal.result(f"out of the trash: {names}")
        terminal.next_step(command_line("show", generations[0]))
    else:
        terminal.result(f"in the trash: {names}")
        back = command_line("trash", *generations, undo=True)
        terminal.note("to free the disk: pipeline gc")
        terminal.next_step(f"to take back: {back}")


def collect_clutter(*, yes: bool, home: Path | None) -> None:
    """List the pictures that nothing needs; with `yes` remove them."""
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        act = clear_away if yes else look
        found = act(at.home, database, now=REAL_CLOCK.now())
    _tell(terminal, at, found)
    files = len(found.trashed) + len(found.nameless)
    if not files:
        terminal.result("nothing to clear away")
    else:
        done = "removed" if yes else "would go"
        terminal.result(f"{counted(files, 'picture')}, {found.bytes:,} bytes {done}")
    if found.kept:
        terminal.note(
            f"{counted(found.kept, 'file')} kept that no row names: new, or perhaps one that was paid for"
        )
    if files and not yes:
        terminal.next_step("pipeline gc --yes   (for good; what a backup has can be restored)")


def _tell(terminal: Terminal, at: Place, found: Clutter) -> None:
    for picture in found.trashed:
        whose = ", ".join(f"generation {number} of {asset}" for number, asset in picture.shown)
        terminal.result(f"{_line(at, picture)}  in the trash: {whose}")
    for picture in found.nameless:
        terminal.result(f"{_line(at, picture)}  named by nothing; perhaps the second picture of a task")


def _line(at: Place, picture: Picture) -> str:
    path = BlobStore(at.home.blobs).path(picture.sha256, picture.ending)
    return f"{at.home.relative(path)}  {picture.bytes:,} bytes"
