"""What may be decided about an asset, and what comes of taking a word back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import StaleError, UsageError
from pipeline.history.database import Database
from pipeline.history.records import Decision, Generation, Marked
from pipeline.history.search import Search
from pipeline.history.states import Choice
from pipeline.spec.model import Focus, Image, Spec
from pipeline.stages.deciding import (
    Undone,
    brought_by,
    centre,
    centre_back,
    check_key,
    choose,
    cropped_slots,
    dossier_of,
    image_of,
    look_after,
    provider_of,
)
from pipeline.stages.studio import Studio
from tests.history.book import Book
from tests.stages.stages_bench import BOAT, CAT, Author, asks, draw

COVER = "week12/lobster/cover"
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SLOTS = "wechat.cover, wechat.inline"


@contextmanager
def desk(author: Author, path: Path) -> Iterator[tuple[Studio, Spec]]:
    """The spec with its studio, as a command that works has them."""
    with author.studio(path, asks=False) as (studio, [spec]):
        yield studio, spec


@pytest.fixture
def book(author: Author) -> Iterator[Book]:
    """The author's history."""
    path = author.root / "data" / "history.db"
    database = Database.at(path)
    yield Book(database, path)
    database.close()


def shown(studio: Studio, spec: Spec) -> list[tuple[int, Choice]]:
    """What stands for the cover, newest first."""
    known = studio.queries.known(requests=[], assets=[COVER], specs=[spec.name])
    return [(word.generation, word.choice) for word in known.decisions.get(COVER, ())]


def newest(book: Book) -> Generation:
    """The picture that the cover asked for last."""
    return book.search.of_asset(COVER)[-1]


def undone(studio: Studio, spec: Spec) -> Undone:
    """The newest word on the cover, taken back."""
    word = studio.memory.undo(COVER, at=AT)
    assert word is not None
    return look_after(studio, spec, COVER, word)


def test_a_choice_is_kept_for_what_the_spec_asks_now_on_the_version_that_was_seen(
    author: Author, book: Book
) -> None:
    path = author.write(lobster={"cover": asks(CAT)})
    author.run(path)
    found = newest(book)

    with desk(author, path) as (studio, spec):
        choose(studio, spec, COVER, found, pin=True, at=AT)
        with pytest.raises(StaleError):
            choose(studio, spec, COVER, found, pin=False, at=AT, expected=0)

        assert shown(studio, spec)[0] == (found.id, Choice.PINNED)
        assert dossier_of(book.search, found.id).decisions[-1].request == found.generation_key


def test_what_cannot_be_chosen_is_said_with_what_to_do(author: Author, book: Book) -> None:
    path = author.write(lobster={"cover": asks(CAT), "refused": asks("simulate:50412")})
    author.run(path)
    cover, other = newest(book), book.search.of_asset("week12/lobster/refused")[-1]
    assert cover.master is not None

    with desk(author, path) as (studio, spec):
        with pytest.raises(UsageError, match=f"generation {other.id} has no picture") as no_picture:
            choose(studio, spec, COVER, other, pin=False, at=AT)
        with pytest.raises(
            UsageError, match=r"has no such asset; did you mean 'week12/lobster/cover'\?"
        ) as gone:
            choose(studio, spec, "week12/lobster/covr", cover, pin=False, at=AT)
        studio.store.path(cover.master.sha256, cover.master.ending).unlink()
        with pytest.raises(UsageError, match="is missing from the store") as lost:
            choose(studio, spec, COVER, cover, pin=False, at=AT)
        with pytest.raises(UsageError, match="is missing from the store") as lost_import:
            choose(studio, spec, COVER, replace(cover, provider="imported"), pin=False, at=AT)

    assert no_picture.value.next_step == f"pipeline show {other.id}"
    assert gone.value.next_step == "to see the keys: pipeline history"
    assert lost.value.next_step == (
        f"pipeline restore DIR --force   (from a backup; or pipeline regenerate {COVER}, which pays)"
    )
    assert lost_import.value.next_step is not None
    assert lost_import.value.next_step.endswith("(from a backup; or pipeline import FOLDER)")


