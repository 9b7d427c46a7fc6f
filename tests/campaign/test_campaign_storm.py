"""A storm of faults of all kinds: every asset ends delivered or in a named state, nothing is paid twice."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.fingerprint import Json
from pipeline.providers.simulator.faults import FAULTS, On
from pipeline.providers.simulator.script import read_script
from tests.campaign.accounts import most_running, most_within
from tests.campaign.shop import Ended, Shop, WatchedWorld

_SEED = 20261124
_CONCURRENCY = 4
_QPS = 8
_HALTS = {
    "50400",
    "MissingAuthenticationToken",
    "MissingSignature",
    "InvalidAccessKey",
    "SignatureDoesNotMatch",
    "LackPolicy",
    "AccessDenied",
    "InvalidAuthorization",
    "InvalidCredential",
    "InvalidSecretToken",
}
"""What would end the run for all: the account is not accepted."""
_CROWDED = ("50429", "50430", "http_429")
"""What calms the account for all orders that follow: one of each kind is enough, at a number of its own."""
_SLOW = {"hang", "slow_drip", "task_gone"}
"""What takes a poll or a download some minute: for the long form only."""
_FINAL = {"delivered", "unknown", "refused", "failed", "waiting"}
_AUDITS = {3: "simulate:50412 ", 6: "simulate:50511 ", 14: "simulate:50413 ", 17: "simulate:50512 "}
"""What stands before the prompt of some pictures of each twenty, so that an audit refuses them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How much of it: pictures, what share of each kind of call fails, which orders a limit refuses."""

    pictures: int
    submit: float
    poll: float
    fetch: float
    crowded: tuple[int, ...]
    slow: bool


_SHORT = Weather(pictures=30, submit=0.3, poll=0.1, fetch=0.3, crowded=(26, 24, 22), slow=False)
_LONG = Weather(pictures=200, submit=0.3, poll=0.3, fetch=0.3, crowded=(170, 40, 150), slow=True)


def test_in_a_storm_every_asset_ends_in_a_named_state_short(tmp_path: Path) -> None:
    _storm(tmp_path, _SHORT)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_in_a_storm_every_asset_ends_in_a_named_state_long(tmp_path: Path) -> None:
    _storm(tmp_path, _LONG)


def _storm(home: Path, weather: Weather) -> None:
    world = WatchedWorld(latency=0.5, concurrency=None, faults=read_script(_script(weather)))
    more = {"PIPELINE_SUBMIT_TIMEOUT": "1", "PIPELINE_QPS": str(_QPS)}
    shop = Shop(home, world, pictures=0, concurrency=_CONCURRENCY, more=more)
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
    assert most_running(world.tasks()) <= _CONCURRENCY
    assert most_within(world.tasks(), 1.0) <= _QPS + 1
    for asset, state in states[0].items():
        if state == "refused":
            prompt = prompts[int(asset.rpartition("/i")[2])]
            assert states[1][asset] == "refused"
            assert world.asked[prompt] == asked[prompt]
        if state == "delivered":
            assert states[1][asset] == "delivered"


def _script(weather: Weather) -> Json:
    """Rules that together fail about so much of each kind of call."""
    rules: list[Json] = [
        {"on": "submit", "fault": fault, "at": [number]}
        for fault, number in zip(_CROWDED, weather.crowded, strict=True)
    ]
    for on, share in ((On.SUBMIT, weather.submit), (On.POLL, weather.poll), (On.FETCH, weather.fetch)):
        faults = _faults(on, slow=weather.slow)
        rules += [
            {"on": on.value, "fault": fault, "probability": round(share / len(faults), 5)} for fault in faults
        ]
    return {"seed": _SEED, "rules": rules}


def _faults(on: On, *, slow: bool) -> list[str]:
    """The whole catalogue of a kind of call, apart from what would end the run or calm it for good."""
    left_out = _HALTS | (set(_CROWDED) if on is On.SUBMIT else set())
    if on is not On.SUBMIT and not slow:
        left_out |= _SLOW
    return [fault.name for fault in FAULTS.values() if on in fault.on and fault.name not in left_out]


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
        f" {len(shop.paid_twice())} paid twice, {len(shop.lost())} lost; {ends[0]}, then {ends[1]};"
        f" at most {most_running(shop.world.tasks())} of {_CONCURRENCY} at once and"
        f" {most_within(shop.world.tasks(), 1.0)} of {_QPS} in a second"
    )
