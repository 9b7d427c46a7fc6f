"""Disks that fill up, are read-only, or lead elsewhere: nothing is paid twice, nothing paid is lost."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from pipeline.history.states import State
from tests.campaign import disks
from tests.campaign.disks import EventfulWorld, Seen, Strace, needs_strace
from tests.campaign.shop import Ended, Shop

pytestmark = pytest.mark.skipif(os.name != "posix", reason="mounts, limits and links of POSIX")

_MEGABYTES = 40
"""Room for what a run wants to see free before it pays."""
_PLACES = 40
"""Running tasks at most: doubts hold places for a while, and no run here should have to wait for one."""
_SAME_AGAIN = "then type the same command again"
_OpenShop = Callable[..., Shop]
_Befalls = Callable[[int], None]
"""Given the id of a process."""


def _nothing(_pid: int) -> None:
    """What befalls a run on a good day."""


@pytest.fixture
def world() -> EventfulWorld:
    return EventfulWorld(latency=0.05, concurrency=None)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def open_shop(home: Path, world: EventfulWorld) -> Iterator[_OpenShop]:
    """Opens a shop in `home`, on a small disk of its own if asked; all is closed and unmounted at the end."""
    with ExitStack() as stack:

        def _open(*, pictures: int, own_disk: bool = False) -> Shop:
            if own_disk:
                stack.enter_context(disks.small_disk(home, kilobytes=_MEGABYTES * 1024))
            shop = Shop(home, world, pictures=pictures, concurrency=_PLACES)
            stack.callback(shop.close)
            return shop

        yield _open


def _run_into(shop: Shop, *, on_order: _Befalls = _nothing, on_fetch: _Befalls = _nothing) -> Ended:
    """A run whose process something befalls, just when an order was taken or a picture is being fetched."""
    world = shop.world
    assert isinstance(world, EventfulWorld)
    process = shop.start()
    world.on_order, world.on_fetch = partial(on_order, process.pid), partial(on_fetch, process.pid)
    said, _ = process.communicate()
    world.calm_down()
    return Ended(code=process.returncode, said=said)


def _assert_kind(ended: Ended, *words: str) -> None:
    """It stopped with a sentence that has these words, and with a next step; it did not fall over."""
    assert ended.code == 3, ended.said
    _assert_no_fault(ended)
    for word in words:
        assert word in ended.said
    assert "next: " in ended.said or _SAME_AGAIN in ended.said, ended.said


def _assert_no_fault(ended: Ended) -> None:
    """Nothing of the program's inside was shown."""
    assert "Traceback" not in ended.said
    assert "fault of the program" not in ended.said


def _assert_goes_on_for_free(shop: Shop) -> None:
    """The same command, typed again, pays nothing more and delivers everything; the home is sound."""
    billed = shop.world.billed()
    after = shop.run()
    checked = shop.run("db", "check", "--files")

    assert after.code == 0, after.said
    assert shop.world.billed() == billed == shop.pictures
    assert shop.paid_twice() == []
    assert shop.lost() == set()
    assert shop.delivered() == shop.pictures
    _assert_sound(checked)


def _assert_sound(checked: Ended) -> None:
    """The database is whole, the files that it names too, and nothing lies in the store besides."""
    assert checked.code == 0, checked.said
    assert "whole, at revision" in checked.said
    assert "no row names it" not in checked.said
    assert "gone" not in checked.said
    assert "changed" not in checked.said


def test_task_ids_that_come_while_the_disk_fills_up_are_all_kept(
    open_shop: _OpenShop, home: Path, world: EventfulWorld
) -> None:
    shop = open_shop(pictures=3, own_disk=True)
    all_are_out = Barrier(3, action=lambda: disks.fill(home))
    world.on_order = lambda: _pass(all_are_out)

    full = shop.run()

    world.calm_down()
    _assert_kind(full, str(home / "data" / "history.db"), "free some space", *(t.id for t in world.tasks()))
    assert [row.state for row in shop.generations()] == [State.SUBMITTED] * 3
    assert shop.lost() == set()
    disks.make_room(home)
    _assert_goes_on_for_free(shop)


def _pass(barrier: Barrier) -> None:
    """Wait for the others, who come within milliseconds."""
    barrier.wait(timeout=20)


