"""`collect` and `resolve`: what is paid for is brought in, what is in doubt is settled by the author."""

import json
from pathlib import Path

import pytest

from pipeline.history.states import Resolution, State
from tests.commands.bench import Desk, check_schema, image, interrupt_when, point_at, vendor

ASYNC = "model: jimeng_t2i_v30, size: 512x512"
COVER = "week12/lobster/cover"


@pytest.fixture
def doubt(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    """A spec with one order in doubt; the vendor answers well from then on."""
    spec = desk.spec(image())
    with vendor({"on": "process", "fault": "lost_reply"}) as server:
        point_at(monkeypatch, server)
        desk("run", spec, "--yes")
    return spec


def test_nothing_under_way_is_said_and_is_an_empty_list(desk: Desk) -> None:
    said = desk("collect")
    document = desk.json("run", "collect")

    assert (said.code, said.out) == (0, "nothing is under way\n")
    assert document == []


def test_a_picture_that_was_interrupted_is_brought_in_without_buying(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = desk.spec(image(more=ASYNC))
    with vendor(latency=1.5) as server:
        point_at(monkeypatch, server)
        world = server._server.world
        interrupt_when(lambda: world.billed() > 0)
        interrupted = desk("run", spec, "--yes")

        early = desk.json("run", "collect", "--no-wait", code=3)
        doctor = desk("doctor")
        listed = desk.json("run", "collect")

        assert interrupted.code == 130
        assert interrupted.last == f"next: pipeline run {spec}"
        assert early[0]["assets"][0]["state"] == "waiting"
        assert "1 task under way: paid for, not yet fetched" in doctor.err
        assert doctor.last == "next: pipeline collect"
        assert [item["status"] for item in listed] == ["complete"]
        assert world.billed() == 1


def test_a_collect_of_one_spec_finds_out_who_has_its_tasks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.settings(latency=2)
    spec = desk.spec(image(more=ASYNC))
    interrupt_when(lambda: any((desk.root / "data" / "simulator").rglob("*.json")))
    interrupted = desk("run", spec)
    with vendor() as server:
        point_at(monkeypatch, server)

        document = desk.json("run", "collect", spec)

    assert interrupted.code == 130
    assert document["status"] == "complete"
    assert document["assets"][0]["files"][0]["path"].startswith("output/simulated/")


def test_tasks_of_a_spec_that_is_gone_are_brought_into_the_store_with_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, here = desk.spec(image(prompt="虾", more=ASYNC)), desk.spec(image(more=ASYNC), name="week13")
    with vendor(latency=1.0) as server:
        point_at(monkeypatch, server)
        for number, spec in enumerate((gone, here)):
            world = server._server.world
            interrupt_when(lambda world=world, number=number: world.billed() > number)  # type: ignore[misc]
            desk("run", spec, "--yes")
        (desk.root / gone).unlink()

        said = desk("collect", "--json")

    assert said.code == 3
    assert f"week12: its spec is not in {desk.root}/{gone}" in said.err
    assert "week12: 2 pictures brought into the store" in said.err
    documents = json.loads(said.out)
    check_schema("run", documents)
    assert [item["spec"] for item in documents] == ["week13"]


def test_what_fails_for_one_spec_does_not_keep_the_next_from_being_collected(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, here = desk.spec(image(prompt="虾", more=ASYNC)), desk.spec(image(more=ASYNC), name="week13")
    with vendor(latency=1.0) as server:
        point_at(monkeypatch, server)
        for number, spec in enumerate((broken, here)):
            world = server._server.world
            interrupt_when(lambda world=world, number=number: world.billed() > number)  # type: ignore[misc]
            desk("run", spec, "--yes")
        (desk.root / broken).write_text("articles: 3\n")

        said = desk("collect")

    assert said.code == 2
    assert "week13: 1 delivered" in said.out
    assert f"{broken}:1:11" in said.err


def test_a_doubt_settled_with_resubmit_is_bought_again_by_the_next_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, doubt: str
) -> None:
    blocked = desk("run", doubt, "--yes")
    listed = desk("history", "--state", "unknown")
    settled = desk("resolve", COVER, "--resubmit")
    with vendor() as server:
        point_at(monkeypatch, server)
        again = desk("run", doubt, "--yes")
        other = desk.generations()

    assert blocked.code == 3
    assert "pipeline resolve" in blocked.last
    assert " ?" in listed.out
    assert settled.out == f"generation 1 of {COVER}: the next run buys it again\n"
    assert settled.last == f"next: pipeline run {desk.root}/{doubt}"
    assert other[0].resolution is Resolution.RESUBMIT
    assert again.code in (0, 3)


def test_a_doubt_that_is_given_up_stays_blocked_and_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, doubt: str
) -> None:
    settled = desk("resolve", 1, "--abandon")
    twice = desk("resolve", "--all", "--abandon")
    [row] = desk.json("costs", "costs")

    assert settled.out == f"generation 1 of {COVER}: given up, counted as spent\n"
    assert twice.out == "nothing is in doubt\n"
    assert (row["doubtful"], row["doubtful_cost"], row["unpriced"]) == (1, None, 1)


def test_all_of_one_spec_is_settled_by_its_file_or_its_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.spec(image(), head="name: spring")
    second = desk.spec(image(prompt="板"), name="week13")
    with vendor({"on": "process", "fault": "lost_reply"}) as server:
        point_at(monkeypatch, server)
        desk("run", first, "--yes")
        desk("run", second, "--yes")

    by_file = desk("resolve", "--all", first, "--abandon")
    by_name = desk("resolve", "--all", "week13", "--resubmit")

    assert by_file.out == "generation 1 of spring/lobster/cover: given up, counted as spent\n"
    assert by_name.out == "generation 2 of week13/lobster/cover: the next run buys it again\n"


@pytest.mark.parametrize("words", [(COVER,), (COVER, "--resubmit", "--abandon"), ("--abandon",)])
def test_resolve_needs_a_name_and_one_word(desk: Desk, words: tuple[str, ...]) -> None:
    said = desk("resolve", *words)

    assert said.code == 2
    assert said.last == "next: pipeline history --state unknown"


def test_an_order_that_a_dead_run_left_half_sent_is_collected_first(desk: Desk, doubt: str) -> None:
    desk.change("UPDATE generation SET state = 'submitting', owner = 'dead'")

    said = desk("resolve", COVER, "--resubmit")
    everything = desk("resolve", "--all", "--abandon")
    collected = desk("collect", doubt)

    assert said.code == 0
    assert "generation 1 of week12/lobster/cover: a run died while sending it" in said.err
    assert said.last == f"next: pipeline collect {desk.root}/{doubt}"
    assert everything.last == said.last
    assert collected.code == 3
    assert desk.generations()[0].state is State.UNKNOWN


def test_a_spec_with_a_rehearsal_under_way_too_says_so(desk: Desk, doubt: str) -> None:
    desk.settings(latency=5)
    desk.spec(image(more=ASYNC))
    interrupt_when(lambda: any((desk.root / "data" / "simulator").rglob("*.json")))
    desk("run", doubt, "--provider", "simulator")
    desk.change("UPDATE generation SET state = 'submitting', owner = 'dead' WHERE id = 1")

    said = desk("collect", Path(doubt), "--no-wait")

    assert "a rehearsal's tasks are under way too: add --provider simulator for them" in said.err
