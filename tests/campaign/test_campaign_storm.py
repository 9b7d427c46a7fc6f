"""A storm of faults of all kinds: every asset ends delivered or in a named state, nothing is paid twice."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline.fingerprint import Json
from pipeline.providers.simulator.script import read_script
from pipeline.providers.simulator.world import World
from tests.campaign.shop import Shop

_SEED = 20261124
_SUBMIT = (
    "lost_reply",
    "reset_before",
    "reset_after",
    "cut_body",
    "garbage_body",
    "html_200",
    "http_502",
    "50429",
    "50430",
    "50500",
    "redirect_307",
    "no_task_id",
)
_POLL = ("garbage_body", "html_200", "http_500", "done_empty", "unknown_status", "reset_after")
_FETCH = ("truncated_picture", "corrupt_picture", "http_404", "url_expired", "reset_after")
_FINAL = {"delivered", "unknown", "refused", "failed", "waiting", "blocked"}


def _script(share: float) -> Json:
    """Rules that together fail about `share` of each kind of call."""
    rules: list[Json] = [
        {"on": on, "fault": fault, "probability": round(share / len(faults), 4)}
        for on, faults in (("submit", _SUBMIT), ("poll", _POLL), ("fetch", _FETCH))
        for fault in faults
    ]
    return {"seed": _SEED, "rules": rules}


def test_in_a_storm_every_asset_ends_in_a_named_state_short(tmp_path: Path) -> None:
    _weather(tmp_path, pictures=16)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_in_a_storm_every_asset_ends_in_a_named_state_long(tmp_path: Path) -> None:
    _weather(tmp_path, pictures=200)


def _weather(home: Path, *, pictures: int) -> None:
    world = World(latency=0.2, concurrency=6, faults=read_script(_script(0.3)))
    shop = Shop(home, world, pictures=pictures, concurrency=6)
    try:
        first = shop.run("run", "configs/week.yaml", "--yes", "--json")
        second = shop.run("run", "configs/week.yaml", "--yes", "--json")
    finally:
        shop.close()

    for ended in (first, second):
        assert ended.code in (0, 3), ended.said
        assert "Traceback" not in ended.said
        for asset in _assets(ended.said):
            error = asset["error"]
            assert asset["state"] in _FINAL
            assert (error is None) == (asset["state"] == "delivered")
            assert error is None or (error["code"] and error["message"] and error["next"])
    print(f"seed {_SEED}: {Counter(asset['state'] for asset in _assets(second.said))}")  # noqa: T201 - figures
    assert shop.paid_twice() == []
    assert shop.lost() == set()


def test_what_the_audit_refused_is_not_bought_again_with_the_same_prompt(tmp_path: Path) -> None:
    world = World(latency=0.1, concurrency=6)
    shop = Shop(tmp_path, world, pictures=0, concurrency=6)
    try:
        shop.write_spec(range(4), words="simulate:50511 picture")
        first = shop.run()
        bought = world.billed()
        second = shop.run()
    finally:
        shop.close()

    assert (first.code, second.code, bought, world.billed()) == (3, 3, 4, 4)
    assert "refused (50511)" in second.said


def _assets(said: str) -> list[dict[str, Any]]:
    """The assets of the one document that stands between the lines of both streams."""
    lines = said.splitlines()
    ended = max(number for number, line in enumerate(lines) if line == "}")
    document = json.loads("\n".join(lines[lines.index("{") : ended + 1]))
    found: list[dict[str, Any]] = document["assets"]
    return found
