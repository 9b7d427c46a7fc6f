"""What a history that stands brings over into a restored one, case by case."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import HistoryError
from pipeline.history import backup as history_backup
from pipeline.history.gate import Claimed
from pipeline.history.memory import RunStart
from pipeline.history.merge import Brought, lacking, merge
from pipeline.history.records import AssetFact, FocusPoint, Generation, Marked
from pipeline.history.states import Charged, Choice, Purpose, Resolution, State
from pipeline.subject import Subject
from tests.history.book import NOW, TROUBLE, WIDE_OPEN, after, written
from tests.history.seeded import fill
from tests.safekeeping.ward import Ward, everything, rows

NOTHING = Brought(generations=0, moved_on=0, decisions=0, assets=0, files=0)
PLAIN = "q1:cat"
POINT = FocusPoint(asset="week12/cats/cat", slot="wechat.cover", x=0.5, y=0.4, spec_said="auto", at=NOW)
SUBJECT = Subject(method="saliency/1", columns=bytes(range(64)), rows=bytes(64), grid=bytes(256))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The database of a backup, which a restore has brought to head."""
    return tmp_path / "prepared.db"


def _generation(path: Path, **where: object) -> dict[str, Any]:
    """The one generation of a database file that fits."""
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        conditions = " AND ".join(f"{name} = :{name}" for name in where) or "TRUE"
        (row,) = database.execute(f"SELECT * FROM generation WHERE {conditions}", where).fetchall()  # noqa: S608 - names of columns
    return dict(row)


def _events(path: Path, generation: int) -> list[Any]:
    return rows(
        path,
        f"SELECT source, target FROM event WHERE generation_id = {generation} ORDER BY id",  # noqa: S608 - a number
    )


def _split(ward: Ward, other: Ward, copy: Path) -> None:
    """A backup of this moment in `copy`; `other` goes on from here as a history of its own."""
    history_backup.snapshot(ward.path, copy)
    other.path.parent.mkdir(parents=True, exist_ok=True)
    history_backup.snapshot(ward.path, other.path)


def test_a_history_that_went_on_from_the_backup_brings_all_of_it(ward: Ward, copy: Path) -> None:
    ward.paint("cat")
    history_backup.snapshot(ward.path, copy)
    dog = ward.paint("dog", at=after(60), tags={"author": "amy"}, purpose=Purpose.REGENERATE)
    ward.book.memory.decide(dog.asset, dog.id, Choice.PINNED, dog.request, at=after(100))
    ward.book.memory.reject([Marked(1)], at=after(110))
    ward.book.memory.begin_run(RunStart(id="run-9", command="run", host="here", pid=7, at=NOW))
    ward.book.memory.will_write(written(generation=dog.id))
    ward.own("shot")
    ward.book.gatekeeper.learn(dog, concurrency=3, at=NOW)
    ward.book.memory.point_at(POINT)
    assert dog.master is not None
    assert ward.book.memory.keep_subject(dog.master.sha256, SUBJECT, at=after(120))

    brought = merge(ward.path, copy)

    assert brought == Brought(generations=1, moved_on=0, decisions=4, assets=1, files=1)
    old, new = everything(ward.path), everything(copy)
    assert {table: sorted(found, key=repr) for table, found in new.items()} == {
        table: sorted(found, key=repr) for table, found in old.items()
    }
    assert merge(ward.path, copy) == NOTHING


def test_a_history_that_knows_nothing_more_brings_nothing(ward: Ward, copy: Path) -> None:
    ward.paint("cat")
    history_backup.snapshot(ward.path, copy)
    before = everything(copy)

    assert merge(ward.path, copy) == NOTHING
    assert everything(copy) == before


@pytest.mark.parametrize(
    ("begun", "ended"),
    [
        (State.PLANNED, State.SUBMITTING),
        (State.SUBMITTING, State.SUBMITTED),
        (State.SUBMITTING, State.UNKNOWN),
        (State.SUBMITTED, State.STORED),
        (State.SUBMITTED, State.REFUSED),
        (State.UNKNOWN, State.CANCELLED),
        (State.UNKNOWN, State.STORED),
        (State.SUBMITTING, State.PLANNED),
    ],
)
def test_the_same_generation_keeps_the_further_state(
    ward: Ward, copy: Path, begun: State, ended: State
) -> None:
    found = ward.book.at(begun)
    history_backup.snapshot(ward.path, copy)
    _bring_to(ward, found, ended)

    brought = merge(ward.path, copy)

    assert brought == Brought(generations=0, moved_on=1, decisions=0, assets=0, files=0)
    assert _generation(copy) == _generation(ward.path)
    assert _events(copy, 1) == _events(ward.path, 1)
    assert history_backup.problems(copy) == ()