def test_task_ids_that_nothing_could_keep_are_said_and_their_orders_are_in_doubt(
    open_shop: _OpenShop, home: Path, world: EventfulWorld
) -> None:
    shop = open_shop(pictures=2, own_disk=True)

    def _take_all() -> None:
        (home / "data" / "ballast").unlink()
        disks.fill(home)

    all_are_out = Barrier(2, action=_take_all)
    world.on_order = lambda: _pass(all_are_out)
    full = shop.run()
    world.calm_down()
    disks.make_room(home)
    after = shop.run()

    _assert_kind(full, "history.db", "write the task's number down", *(task.id for task in world.tasks()))
    assert after.code == 3, after.said
    assert "week/a/i0: unknown" in after.said
    assert "week/a/i1: unknown" in after.said
    assert shop.world.billed() == 2
    assert shop.lost() == set()
    assert len(shop.doubts()) == 2


@pytest.mark.parametrize("leave", [0, 100_000], ids=["at-its-start", "in-its-middle"])
def test_a_picture_that_the_disk_has_no_room_for_is_fetched_later(
    open_shop: _OpenShop, home: Path, world: EventfulWorld, leave: int
) -> None:
    shop = open_shop(pictures=1, own_disk=True)
    world.on_fetch = lambda: disks.fill(home, leave=leave)

    full = shop.run()

    world.calm_down()
    _assert_kind(full, str(home / "data" / "blobs"), "no room left", "free some space")
    assert shop.left_over() == []
    assert _files(home / "data" / "blobs") == []
    assert shop.delivered() == 0
    disks.make_room(home)
    _assert_goes_on_for_free(shop)


def test_deliveries_that_do_not_fit_on_their_disk_are_made_later_for_nothing(
    open_shop: _OpenShop, home: Path
) -> None:
    with disks.small_disk(home / "output", kilobytes=24):
        shop = open_shop(pictures=2)

        full = shop.run()

        _assert_kind(full, "no room left", "free some space")
        assert shop.left_over() == []
        assert len(_files(home / "data" / "blobs")) == 2
        disks.grow(home / "output", kilobytes=1024)
        _assert_goes_on_for_free(shop)


def _files(folder: Path) -> list[str]:
    return sorted(disks.files_below(folder))


def test_a_task_id_goes_into_a_note_where_the_database_may_not_be_written(
    open_shop: _OpenShop, home: Path, world: EventfulWorld
) -> None:
    shop = open_shop(pictures=1)

    limited = _run_into(shop, on_order=lambda pid: disks.limit_files(pid, 512))

    (task,) = world.tasks()
    _assert_kind(limited, str(home / "data" / "history.db"), "space")
    assert [path.read_text("ascii") for path in (home / "data" / "inbox").glob("*.task")] == [task.id]
    _assert_goes_on_for_free(shop)
    assert _files(home / "data" / "inbox") == []


def test_a_picture_larger_than_files_may_be_is_fetched_later(
    open_shop: _OpenShop, home: Path, world: EventfulWorld
) -> None:
    shop = open_shop(pictures=1)

    limited = _run_into(shop, on_fetch=lambda pid: disks.limit_files(pid, 100_000))

    _assert_kind(limited, "no room left", "size limit")
    assert shop.left_over() == []
    assert _files(home / "data" / "blobs") == []
    _assert_goes_on_for_free(shop)


def test_nothing_is_bought_for_an_output_that_cannot_be_written(open_shop: _OpenShop, home: Path) -> None:
    with disks.small_disk(home / "output", kilobytes=1024, options="ro"):
        shop = open_shop(pictures=2)

        refused = shop.run()

        _assert_kind(refused, "output", "cannot be written", "nothing was bought", "writable")
        assert shop.world.billed() == 0
        disks.grow(home / "output", kilobytes=1024)
        after = shop.run()
        assert (after.code, shop.delivered(), shop.world.billed()) == (0, 2, 2), after.said


def test_pictures_for_an_output_that_turns_read_only_are_bought_once_and_kept(
    open_shop: _OpenShop, home: Path
) -> None:
    with disks.small_disk(home / "output", kilobytes=1024):
        shop = open_shop(pictures=2)

        refused = _run_into(shop, on_order=lambda _: disks.freeze(home / "output"))

        _assert_kind(refused, "output", "cannot be written", "Read-only", "writable")
        assert len(_files(home / "data" / "blobs")) == 2
        assert shop.world.billed() == 2
        disks.grow(home / "output", kilobytes=1024)
        _assert_goes_on_for_free(shop)


