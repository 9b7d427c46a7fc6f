"""kill -9 at every named place: nothing is paid twice, nothing paid is lost, nothing stays half-written."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline import failpoint
from pipeline.history.states import State
from pipeline.providers.simulator.faults import On
from pipeline.providers.simulator.script import read_script
from pipeline.providers.simulator.world import World
from tests.campaign.shop import ROOT, Ended, Shop, WatchedWorld, until

_PICTURES = 4
_HITS = (1, 3)
_ONCE_A_SPEC = ("cleaned", "manifest", "sheet")
"""Places that a run over one spec with one article reaches once."""
_APART = ("recovered", "taken-over", "cancelled", "ended", "resolved")
"""Places that need more than a plain run: each has a test of its own below."""
_PLACES = [
    (name, hit)
    for name in failpoint.NAMES
    for hit in _HITS
    if name not in _APART and (hit == 1 or name not in _ONCE_A_SPEC)
]
_SYNCHRONOUS = "model: jimeng_high_aes_general_v21_L, size: 512x512"
_WEEKS = ("w0", "w1", "w2")
_BROKEN = (
    "CREATE TRIGGER broken BEFORE UPDATE OF task_id ON generation"
    " BEGIN SELECT RAISE(ABORT, 'the database takes no task id'); END"
)

OpenShop = Callable[..., Shop]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(tmp_path, World(latency=0.1, concurrency=4), pictures=_PICTURES)
    yield opened
    opened.close()


@pytest.fixture
def shop_with(tmp_path: Path) -> Iterator[OpenShop]:
    """Opens a shop where calls of a kind are not answered for now, or whose synchronous orders fail."""
    opened: list[Shop] = []

    def open_one(*rules: dict[str, Any], holds: On | None = None, pictures: int = 3, **options: Any) -> Shop:
        script = read_script({"rules": [{"on": "process", **rule} for rule in rules]})
        world = WatchedWorld(latency=0.1, concurrency=None, holds=holds, faults=script)
        shop = Shop(tmp_path, world, pictures=pictures, **options)
        opened.append(shop)
        if rules:
            shop.write_articles({"a": _prompts(pictures)}, more=_SYNCHRONOUS)
        return shop

    yield open_one
    for shop in opened:
        assert isinstance(shop.world, WatchedWorld)
        shop.world.released.set()
        shop.close()


def test_every_place_in_the_source_is_listed_and_every_listed_one_stands_in_the_source() -> None:
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "pipeline").rglob("*.py"))

    assert set(re.findall(r'\breach\("([a-z-]+)"\)', source)) == set(failpoint.NAMES)


@pytest.mark.parametrize(("name", "hit"), _PLACES)
def test_killed_at_a_place_the_next_run_goes_on_without_paying_twice(shop: Shop, name: str, hit: int) -> None:
    killed = shop.run(more={failpoint.VARIABLE: f"{name}@{hit}"})
    shop.age()
    after = shop.run()

    assert killed.code == -9, killed.said
    doubts = shop.doubts()
    assert after.code == (3 if doubts else 0), after.said
    assert shop.paid_twice() == []
    assert shop.lost() == set()
    assert shop.left_over() == []
    assert shop.delivered() == _PICTURES - len(doubts)
    for row in doubts:
        assert f"{row.asset}: unknown" in after.said
    _settle(shop, doubts=bool(doubts))


def _settle(shop: Shop, *, doubts: bool) -> None:
    """The author's word settles what is in doubt, and then the week is whole."""
    if doubts:
        settled = shop.run("resolve", "--all", "--resubmit")
        assert settled.code == 0, settled.said
    last = shop.run()
    assert last.code == 0, last.said
    assert shop.delivered() == _PICTURES


@pytest.mark.parametrize("name", _ONCE_A_SPEC)
def test_killed_while_the_papers_of_a_third_week_are_written_the_next_run_writes_them(
    shop: Shop, name: str
) -> None:
    for number, week in enumerate(_WEEKS):
        shop.write_articles({"a": {number: f"picture {number}"}}, name=week, more=_SYNCHRONOUS)
    command = ("run", *(f"configs/{week}.yaml" for week in _WEEKS), "--yes")

    killed = shop.run(*command, more={failpoint.VARIABLE: f"{name}@3"})
    shop.age()
    after = shop.run(*command)

    assert killed.code == -9, killed.said
    assert after.code == 0, after.said
    assert len(shop.world.tasks()) == len(_WEEKS)
    assert (shop.delivered(), shop.left_over()) == (len(_WEEKS), [])
    for week in _WEEKS:
        assert (shop.home / "output" / week / "index.html").is_file()
        assert (shop.home / "output" / week / "a" / "manifest.json").is_file()


@pytest.mark.parametrize("hit", _HITS)
@pytest.mark.parametrize("name", ["claimed", "answered", "adopted", "stored"])
def test_killed_at_a_place_of_a_synchronous_call_nothing_is_paid_twice(
    shop: Shop, name: str, hit: int
) -> None:
    shop.write_articles({"a": _prompts(3)}, more=_SYNCHRONOUS)

    killed = shop.run(more={failpoint.VARIABLE: f"{name}@{hit}"})
    shop.age()
    after = shop.run()

    assert killed.code == -9, killed.said
    doubts = shop.doubts()
    assert after.code == (3 if doubts else 0), after.said
    assert (name == "claimed") <= bool(doubts)
    assert shop.delivered() == 3 - len(doubts)
    _assert_books(shop)
    assert list((shop.home / "data" / "inbox").iterdir()) == []


