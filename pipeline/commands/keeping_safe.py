"""Backups on the terminal: what `backup`, `restore` and `db check --files` did and found."""

from pathlib import Path

from pipeline.commands.opening import here
from pipeline.console.plans import counted
from pipeline.console.steps import command_line, typed
from pipeline.console.terminal import Terminal
from pipeline.errors import ExitCode
from pipeline.history.backup import Picture
from pipeline.history.merge import Brought
from pipeline.safekeeping.backup import back_up
from pipeline.safekeeping.check import Examined, examine
from pipeline.safekeeping.pictures import Fate
from pipeline.safekeeping.restore import Restored, bring_back
from pipeline.storage import BlobStore
from pipeline.wiring import REAL_CLOCK, Place

_WORDS = {Fate.MISSING: "is missing", Fate.DAMAGED: "is damaged: its bytes are not those that were stored"}


def make_backup(folder: Path, home: Path | None) -> ExitCode:
    """Back up, say how much was copied, and what ails in the store; 3 when something does."""
    terminal, at = Terminal(), here(home)
    done = back_up(at.home, at.database, folder, now=REAL_CLOCK.now())
    terminal.result(
        f"{folder}: {counted(done.record.generations, 'generation')} and "
        f"{counted(done.record.blobs, 'picture')}; {done.copied} copied, {done.present} there already"
    )
    for picture, fate in done.ailing:
        terminal.warn(_finding(at, picture, fate))
    if done.ailing:
        terminal.next_step("pipeline db check --files")
        return ExitCode.INCOMPLETE
    terminal.next_step(f"if it is ever needed: {command_line('restore', folder.absolute())}")
    return ExitCode.OK


def restore_backup(folder: Path, home: Path | None, *, force: bool) -> ExitCode:
    """Restore, and say what came from where; 3 when a picture came from nowhere."""
    terminal, at = Terminal(), here(home)
    done = bring_back(at.home, at.database, folder, force=force, now=REAL_CLOCK.now())
    terminal.result(
        f"restored the backup of {done.record.created_at.astimezone():%Y-%m-%d %H:%M}: "
        f"{counted(done.record.generations, 'generation')}; "
        f"{counted(done.copied, 'picture')} copied, {done.present} there already"
    )
    if done.brought is not None:
        terminal.result(_brought(done.brought))
        terminal.result(f"the history that stood here is kept as {done.kept}")
    return _losses(terminal, at, done)


def check_files(terminal: Terminal, at: Place) -> ExitCode:
    """Look at every file that the history names; 3 when a picture is missing or damaged."""
    found = examine(at.home, at.database)
    for picture, fate in found.ailing:
        terminal.result(_finding(at, picture, fate))
    for path in found.unreferenced:
        terminal.result(
            f"{_shown(at, path)}: no row names it; it may be the second picture of a task, keep it"
        )
    terminal.result(_sums(found))
    if found.ailing:
        terminal.note("a picture of the last 12 hours is fetched again, for nothing: pipeline run SPEC")
        terminal.next_step("pipeline restore DIR --force   (DIR is your newest backup)")
        return ExitCode.INCOMPLETE
    return ExitCode.OK


def _losses(terminal: Terminal, at: Place, done: Restored) -> ExitCode:
    for name in done.answers:
        terminal.warn(f"inbox/{name}: damaged in the backup; its order stays in doubt")
    for picture in done.lost:
        terminal.warn(_finding(at, picture, Fate.MISSING))
    if done.answers or done.lost:
        terminal.next_step("pipeline db check --files")
        return ExitCode.INCOMPLETE
    terminal.next_step("pipeline history")
    return ExitCode.OK


def _brought(brought: Brought) -> str:
    if not (brought.generations or brought.moved_on or brought.decisions):
        return "the history that stood here knew no generation or decision that the backup lacks"
    return (
        f"brought over from the history that stood here: {counted(brought.generations, 'generation')}, "
        f"{brought.moved_on} that had moved on, {counted(brought.decisions, 'decision')}"
    )


def _finding(at: Place, picture: Picture, fate: Fate) -> str:
    """One picture that is not as it should be: its file, whose it is, and what to type."""
    path = BlobStore(at.home.blobs).path(picture.sha256, picture.ending)
    steps = ["pipeline restore DIR --force"]
    whose = ""
    if picture.shown:
        generation, asset = picture.shown[0]
        whose = f" (generation {generation} of {asset})"
        steps.append(f"{command_line('regenerate', asset)} (costs again)")
    elif picture.specs:
        remove = "remove it, then " if fate is Fate.DAMAGED else ""
        whose = " (your own file)"
        steps.append(remove + command_line("run", picture.specs[0]))
    return f"{_shown(at, path)}: {_WORDS[fate]}{whose}; type: {typed(', or '.join(steps))}"


def _sums(found: Examined) -> str:
    whole = found.pictures - len(found.ailing)
    line = f"{whole} of {counted(found.pictures, 'picture')} whole"
    if found.unreferenced:
        line += f", {counted(len(found.unreferenced), 'file')} that no row names"
    if found.gone or found.changed:
        line += f"; delivered files: {found.gone} gone, {found.changed} changed"
    return line


def _shown(at: Place, path: Path) -> str:
    return at.home.relative(path)