def test_an_own_file_is_shown_whatever_is_chosen(author: Author, book: Book) -> None:
    draw(author.configs / "own.png")
    author.run(author.write(lobster={"cover": asks(CAT)}))
    path = author.write(lobster={"cover": "file: own.png, slots: [wechat.thumb]"})

    with desk(author, path) as (studio, spec), pytest.raises(UsageError, match="shows your own file"):
        choose(studio, spec, COVER, newest(book), pin=False, at=AT)


def test_a_number_that_nobody_has_is_said(book: Book) -> None:
    with pytest.raises(UsageError, match=f"there is no generation {2**70}"):
        dossier_of(Search(book.database), 2**70)
    with pytest.raises(UsageError, match="there is no generation 77") as refused:
        dossier_of(Search(book.database), 77)

    assert refused.value.next_step == "to see the numbers: pipeline history"


def test_the_name_of_a_picture_that_was_made_elsewhere_is_no_asset(author: Author, book: Book) -> None:
    with pytest.raises(UsageError, match="imported/a/cat is the name of a picture") as refused:
        check_key("imported/a/cat")

    check_key(COVER)
    assert refused.value.next_step == "to show it, write in a spec: use: imported/a/cat"


def test_whose_files_an_asset_has_is_told_by_its_newest_picture_that_somebody_sold(
    author: Author, book: Book
) -> None:
    author.run(author.write(lobster={"cover": asks(CAT)}))
    real = newest(book)
    rehearsed = replace(real, provider="simulator")
    imported = replace(real, provider="imported")
    elsewhere = replace(real, provider="jimeng@127.0.0.1:1")

    assert [brought_by(item) for item in (real, elsewhere, rehearsed, imported)] == [
        "jimeng",
        "jimeng",
        "simulator",
        None,
    ]
    assert provider_of([real, rehearsed, imported]) == "simulator"
    assert provider_of([rehearsed, real]) == "jimeng"
    assert provider_of([imported]) is None
    assert provider_of([]) is None


def test_an_undo_tells_which_picture_is_shown_again(author: Author, book: Book) -> None:
    path = author.write(lobster={"cover": asks(CAT)})
    author.run(path)
    first = newest(book)
    author.run(author.write(lobster={"cover": asks(BOAT)}))
    second = newest(book)
    path = author.write(lobster={"cover": asks(CAT)})

    with desk(author, path) as (studio, spec):
        choose(studio, spec, COVER, first, pin=False, at=AT)
        choose(studio, spec, COVER, second, pin=True, at=AT)
        pinned = undone(studio, spec)
        selected = undone(studio, spec)
        studio.memory.reject([Marked(first.id)], at=AT)
        rejected = undone(studio, spec)

    assert pinned.sentence == (
        f"{COVER}: generation {second.id} is no longer pinned; it shows generation {first.id} again"
    )
    assert selected.sentence == (
        f"{COVER}: generation {first.id} is no longer selected; it shows generation {first.id} still"
    )
    assert rejected.sentence == (
        f"{COVER}: generation {first.id} is no longer rejected; it shows generation {first.id} again"
    )
    assert pinned.apart is None


def test_an_undo_tells_when_no_picture_or_the_own_file_is_shown(author: Author, book: Book) -> None:
    draw(author.configs / "own.png")
    path = author.write(lobster={"cover": asks(CAT)})
    author.run(path)
    found = newest(book)
    changed = author.write(lobster={"cover": asks(BOAT)})
    with desk(author, changed) as (studio, spec):
        choose(studio, spec, COVER, found, pin=False, at=AT)
        none = undone(studio, spec)
        choose(studio, spec, COVER, found, pin=False, at=AT)
    own_file = author.write(lobster={"cover": "file: own.png, slots: [wechat.thumb]"})
    with desk(author, own_file) as (studio, spec):
        own = undone(studio, spec)

    assert none.sentence == f"{COVER}: generation {found.id} is no longer selected; it shows no picture now"
    assert own.sentence == f"{COVER}: generation {found.id} is no longer selected; it shows your own file"