def _bring_to(ward: Ward, found: Generation, state: State) -> None:
    """Move a generation on, as a later run would."""
    ledger = ward.book.ledger
    match state:
        case State.SUBMITTING:
            gatekeeper = ward.book.gatekeeper
            assert (
                gatekeeper.claim(found, WIDE_OPEN, forced=True, exact=False, now=lambda: after(5))
                == Claimed()
            )
        case State.SUBMITTED:
            ledger.accepted(found.id, "7392616336519610409", None, at=after(5))
        case State.STORED:
            assert ledger.stored(found.id, ward.put("cat"), at=after(20))
        case State.CANCELLED:
            assert ledger.resolve(found.id, Resolution.RESUBMIT, at=after(20))
        case _:
            assert ledger.ended(found.id, found.state, state, TROUBLE, at=after(20))


def test_a_backup_that_is_further_than_the_history_stays(ward: Ward, other: Ward, copy: Path) -> None:
    found = ward.book.submitted()
    _split(ward, other, copy)
    ward.book.ledger.stored(found.id, ward.put("cat"), at=after(20))
    copy.unlink()
    history_backup.snapshot(ward.path, copy)
    before = everything(copy)

    assert merge(other.path, copy) == NOTHING
    assert everything(copy) == before


@pytest.mark.parametrize("stored_in_backup", [True, False])
def test_where_both_went_on_the_picture_is_kept(
    ward: Ward, other: Ward, copy: Path, *, stored_in_backup: bool
) -> None:
    found = ward.book.submitting()
    _split(ward, other, copy)
    _bring_to(ward, found, State.STORED)
    _bring_to(other, found, State.UNKNOWN)
    other.book.ledger.resolve(found.id, Resolution.ABANDONED, at=after(60))
    backed_up, stands = (ward, other) if stored_in_backup else (other, ward)
    copy.unlink()
    history_backup.snapshot(backed_up.path, copy)

    merge(stands.path, copy)

    assert _generation(copy)["state"] == State.STORED.value
    assert _generation(copy)["charged"] == Charged.YES.value
    assert len(_events(copy, found.id)) == 5
    assert history_backup.problems(copy) == ()


def test_where_both_went_on_to_the_same_worth_the_history_that_stands_is_later(
    ward: Ward, other: Ward, copy: Path
) -> None:
    found = ward.book.unknown()
    _split(ward, other, copy)
    for book, resolution in ((ward.book, Resolution.ABANDONED), (other.book, Resolution.RESUBMIT)):
        book.ledger.resolve(found.id, resolution, at=after(60))
    copy.unlink()
    history_backup.snapshot(ward.path, copy)

    merge(other.path, copy)

    assert _generation(copy)["resolution"] == Resolution.RESUBMIT.value


def test_a_task_that_is_done_but_not_fetched_is_known_to_be_done(ward: Ward, copy: Path) -> None:
    found = ward.book.submitted()
    history_backup.snapshot(ward.path, copy)
    ward.book.ledger.finished(found.id, at=after(20))

    assert merge(ward.path, copy) == NOTHING
    assert _generation(copy)["done_at"] == _generation(ward.path)["done_at"]


def test_another_purchase_of_the_same_request_gets_the_next_free_attempt_and_number(
    ward: Ward, other: Ward, copy: Path
) -> None:
    ward.paint("first", request=PLAIN)
    ward.book.planned(request="q1:other")
    history_backup.snapshot(ward.path, copy)
    second = other.paint("second", request=PLAIN, at=after(60), tags={"author": "bo"})
    third = other.book.cancelled(request=PLAIN, at=after(120))
    other.book.memory.decide("week12/cats/cover", second.id, Choice.SELECTED, PLAIN, at=after(90))
    other.book.memory.will_write(written(generation=second.id))

    brought = merge(other.path, copy)

    assert (brought.generations, brought.decisions, brought.files) == (2, 1, 1)
    assert rows(copy, "SELECT id, request_key, attempt, state FROM generation ORDER BY id") == [
        (1, PLAIN, 1, "stored"),
        (2, "q1:other", 1, "planned"),
        (3, PLAIN, 2, "stored"),
        (4, PLAIN, 3, "cancelled"),
    ]
    assert (second.id, third.id) == (1, 2)
    assert _events(copy, 3) == _events(other.path, 1)
    assert _events(copy, 4) == _events(other.path, 2)
    assert rows(copy, "SELECT generation_id, name, value FROM generation_tag") == [(3, "author", "bo")]
    assert rows(copy, "SELECT generation_id, choice FROM decision") == [(3, "selected")]
    assert rows(copy, "SELECT generation_id FROM delivered") == [(3,)]
    assert _generation(copy, id=3)["blob_sha256"] == _generation(other.path, id=1)["blob_sha256"]
    assert history_backup.problems(copy) == ()


