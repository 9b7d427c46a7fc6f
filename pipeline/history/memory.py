"""What is remembered besides the money: runs, specs, assets, decisions, written files. Writes only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import decided, focus, notes, rows, trash
from pipeline.history.database import Database
from pipeline.history.models import (
    AssetRow,
    DeliveredRow,
    OwnFileRow,
    RunRow,
    SpecRow,
)
from pipeline.history.records import AssetFact, Decision, Delivered, FocusPoint, Marked, Note, OwnPicture
from pipeline.history.states import Choice
from pipeline.subject import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStart:
    """A run as it begins; `id` also names its lock file."""

    id: str
    command: str
    host: str
    pid: int
    at: datetime


class Memory:
    """Everything the program keeps that is not a generation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin_run(self, start: RunStart) -> None:
        """Write down that a run began, before it plans anything."""
        with self._database.writing() as session:
            session.add(
                RunRow(
                    id=start.id, command=start.command, host=start.host, pid=start.pid, started_at=start.at
                )
            )

    def end_run(self, run: str, *, at: datetime) -> None:
        """Write down that a run ended by itself."""
        with self._database.writing() as session:
            session.execute(update(RunRow).where(RunRow.id == run).values(ended_at=at))

    def saw_spec(
        self, name: str, path: str, digest: str, assets: Sequence[AssetFact], *, at: datetime
    ) -> None:
        """Keep where a spec lies and what each of its assets asked for. Unchanged rows are not written."""
        with self._database.writing() as session:
            spec = session.get(SpecRow, name)
            if spec is None:
                session.add(SpecRow(name=name, path=path, digest=digest, seen_at=at))
            elif (spec.path, spec.digest) != (path, digest):
                spec.path, spec.digest, spec.seen_at = path, digest, at
            known = {row.key: row for row in session.scalars(select(AssetRow).where(AssetRow.spec == name))}
            for asset in assets:
                row = known.get(asset.key) or AssetRow(key=asset.key, spec=name, seen_at=at)
                facts = (asset.request, asset.model, asset.prompt, asset.own_sha256, asset.ai, asset.title)
                if asset.key in known and facts == (
                    row.request_key,
                    row.model,
                    row.prompt,
                    row.own_sha256,
                    row.ai,
                    row.title,
                ):
                    continue
                row.request_key, row.model, row.prompt, row.own_sha256, row.ai, row.title = facts
                row.seen_at = at
                session.add(row)

    def decide(
        self,
        asset: str,
        generation: int,
        choice: Choice,
        request: str,
        *,
        at: datetime,
        expected: int | None = None,
    ) -> None:
        """Append a decision for one asset; a picture that was thrown away is taken out of the trash.

        `expected`: the asset's version that the author saw. Raises StaleError when it has another one now.
        """
        word = Decision(asset=asset, generation=generation, choice=choice, request=request, at=at)
        with self._database.writing() as session:
            decided.decide(session, word, expected=expected)
            trash.take_out_if_in(session, generation, at)

    def reject(self, marked: Sequence[Marked], *, at: datetime) -> None:
        """Append rejections, all or none: these pictures never again, for anyone.

        Raises StaleError when something was said on one of them since its version.
        """
        with self._database.writing() as session:
            decided.reject(session, marked, at=at)

    def take_rejection_back(self, marked: Sequence[Marked], *, at: datetime) -> None:
        """Let rejected pictures be used again, all or none. Raises StaleError as `reject` does."""
        with self._database.writing() as session:
            decided.take_rejection_back(session, marked, at=at)

    def undo(self, asset: str, *, at: datetime, expected: int | None = None) -> Decision | None:
        """Take back the newest word on an asset (a rejection's `asset` is empty); None: there was none.

        Called again it takes back the one before. A rejection after which a run took another picture goes
        with that taking. Raises StaleError as `decide` does.
        """
        with self._database.writing() as session:
            return decided.undo(session, asset, at=at, expected=expected)

    def note(self, on: int | str, text: str, *, at: datetime) -> None:
        """Append a note on a generation (its number) or an asset (its key).

        Raises UsageError for one without words or on what the history does not know.
        """
        with self._database.writing() as session:
            notes.add(session, on, text, at)

    def note_each(self, generations: Sequence[int], text: str, *, at: datetime) -> tuple[int, ...]:
        """Append the same note on several generations, all or none; returns those that had it not.

        Raises UsageError as `note` does.
        """
        with self._database.writing() as session:
            return tuple(number for number in generations if notes.add(session, number, text, at))

    def remove_note(self, on: int | str, text: str | None = None, *, at: datetime) -> Note | None:
        """Take back the note with that text, without one the newest; returns it, None: there is none."""
        with self._database.writing() as session:
            return notes.remove(session, on, text, at)

    def trash(self, ids: Sequence[int], *, at: datetime, gone: Collection[str] = ()) -> None:
        """Throw generations away; see `pipeline.history.trash` for what is refused, by UsageError."""
        with self._database.writing() as session:
            trash.throw_away(session, ids, at, gone=gone)

    def restore_from_trash(self, ids: Sequence[int], *, at: datetime, present: Collection[int] = ()) -> None:
        """Take generations out of the trash; `present`: those whose file lies in the store.

        Raises UsageError for one that is not in it, or whose file was cleared away.
        """
        with self._database.writing() as session:
            trash.take_out(session, ids, at, present=present)

    def will_write(self, file: Delivered) -> None:
        """Note a file just before it is renamed into place, so that it is always known as ours."""
        with self._database.writing() as session:
            session.execute(
                delete(DeliveredRow).where(DeliveredRow.path == file.path, DeliveredRow.sha256 == file.sha256)
            )
            session.add(
                DeliveredRow(
                    path=file.path,
                    sha256=file.sha256,
                    bytes=file.bytes,
                    mtime_ns=file.mtime_ns,
                    spec=file.spec,
                    asset_key=file.asset,
                    slot=file.slot,
                    rendition_key=file.rendition,
                    generation_id=file.generation,
                    provider=file.provider,
                    master=file.master,
                    width=file.width,
                    height=file.height,
                    format=file.format,
                    crop=list(file.crop),
                    scale=file.scale,
                    label=file.label,
                    at=file.at,
                )
            )

    def forget_written(self, path: str) -> None:
        """A file of ours was removed because nothing wants it any more."""
        with self._database.writing() as session:
            session.execute(delete(DeliveredRow).where(DeliveredRow.path == path))

    def keep_own(self, picture: OwnPicture, *, at: datetime) -> None:
        """Keep how the author's own file read, with its copy in the store."""
        with self._database.writing() as session:
            master = picture.master
            rows.remember_blob(session, master, at)
            row = session.get(OwnFileRow, picture.path) or OwnFileRow(path=picture.path)
            row.size, row.mtime_ns, row.blob_sha256 = picture.size, picture.mtime_ns, master.sha256
            session.add(row)

    def keep_subject(self, master: str, subject: Subject, *, at: datetime) -> bool:
        """Keep where the subject of a master lies; False, and nothing kept, while no such master is known."""
        with self._database.writing() as session:
            return focus.keep_subject(session, master, subject, at)

    def point_at(self, point: FocusPoint, *, expected: int | None = None) -> None:
        """Append where the author wants an asset's crops centred.

        `expected`: how many words there were on it when the author looked. Raises StaleError for another
        number.
        """
        with self._database.writing() as session:
            focus.point_at(session, point, expected=expected)

    def point_back(
        self, asset: str, slot: str = "", *, at: datetime, expected: int | None = None
    ) -> FocusPoint | None:
        """Say again what counted before the newest word on a slot's focus (empty: on the asset's, of all).

        Returns that word, without x and y where nothing was said before; None: there is nothing to take back.
        Raises StaleError as `point_at` does.
        """
        with self._database.writing() as session:
            return focus.point_back(session, asset, slot, at=at, expected=expected)
