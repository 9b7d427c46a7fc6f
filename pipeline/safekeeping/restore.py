"""`restore`: a backup back into a home. Pictures first, then the database, so no row names a missing file.

Where a history stands, what it knows and the backup does not is brought over, so that nothing is bought
twice; the old database is kept beside the new one.
"""

import os
import shlex
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline.errors import HistoryError, IncompleteError, UsageError
from pipeline.history.backup import Content, Picture, begin_with, content, problems, replacing, snapshot
from pipeline.history.merge import Brought, merge
from pipeline.history.schema import HEAD, Standing, check, make_ready, upgrade
from pipeline.home import Home
from pipeline.runner.lock import RunLock, others_alive
from pipeline.safekeeping.inbox import return_answers, waiting_answers
from pipeline.safekeeping.leftovers import sweep_store
from pipeline.safekeeping.pictures import carry, copy_file, unnamed
from pipeline.safekeeping.record import BackupFolder, Record
from pipeline.storage import BlobStore, folder_inside, publish, sweep, temp_path, writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did. `brought` and `kept` (the old database) only where a history stood.

    `lost` are pictures that neither the backup nor the store has whole, `answers` kept answers damaged.
    """

    record: Record
    copied: int
    present: int
    lost: tuple[Picture, ...]
    answers: tuple[str, ...] = ()
    brought: Brought | None = None
    kept: Path | None = None


def bring_back(home: Home, database: Path, root: Path, *, force: bool, now: datetime) -> Restored:
    """Restore the backup in `root`; with `force` into a history that stands.

    Raises UsageError where it must not be, HistoryError for a database that cannot be used, and
    IncompleteError for a damaged backup or a full disk; the old history is untouched then.
    """
    folder = BackupFolder(root)
    record = folder.record()
    if record is None:
        raise UsageError(
            f"{root} is not a backup: it has no backup.json",
            next_step="name the folder that `pipeline backup` wrote",
        )
    stands = check(database).standing is not Standing.ABSENT
    if stands and not force:
        raise UsageError(
            f"{home.root} has a history already; with --force, what only it knows is brought over",
            next_step=f"pipeline restore {shlex.quote(str(root))} --force",
        )
    name = f"{now:%Y%m%dT%H%M%S}-restore-{os.getpid()}"
    folder_inside(home.runs.parent, home.runs)
    with RunLock(home.runs, name):
        if others_alive(home.runs, name):
            raise UsageError(
                "a run is going on in this home", next_step="wait until it has ended, then type this again"
            )
        folder_inside(database.parent, database.parent)
        sweep(database.parent, now=now.timestamp(), older_than=float("-inf"), deep=False)
        sweep_store(home, now=now)
        prepared = temp_path(database.parent, "db")
        try:
            _prepare(folder, record, prepared)
            if stands:
                make_ready(database, now=now)
            stamp = f"before-restore-{now:%Y%m%dT%H%M%S%f}Z" if stands else None
            return _restore(home, database, folder, record, prepared, stamp)
        finally:
            prepared.unlink(missing_ok=True)
            prepared.with_name(f"{prepared.name}-journal").unlink(missing_ok=True)


def _prepare(folder: BackupFolder, record: Record, prepared: Path) -> None:
    """A copy of the backup's database, verified and at head, that can be written to."""
    database = folder.database(record)
    if database is None or copy_file(database, prepared, record.sha256) is None:
        raise IncompleteError(
            f"{folder.root}: the database of this backup is damaged or gone", next_step="use an older backup"
        )
    checked = check(prepared)
    if checked.standing is Standing.BEHIND:
        upgrade(prepared)
    elif checked.standing is not Standing.CURRENT:
        raise HistoryError(
            f"{folder.root} was made by a newer version of this program (revision {checked.revision}, "
            f"this one knows up to {HEAD})",
            next_step="install the newer version, then type the same command again",
        )


def _restore(
    home: Home, database: Path, folder: BackupFolder, record: Record, prepared: Path, stamp: str | None
) -> Restored:
    """Pictures, then answers, then the rows; `stamp` marks what is kept of a history that stands."""
    done = _bring_pictures(home, folder, record, prepared)
    if stamp is not None:
        return _replace(home, database, folder, prepared, done, stamp)
    submitting = content(prepared).submitting
    answers = return_answers(folder.inbox, home.inbox, record.inbox, submitting, aside=None)
    with writing(database):
        begin_with(prepared, database)
    return replace(done, answers=answers)


def _bring_pictures(home: Home, folder: BackupFolder, record: Record, prepared: Path) -> Restored:
    """Every picture that the backup has, also those that no row names: they were paid for."""
    pictures = content(prepared).pictures
    store = BlobStore(folder_inside(home.data, home.blobs))
    named = carry(pictures, folder.store, store)
    others = carry(unnamed(folder.store, pictures), folder.store, store)
    return Restored(
        record=record,
        copied=named.copied + others.copied,
        present=named.present + others.present,
        lost=named.lost,
    )


def _replace(
    home: Home, database: Path, folder: BackupFolder, prepared: Path, done: Restored, stamp: str
) -> Restored:
    """Put the restored rows in the place of those that stand, in one transaction that nobody can get into."""
    kept = database.with_name(f"{database.stem}-{stamp}{database.suffix}")
    with writing(database), replacing(database, prepared) as commit:
        _keep(database, kept, folder)
        try:
            _check_answers(home, content(kept))
            brought = merge(kept, prepared)
            submitting = content(prepared).submitting
            answers = return_answers(folder.inbox, home.inbox, done.record.inbox, submitting, aside=stamp)
        except BaseException:
            kept.unlink()
            raise
        commit()  # whatever interrupts this may come after the rows did: the old ones are kept from here on
    return replace(done, answers=answers, brought=brought, kept=kept)


def _keep(database: Path, kept: Path, folder: BackupFolder) -> None:
    """A whole copy of the old database beside it; a damaged one cannot be merged."""
    temp = temp_path(kept.parent, "db")
    try:
        snapshot(database, temp)
        if problems(temp):
            raise HistoryError(
                f"{database} is damaged: what it knows cannot be brought over",
                next_step=f"move it aside, then: pipeline restore {shlex.quote(str(folder.root))}",
            )
        publish(temp, kept)
    finally:
        temp.unlink(missing_ok=True)


def _check_answers(home: Home, old: Content) -> None:
    """An answer's file has its generation's number, which may be another one in the restored history."""
    waiting = waiting_answers(home.inbox, old.submitting)
    if waiting:
        raise UsageError(
            f"answers that were paid for still wait in {home.inbox} ({', '.join(waiting)})",
            next_step="to read them first: pipeline collect",
        )