def test_a_rehearsed_picture_does_not_come_back_among_real_ones_and_that_is_said(
    author: Author, book: Book
) -> None:
    path = author.write(lobster={"cover": asks(CAT)})
    author.run(path)
    real = newest(book)
    rehearsed = book.stored("ee", provider="simulator", asset=COVER, request="q1:x", generation_key="g1:x").id
    book.memory.undo(COVER, at=AT)
    book.memory.decide(COVER, rehearsed, Choice.TAKEN, "q1:x", at=AT)
    book.memory.decide(COVER, real.id, Choice.SELECTED, real.generation_key, at=AT)

    with desk(author, path) as (studio, spec):
        found = undone(studio, spec)

    assert found.sentence == (
        f"{COVER}: generation {real.id} is no longer selected; it shows generation {real.id} still "
        f"(generation {rehearsed}, which it had before, is rehearsed, and shown in no real delivery)"
    )
    word = Decision(asset=COVER, generation=rehearsed, choice=Choice.TAKEN, request="q1:x", at=AT)
    other_way = Undone(asset=COVER, word=word, apart=real)
    assert other_way.sentence == (
        f"{COVER}: generation {rehearsed} is no longer taken; it shows no picture now "
        f"(generation {real.id}, which it had before, is shown in no rehearsal)"
    )


def test_a_point_moves_the_slots_that_crop_and_no_others(author: Author) -> None:
    path = author.write(lobster={"cover": asks(CAT, SLOTS), "inner": asks(BOAT, "wechat.inline")})

    with desk(author, path) as (studio, spec):
        image, whole = image_of(spec, COVER), image_of(spec, "week12/lobster/inner")

        assert cropped_slots(studio, image, None) == ("wechat.cover",)
        assert cropped_slots(studio, image, "wechat.cover") == ("wechat.cover",)
        with pytest.raises(
            UsageError, match=r"wechat.covr: week12/lobster/cover has no such slot; did you mean"
        ):
            centre(studio, image, "wechat.covr", None, at=AT)
        with pytest.raises(UsageError, match=r"nothing is cropped for wechat.inline, which shows") as one:
            centre(studio, image, "wechat.inline", Focus(0.1, 0.1), at=AT)
        with pytest.raises(UsageError, match=r"nothing is cropped for wechat.inline, which shows") as every:
            centre(studio, whole, None, Focus(0.1, 0.1), at=AT)
        assert _points(studio, image) == 0

    assert one.value.next_step == "to move a crop, name its slot: wechat.cover"
    assert every.value.next_step == "to see which slots crop a picture: pipeline platforms"


def test_a_point_is_set_and_taken_back_on_the_version_that_was_seen(author: Author) -> None:
    path = author.write(lobster={"cover": asks(CAT, SLOTS)})

    with desk(author, path) as (studio, spec):
        image = image_of(spec, COVER)
        with pytest.raises(UsageError, match=r"no point was ever set by hand for wechat\.cover") as nothing:
            centre_back(studio, image, "wechat.cover", at=AT)
        with pytest.raises(UsageError, match=r"no point was ever set by hand$"):
            centre_back(studio, image, None, at=AT)
        first = centre(studio, image, None, Focus(0.1, 0.2), at=AT)
        with pytest.raises(StaleError):
            centre(studio, image, None, Focus(0.9, 0.2), at=AT, expected=0)
        centre(studio, image, None, Focus(0.9, 0.2), at=AT, expected=1)
        with pytest.raises(StaleError):
            centre_back(studio, image, None, at=AT, expected=1)

        assert centre_back(studio, image, None, at=AT, expected=2) == first
        assert _points(studio, image) == 3

    assert nothing.value.next_step == f"to set one: pipeline focus {COVER} X,Y"


def _points(studio: Studio, image: Image) -> int:
    known = studio.queries.known(requests=[], assets=[image.key], specs=[])
    return len(known.focus_points.get(image.key, ()))
