"""Whether the pictures of a home's store are its own history's alone. Decides; changes nothing.

A row can only speak for its own history. Where another one may name the same files, nothing is cleared.
"""

from pathlib import Path

from pipeline.errors import UsageError
from pipeline.home import Home
from pipeline.storage import TEMP_PREFIX, leads_out

_HEADER = b"SQLite format 3\0"
_MERGED = "history-before-restore"
"""How copies begin whose every row `restore --force` has brought over: the history speaks for them."""


def check_trash_may_go(home: Home, history: Path) -> None:
    """Raises UsageError where a picture that `history` has in the trash may be another history's treasure."""
    elsewhere = not _same(history, home.database)
    if _is_led_out(home) or (elsewhere and leads_out(home.root, home.data)):
        raise UsageError(
            f"{home.blobs} leads out of this home, to {home.blobs.resolve()}: "
            "another home may show what lies in the trash here",
            next_step="put a folder in the place of the link, with this home's own pictures in it",
        )
    if elsewhere and home.database.exists():
        raise UsageError(
            f"{home.database} and {history} both name pictures of this store: one may show what lies in the "
            "trash of the other",
            next_step="unset PIPELINE_DATABASE_URL, or move the history that you do not use out of data/",
        )
    if other := _other_history(home, history, but=_MERGED):
        raise UsageError(
            f"{other} is a database too: it may show what lies in the trash of {history.name}",
            next_step="if you need it no more, move it out of data/, then: pipeline gc",
        )


def check_unnamed_may_go(home: Home, history: Path, *, named: int, unnamed: int) -> None:
    """Raises UsageError where files without a name in `history` may well have one in another.

    `named` and `unnamed` count files of the store.
    """
    if home.blobs.is_symlink() or _is_led_out(home):
        raise UsageError(
            f"{home.blobs} is a link, or leads out of this home: another home may name these files",
            next_step="put a folder in the place of the link, with this home's own pictures in it",
        )
    if not _same(history, home.database):
        raise UsageError(
            f"PIPELINE_DATABASE_URL names {history}, which is not this home's own history: "
            "that one may name these files",
            next_step="unset PIPELINE_DATABASE_URL, then: pipeline gc --unnamed",
        )
    if other := _other_history(home, history):
        raise UsageError(
            f"{other} is a database too: it may name these files",
            next_step="if you need it no more, move it out of data/, then: pipeline gc --unnamed",
        )
    if unnamed > named:
        raise UsageError(
            f"{unnamed} files of the store have no row, and {named} have one: this looks like a history "
            "that was lost or begun anew, and they may be pictures that you paid for",
            next_step="bring the history back first, if there is a backup: pipeline restore DIR --force",
        )


def _is_led_out(home: Home) -> bool:
    """Whether the store, or a folder of it, lies outside of the home's data.

    The data itself may be a link to another disk: then the history lies there too, and speaks for the store.
    """
    folders = (home.blobs, *home.blobs.glob("*"))
    return any(leads_out(home.data, folder) for folder in folders)


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _other_history(home: Home, history: Path, *, but: str | None = None) -> Path | None:
    """Another SQLite database that lies beside the history; `but`: names that begin so do not count."""
    for path in sorted(home.data.glob("*.db")):
        if but is not None and path.name.startswith(but):
            continue
        if not path.name.startswith(TEMP_PREFIX) and not _same(path, history) and _is_database(path):
            return path
    return None


def _is_database(path: Path) -> bool:
    """Whether a file has SQLite's header. One that cannot be read may be a history, so it counts as one."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_HEADER)) == _HEADER
    except OSError:
        return True
