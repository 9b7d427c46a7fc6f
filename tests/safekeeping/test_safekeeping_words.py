"""Notes, the trash and words taken back, in backups and restores."""

from pathlib import Path

from pipeline.history.merge import merge
from pipeline.history.states import Choice
from tests.history.book import NOW, after
from tests.safekeeping.ward import Ward, everything, rows

NOTES = "SELECT asset_key, generation_id, text, removed FROM note ORDER BY id"
TRASH = "SELECT generation_id, thrown FROM trash ORDER BY id"


def _speak(ward: Ward, number: int, *, second: float = 0) -> None:
    memory = ward.book.memory
    memory.note(number, "too dark", at=after(second))
    memory.note("week12/cats/cat", "换一张", at=after(second + 1))
    memory.remove_note(number, at=after(second + 2))
    memory.trash([number], at=after(second + 3))


def test_an_empty_home_gets_notes_and_trash_back(ward: Ward, other: Ward, folder: Path) -> None:
    number = ward.paint("cat").id
    _speak(ward, number)
    ward.back_up(folder)

    other.restore(folder)

    assert other.rows(NOTES) == [
        (None, number, "too dark", 0),
        ("week12/cats/cat", None, "换一张", 0),
        (None, number, "too dark", 1),
    ]
    assert other.rows(TRASH) == [(number, 1)]


def test_what_was_said_since_the_backup_stays_after_a_restore_by_force(ward: Ward, folder: Path) -> None:
    number = ward.paint("cat").id
    ward.book.memory.decide("week12/cats/cat", number, Choice.SELECTED, "q1:cat", at=NOW)
    ward.back_up(folder)
    ward.book.memory.undo("week12/cats/cat", at=after(1))
    _speak(ward, number, second=2)
    said = {table: rows for table, rows in everything(ward.path).items() if table in ("note", "trash")}
    ward.close()

    done = ward.restore(folder, force=True)

    assert done.brought is not None
    assert done.brought.decisions == 1 + 3 + 1
    assert {table: everything(ward.path)[table] for table in said} == said
    known = ward.book.queries.known(requests=[], assets=["week12/cats/cat"], specs=[])
    assert known.decisions == {}


def test_words_follow_their_picture_to_its_new_number(ward: Ward, other: Ward) -> None:
    ward.paint("cat")
    other.paint("dog")
    dog = other.paint("bird", at=after(1)).id
    other.paint("cat", at=after(2))
    ward.paint("horse", at=after(3))
    _speak(other, dog)
    for _ in range(2):
        merge(other.path, ward.path)

    (number,) = (row[0] for row in ward.rows("SELECT id FROM generation WHERE request_key = 'q1:bird'"))

    assert number != dog
    assert ward.rows(NOTES) == [
        (None, number, "too dark", 0),
        ("week12/cats/cat", None, "换一张", 0),
        (None, number, "too dark", 1),
    ]
    assert ward.rows(TRASH) == [(number, 1)]


def test_a_picture_that_came_back_after_it_was_cleared_away_is_one_again(ward: Ward, folder: Path) -> None:
    master = ward.paint("cat").master
    assert master is not None
    ward.book.sql("UPDATE blob SET cleared_at = '2026-11-24 09:30:00.000000'")
    ward.back_up(folder)
    ward.book.sql("UPDATE blob SET cleared_at = NULL")
    ward.close()

    ward.restore(folder, force=True)

    assert rows(ward.path, "SELECT cleared_at FROM blob") == [(None,)]


def test_a_picture_that_was_cleared_away_is_neither_missed_nor_backed_up(ward: Ward, folder: Path) -> None:
    gone, kept = ward.paint("cat"), ward.paint("dog")
    assert gone.master is not None
    ward.book.sql(
        "UPDATE blob SET cleared_at = '2026-11-24 09:30:00.000000' WHERE sha256 = ?", gone.master.sha256
    )
    ward.blob(gone.master).unlink()

    done = ward.back_up(folder)

    assert (done.copied, done.ailing) == (1, ())
    assert ward.book.queries.masters() == (kept.master,)
