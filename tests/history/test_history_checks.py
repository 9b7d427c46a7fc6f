"""What the database itself refuses, whoever writes to it."""

import sqlite3

import pytest

from pipeline.history.records import FocusPoint
from pipeline.history.states import Purpose
from pipeline.subject import Subject
from tests.history.book import NOW, Book


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("ck_generation_state", "state = 'lost'"),
        ("ck_generation_charged", "charged = 'perhaps'"),
        ("ck_generation_purpose", "purpose = 'fun'"),
        ("ck_generation_resolution", "state = 'cancelled', resolution = 'forgotten'"),
        ("ck_generation_resolution", "resolution = 'abandoned'"),
        ("ck_generation_stored", "state = 'stored', charged = 'yes'"),
        ("ck_generation_stored", "state = 'stored', blob_sha256 = '{blob}', charged = 'maybe'"),
        ("ck_generation_submitted", "state = 'submitted', charged = 'yes'"),
        ("ck_generation_submitted", "state = 'submitted', task_id = '7', charged = 'maybe'"),
        ("ck_generation_doubt", "state = 'unknown', charged = 'no'"),
        ("ck_generation_doubt", "charged = 'yes'"),
        ("ck_generation_planned", "state = 'planned', charged = 'maybe'"),
        ("ck_generation_planned", "state = 'planned', charged = 'no', task_id = '7'"),
        ("ck_generation_sent", "sent_at = NULL"),
        ("ck_generation_positive", "attempt = 0"),
        ("ck_generation_positive", "width = 0"),
        ("ck_generation_positive", "height = -1"),
        ("FOREIGN KEY", "blob_sha256 = 'nowhere'"),
        ("generation.request_key, generation.attempt", "request_key = 'q1:other'"),
    ],
)
def test_an_impossible_generation_is_refused(book: Book, constraint: str, change: str) -> None:
    blob = book.stored(request="q1:other").master
    sending = book.submitting()
    assert blob is not None

    with pytest.raises(sqlite3.IntegrityError, match=constraint):
        book.sql(f"UPDATE generation SET {change.format(blob=blob.sha256)} WHERE id = ?", sending.id)  # noqa: S608 - the cases above


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("ck_blob_sizes", "UPDATE blob SET bytes = 0"),
        ("ck_blob_sizes", "UPDATE blob SET width = 0"),
        ("ck_event_source", "UPDATE event SET source = 'nowhere'"),
        ("ck_event_target", "UPDATE event SET target = 'nowhere'"),
        ("ck_decision_choice", "UPDATE decision SET choice = 'liked'"),
        ("ck_decision_whose", "UPDATE decision SET asset_key = NULL"),
        ("ck_decision_whose", "UPDATE decision SET choice = 'rejected'"),
        ("FOREIGN KEY", "DELETE FROM generation"),
        ("FOREIGN KEY", "DELETE FROM blob"),
    ],
)
def test_other_impossible_rows_are_refused(book: Book, constraint: str, change: str) -> None:
    book.stored(purpose=Purpose.REGENERATE)

    with pytest.raises(sqlite3.IntegrityError, match=constraint):
        book.sql(change)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("ck_focus_point_whole", "UPDATE focus_point SET y = NULL"),
        ("ck_focus_point_whole", "UPDATE focus_point SET x = NULL"),
        ("ck_focus_point_inside", "UPDATE focus_point SET x = 1.01"),
        ("ck_focus_point_inside", "UPDATE focus_point SET y = -0.01"),
        ("ck_subject_sizes", "UPDATE subject SET columns = zeroblob(63)"),
        ("ck_subject_sizes", "UPDATE subject SET rows = zeroblob(65)"),
        ("ck_subject_sizes", "UPDATE subject SET grid = zeroblob(64)"),
        ("FOREIGN KEY", "UPDATE subject SET master = 'nowhere'"),
    ],
)
def test_an_impossible_point_or_subject_is_refused(book: Book, constraint: str, change: str) -> None:
    master = book.stored().master
    assert master is not None
    book.memory.point_at(FocusPoint(asset="week12/cats/cover", x=0.0, y=1.0, spec_said="auto", at=NOW))
    subject = Subject(method="saliency/1", columns=bytes(64), rows=bytes(64), grid=bytes(256))
    assert book.memory.keep_subject(master.sha256, subject, at=NOW)

    with pytest.raises(sqlite3.IntegrityError, match=constraint):
        book.sql(change)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("ck_note_whose", "UPDATE note SET generation_id = NULL"),
        ("ck_note_whose", "UPDATE note SET asset_key = 'week12/cats/cover'"),
        ("ck_note_said", "UPDATE note SET text = ''"),
        ("FOREIGN KEY", "UPDATE note SET generation_id = 99"),
        ("FOREIGN KEY", "UPDATE trash SET generation_id = 99"),
    ],
)
def test_an_impossible_note_or_piece_of_trash_is_refused(book: Book, constraint: str, change: str) -> None:
    number = book.stored().id
    book.memory.note(number, "words", at=NOW)
    book.memory.trash([number], at=NOW)

    with pytest.raises(sqlite3.IntegrityError, match=constraint):
        book.sql(change)


def test_nothing_cascades(book: Book) -> None:
    schema = [row[0] for row in book.sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]

    assert len(schema) > 20
    assert not [statement for statement in schema if "CASCADE" in statement.upper()]
