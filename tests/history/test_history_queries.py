"""What a plan gets to know."""

import pytest

from pipeline.history.records import AssetFact, Decision, Known, Marked, OwnPicture
from pipeline.history.states import Choice, Purpose, State
from tests.history.book import NOW, TROUBLE, WANTED, Book, after, picture, written

COVER, OTHER = WANTED.asset, "week13/dogs/cover"


def _known(
    book: Book, *, requests: tuple[str, ...] = (), assets: tuple[str, ...] = (), specs: tuple[str, ...] = ()
) -> Known:
    return book.queries.known(requests=requests, assets=assets, specs=specs)


def test_an_empty_history_knows_nothing(book: Book) -> None:
    assert _known(book, requests=("q1:cat",), assets=(COVER,), specs=("week12",)) == Known()


def test_attempts_come_by_request_oldest_first_with_their_pictures(book: Book) -> None:
    first, second = book.failed(), book.stored()
    book.stored("bb", request="q1:nobody-asked")
    dog = book.planned(request="q1:dog")

    known = _known(book, requests=("q1:cat", "q1:dog", "q1:none"))

    assert known.attempts == {"q1:cat": (first, second), "q1:dog": (dog,)}
    assert second.master == picture()


def test_decisions_come_by_asset_newest_first_with_the_generations_they_name(book: Book) -> None:
    first, second = book.stored("aa"), book.stored("bb")
    book.memory.decide(COVER, first.id, Choice.TAKEN, "q1:cat", at=NOW)
    book.memory.decide(COVER, second.id, Choice.PINNED, "q1:old", at=after(1))
    book.memory.decide(OTHER, first.id, Choice.SELECTED, "q1:cat", at=after(2))
    book.memory.reject([Marked(first.id)], at=after(3))

    known = _known(book, assets=(COVER,))

    assert known.decisions == {
        COVER: (
            Decision(asset=COVER, generation=second.id, choice=Choice.PINNED, request="q1:old", at=after(1)),
            Decision(asset=COVER, generation=first.id, choice=Choice.TAKEN, request="q1:cat", at=NOW),
        )
    }
    assert known.decided == {first.id: book.read(first), second.id: second}
    assert known.decided[first.id].rejected


def test_the_last_selected_of_a_request_counts_for_whichever_asset(book: Book) -> None:
    first, second = book.stored("aa"), book.stored("bb")
    dog = book.stored("cc", request="q1:dog")
    book.memory.decide(COVER, second.id, Choice.SELECTED, "q1:cat", at=NOW)
    book.memory.decide(OTHER, first.id, Choice.PINNED, "q1:cat", at=after(1))
    book.memory.decide(COVER, second.id, Choice.TAKEN, "q1:cat", at=after(2))
    book.memory.decide(COVER, dog.id, Choice.TAKEN, "q1:dog", at=after(3))

    assert _known(book, requests=("q1:cat", "q1:dog")).last_selected == {"q1:cat": first.id}


def test_pursuits_are_what_an_author_asked_for_and_is_under_way_or_in_doubt(book: Book) -> None:
    waiting = book.planned(purpose=Purpose.REGENERATE)
    running = book.submitted(purpose=Purpose.REMASTER, request="q1:cat-better")
    sending = book.submitting(purpose=Purpose.REGENERATE, request="q1:cat-other")
    book.submitted(request="q1:by-a-plain-run")
    book.stored(purpose=Purpose.REGENERATE, request="q1:done")
    doubt = book.unknown(purpose=Purpose.REGENERATE, request="q1:doubt")
    book.planned(purpose=Purpose.REGENERATE, request="q1:elsewhere", asset=OTHER)

    assert _known(book, assets=(COVER,)).pursuits == {COVER: (waiting, running, sending, doubt)}