@pytest.mark.parametrize(
    "change", [{"endpoint": "127.0.0.1:1"}, {"account": "ffffffffffff"}, {"at": after(1)}]
)
def test_another_account_endpoint_or_moment_is_another_generation(
    ward: Ward, other: Ward, copy: Path, change: dict[str, Any]
) -> None:
    ward.book.submitted()
    history_backup.snapshot(ward.path, copy)
    other.book.submitted(**change)

    assert lacking(copy, other.path) == 1
    assert merge(other.path, copy).generations == 1
    assert lacking(copy, other.path) == 0
    assert rows(copy, "SELECT attempt FROM generation ORDER BY id") == [(1,), (2,)]


def test_two_of_the_same_moment_are_told_apart_by_their_order(ward: Ward, copy: Path) -> None:
    ward.book.cancelled()
    history_backup.snapshot(ward.path, copy)
    ward.book.cancelled()

    assert lacking(copy, ward.path) == 1
    assert merge(ward.path, copy).generations == 1
    assert rows(copy, "SELECT id, attempt FROM generation") == [(1, 1), (2, 2)]


def test_a_clock_that_was_wrong_overturns_nothing_that_was_said_later(
    ward: Ward, other: Ward, copy: Path
) -> None:
    found = ward.paint("cat")
    ward.book.memory.decide(found.asset, found.id, Choice.PINNED, PLAIN, at=after(9000))  # a clock ahead
    _split(ward, other, copy)
    ward.book.memory.decide(found.asset, found.id, Choice.SELECTED, PLAIN, at=after(100))
    copy.unlink()
    history_backup.snapshot(ward.path, copy)
    other.book.memory.reject([Marked(found.id)], at=after(50))

    assert merge(other.path, copy).decisions == 1

    said = [choice for (choice,) in rows(copy, "SELECT choice FROM decision ORDER BY id")]
    assert said.index("pinned") < said.index("selected")


def test_the_newest_word_counts_wherever_it_was_said(ward: Ward, other: Ward, copy: Path) -> None:
    found = ward.paint("cat")
    _split(ward, other, copy)
    ward.book.memory.reject([Marked(found.id)], at=after(200))
    copy.unlink()
    history_backup.snapshot(ward.path, copy)
    other.book.memory.decide(found.asset, found.id, Choice.SELECTED, PLAIN, at=after(100))

    assert merge(other.path, copy).decisions == 1

    words = rows(copy, "SELECT choice FROM decision ORDER BY id")
    assert words == [("selected",), ("rejected",)]


def test_words_that_come_between_get_numbers_that_nobody_has_seen(
    ward: Ward, other: Ward, copy: Path
) -> None:
    found = ward.paint("cat")
    _split(ward, other, copy)
    for seconds in (100, 300):
        ward.book.memory.decide(found.asset, found.id, Choice.SELECTED, PLAIN, at=after(seconds))
    copy.unlink()
    history_backup.snapshot(ward.path, copy)
    other.book.memory.reject([Marked(found.id)], at=after(200))

    merge(other.path, copy)

    assert rows(copy, "SELECT id, choice FROM decision ORDER BY id") == [
        (3, "selected"),
        (4, "rejected"),
        (5, "selected"),
    ]


def test_words_that_come_after_all_others_leave_their_numbers_as_they_are(
    ward: Ward, other: Ward, copy: Path
) -> None:
    found = ward.paint("cat")
    _split(ward, other, copy)
    ward.book.memory.decide(found.asset, found.id, Choice.SELECTED, PLAIN, at=after(100))
    copy.unlink()
    history_backup.snapshot(ward.path, copy)
    other.book.memory.reject([Marked(found.id)], at=after(200))

    merge(other.path, copy)

    assert rows(copy, "SELECT id, choice FROM decision") == [(1, "selected"), (2, "rejected")]


def test_the_newest_word_on_a_focus_counts_wherever_it_was_said(ward: Ward, other: Ward, copy: Path) -> None:
    ward.book.memory.point_at(POINT)
    _split(ward, other, copy)
    latest = replace(POINT, x=None, y=None, at=after(200))
    ward.book.memory.point_at(latest)
    copy.unlink()
    history_backup.snapshot(ward.path, copy)
    between = [replace(POINT, slot=slot, at=after(100)) for slot in ("", "wechat.cover")]
    for point in between:
        other.book.memory.point_at(point)

    assert merge(other.path, copy) == replace(NOTHING, decisions=2)
    assert merge(other.path, copy) == NOTHING

    words = rows(copy, "SELECT slot, x, y, at FROM focus_point ORDER BY id")
    assert words == [
        ("wechat.cover", 0.5, 0.4, "2026-11-24 09:30:00.000000"),
        ("", 0.5, 0.4, "2026-11-24 09:31:40.000000"),
        ("wechat.cover", 0.5, 0.4, "2026-11-24 09:31:40.000000"),
        ("wechat.cover", None, None, "2026-11-24 09:33:20.000000"),
    ]


