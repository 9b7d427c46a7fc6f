"""`backup`: database and pictures into a folder, while runs may go on. Changes nothing in the home.

The order: answers in the inbox and the database at one moment, then every picture that it names (files are
there before rows, and never change), then the record that makes it a backup. Whatever fails before that,
an older backup in the folder stays valid.
"""

import shlex
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import HistoryError, UsageError
from pipeline.history.backup import Content, Picture, content, problems, snapshot
from pipeline.history.merge import lacking
from pipeline.history.schema import Standing, check
from pipeline.home import Home
from pipeline.safekeeping.inbox import keep_answers
from pipeline.safekeeping.pictures import Fate, carry, unnamed
from pipeline.safekeeping.record import BackupFolder, Record
from pipeline.storage import BlobStore, folder_inside, sha256_file, sweep, temp_path, writing


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What a backup did: its record, pictures copied and there already, and what ails in the home's store."""

    record: Record
    copied: int
    present: int
    ailing: tuple[tuple[Picture, Fate], ...]


def back_up(home: Home, database: Path, root: Path, *, now: datetime) -> BackedUp:
    """Make or refresh the backup in `root`.

    Raises UsageError for a folder where none belongs, HistoryError when the database is not whole, and
    IncompleteError when the folder cannot be written; an older backup in it stays valid then.
    """
    revision = _revision(home, database)
    folder = BackupFolder(root)
    folder.check_place(home, database)
    folder_inside(root, root)
    with folder.ours_alone():
        sweep(root, now=now.timestamp(), older_than=float("-inf"))
        temp = temp_path(root, "db")
        try:
            # Twice: what comes while the database is copied lies there after it.
            answers = keep_answers(home.inbox, folder.inbox, {})
            with writing(temp):
                snapshot(database, temp)
            answers = keep_answers(home.inbox, folder.inbox, answers)
            found = _whole(database, temp)
            _check_lineage(temp, folder)
            return _fill(home, folder, temp, found, answers, revision, now)
        finally:
            temp.unlink(missing_ok=True)
            temp.with_name(f"{temp.name}-journal").unlink(missing_ok=True)


def _revision(home: Home, database: Path) -> str:
    checked = check(database)
    if checked.standing is Standing.ABSENT:
        raise UsageError(
            f"{home.root} has no history yet: there is nothing to keep safe",
            next_step="to begin one: pipeline init",
        )
    if checked.standing in (Standing.FOREIGN, Standing.UNKNOWN) or checked.revision is None:
        raise HistoryError(
            f"{database} was not written by this version of the program or an older one",
            next_step="install the newer version again, or choose another home with --home DIR",
        )
    return checked.revision


def _whole(database: Path, copy: Path) -> Content:
    if problems(copy):
        raise HistoryError(
            f"{database} is damaged, so it is not backed up; what was backed up before is kept",
            next_step="pipeline db check",
        )
    return content(copy)


def _check_lineage(copy: Path, folder: BackupFolder) -> None:
    """Never put a history in the place of a backup that knows purchases which this one does not."""
    before = folder.record()
    old = None if before is None else folder.database(before)
    missing = 0 if old is None else lacking(copy, old)
    if missing:
        raise UsageError(
            f"{folder.root} holds a backup of another history: this one lacks {missing} of its generations",
            next_step="name another folder, or bring them back first: "
            f"pipeline restore {shlex.quote(str(folder.root))} --force",
        )


def _fill(
    home: Home,
    folder: BackupFolder,
    copy: Path,
    found: Content,
    answers: dict[str, str],
    revision: str,
    now: datetime,
) -> BackedUp:
    source = BlobStore(home.blobs)
    carried = carry(found.pictures, source, folder.store)
    # Pictures without a row were paid for as well: those of a run that goes on, the others of a group.
    others = carry(unnamed(source, found.pictures), source, folder.store)
    record = Record(
        created_at=now,
        revision=revision,
        generations=found.generations,
        blobs=sum((carried.copied, carried.present, others.copied, others.present)),
        sha256=sha256_file(copy),
        inbox=answers,
    )
    folder.switch(copy, record)
    for path in folder.inbox.glob("*"):
        if path.name not in answers:
            path.unlink()
    return BackedUp(
        record=record,
        copied=carried.copied + others.copied,
        present=carried.present + others.present,
        ailing=carried.ailing,
    )
