"""Bundles and foreign pictures on the terminal: what `export` and `import` did, and what to type next."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pipeline.commands.opening import here, history_of
from pipeline.console.plans import counted
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.errors import CredentialsError, ExitCode, UsageError
from pipeline.history.merge import Brought
from pipeline.history.schema import Standing, check
from pipeline.history.search import Filters, Search
from pipeline.log import hide
from pipeline.providers.jimeng.credentials import load_credentials
from pipeline.render.facts import bytes_in_words
from pipeline.safekeeping.export import Exported, export_bundle
from pipeline.safekeeping.gathering import Gathered, gather, pictures_in
from pipeline.safekeeping.naming import shown_name, shown_path
from pipeline.safekeeping.taking_in import TakenIn, take_in
from pipeline.wiring import REAL_CLOCK, Place

_SECRETS = ("VOLC_ACCESSKEY", "VOLC_SECRETKEY", "VOLC_SESSION_TOKEN")


def make_bundle(
    file: Path, *, since: datetime | None, spec: str | None, search: str | None, home: Path | None
) -> ExitCode:
    """Export, and say how much; 3 when a picture is missing from the store and so from the bundle."""
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        only = None
        if since or spec or search:
            only = Search(database).ids(Filters(text=search, spec=spec, since=_midnight(since)))
    done = export_bundle(at.home, at.database, file, only=only, now=REAL_CLOCK.now())
    manifest = done.manifest
    terminal.result(
        f"{shown_path(file)}: {counted(manifest.generations, 'generation')} and "
        f"{counted(len(manifest.pictures), 'picture')}, {bytes_in_words(done.bytes)}"
    )
    for picture, _ in done.ailing:
        whose = f" (generation {picture.shown[0][0]})" if picture.shown else ""
        terminal.warn(
            f"the picture {picture.sha256[:12]}{whose} is not whole in the store, so it is not in it"
        )
    _tell_unsettled(terminal, done)
    if done.ailing:
        terminal.next_step("pipeline db check --files")
        return ExitCode.INCOMPLETE
    terminal.next_step(f"in the other home: {command_line('import', shown_name(file.name))}")
    return ExitCode.OK


def _tell_unsettled(terminal: Terminal, done: Exported) -> None:
    """What the other home will not see, or will have to collect by itself."""
    if done.unsent:
        one = done.unsent == 1
        terminal.warn(
            f"{counted(done.unsent, 'order')} {'was' if one else 'were'} not sent yet, so "
            f"{'it is' if one else 'they are'} not in it"
        )
    if done.open:
        one = done.open == 1
        terminal.warn(
            f"{counted(done.open, 'order')} {'is' if one else 'are'} not settled, so "
            f"{'it is' if one else 'they are'} in it without {'its picture' if one else 'their pictures'}; "
            "once `pipeline collect` or `pipeline resolve` has settled that here, export again"
        )


def take_in_from(source: Path, home: Path | None) -> ExitCode:
    """Take in a bundle or a folder of pictures, whichever lies there."""
    terminal, at = Terminal(), here(home)
    if source.is_dir():
        return _take_in_folder(terminal, at, source)
    return _take_in_bundle(terminal, at, source)


def _take_in_bundle(terminal: Terminal, at: Place, path: Path) -> ExitCode:
    began = check(at.database).standing is Standing.ABSENT
    done = take_in(at.home, at.database, path, now=REAL_CLOCK.now())
    if began:
        terminal.note(f"a new history begins in {at.database}")
    elif done.began is not None and done.began.backup is not None:
        terminal.note(f"the history was upgraded; the old one is kept as {done.began.backup.name}")
    terminal.result(_brought(done.brought))
    terminal.result(f"{counted(done.copied, 'picture')} copied, {done.present} there already")
    for picture in done.lacking:
        whose = f" of generation {picture.shown[0][0]}" if picture.shown else ""
        terminal.warn(f"the picture{whose} ({picture.sha256[:12]}) was missing where this was exported")
    return _end(terminal, done)


def _end(terminal: Terminal, done: TakenIn) -> ExitCode:
    if done.lacking:
        terminal.next_step("pipeline db check --files")
        return ExitCode.INCOMPLETE
    terminal.next_step("pipeline history")
    return ExitCode.OK


def _brought(brought: Brought) -> str:
    if not (brought.generations or brought.moved_on or brought.decisions or brought.assets):
        return "this home knew all of it already"
    return (
        f"taken in: {counted(brought.generations, 'generation')}, {brought.moved_on} that had moved on, "
        f"{counted(brought.decisions, 'decision')}"
    )


def _take_in_folder(terminal: Terminal, at: Place, folder: Path) -> ExitCode:
    _hide_credentials(at)
    paths = pictures_in(at.home, folder)
    found: list[Gathered] = []
    with history_of(at, terminal, create=True) as database:
        for one in gather(at.home, database, folder, paths, now=REAL_CLOCK.now()):
            terminal.result(_line(one))
            found.append(one)
    new = [one for one in found if one.generation is not None and not one.known]
    known, failed = sum(one.known for one in found), sum(bool(one.problem) for one in found)
    silent = sum(not one.origin.prompt for one in new)
    terminal.result(
        f"{counted(len(new), 'picture')} taken in"
        + (f" ({silent} without a prompt)" if silent else "")
        + (f", {known} known already" if known else "")
        + (f", {failed} not taken" if failed else "")
    )
    if thrown := tuple(one.generation for one in found if one.trashed):
        terminal.note(f"to take out of the trash: {command_line('trash', *thrown, undo=True)}")
    if named := next((one for one in found if one.asset and not one.trashed), None):
        terminal.note(f"to show one, write in a spec: use: {named.asset}")
        terminal.next_step(command_line("show", named.asset))
    return ExitCode.INCOMPLETE if failed else ExitCode.OK


def _hide_credentials(at: Place) -> None:
    """Know the secrets of this machine, so that no file can bring them into the history."""
    hide(*(at.environ.get(name, "").strip() for name in _SECRETS))
    with suppress(CredentialsError):  # what is asked here is free, so half a pair stops nothing
        if (found := load_credentials(at.environ, Path.home())) is not None:
            hide(found.access_key, found.secret_key, found.session_token)


def _line(one: Gathered) -> str:
    if one.problem:
        return f"not taken: {one.problem}"
    if one.known:
        lies = ", in the trash" if one.trashed else ""
        return f"{one.shown}: known already, generation {one.generation} of {one.asset}{lies}"
    words = f", prompt from {one.origin.source}" if one.origin.source else ""
    return f"{one.shown}: generation {one.generation}, {one.asset}{words}"


def _midnight(day: datetime | None) -> datetime | None:
    if day is None:
        return None
    try:
        return day.astimezone(UTC)
    except (OverflowError, ValueError, OSError):
        raise UsageError(f"{day:%Y-%m-%d}: no day that a history has") from None