def test_a_subject_that_the_backup_has_stays_as_it_was_found(ward: Ward, other: Ward, copy: Path) -> None:
    found = ward.paint("cat").master
    assert found is not None
    _split(ward, other, copy)
    newer = replace(SUBJECT, method="faces/1")
    for subject, book in ((SUBJECT, ward.book), (replace(SUBJECT, rows=bytes([1] * 64)), other.book)):
        assert book.memory.keep_subject(found.sha256, subject, at=after(10))
    assert other.book.memory.keep_subject(found.sha256, newer, at=after(20))
    copy.unlink()
    history_backup.snapshot(ward.path, copy)

    assert merge(other.path, copy) == NOTHING

    assert rows(copy, "SELECT method, rows FROM subject ORDER BY method") == [
        ("faces/1", newer.rows),
        ("saliency/1", SUBJECT.rows),
    ]


def test_the_newest_writing_of_a_file_counts(ward: Ward, other: Ward, copy: Path) -> None:
    first, second = written(at=after(10)), written(sha256="ee" * 32, at=after(20))
    ward.book.memory.will_write(first)
    ward.book.memory.will_write(second)
    history_backup.snapshot(ward.path, copy)
    other.book.memory.will_write(replace(second, label="older"))
    other.book.memory.will_write(replace(first, at=after(30), label="written again"))
    other.book.memory.will_write(written(sha256="ff" * 32, at=after(15)))

    assert merge(other.path, copy).files == 2

    found = rows(copy, "SELECT sha256, label FROM delivered ORDER BY id")
    assert found == [("ff" * 32, "AI生成"), ("ee" * 32, "AI生成"), ("cd" * 32, "written again")]


def test_of_assets_and_specs_the_newer_view_is_kept(ward: Ward, other: Ward, copy: Path) -> None:
    for book, at, prompt in ((ward.book, after(50), "newer"), (other.book, after(10), "older")):
        facts = [AssetFact(key="week12/cats/cover", spec="week12", prompt=prompt)]
        book.memory.saw_spec("week12", f"/{prompt}.yaml", "0" * 64, facts, at=at)
    for book, at, prompt in ((ward.book, after(10), "older"), (other.book, after(50), "newer")):
        facts = [AssetFact(key="week13/cats/cover", spec="week13", prompt=prompt)]
        book.memory.saw_spec("week13", f"/{prompt}.yaml", "0" * 64, facts, at=at)
    history_backup.snapshot(ward.path, copy)

    assert merge(other.path, copy).assets == 1

    assert rows(copy, "SELECT prompt FROM asset") == [("newer",), ("newer",)]
    assert rows(copy, "SELECT path FROM spec") == [("/newer.yaml",), ("/newer.yaml",)]


def test_a_run_that_has_ended_since_is_known_to_have_ended(ward: Ward, copy: Path) -> None:
    ward.book.memory.begin_run(RunStart(id="run-9", command="run", host="here", pid=7, at=NOW))
    history_backup.snapshot(ward.path, copy)
    ward.book.memory.end_run("run-9", at=after(60))

    merge(ward.path, copy)

    assert rows(copy, "SELECT * FROM run") == rows(ward.path, "SELECT * FROM run")


def test_rows_that_would_name_no_row_are_refused_and_nothing_changes(
    ward: Ward, other: Ward, copy: Path
) -> None:
    ward.book.planned()
    history_backup.snapshot(ward.path, copy)
    other.paint("dog", at=after(60))
    other.close()
    with closing(sqlite3.connect(other.path)) as database:
        database.execute("DELETE FROM blob")
        database.commit()
    before = everything(copy)

    with pytest.raises(HistoryError, match="nothing was changed"):
        merge(other.path, copy)

    assert everything(copy) == before


def test_a_large_history_is_brought_over_whole(ward: Ward, copy: Path) -> None:
    _ = ward.book
    history_backup.snapshot(ward.path, copy)
    ward.close()
    fill(ward.path, 2000, seed=7)

    brought = merge(ward.path, copy)

    assert brought.generations == 2000
    assert rows(copy, "SELECT * FROM generation ORDER BY id") == rows(
        ward.path, "SELECT * FROM generation ORDER BY id"
    )
    for table in ("event", "decision", "delivered", "generation_tag", "blob"):
        assert len(everything(copy)[table]) == len(everything(ward.path)[table]) > 0
    assert lacking(copy, ward.path) == lacking(ward.path, copy) == 0
