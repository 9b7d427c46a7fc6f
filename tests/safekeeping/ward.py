"""A home with a history and real pictures, which tests back up, lose and bring back."""

import io
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PIL import Image  # noqa: TID251 - a real picture for the store

from pipeline.history.database import Database
from pipeline.history.records import AssetFact, Generation, Master, OwnPicture
from pipeline.history.schema import make_ready
from pipeline.home import Home
from pipeline.safekeeping.backup import BackedUp, back_up
from pipeline.safekeeping.restore import Restored, bring_back
from pipeline.storage import BlobStore
from tests.history.book import NOW, Book

LATER = NOW + timedelta(hours=1)


def png(name: str) -> bytes:
    """A picture of its own for every name."""
    colour = tuple(sha256(name.encode()).digest()[:3])
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    return out.getvalue()


class Ward:
    """One home: the history written as a run would, each picture a file before it is a row."""

    def __init__(self, root: Path, run: str = "run-1") -> None:
        self.home = Home(root)
        self.store = BlobStore(self.home.blobs)
        self.path = self.home.database
        self._run = run
        self._database: Database | None = None

    @property
    def book(self) -> Book:
        """The history, opened (and begun) when it is first asked for."""
        if self._database is None:
            make_ready(self.path, now=NOW)
            self._database = Database.at(self.path)
        return Book(self._database, self.path, self._run)

    def close(self) -> None:
        """Let go of the database's file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def put(self, name: str) -> Master:
        """A picture in the store; no row names it yet."""
        data = png(name)
        temp = self.store.temp("png")
        temp.write_bytes(data)
        digest = sha256(data).hexdigest()
        self.store.adopt(temp, digest, "png")
        return Master(sha256=digest, ending="png", width=8, height=8, bytes=len(data))

    def paint(self, name: str, *, at: datetime = NOW, **changes: Any) -> Generation:
        """A generation that was bought, with its picture in the store. Its request has the name too."""
        wishes = {"request": f"q1:{name}", "generation_key": f"g1:{name}", "asset": f"week12/cats/{name}"}
        found = self.book.submitted(task_id=f"task-{name}", at=at, **(wishes | changes))
        assert self.book.ledger.stored(found.id, self.put(name), at=at + timedelta(seconds=21))
        return self.book.read(found)

    def own(self, name: str, spec: str = "week12") -> Master:
        """The author's own picture, as an asset of a spec shows it."""
        master = self.put(name)
        self.book.memory.keep_own(
            OwnPicture(path=f"/shots/{name}.png", size=master.bytes, mtime_ns=1, master=master), at=NOW
        )
        asset = AssetFact(key=f"{spec}/cats/{name}", spec=spec, own_sha256=master.sha256)
        self.book.memory.saw_spec(spec, f"configs/{spec}.yaml", "0" * 64, [asset], at=NOW)
        return master

    def answer(self, generation: Generation | int, text: str = "an answer", ending: str = "body") -> Path:
        """An answer that lies in the inbox, not yet read."""
        number = generation if isinstance(generation, int) else generation.id
        self.home.inbox.mkdir(parents=True, exist_ok=True)
        path = self.home.inbox / f"{number}.{ending}"
        path.write_text(text, "utf-8")
        return path

    def blob(self, master: Master | None) -> Path:
        """Where a picture lies."""
        assert master is not None
        return self.store.path(master.sha256, master.ending)

    def back_up(self, folder: Path, *, now: datetime = NOW) -> BackedUp:
        """Back this home up."""
        return back_up(self.home, self.path, folder, now=now)

    def restore(self, folder: Path, *, force: bool = False, now: datetime = LATER) -> Restored:
        """Bring a backup back into this home."""
        return bring_back(self.home, self.path, folder, force=force, now=now)

    def rows(self, statement: str) -> list[Any]:
        """What the history says, by plain SQL."""
        return rows(self.path, statement)


def rows(path: Path, statement: str) -> list[Any]:
    """Rows of a database file."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute(statement).fetchall()


def everything(path: Path) -> dict[str, list[Any]]:
    """Every row of every table, to see that nothing was touched."""
    with closing(sqlite3.connect(path)) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: database.execute(f"SELECT * FROM {table}").fetchall() for table in tables}  # noqa: S608 - the schema's own names


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def names_in(folder: Path) -> list[str]:
    """What lies in a folder itself."""
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """As on a full disk: no file may grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def interrupted_commits(monkeypatch: pytest.MonkeyPatch, path: Path) -> Iterator[None]:
    """Let Ctrl-C come just after each commit of a transaction over a database file."""
    connect = sqlite3.connect

    class Interrupted(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            found = super().execute(sql, *values)
            if sql == "COMMIT" and super().execute("PRAGMA database_list").fetchone()[2] == str(path):
                raise KeyboardInterrupt
            return found

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", partial(connect, factory=Interrupted))
        yield
