"""Which revision a database stands at, and how it is brought to head. Alembic is loaded only for that.

An up-to-date database is recognised with one SQLite query, so that a command pays nothing for it.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from filelock import FileLock

from pipeline.errors import HistoryError
from pipeline.history import engine
from pipeline.history.engine import open_engine, readable_errors, sqlite_url, unusable
from pipeline.history.filesystem import network_kind

REVISIONS = ("0001", "0002", "0003")
"""Every revision, oldest first; a test holds it against the migrations folder."""
HEAD = REVISIONS[-1]


class Standing(StrEnum):
    """What a database file is to this version of the program."""

    ABSENT = "absent"
    CURRENT = "current"
    BEHIND = "behind"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Checked:
    """A database file and its revision, where it has one."""

    standing: Standing
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What `make_ready` did: from where (None: made new), and where the copy of the old one lies."""

    source: str | None
    backup: Path | None


def migrations_folder() -> Path:
    """The migrations: beside the package in a checkout, inside it in a wheel."""
    packaged = Path(__file__).parent.parent / "migrations"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent.parent / "migrations"


def check(path: Path) -> Checked:
    """Look at a database file; nothing is written. Raises HistoryError when it is no database."""
    if not path.exists() or path.stat().st_size == 0:
        return Checked(Standing.ABSENT)
    try:
        # Not mode=ro: what a killed run left half-written is rolled back by whoever reads it next.
        uri = f"{path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, timeout=engine.BUSY_SECONDS)) as database:
            tables = {
                row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }
            row = None
            if "alembic_version" in tables:
                row = database.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        raise unusable(str(path), str(error)) from error
    except sqlite3.DatabaseError as error:
        raise HistoryError(
            f"{path} cannot be read as a database: {error}",
            next_step="move it aside, or put the newest copy from data/backups/ in its place",
        ) from error
    if row is None:
        return Checked(Standing.FOREIGN if tables - {"alembic_version"} else Standing.ABSENT)
    revision = str(row[0])
    if revision == HEAD:
        return Checked(Standing.CURRENT, revision)
    return Checked(Standing.BEHIND if revision in REVISIONS else Standing.UNKNOWN, revision)


def make_ready(path: Path, *, now: datetime) -> Upgraded | None:
    """Create or upgrade the database at `path`; None when it was current.

    Behind head: a copy is kept first in `backups/` beside it. Raises HistoryError for a revision of a
    newer program, for a file that is some other program's database, and for a network file system; nothing
    is changed then.
    """
    if (network := network_kind(path)) is not None:
        raise HistoryError(
            f"{path} lies on a network file system ({network}), where SQLite's locks do not hold",
            next_step="keep the history on a local disk: PIPELINE_DATABASE_URL=sqlite:////PATH/history.db",
        )
    checked = check(path)
    if checked.standing is Standing.CURRENT:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(str(path) + ".upgrade-lock"):
        checked = check(path)
        match checked.standing:
            case Standing.CURRENT:
                return None
            case Standing.UNKNOWN:
                raise HistoryError(
                    f"{path} was written by a newer version of this program (revision {checked.revision}, "
                    f"this one knows up to {HEAD})",
                    next_step="install the newer version again; this one changed nothing",
                )
            case Standing.FOREIGN:
                raise HistoryError(
                    f"{path} is another program's database: it has tables, but no revision",
                    next_step="choose another home with --home DIR",
                )
            case Standing.ABSENT:
                upgrade(path)
                return Upgraded(None, None)
            case Standing.BEHIND:
                assert checked.revision is not None
                backup = _copy(path, checked.revision, now)
                upgrade(path)
                return Upgraded(checked.revision, backup)


def upgrade(path: Path, revision: str = "head") -> None:
    """Run the migrations up to `revision`, in one transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", migrations_folder().as_posix().replace("%", "%%"))
    opened = open_engine(sqlite_url(path), foreign_keys=False)
    try:
        with readable_errors(str(path)), opened.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        opened.dispose()


def _copy(path: Path, revision: str, now: datetime) -> Path:
    folder = path.parent / "backups"
    folder.mkdir(exist_ok=True)
    target = folder / f"{path.stem}-{revision}-{now:%Y%m%dT%H%M%SZ}.db"
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target
