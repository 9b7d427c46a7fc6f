"""Bundles: what one home exports, another takes in, whole, once, and beside what it knows itself."""

import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import HistoryError, IncompleteError, UsageError
from pipeline.history import extract
from pipeline.history.gate import Claimed
from pipeline.history.memory import RunStart
from pipeline.history.merge import Brought
from pipeline.history.models import METADATA
from pipeline.history.records import AssetFact, FocusPoint, Generation, Marked
from pipeline.history.schema import upgrade
from pipeline.history.search import Filters
from pipeline.history.states import Choice, State
from pipeline.runner.lock import RunLock
from pipeline.safekeeping.export import Exported, export_bundle
from pipeline.safekeeping.pictures import Fate
from pipeline.safekeeping.taking_in import TakenIn, take_in
from pipeline.subject import Subject
from tests.history.book import NOW, WIDE_OPEN, after, written
from tests.safekeeping.ward import (
    LATER,
    Ward,
    everything,
    files_of,
    interrupted_commits,
    names_in,
    room_for,
    rows,
)

NOTHING = Brought(generations=0, moved_on=0, decisions=0, assets=0, files=0)
PLAIN = "q1:cat"
COMPARED = ("generation", "generation_tag", "event", "decision", "asset", "subject", "focus_point", "blob")
SUBJECT = Subject(method="saliency/1", columns=bytes(range(64)), rows=bytes(64), grid=bytes(256))


def _export(ward: Ward, target: Path, only: frozenset[int] | None = None) -> Exported:
    _ = ward.book
    return export_bundle(ward.home, ward.path, target, only=only, now=NOW)


def _import(ward: Ward, bundle: Path, now: datetime = LATER) -> TakenIn:
    return take_in(ward.home, ward.path, bundle, now=now)


def _send(ward: Ward, planned: Generation, task: str) -> None:
    """Claim a planned row and have it taken."""
    gate = ward.book.of("run-1").gatekeeper
    claimed = gate.claim(
        ward.book.read(planned.id), WIDE_OPEN, forced=True, exact=False, now=lambda: after(5)
    )
    assert claimed == Claimed()
    ward.book.ledger.accepted(planned.id, task, None, at=after(6))