def test_written_files_come_by_path_for_the_specs_asked_for(book: Book) -> None:
    generation = book.stored()
    mine = written(generation=generation.id)
    book.memory.will_write(mine)
    book.memory.will_write(written("output/week13/dogs/01.jpg", spec="week13"))

    assert _known(book, specs=("week12",)).written == {mine.path: (mine,)}


def test_own_pictures_of_assets_come_as_masters(book: Book) -> None:
    book.memory.keep_own(OwnPicture(path="a.png", size=9, mtime_ns=1, master=picture("aa")), at=NOW)
    book.memory.keep_own(OwnPicture(path="b.png", size=9, mtime_ns=1, master=picture("bb")), at=NOW)
    own = AssetFact(key=COVER, spec="week12", own_sha256=picture("aa").sha256, ai=False)
    book.memory.saw_spec("week12", "week12.yaml", "d1", [own], at=NOW)

    known = _known(book, assets=(COVER,))

    assert known.assets == {COVER: own}
    assert known.own_masters == {picture("aa").sha256: picture("aa")}


def test_a_plan_of_thousands_of_assets_is_answered_too(book: Book) -> None:
    generation = book.stored()
    book.memory.decide(COVER, generation.id, Choice.SELECTED, "q1:cat", at=NOW)
    many = tuple(f"q1:{number}" for number in range(1200))

    known = _known(book, requests=(*many, "q1:cat"), assets=(*many, COVER))

    assert known.attempts == {"q1:cat": (generation,)}
    assert known.last_selected == {"q1:cat": generation.id}
    assert list(known.decisions) == [COVER]


def test_what_was_spent_counts_doubts_and_leaves_out_the_simulator(book: Book) -> None:
    book.stored(request="q1:before", at=after(-1))
    book.stored(request="q1:one")
    book.unknown(request="q1:two", cost=500)
    book.settled(request="q1:three", cost=None)
    book.failed(request="q1:free")
    book.planned(request="q1:later")
    book.stored("bb", request="q1:rehearsal", provider="simulator")

    assert book.queries.spent(NOW) == (3, 2500, 1)
    assert book.queries.spent(after(1)) == (0, 0, 0)


def test_durations_are_those_of_pictures_that_became_ready_newest_first(book: Book) -> None:
    for number, seconds in enumerate((15, 30)):
        running = book.submitted(request=f"q1:{number}")
        book.ledger.finished(running.id, at=after(1 + seconds))
    book.refused(request="q1:refused")
    book.stored("bb", request="q1:small", width=1328, height=1328)
    book.stored("cc", request="q1:rehearsal", provider="simulator")
    book.stored("dd", request="q1:model", model="jimeng_t2i_v31")
    gone = book.submitted(request="q1:gone")
    book.ledger.finished(gone.id, at=after(12 * 3600))
    book.ledger.ended(gone.id, State.SUBMITTED, State.FAILED, TROUBLE, at=after(12 * 3600))

    assert book.queries.durations("jimeng", WANTED.model, 2048, 2048) == (30.0, 15.0)
    assert book.queries.durations("jimeng", WANTED.model, 2048, 2048, newest=1) == (30.0,)
    assert book.queries.durations("jimeng", WANTED.model, 1, 1) == ()


def test_a_clock_that_went_back_makes_no_negative_duration(book: Book) -> None:
    running = book.submitted()
    book.ledger.finished(running.id, at=after(-60))

    assert book.queries.durations("jimeng", WANTED.model, 2048, 2048) == (0.0,)


@pytest.mark.parametrize("state", State)
def test_real_work_is_a_picture_a_task_or_a_doubt(book: Book, state: State) -> None:
    book.at(state)

    real = state in (State.STORED, State.SUBMITTED, State.UNKNOWN)
    assert book.queries.has_real_work(["week11", "week12"]) is real
    assert not book.queries.has_real_work(["week11"])


def test_a_rehearsal_is_no_real_work(book: Book) -> None:
    book.stored(provider="simulator")

    assert not book.queries.has_real_work(["week12"])
