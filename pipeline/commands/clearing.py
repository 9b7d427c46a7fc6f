"""Throwing pictures away, as `trash` and `gc` do it."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pipeline.commands.opening import here, history_of
from pipeline.console.plans import counted
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.history.backup import Picture
from pipeline.history.memory import Memory
from pipeline.history.search import Search
from pipeline.safekeeping.clearing import (
    Clutter,
    SetAside,
    check_nameless,
    clear_away,
    look,
    set_aside,
)
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


def collect_clutter(*, yes: bool, unnamed: bool, home: Path | None) -> None:
    """List the pictures that nothing needs; with `yes` remove those of the trash.

    `unnamed`: instead, list the files that no row names; with `yes` move them aside.
    """
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        now = REAL_CLOCK.now()
        if not unnamed:
            act = partial(clear_away, history=at.database) if yes else look
            _tell(terminal, at, act(at.home, database, now=now), removed=yes)
        elif yes:
            _tell_aside(terminal, at, set_aside(at.home, database, history=at.database, now=now))
        else:
            found = look(at.home, database, now=now)
            check_nameless(at.home, found, history=at.database)
            _tell_unnamed(terminal, at, found)


def _tell(terminal: Terminal, at: Place, found: Clutter, *, removed: bool) -> None:
    for picture in found.trashed:
        whose = ", ".join(f"generation {number} of {asset}" for number, asset in picture.shown)
        terminal.result(f"{_line(at, picture)}  in the trash: {whose}")
    if found.trashed:
        terminal.result(f"{_size(found.trashed, 'picture')} {'removed' if removed else 'would go'}")
    else:
        terminal.result("nothing to clear away")
    if found.nameless:
        terminal.note(
            f"{_size(found.nameless, 'file')} that no row names, perhaps second pictures of tasks: they "
            "stay. To see them: pipeline gc --unnamed"
        )
    _tell_kept(terminal, found.kept)
    if found.trashed and not removed:
        terminal.next_step("pipeline gc --yes   (for good; what a backup has can be restored)")


def _tell_unnamed(terminal: Terminal, at: Place, found: Clutter) -> None:
    for picture in found.nameless:
        terminal.result(f"{_line(at, picture)}  named by nothing; perhaps the second picture of a task")
    if found.nameless:
        terminal.result(f"{_size(found.nameless, 'file')} would be moved aside")
    else:
        terminal.result("no file to move aside")
    _tell_kept(terminal, found.kept)
    if found.nameless:
        terminal.next_step("pipeline gc --unnamed --yes   (moves them, deletes nothing)")


def _tell_aside(terminal: Terminal, at: Place, done: SetAside) -> None:
    for picture in done.pictures:
        terminal.result(f"{_line(at, picture)}  moved")
    if done.pictures:
        folder = at.home.relative(done.folder)
        terminal.result(f"{_size(done.pictures, 'file')} moved to {folder}")
        terminal.note("look at them; what you do not want you may delete there by hand")
    else:
        terminal.result("no file to move aside")
    _tell_kept(terminal, done.kept)
    if done.pictures:
        terminal.next_step(f"to take them in again: {command_line('import', done.folder)}")


def _tell_kept(terminal: Terminal, kept: int) -> None:
    if kept:
        terminal.note(
            f"{counted(kept, 'file')} kept that no row names: new, or perhaps one that was paid for"
        )


def _size(pictures: Sequence[Picture], noun: str) -> str:
    return f"{counted(len(pictures), noun)}, {sum(picture.bytes for picture in pictures):,} bytes"


def _line(at: Place, picture: Picture) -> str:
    path = BlobStore(at.home.blobs).path(picture.sha256, picture.ending)
    return f"{at.home.relative(path)}  {picture.bytes:,} bytes"
