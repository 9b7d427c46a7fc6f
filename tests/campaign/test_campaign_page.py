"""The page while it spends money: stopped, ended, kept waiting. No doubt is left, nothing more is bought."""

import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from pipeline.history.states import State
from pipeline.providers.simulator.faults import On
from tests.browser.served import Form, Served, serve
from tests.campaign.shop import KEYS, Shop, WatchedWorld, until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

ASSET = "week/a/i0"
REDO = f"/redo/{ASSET}?prompt={quote('another picture')}"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A home with one paid picture, and a shop that can hold its answers back."""
    world = WatchedWorld(latency=0.1, holds=On.SUBMIT)
    world.released.set()
    made = Shop(tmp_path / "home", world, pictures=1)
    assert made.run().code == 0
    try:
        yield made
    finally:
        world.released.set()
        made.close()


def reality(shop: Shop) -> dict[str, str]:
    """What makes the shop the page's vendor."""
    return {
        "JIMENG_ENDPOINT": shop.server.endpoint,
        "VOLC_ACCESSKEY": KEYS.access_key,
        "VOLC_SECRETKEY": KEYS.secret_key,
    }


def buy(served: Served) -> str:
    """Press the button under the price; where that leads."""
    form = order(served, REDO)
    answer = served.ask(form.action, "POST", data=form.fields)
    assert answer.status == 303, answer.text
    return answer.headers["location"]


def order(served: Served, path: str) -> Form:
    """The form under a price."""
    return next(form for form in served.page(path).forms if "shown" in form.fields)


def world_of(shop: Shop) -> WatchedWorld:
    """The shop's world, which can hold an answer back."""
    assert isinstance(shop.world, WatchedWorld)
    return shop.world


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_however_the_page_is_ended_it_waits_for_the_answer_to_what_it_ordered(shop: Shop, name: str) -> None:
    world = world_of(shop)

    with serve(shop.home, more=reality(shop)) as served:
        world.released.clear()
        buy(served)
        until(lambda: len(world.tasks()) == 2)
        served.process.send_signal(getattr(signal, name))
        _still_there(served, 1.0)
        world.released.set()
        code = served.process.wait(30)

    assert code == 0
    assert shop.states() == [State.SUBMITTED, State.STORED]
    assert shop.run("collect").code == 0
    assert shop.states() == [State.STORED, State.STORED]
    assert len(world.tasks()) == 2


def test_stop_on_the_page_is_no_signal_however_often_it_is_pressed(shop: Shop) -> None:
    world = world_of(shop)

    with serve(shop.home, more=reality(shop)) as served:
        world.released.clear()
        job = buy(served)
        until(lambda: len(world.tasks()) == 2)
        stop = next(one for one in served.page(job).forms if one.action.startswith("/stop/"))
        for _ in range(3):
            assert served.ask(stop.action, "POST", data=stop.fields).status == 303
        offered = [one.action for one in served.page(job).forms]
        served.process.send_signal(signal.SIGTERM)
        _still_there(served, 1.0)
        world.released.set()
        code = served.process.wait(30)

    assert code == 0
    assert not any(action.startswith("/stop/") for action in offered)
    assert shop.states() == [State.SUBMITTED, State.STORED]
    assert shop.run("collect").code == 0
    assert len(world.tasks()) == 2


def test_a_second_signal_leaves_the_answer_and_the_next_command_names_the_doubt(shop: Shop) -> None:
    world = world_of(shop)

    with serve(shop.home, more=reality(shop)) as served:
        world.released.clear()
        buy(served)
        until(lambda: len(world.tasks()) == 2)
        served.process.send_signal(signal.SIGINT)
        _still_there(served, 1.0)
        served.process.send_signal(signal.SIGINT)
        served.process.wait(10)
        world.released.set()

    assert "week/a/i0" in shop.run("run", "configs/week.yaml", "--yes").said
    assert [row.state for row in shop.doubts()] == [State.UNKNOWN]
    assert len(world.tasks()) == 2


@pytest.mark.parametrize("how", ["button", "signal"])
def test_what_is_stopped_before_its_spec_is_open_buys_nothing(shop: Shop, how: str) -> None:
    with serve(shop.home, more=reality(shop)) as served:
        form = order(served, REDO)
        with closing(sqlite3.connect(shop.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # another program writes: the job waits for its turn
            job = served.ask(form.action, "POST", data=form.fields).headers["location"]
            if how == "button":
                stop = next(one for one in served.page(job).forms if one.action.startswith("/stop/"))
                assert served.ask(stop.action, "POST", data=stop.fields).status == 303
            else:
                served.process.send_signal(signal.SIGTERM)
                _still_there(served, 0.5)
            other.execute("ROLLBACK")
        if how == "button":
            until(lambda: '"done":true' in served.ask(f"{job}.json").text.replace(" ", ""))
        else:
            assert served.process.wait(30) == 0

    assert len(shop.world.tasks()) == 1
    assert State.SUBMITTED not in shop.states()


def test_an_order_with_other_words_is_refused_while_one_is_out(shop: Shop) -> None:
    world = world_of(shop)

    with serve(shop.home, more=reality(shop)) as served:
        same, other = order(served, REDO), order(served, REDO.replace("another", "a%20third"))
        world.released.clear()
        first = buy(served)
        again = served.ask(same.action, "POST", data=same.fields)
        refused = served.ask(other.action, "POST", data=other.fields)
        world.released.set()
        until(lambda: '"done":true' in served.ask(f"{first}.json").text.replace(" ", ""))

    assert again.headers["location"] == first
    assert refused.status == 400
    assert "something else is being made for it" in refused.text
    assert len(world.tasks()) == 2


def _still_there(served: Served, seconds: float) -> None:
    """The process does not end within a while."""
    with pytest.raises(subprocess.TimeoutExpired):
        served.process.wait(seconds)