def test_nothing_is_bought_where_a_file_stands_in_the_place_of_the_output(
    open_shop: _OpenShop, home: Path
) -> None:
    shop = open_shop(pictures=1)
    (home / "output").write_text("not a folder", "utf-8")

    refused = shop.run()

    _assert_kind(refused, str(home / "output"), "cannot be written")
    assert (home / "output").read_text("utf-8") == "not a folder"
    assert shop.world.billed() == 0
    (home / "output").unlink()
    after = shop.run()
    assert (after.code, shop.delivered()) == (0, 1), after.said


def test_a_folder_replaced_by_a_link_is_refused_and_nothing_outside_is_touched(
    open_shop: _OpenShop, home: Path, tmp_path: Path
) -> None:
    shop = open_shop(pictures=1)
    outside = tmp_path / "outside"
    assert shop.run().code == 0
    shop.write_spec([1])  # the file that lies there is not wanted any more, another one is

    for place in ("week", "week/a", "week/a/wechat"):
        link = home / "output" / place
        link.rename(outside)
        link.symlink_to(outside)
        old = outside / ".tmp-1-of-another-program"
        old.write_bytes(b"not ours")
        os.utime(old, (1, 1))
        before = disks.files_below(outside)

        led_out = shop.run()

        assert disks.files_below(outside) == before, place
        _assert_kind(led_out, f"leads out of {home / 'output'}", "symbolic link", "remove the link")
        old.unlink()
        link.unlink()
        outside.rename(link)

    after = shop.run()
    assert after.code == 0, after.said
    assert shop.world.billed() == 2
    assert shop.delivered() == 1


def test_a_link_in_the_place_of_a_file_is_replaced_and_what_it_names_is_left_alone(
    open_shop: _OpenShop, home: Path, tmp_path: Path
) -> None:
    shop = open_shop(pictures=1)
    assert shop.run().code == 0
    papers = [home / "output" / path for path in disks.files_below(home / "output")]
    victims = {paper: tmp_path / f"victim-{paper.name}" for paper in papers}
    for paper, victim in victims.items():
        paper.unlink()
        victim.write_bytes(b"precious")
        paper.symlink_to(victim)

    run = shop.run("run", "configs/week.yaml", "--yes", "--overwrite")

    assert run.code == 0, run.said
    assert len(victims) == 4
    assert {victim.read_bytes() for victim in victims.values()} == {b"precious"}
    assert not [paper for paper in papers if paper.is_symlink()]
    assert shop.world.billed() == 1
    _assert_sound(shop.run("db", "check", "--files"))


_KILLS = ("pwrite64", "fdatasync", "fsync", "rename", "ftruncate", "unlink")


@needs_strace
@pytest.mark.parametrize(
    ("what", "cases"),
    [
        ("signal=SIGKILL", [("pwrite64", 1), ("fsync", 3), ("rename", 2)]),
        ("error=EIO", [("fdatasync", 1), ("fdatasync", 5)]),
        ("error=ENOSPC", [("pwrite64", 1), ("pwrite64", 40)]),
    ],
    ids=["killed", "unsynced", "full"],
)
def test_a_run_that_is_struck_at_one_call_costs_nothing_short(
    open_shop: _OpenShop, tmp_path: Path, what: str, cases: list[tuple[str, int]]
) -> None:
    shop = open_shop(pictures=0)
    for number, (call, nth) in enumerate(cases, start=1):
        shop.write_spec(range(number))
        shop.pictures = number
        _strike(shop, tmp_path / f"{number}", f"{call}:{what}:when={nth}")
    _assert_recovers(shop)


@needs_strace
@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("what", "calls", "numbers"),
    [
        ("signal=SIGKILL", _KILLS, range(1, 62, 2)),
        ("error=EIO", ["fdatasync"], range(1, 17)),
        ("error=ENOSPC", ["pwrite64"], range(1, 62, 2)),
    ],
    ids=["killed", "unsynced", "full"],
)
def test_a_run_that_is_struck_at_one_call_costs_nothing_long(
    open_shop: _OpenShop, tmp_path: Path, what: str, calls: list[str], numbers: range
) -> None:
    shop = open_shop(pictures=0)
    struck = runs = 0
    for call in calls:
        for nth in numbers:
            shop.pictures += 1
            shop.write_spec(range(shop.pictures))
            hit = _strike(shop, tmp_path / f"{call}-{nth}", f"{call}:{what}:when={nth}", must=False)
            _assert_recovers(shop)
            runs += 1
            struck += hit
            if not hit:
                break  # a run has no more of these calls
    print(  # noqa: T201 - the figures of a campaign
        f"\ndisk, {what}: {struck} of {runs} runs struck, {shop.world.billed()} billed,"
        f" {len(shop.paid_twice())} paid twice, {len(shop.lost())} lost"
    )
    assert struck >= len(calls)


