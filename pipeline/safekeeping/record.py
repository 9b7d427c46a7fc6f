"""A backup's folder: what lies where in it, and the small file that makes it a valid backup.

backup.json      written when everything that it speaks of is there
history.db       the database; history.next.db between the writing of backup.json and its renaming
blobs/ab/...     the pictures, as in a home's store
inbox/           answers that were kept but not yet read into the database
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import IncompleteError, UsageError
from pipeline.home import Home
from pipeline.storage import TEMP_PREFIX, BlobStore, publish, sha256_file, write_atomic, writing

_KIND = "pipeline backup"
_RECORD, _DATABASE, _NEXT, _LOCK = "backup.json", "history.db", "history.next.db", "backup.lock"
_UNFINISHED = frozenset({"blobs", "inbox", _NEXT, _LOCK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a backup holds. `sha256` is the database's; `inbox` has the hash of each kept answer by name."""

    created_at: datetime
    revision: str
    generations: int
    blobs: int
    sha256: str
    inbox: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BackupFolder:
    """A folder that holds, or will hold, one backup."""

    root: Path

    @property
    def store(self) -> BlobStore:
        """The pictures."""
        return BlobStore(self.root / "blobs")

    @property
    def inbox(self) -> Path:
        """Kept answers."""
        return self.root / "inbox"

    @contextmanager
    def ours_alone(self) -> Iterator[None]:
        """Keep a second backup out. Raises UsageError while one is being made here."""
        lock = FileLock(str(self.root / _LOCK), thread_local=False)
        with writing(self.root):
            try:
                lock.acquire(timeout=0)
            except Timeout:
                raise UsageError(
                    f"{self.root}: another backup is being made here", next_step="wait until it has ended"
                ) from None
        try:
            yield
        finally:
            with suppress(PermissionError):  # Windows keeps an open file; there it stays
                (self.root / _LOCK).unlink(missing_ok=True)
            lock.release()

    def record(self) -> Record | None:
        """What the backup here says of itself; None where there is none.

        Raises UsageError for a `backup.json` that is not ours.
        """
        path = self.root / _RECORD
        try:
            return _read(path.read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                f"{path} is not a backup's record", next_step="name the folder that `pipeline backup` wrote"
            ) from error

    def database(self, record: Record) -> Path | None:
        """The database that the record speaks of, by its hash; None when it is damaged or gone."""
        for path in (self.root / _DATABASE, self.root / _NEXT):
            if path.is_file() and sha256_file(path) == record.sha256:
                return path
        return None

    def switch(self, database: Path, record: Record) -> None:
        """Make a finished database and its record the backup. Killed at any moment, one of both is valid.

        The order: the new database under its own name, the record that has its hash, then the usual name.
        """
        following = self.root / _NEXT
        publish(database, following)
        write_atomic(self.root / _RECORD, _written(record).encode())
        publish(following, self.root / _DATABASE)

    def check_place(self, home: Home, database: Path) -> None:
        """Raises UsageError where no backup of this home belongs: inside it, or among other things."""
        real = self.root.resolve()
        inside = (home.data, home.output(simulated=False), home.configs, database.parent)
        if real == home.root or any(real.is_relative_to(folder.resolve()) for folder in inside):
            raise UsageError(
                f"{self.root} lies inside the home that it is to keep safe",
                next_step="name a folder outside of it, best on another disk",
            )
        if self.root.exists() and not self.root.is_dir():
            raise UsageError(f"{self.root} is a file", next_step="name a folder")
        if self.record() is None and (strangers := self._strangers()):
            raise UsageError(
                f"{self.root} holds something else than a backup: {', '.join(strangers[:3])}",
                next_step="name a new or an empty folder",
            )

    def _strangers(self) -> list[str]:
        """What lies in the folder and cannot be the rest of a backup that did not get far."""
        try:
            names = sorted(path.name for path in self.root.iterdir()) if self.root.exists() else []
        except OSError as error:
            raise IncompleteError(
                f"{self.root}: cannot be read ({error.strerror})", next_step="make the folder readable"
            ) from error
        return [name for name in names if name not in _UNFINISHED and not name.startswith(TEMP_PREFIX)]


def _read(text: str) -> Record:
    """Raises ValueError, KeyError, TypeError or AttributeError for a text that is not a record of ours."""
    found = json.loads(text)
    if found["kind"] != _KIND:
        raise ValueError("another program's")
    return Record(
        created_at=datetime.fromisoformat(found["created_at"]),
        revision=str(found["revision"]),
        generations=int(found["generations"]),
        blobs=int(found["blobs"]),
        sha256=str(found["sha256"]),
        inbox={str(name): str(sha256) for name, sha256 in found["inbox"].items()},
    )


def _written(record: Record) -> str:
    document = {
        "kind": _KIND,
        "created_at": record.created_at.isoformat(),
        "revision": record.revision,
        "generations": record.generations,
        "blobs": record.blobs,
        "sha256": record.sha256,
        "inbox": dict(record.inbox),
    }
    return json.dumps(document, indent=2) + "\n"
