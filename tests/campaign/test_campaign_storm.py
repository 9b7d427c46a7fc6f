"""A storm of faults of all kinds: every asset ends delivered or in a named state, nothing is paid twice."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.fingerprint import Json
from pipeline.providers.simulator.script import read_script
from tests.campaign.shop import Ended, Shop, WatchedWorld

_SEED = 20261124
_SUBMIT = (
    "lost_reply",
    "reset_before",
    "reset_after",
    "cut_body",
    "garbage_body",
    "html_200",
    "http_502",
    "50500",
    "redirect_307",
    "no_task_id",
    "hang",
)
_CROWDED = ("50429", "50430")
_POLL = ("garbage_body", "html_200", "http_500", "done_empty", "unknown_status", "reset_after", "not_found")
_FETCH = ("truncated_picture", "corrupt_picture", "http_404", "url_expired", "reset_after")
_FINAL = {"delivered", "unknown", "refused", "failed", "waiting"}
_AUDITS = {3: "simulate:50412 ", 6: "simulate:50511 ", 14: "simulate:50413 ", 17: "simulate:50512 "}
"""What stands before the prompt of some pictures of each twenty, so that an audit refuses them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How much of it: pictures, and the share of each kind of call that fails.

    `crowded`: the orders that a limit refuses, by number; None: by chance, as the other faults. Each of
    them calms the account for all that follow, so the short form has one of each kind.
    """

    pictures: int
    submit: float
    poll: float
    fetch: float
    crowded: tuple[int, ...] | None = None


_SHORT = Weather(pictures=30, submit=0.3, poll=0.1, fetch=0.3, crowded=(26, 6))
_LONG = Weather(pictures=200, submit=0.3, poll=0.3, fetch=0.3)


def test_in_a_storm_every_asset_ends_in_a_named_state_short(tmp_path: Path) -> None:
    _storm(tmp_path, _SHORT)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_in_a_storm_every_asset_ends_in_a_named_state_long(tmp_path: Path) -> None:
    _storm(tmp_path, _LONG)


def _storm(home: Path, weather: Weather) -> None:
    world = WatchedWorld(latency=0.2, concurrency=6, faults=read_script(_script(weather)))
    more = {"PIPELINE_SUBMIT_TIMEOUT": "1"}
    shop = Shop(home, world, pictures=0, concurrency=6, more=more)
    try:
        prompts = {n: f"{_AUDITS.get(n % 20, '')}picture {n}" for n in range(weather.pictures)}
        shop.write_prompts(prompts)
        first = shop.run("run", "configs/week.yaml", "--yes", "--json")
        asked = Counter(world.asked)
        second = shop.run("run", "configs/week.yaml", "--yes", "--json")
    finally:
        shop.close()

    states = [_states_of(ended) for ended in (first, second)]
    _tell(shop, weather, states)
    assert [len(found) for found in states] == [weather.pictures, weather.pictures]
    assert [first.code, second.code] == [3, 3]
    assert {"delivered", "refused", "unknown"} <= set(states[0].values())
    assert shop.paid_twice() == []
    assert shop.lost() == set()
    for asset, state in states[0].items():
        if state == "refused":
            prompt = prompts[int(asset.rpartition("/i")[2])]
            assert states[1][asset] == "refused"
            assert world.asked[prompt] == asked[prompt]
        if state == "delivered":
            assert states[1][asset] == "delivered"


def _script(weather: Weather) -> Json:
    """Rules that together fail about so much of each kind of call."""
    rules: list[Json] = []
    by_chance = _SUBMIT if weather.crowded else _SUBMIT + _CROWDED
    if weather.crowded:
        rules += [
            {"on": "submit", "fault": fault, "at": [number]}
            for fault, number in zip(_CROWDED, weather.crowded, strict=True)
        ]
    for on, share, faults in (
        ("submit", weather.submit, by_chance),
        ("poll", weather.poll, _POLL),
        ("fetch", weather.fetch, _FETCH),
    ):
        rules += [
            {"on": on, "fault": fault, "probability": round(share / len(faults), 4)} for fault in faults
        ]
    return {"seed": _SEED, "rules": rules}


def _states_of(ended: Ended) -> dict[str, str]:
    """Each asset's state at the end of a run; those that are not delivered say why and what to type."""
    assert "Traceback" not in ended.said
    states = {}
    for asset in _assets(ended.said):
        state, error = asset["state"], asset["error"]
        states[asset["asset"]] = state
        assert state in _FINAL, asset
        assert (error is None) == (state == "delivered"), asset
        assert error is None or (error["code"] and error["message"] and error["next"]), asset
        assert bool(asset["files"]) == (state == "delivered"), asset
    return states


def _assets(said: str) -> list[dict[str, Any]]:
    """The assets of the one document that stands between the lines of both streams."""
    lines = said.splitlines()
    assert "{" in lines, said
    ended = max(number for number, line in enumerate(lines) if line == "}")
    document = json.loads("\n".join(lines[lines.index("{") : ended + 1]))
    found: list[dict[str, Any]] = document["assets"]
    return found


def _tell(shop: Shop, weather: Weather, states: list[dict[str, str]]) -> None:
    ends = [dict(Counter(found.values())) for found in states]
    print(  # noqa: T201 - the figures of a campaign
        f"\nstorm, seed {_SEED}: {weather.pictures} pictures, {shop.world.billed()} billed,"
        f" {len(shop.paid_twice())} paid twice, {len(shop.lost())} lost; {ends[0]}, then {ends[1]}"
    )
