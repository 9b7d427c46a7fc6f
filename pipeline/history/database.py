"""One open history: sessions for writing and for reading. Knows no query."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history.engine import open_engine, readable_errors, sqlite_url


class Database:
    """Sessions over one database. Safe to use from several threads; each session is one transaction."""

    def __init__(self, url: URL, shown: str) -> None:
        self._engine = open_engine(url)
        self._reader = self._engine.execution_options(sqlite_begin="BEGIN")
        self.shown = shown

    @classmethod
    def at(cls, path: Path) -> "Database":
        """The SQLite database in a file."""
        return cls(sqlite_url(path), str(path))

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that holds the write lock from its first statement; commits when the block ends."""
        with (
            readable_errors(self.shown),
            Session(self._engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads, and so never waits for writers longer than a commit takes."""
        with readable_errors(self.shown), Session(self._reader) as session, session.begin():
            yield session

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()
