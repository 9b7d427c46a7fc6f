"""What is remembered besides the money."""

from pipeline.history.memory import RunStart
from pipeline.history.records import AssetFact, Marked, OwnPicture
from pipeline.history.states import Choice
from tests.history.book import NOW, Book, after, picture, written

COVER = AssetFact(
    key="week12/cats/cover", spec="week12", request="q1:cat", model="jimeng_t2i_v40", prompt="一只橘猫"
)
WIRING = AssetFact(key="week12/cats/wiring", spec="week12")


def _facts(book: Book) -> dict[str, AssetFact]:
    known = book.queries.known(requests=[], assets=[COVER.key, WIRING.key], specs=[])
    return dict(known.assets)


def test_a_run_is_written_down_when_it_begins_and_when_it_ends(book: Book) -> None:
    for run in ("run-1", "run-2"):
        book.memory.begin_run(RunStart(id=run, command="run week12.yaml", host="desk", pid=4711, at=NOW))
    book.memory.end_run("run-1", at=after(60))

    assert book.sql("SELECT id, command, host, pid, ended_at FROM run ORDER BY id") == [
        ("run-1", "run week12.yaml", "desk", 4711, "2026-11-24 09:31:00.000000"),
        ("run-2", "run week12.yaml", "desk", 4711, None),
    ]


def test_a_spec_is_found_again_where_it_was_last_seen(book: Book) -> None:
    assert book.queries.spec_path("week12") is None

    book.memory.saw_spec("week12", "/home/amy/week12.yaml", "d1", [], at=NOW)
    book.memory.saw_spec("week12", "/home/amy/configs/week12.yaml", "d1", [], at=after(1))

    assert book.queries.spec_path("week12") == "/home/amy/configs/week12.yaml"


def test_assets_are_kept_as_last_seen_also_after_they_left_the_spec(book: Book) -> None:
    book.memory.keep_own(OwnPicture(path="wiring.png", size=9, mtime_ns=1, master=picture()), at=NOW)
    own = AssetFact(key=WIRING.key, spec="week12", own_sha256=picture().sha256, ai=False)

    book.memory.saw_spec("week12", "week12.yaml", "d1", [COVER, WIRING], at=NOW)
    assert _facts(book) == {COVER.key: COVER, WIRING.key: WIRING}

    book.memory.saw_spec("week12", "week12.yaml", "d2", [own], at=after(1))
    assert _facts(book) == {COVER.key: COVER, WIRING.key: own}


def test_an_unchanged_spec_is_not_written_again(book: Book) -> None:
    book.memory.saw_spec("week12", "week12.yaml", "d1", [COVER, WIRING], at=NOW)
    book.memory.saw_spec("week12", "week12.yaml", "d1", [COVER, WIRING], at=after(1))

    seen = book.sql("SELECT seen_at FROM spec UNION ALL SELECT seen_at FROM asset")
    assert seen == [("2026-11-24 09:30:00.000000",)] * 3


def test_a_decision_is_appended_and_a_rejection_belongs_to_everyone(book: Book) -> None:
    generation = book.stored()

    book.memory.decide(generation.asset, generation.id, Choice.PINNED, "q1:cat", at=NOW)
    book.memory.reject([Marked(generation.id)], at=after(1))

    assert book.sql("SELECT asset_key, generation_id, choice, request_key FROM decision ORDER BY id") == [
        (generation.asset, generation.id, "pinned", "q1:cat"),
        (None, generation.id, "rejected", "q1:cat"),
    ]


def test_a_selection_takes_a_rejection_back(book: Book) -> None:
    generation = book.stored()

    book.memory.reject([Marked(generation.id)], at=NOW)
    assert book.read(generation).rejected

    book.memory.decide(generation.asset, generation.id, Choice.TAKEN, "q1:cat", at=after(1))
    assert book.read(generation).rejected

    book.memory.decide(generation.asset, generation.id, Choice.SELECTED, "q1:cat", at=after(2))
    assert not book.read(generation).rejected


def test_a_file_is_known_as_ours_by_its_path_and_content(book: Book) -> None:
    file = written()
    book.memory.will_write(file)

    assert book.queries.wrote(file.path, file.sha256)
    assert not book.queries.wrote(file.path, "00" * 32)
    assert not book.queries.wrote("elsewhere.jpg", file.sha256)


def test_a_file_that_is_written_again_is_the_newest_of_its_path(book: Book) -> None:
    first, second = written(), written(sha256="ee" * 32)
    for file in (first, second, first):
        book.memory.will_write(file)

    known = book.queries.known(requests=[], assets=[], specs=["week12"])

    assert known.written == {first.path: (first, second)}


def test_a_removed_file_is_forgotten_with_all_its_contents(book: Book) -> None:
    stays = written("output/other.jpg")
    for file in (written(), written(sha256="ee" * 32), stays):
        book.memory.will_write(file)

    book.memory.forget_written(written().path)

    assert book.queries.known(requests=[], assets=[], specs=["week12"]).written == {stays.path: (stays,)}


def test_the_authors_own_file_is_kept_as_last_read(book: Book) -> None:
    old = OwnPicture(path="wiring.png", size=9, mtime_ns=1, master=picture("aa"))
    new = OwnPicture(path="wiring.png", size=12, mtime_ns=2, master=picture("bb"))
    twin = OwnPicture(path="copy.png", size=12, mtime_ns=3, master=picture("bb"))
    for own in (old, new, twin):
        book.memory.keep_own(own, at=NOW)

    assert book.queries.own_pictures(["wiring.png", "copy.png", "none.png"]) == {
        "wiring.png": new,
        "copy.png": twin,
    }
    assert book.queries.masters() == (picture("aa"), picture("bb"))