@pytest.mark.parametrize(
    ("fault", "delivered"),
    [("50412", 2), ("50215", 3), ("50430", 3)],
    ids=["refused", "failed", "back-to-planned"],
)
def test_killed_after_a_no_was_written_down_it_stands_and_the_others_are_made(
    shop_with: OpenShop, fault: str, delivered: int
) -> None:
    shop = shop_with({"fault": fault, "at": [1]}, concurrency=1)

    killed = shop.run(more={failpoint.VARIABLE: "ended@1"})
    after = shop.run()

    assert killed.code == -9, killed.said
    assert after.code == (0 if delivered == 3 else 3), after.said
    assert shop.doubts() == []
    assert (len(shop.world.tasks()), shop.delivered()) == (delivered, delivered)
    _assert_books(shop)


def test_killed_after_a_third_no_was_written_down_nothing_is_paid_twice(shop_with: OpenShop) -> None:
    shop = shop_with({"fault": "50215", "at": [1, 2, 3]}, concurrency=1)

    killed = shop.run(more={failpoint.VARIABLE: "ended@3"})
    after = shop.run()

    assert killed.code == -9, killed.said
    assert after.code == 0, after.said
    assert (len(shop.world.tasks()), shop.delivered()) == (3, 3)
    _assert_books(shop)


@pytest.mark.parametrize("hit", _HITS)
def test_killed_after_a_dead_runs_row_was_taken_over_it_is_taken_over_again(
    shop_with: OpenShop, hit: int
) -> None:
    shop = shop_with(holds=On.POLL, pictures=4, concurrency=1)
    with shop.start() as first:
        _until_three_wait_for_one(shop)
        first.kill()
        first.communicate()

    killed, after = _killed_and_after(shop, f"taken-over@{hit}")

    assert killed.code == -9, killed.said
    doubts = shop.doubts()  # the first that it took over may have been on its way when it came to the third
    assert len(doubts) < hit
    assert after.code == (3 if doubts else 0), after.said
    assert shop.delivered() == 4 - len(doubts)
    _assert_books(shop)


@pytest.mark.parametrize("hit", _HITS)
def test_killed_after_a_row_was_given_back_it_is_bought_by_the_next_run(
    shop_with: OpenShop, hit: int
) -> None:
    shop = shop_with(holds=On.POLL, pictures=4, concurrency=1)

    with shop.start(more={failpoint.VARIABLE: f"cancelled@{hit}"}) as killed:
        _until_three_wait_for_one(shop)
        killed.terminate()
        said, _ = killed.communicate()
    _release(shop)
    after = shop.run()

    assert killed.returncode == -9, said
    assert after.code == 0, after.said
    assert (len(shop.world.tasks()), shop.delivered()) == (4, 4)
    _assert_books(shop)


@pytest.mark.parametrize("hit", _HITS)
def test_killed_after_a_noted_task_id_was_taken_in_its_note_does_no_harm(
    shop_with: OpenShop, hit: int
) -> None:
    shop = shop_with(holds=On.SUBMIT)
    assert shop.run("db", "upgrade").code == 0
    _sql(shop, _BROKEN)
    with shop.start() as broken:
        until(lambda: len(shop.world.tasks()) == 3)
        _release(shop)
        broken.communicate()
    inbox = shop.home / "data" / "inbox"
    assert len(list(inbox.glob("*.task"))) == 3
    _sql(shop, "DROP TRIGGER broken")

    killed, after = _killed_and_after(shop, f"recovered@{hit}")

    assert killed.code == -9, killed.said
    assert after.code == 0, after.said
    assert (len(shop.world.tasks()), shop.delivered()) == (3, 3)
    assert list(inbox.iterdir()) == []
    _assert_books(shop)


@pytest.mark.parametrize("hit", _HITS)
def test_killed_while_doubts_are_settled_the_same_command_settles_the_rest(
    shop_with: OpenShop, hit: int
) -> None:
    shop = shop_with({"fault": "reset_before", "at": [1, 2, 3]})
    assert shop.run().code == 3
    settle = ("resolve", "--all", "--resubmit")

    killed = shop.run(*settle, more={failpoint.VARIABLE: f"resolved@{hit}"})
    still = len(shop.doubts())
    settled, after = shop.run(*settle), shop.run()

    assert killed.code == -9, killed.said
    assert still == 3 - hit
    assert (settled.code, after.code) == (0, 0), settled.said + after.said
    assert (len(shop.world.tasks()), shop.delivered()) == (3, 3)
    _assert_books(shop)


def _prompts(count: int) -> dict[int, str]:
    return {number: f"picture {number}" for number in range(count)}


def _until_three_wait_for_one(shop: Shop) -> None:
    """One task is out, and as the account takes no second one, three rows are planned."""
    wanted = [State.PLANNED] * 3 + [State.SUBMITTED]
    until(lambda: bool(shop.world.tasks()) and sorted(shop.states()) == wanted)


def _release(shop: Shop) -> None:
    assert isinstance(shop.world, WatchedWorld)
    shop.world.released.set()


def _killed_and_after(shop: Shop, place: str) -> tuple[Ended, Ended]:
    """A run that is killed at a place, and one that is not; from now on the shop answers."""
    _release(shop)
    killed = shop.run(more={failpoint.VARIABLE: place})
    return killed, shop.run()


def _sql(shop: Shop, statement: str) -> None:
    with closing(sqlite3.connect(shop.database)) as database, database:
        database.execute(statement)


def _assert_books(shop: Shop) -> None:
    assert shop.paid_twice() == []
    assert shop.lost() == set()