def _story(ward: Ward) -> None:
    """A home with a bit of everything."""
    cat = ward.paint("cat", tags={"author": "amy"})
    assert cat.master is not None
    ward.book.memory.decide(cat.asset, cat.id, Choice.PINNED, cat.request, at=after(60))
    ward.book.memory.reject([Marked(ward.paint("dog", at=after(5)).id)], at=after(61))
    ward.book.refused(request="q1:wolf", at=after(7))
    ward.own("shot")
    ward.book.memory.point_at(
        FocusPoint(asset=cat.asset, slot="wechat.cover", x=0.5, y=0.4, spec_said="auto", at=NOW)
    )
    assert ward.book.memory.keep_subject(cat.master.sha256, SUBJECT, at=after(62))
    ward.book.memory.will_write(written(generation=cat.id))


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Where a bundle goes; not there yet."""
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick" / "week12.zip"


def _told(path: Path) -> dict[str, list[Any]]:
    """The rows that a bundle carries, without whose run made them."""
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        found = {}
        for table in COMPARED:
            listed = [dict(row) for row in database.execute(f"SELECT * FROM {table} ORDER BY 1")]  # noqa: S608 - ours
            for row in listed:
                row.pop("owner", None)
            found[table] = listed
    return found


def test_an_empty_home_takes_in_everything_and_remembers_the_same(
    ward: Ward, other: Ward, bundle: Path
) -> None:
    _story(ward)

    done = _export(ward, bundle)
    taken = _import(other, bundle)

    assert (done.manifest.generations, len(done.manifest.pictures), done.ailing) == (3, 3, ())
    assert (taken.brought.generations, taken.copied, taken.present, taken.lacking) == (3, 3, 0, ())
    assert _told(other.path) == _told(ward.path)
    assert files_of(other.home.blobs) == files_of(ward.home.blobs)
    assert other.rows("SELECT name, path FROM spec") == [("week12", "configs/week12.yaml")]
    for table in extract.LEFT_BEHIND - {"alembic_version"}:
        assert other.rows(f"SELECT * FROM {table}") == []  # noqa: S608 - our own names


def test_a_second_import_changes_nothing(ward: Ward, other: Ward, bundle: Path) -> None:
    _story(ward)
    _export(ward, bundle)
    _import(other, bundle)
    before = everything(other.path), files_of(other.home.blobs)

    again = _import(other, bundle, LATER + timedelta(days=1))

    assert (again.brought, again.copied, again.present) == (NOTHING, 0, 3)
    assert (everything(other.path), files_of(other.home.blobs)) == before


def test_the_home_that_exported_learns_nothing_from_its_own_bundle(ward: Ward, bundle: Path) -> None:
    _story(ward)
    _export(ward, bundle)
    before = everything(ward.path)

    assert _import(ward, bundle).brought == NOTHING
    assert everything(ward.path) == before


def test_the_same_request_bought_on_both_machines_stays_two_pictures(
    ward: Ward, other: Ward, bundle: Path
) -> None:
    theirs = ward.paint("theirs", request=PLAIN, at=after(60))
    ours = other.paint("ours", request=PLAIN)
    other.book.memory.decide(ours.asset, ours.id, Choice.SELECTED, PLAIN, at=after(70))
    _export(ward, bundle)

    taken = _import(other, bundle)

    assert taken.brought.generations == 1
    found = other.book.ledger.same_request(PLAIN)
    assert [(item.id, item.attempt, item.task_id) for item in found] == [
        (ours.id, 1, "task-ours"),
        (ours.id + 1, 2, "task-theirs"),
    ]
    assert all(item.master and other.store.has(item.master.sha256, "png") for item in found)
    assert found[1].master == theirs.master
    assert _import(other, bundle).brought == NOTHING


def test_one_intent_that_two_machines_sent_stays_two_purchases(
    ward: Ward, other: Ward, bundle: Path, tmp_path: Path
) -> None:
    planned = ward.book.planned(request=PLAIN)
    ward.back_up(tmp_path / "copy")
    other.restore(tmp_path / "copy")
    for home, name in ((ward, "theirs"), (other, "ours")):
        _send(home, planned, f"task-{name}")
        assert home.book.ledger.stored(planned.id, home.put(name), at=after(30))
    _export(ward, bundle)

    first = _import(other, bundle)
    again = _import(other, bundle)

    assert (first.brought.generations, again.brought) == (1, NOTHING)
    assert {item.task_id for item in other.book.ledger.same_request(PLAIN)} == {"task-theirs", "task-ours"}


def test_what_was_on_its_way_is_collected_by_whoever_has_the_account(
    ward: Ward, other: Ward, bundle: Path
) -> None:
    sent = ward.book.submitted(task_id="7392616336519610409")
    _export(ward, bundle)
    _import(other, bundle)

    (found,) = other.book.ledger.same_request(sent.request)

    assert (found.state, found.task_id, found.owner) == (State.SUBMITTED, "7392616336519610409", None)
    ward.book.ledger.stored(sent.id, ward.put("cat"), at=after(30))
    bundle.unlink()
    _export(ward, bundle)
    assert _import(other, bundle).brought.moved_on == 1
    assert other.book.read(found).state is State.STORED


def test_what_was_never_sent_stays_at_home(ward: Ward, other: Ward, bundle: Path) -> None:
    ward.paint("cat")
    ward.book.planned(request="q1:waiting")

    assert _export(ward, bundle).manifest.generations == 1
    _import(other, bundle)

    assert other.rows("SELECT request_key FROM generation") == [("q1:cat",)]


def test_a_selection_brings_its_pictures_words_and_assets_only(ward: Ward, other: Ward, bundle: Path) -> None:
    _story(ward)
    ward.paint("boat", asset="week13/boats/cover", spec="week13", at=after(100))
    ward.book.memory.saw_spec(
        "week13",
        "configs/week13.yaml",
        "1" * 64,
        [AssetFact(key="week13/boats/cover", spec="week13")],
        at=NOW,
    )
    only = ward.book.search.ids(Filters(spec="week13"))

    done = _export(ward, bundle, only)
    taken = _import(other, bundle)

    assert (done.manifest.generations, taken.brought.generations, taken.copied) == (1, 1, 1)
    assert other.rows("SELECT asset_key FROM generation") == [("week13/boats/cover",)]
    assert other.rows("SELECT key FROM asset") == [("week13/boats/cover",)]
    assert other.rows("SELECT count(*) FROM decision") == [(0,)]


def test_notes_and_the_trash_come_with_the_pictures_they_are_about(
    ward: Ward, other: Ward, bundle: Path
) -> None:
    cat, dog = ward.paint("cat"), ward.paint("dog", at=after(5))
    at = "2026-11-24 09:30:00.000000"
    for key, number, text in (
        (None, cat.id, "warm"),
        (None, dog.id, "cold"),
        (cat.asset, None, "for the cover"),
        (dog.asset, None, "for nothing"),
    ):
        ward.book.sql("INSERT INTO note VALUES (NULL, ?, ?, ?, 0, ?)", key, number, text, at)
    for number in (cat.id, dog.id):
        ward.book.sql("INSERT INTO trash VALUES (NULL, ?, 1, ?)", number, at)

    _export(ward, bundle, frozenset({cat.id}))
    taken = _import(other, bundle)

    assert taken.brought.decisions == 3
    assert other.rows("SELECT text FROM note ORDER BY id") == [("warm",), ("for the cover",)]
    assert other.rows("SELECT generation_id FROM trash") == [(cat.id,)]


def test_a_spec_stays_where_this_home_has_it(ward: Ward, other: Ward, bundle: Path) -> None:
    for home, path, at in ((ward, "other/week12.yaml", after(60)), (other, "configs/week12.yaml", NOW)):
        fact = AssetFact(key="week12/cats/cover", spec="week12")
        home.book.memory.saw_spec("week12", path, "0" * 64, [fact], at=at)
    ward.paint("cat")
    _export(ward, bundle)

    _import(other, bundle)

    assert other.rows("SELECT path FROM spec") == [("configs/week12.yaml",)]


@pytest.mark.parametrize("path", ["/home/amy/week12.yaml", "../week12.yaml", "C:/week12.yaml", "a\\b.yaml"])
def test_a_spec_outside_of_the_home_is_not_carried(ward: Ward, other: Ward, bundle: Path, path: str) -> None:
    ward.paint("cat")
    ward.book.memory.saw_spec(
        "week12", path, "0" * 64, [AssetFact(key="week12/cats/cat", spec="week12")], at=NOW
    )
    _export(ward, bundle)
    _import(other, bundle)

    assert other.rows("SELECT path FROM spec") == []
    assert path.encode() not in b"".join(_parts(bundle).values())


def _parts(bundle: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_bundle_says_nothing_of_the_machine_that_made_it(ward: Ward, bundle: Path) -> None:
    _story(ward)
    ward.book.memory.begin_run(RunStart(id="run-9", command="run", host="amys-laptop", pid=7, at=NOW))
    _export(ward, bundle)
    parts = _parts(bundle)

    assert all(b"amys-laptop" not in data and b"/shots/" not in data for data in parts.values())
    assert str(ward.home.root).encode() not in b"".join(parts.values())
    assert sorted(parts)[-2:] == ["history.db", "manifest.json"]


def test_a_bundle_is_of_one_moment_though_a_run_goes_on(ward: Ward, other: Ward, bundle: Path) -> None:
    ward.paint("cat")
    busy = ward.book.submitting(request="q1:busy")
    ward.answer(busy)
    with RunLock(ward.home.runs, "somebody"):
        _export(ward, bundle)
    ward.paint("dog", at=after(99))

    _import(other, bundle)

    assert other.rows("SELECT request_key, state FROM generation ORDER BY id") == [
        ("q1:cat", "stored"),
        ("q1:busy", "submitting"),
    ]
    assert not other.home.inbox.exists()


def test_no_bundle_is_taken_in_while_a_run_goes_on(ward: Ward, other: Ward, bundle: Path) -> None:
    ward.paint("cat")
    _export(ward, bundle)

    with RunLock(other.home.runs, "somebody"), pytest.raises(UsageError, match="a run is going on"):
        _import(other, bundle)

    assert not other.path.exists()


def test_a_picture_that_the_home_lost_is_said_on_both_sides(ward: Ward, other: Ward, bundle: Path) -> None:
    ward.blob(ward.paint("cat").master).write_bytes(b"x")
    ward.blob(ward.paint("dog", at=after(5)).master).unlink()

    done = _export(ward, bundle)
    taken = _import(other, bundle)

    assert [fate for _, fate in sorted(done.ailing, key=lambda found: found[0].shown)] == [
        Fate.DAMAGED,
        Fate.MISSING,
    ]
    assert [picture.shown[0][0] for picture in taken.lacking] in ([1, 2], [2, 1])
    assert other.rows("SELECT state FROM generation") == [("stored",), ("stored",)]


def test_a_picture_that_the_other_home_has_already_is_not_copied(
    ward: Ward, other: Ward, bundle: Path
) -> None:
    master = ward.paint("cat").master
    other.put("cat")
    before = other.blob(master).stat().st_mtime_ns
    _export(ward, bundle)

    taken = _import(other, bundle)

    assert (taken.copied, taken.present) == (0, 1)
    assert other.blob(master).stat().st_mtime_ns == before


def test_an_older_history_is_brought_to_date_first(ward: Ward, other: Ward, bundle: Path) -> None:
    ward.paint("cat")
    _export(ward, bundle)
    other.path.parent.mkdir(parents=True)
    upgrade(other.path, "0001")

    taken = _import(other, bundle)

    assert taken.began is not None
    assert taken.began.source == "0001"
    assert other.rows("SELECT state FROM generation") == [("stored",)]


def test_an_export_replaces_no_file(ward: Ward, bundle: Path) -> None:
    bundle.write_bytes(b"mine")

    with pytest.raises(UsageError, match="there already"):
        _export(ward, bundle)

    assert bundle.read_bytes() == b"mine"


def test_an_export_makes_no_folder(ward: Ward, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        _export(ward, tmp_path / "nowhere" / "a.zip")


def test_an_export_of_nothing_is_said(ward: Ward, bundle: Path) -> None:
    with pytest.raises(UsageError, match="nothing fits"):
        _export(ward, bundle, frozenset())

    assert names_in(bundle.parent) == []


def test_a_full_disk_leaves_no_half_bundle(ward: Ward, bundle: Path) -> None:
    ward.paint("cat")

    with room_for(1000), pytest.raises(IncompleteError):
        _export(ward, bundle)

    assert names_in(bundle.parent) == []


def test_a_damaged_history_is_not_exported(ward: Ward, bundle: Path) -> None:
    ward.paint("cat")
    ward.book.sql("UPDATE generation SET planned_at = 'yesterday'")

    with pytest.raises(HistoryError, match="damaged"):
        _export(ward, bundle)

    assert names_in(bundle.parent) == []


def test_when_the_rows_cannot_come_nothing_names_the_pictures_and_the_next_time_needs_no_copy(
    ward: Ward, other: Ward, bundle: Path
) -> None:
    ward.paint("cat")
    _export(ward, bundle)
    other.paint("mine")
    other.book.sql("CREATE TRIGGER no BEFORE INSERT ON blob BEGIN SELECT RAISE(ABORT, 'no'); END")
    before = everything(other.path)

    with pytest.raises(HistoryError):
        _import(other, bundle)

    assert everything(other.path) == before
    other.book.sql("DROP TRIGGER no")
    assert _import(other, bundle).copied == 0
    assert other.rows("SELECT count(*) FROM blob") == [(2,)]


def test_every_table_is_carried_or_left_behind_on_purpose() -> None:
    tables = set(METADATA.tables)

    assert tables | {"alembic_version"} == extract.CARRIED | extract.LEFT_BEHIND
    assert not extract.CARRIED & extract.LEFT_BEHIND


def test_nothing_is_left_beside_the_history(ward: Ward, other: Ward, bundle: Path) -> None:
    _story(ward)
    _export(ward, bundle)
    _import(other, bundle)
    other.close()

    assert [name for name in names_in(other.home.data) if name.startswith(".tmp-")] == []
    assert names_in(bundle.parent) == ["week12.zip"]
    assert rows(other.path, "PRAGMA integrity_check") == [("ok",)]


def test_a_damaged_picture_of_the_home_is_mended_by_the_bundles_whole_one(
    ward: Ward, other: Ward, bundle: Path
) -> None:
    master = ward.paint("cat").master
    other.put("cat")
    whole = other.blob(master).read_bytes()
    other.blob(master).write_bytes(bytes(len(whole)))
    _export(ward, bundle)

    taken = _import(other, bundle)

    assert (taken.copied, taken.present) == (1, 0)
    assert other.blob(master).read_bytes() == whole


def test_a_picture_of_the_home_that_is_damaged_and_in_no_bundle_is_lacking(
    ward: Ward, other: Ward, bundle: Path
) -> None:
    master = ward.paint("cat").master
    ward.blob(master).unlink()
    other.put("cat")
    other.blob(master).write_bytes(bytes(other.blob(master).stat().st_size))
    _export(ward, bundle)

    assert [picture.sha256 for picture in _import(other, bundle).lacking] == [master and master.sha256]


def _repack(bundle: Path, change: dict[str, bytes], *, compressed: bool = False) -> None:
    """Write a bundle again with other bytes in some of its parts."""
    parts = _parts(bundle) | change
    kind = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(bundle, "w", kind) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def test_a_changed_picture_is_refused_though_the_home_has_a_whole_one(
    ward: Ward, other: Ward, bundle: Path
) -> None:
    ward.paint("cat")
    other.paint("cat")
    _export(ward, bundle)
    (name,) = (name for name in _parts(bundle) if name.startswith("blobs/"))
    _repack(bundle, {name: bytes(len(_parts(bundle)[name]))})
    before = everything(other.path)

    with pytest.raises(IncompleteError, match="another hash"):
        _import(other, bundle)

    assert everything(other.path) == before


def test_a_bundle_of_a_format_that_never_was_is_refused(ward: Ward, other: Ward, bundle: Path) -> None:
    ward.paint("cat")
    _export(ward, bundle)
    manifest = json.loads(_parts(bundle)["manifest.json"])
    _repack(bundle, {"manifest.json": json.dumps(manifest | {"format": 0}).encode()})

    with pytest.raises(IncompleteError, match="a format that never was"):
        _import(other, bundle)


def test_what_a_bundle_says_of_itself_never_reaches_the_terminal_as_commands(
    ward: Ward, other: Ward, bundle: Path
) -> None:
    ward.paint("cat")
    _export(ward, bundle)
    manifest = json.loads(_parts(bundle)["manifest.json"])
    _repack(bundle, {"manifest.json": json.dumps(manifest | {"revision": "\x1b]0;x\x07\n"}).encode()})

    with pytest.raises(HistoryError) as refusal:
        _import(other, bundle)

    assert "revision \\x1b]0;x\\x07\\n, this" in refusal.value.message


def test_a_bundle_whose_picture_unpacks_for_ever_is_refused_before_a_byte_of_it(
    ward: Ward, other: Ward, bundle: Path
) -> None:
    ward.paint("cat")
    _export(ward, bundle)
    (name,) = (name for name in _parts(bundle) if name.startswith("blobs/"))
    manifest = json.loads(_parts(bundle)["manifest.json"])
    zeros = bytes(150_000_000)
    manifest["pictures"][0] |= {"bytes": len(zeros)}
    change = {name: zeros, "manifest.json": json.dumps(manifest).encode()}
    _repack(bundle, change, compressed=True)
    assert bundle.stat().st_size < 1_000_000

    with room_for(2_000_000), pytest.raises(IncompleteError, match="made to fill a disk"):
        _import(other, bundle)

    assert not other.path.exists()


def test_a_member_that_unpacks_to_more_than_it_says_stops_at_what_it_said(
    ward: Ward, other: Ward, bundle: Path
) -> None:
    ward.paint("cat")
    _export(ward, bundle)
    (name,) = (name for name in _parts(bundle) if name.startswith("blobs/"))
    size = len(_parts(bundle)[name])
    _repack(bundle, {name: bytes(50_000_000)}, compressed=True)
    data = bytearray(bundle.read_bytes())
    for place in (data.index(name.encode()) - 30 + 22, data.rindex(name.encode()) - 46 + 24):
        data[place : place + 4] = size.to_bytes(4, "little")
    bundle.write_bytes(data)

    with room_for(2_000_000), pytest.raises(IncompleteError, match="is refused"):
        _import(other, bundle)

    assert files_of(other.home.blobs) == {}


def test_a_picture_stays_where_its_row_came_though_ctrl_c_came_with_the_commit(
    ward: Ward, other: Ward, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    master = ward.paint("cat").master
    _export(ward, bundle)
    other.paint("mine")
    other.close()

    with interrupted_commits(monkeypatch, other.path), pytest.raises(KeyboardInterrupt):
        _import(other, bundle)

    assert other.rows("SELECT count(*) FROM generation") == [(2,)]
    assert other.blob(master).read_bytes() == ward.blob(master).read_bytes()
    assert _import(other, bundle).brought == NOTHING


def test_what_an_export_leaves_out_or_takes_without_a_picture_is_counted(ward: Ward, bundle: Path) -> None:
    ward.paint("cat")
    waiting = ward.book.planned(request="q1:waiting").id
    ward.book.submitting(request="q1:sent")
    ward.book.submitted("task-9", request="q1:underway")

    everything_there = _export(ward, bundle)
    part = _export(ward, bundle.with_name("part.zip"), frozenset({1, waiting}))

    assert (everything_there.unsent, everything_there.open) == (1, 2)
    assert (part.unsent, part.open, part.manifest.generations) == (1, 0, 1)
    assert names_in(bundle.parent) == ["part.zip", "week12.zip"]


def test_a_folder_that_takes_no_file_is_not_the_historys_fault(ward: Ward) -> None:
    ward.paint("cat")

    with pytest.raises(IncompleteError) as refusal:
        _export(ward, Path("/proc/x.zip"))

    assert refusal.value.message.startswith("/proc/x.zip: cannot be written")