def _strike(shop: Shop, out: Path, inject: str, *, must: bool = True) -> bool:
    """A run that is struck from the moment the shop took its order; returns whether it was."""
    call = inject.partition(":")[0]
    strace = Strace(out, [call], inject)
    ended, seen = _run_watched(shop, strace)

    struck = "INJECTED" in seen or "killed by SIGKILL" in seen
    assert struck or not must, seen
    _assert_no_fault(ended)
    if "signal=SIGKILL" in inject:
        missed = 3 if shop.doubts() else 0  # earlier kills left orders whose fate nobody knows
        assert ended.code == (-signal.SIGKILL if struck else missed), ended.said
    elif ended.code != 0:
        _assert_kind(ended)
    assert shop.paid_twice() == []
    return struck


def _run_watched(shop: Shop, strace: Strace) -> tuple[Ended, str]:
    """A run with strace attached to it at its first order; what was said, and what was seen."""
    ended = _run_into(shop, on_order=strace.attach)
    return ended, strace.end()


def _assert_recovers(shop: Shop) -> None:
    """The next run has what every struck one paid for, or says that it is in doubt; the home is sound."""
    shop.age()
    after = shop.run()
    doubts = shop.doubts()
    checked = shop.run("db", "check", "--files")

    assert after.code == (3 if doubts else 0), after.said
    assert all(f"{row.asset}: unknown" in after.said for row in doubts)
    assert shop.delivered() == shop.pictures - len(doubts)
    assert shop.paid_twice() == []
    assert shop.lost() == set()
    assert shop.left_over() == []
    _assert_sound(checked)


_SYNCS = ("fsync", "fdatasync")
_NAMES = ("rename", "renameat", "renameat2")
_SENDS = ("sendto", "sendmsg")


@needs_strace
def test_ids_are_on_the_disk_before_they_are_used_and_files_before_they_have_their_names(
    open_shop: _OpenShop, home: Path, tmp_path: Path
) -> None:
    shop = open_shop(pictures=1)
    strace = Strace(tmp_path / "seen", [*_SYNCS, *_NAMES, *_SENDS])

    ended, _ = _run_watched(shop, strace)

    assert ended.code == 0, ended.said
    threads = strace.seen()
    (blob,) = (home / "data" / "blobs").rglob("*.png")
    for place in [blob, *(home / "output" / path for path in disks.files_below(home / "output"))]:
        calls = next(thread for thread in threads if _naming(thread, place) is not None)
        named = _naming(calls, place)
        assert named is not None
        (temp, _) = calls[named].paths
        before, after = calls[:named], calls[named + 1 :]
        assert ("fsync", temp) in [(seen.call, seen.paths[0]) for seen in before], place
        assert (after[0].call, after[0].paths[0]) == ("fsync", str(place.parent)), place
    _assert_rows_are_in_order(threads, home, blob)


def _naming(calls: list[Seen], place: Path) -> int | None:
    """Where in a thread's calls a file got its name."""
    return next(
        (at for at, seen in enumerate(calls) if seen.call == "rename" and seen.paths[-1] == str(place)), None
    )


def _assert_rows_are_in_order(threads: list[list[Seen]], home: Path, blob: Path) -> None:
    """A task's id before it is asked for; a master's row after its file; a delivery's before, as ours."""
    row = Seen("fdatasync", (str(home / "data" / "history.db"),))
    (delivered,) = (home / "output").rglob("*.jpg")
    buys = next(thread for thread in threads if _naming(thread, blob) is not None)
    renders = next(thread for thread in threads if _naming(thread, delivered) is not None)
    first_poll = next(at for at, seen in enumerate(buys) if seen.call in _SENDS)
    stored, named = _naming(buys, blob), _naming(renders, delivered)
    assert stored is not None
    assert row in buys[:first_poll]
    assert row in buys[stored + 1 :]
    assert row in renders[:named]
