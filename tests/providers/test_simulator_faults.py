"""Fault scripts: what a rule hits, that a seed repeats itself, and that every mistake in a file is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ExitCode, SettingsError
from pipeline.providers.simulator.faults import FAULTS, On, Prompter, Rule, Script
from pipeline.providers.simulator.script import load_script, read_script


def _hits(script: Script, calls: int = 12, *, on: On = On.SUBMIT, prompt: str = "龙虾") -> list[int]:
    prompter = Prompter(script)
    return [number for number in range(1, calls + 1) if prompter.next(on, prompt)]


def _script(*rules: dict[str, Any], seed: int = 0) -> Script:
    return read_script({"seed": seed, "rules": list(rules)})


@pytest.mark.parametrize(
    ("when", "hits"),
    [
        ({"at": [1, 3]}, [1, 3]),
        ({"every": 5}, [5, 10]),
        ({"probability": 0}, []),
        ({"probability": 1}, list(range(1, 13))),
        ({}, list(range(1, 13))),
    ],
)
def test_a_rule_hits_the_calls_it_names(when: dict[str, Any], hits: list[int]) -> None:
    assert _hits(_script({"on": "submit", "fault": 50429} | when)) == hits


def test_the_same_seed_makes_the_same_choices_and_another_seed_others() -> None:
    rule = {"on": "poll", "fault": "http_502", "probability": 0.5}

    first, again, other = (_hits(_script(rule, seed=seed), 64, on=On.POLL) for seed in (7, 7, 8))

    assert first == again
    assert first != other
    assert 16 < len(first) < 48


def test_only_calls_of_the_kind_and_with_the_words_are_counted() -> None:
    prompter = Prompter(_script({"on": "submit", "fault": "hang", "at": [2], "prompt": "fox"}))

    seen = [
        prompter.next(On.POLL, "fox"),
        prompter.next(On.SUBMIT, "fox"),
        prompter.next(On.SUBMIT, "wolf"),
        prompter.next(On.SUBMIT, "a red fox"),
    ]

    assert [bool(rule) for rule in seen] == [False, False, False, True]


def test_the_first_rule_that_fires_wins_and_the_others_still_count() -> None:
    prompter = Prompter(
        _script(
            {"on": "submit", "fault": "50429", "at": [1]},
            {"on": "submit", "fault": "50430", "at": [1, 2]},
        )
    )

    hits = [prompter.next(On.SUBMIT, "x") for _ in range(3)]

    assert [rule.fault if rule else None for rule in hits] == ["50429", "50430", None]


def test_a_fault_takes_the_order_by_its_nature_unless_the_rule_says_otherwise() -> None:
    script = _script(
        {"on": "submit", "fault": "lost_reply"},
        {"on": "submit", "fault": "http_500"},
        {"on": "submit", "fault": "http_500", "taken": True},
    )

    assert [rule.taken for rule in script.rules] == [True, False, True]


def test_a_script_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text(
        json.dumps({"seed": 3, "rules": [{"on": "fetch", "fault": "same_bytes", "every": 2}]}), "utf-8"
    )

    script = load_script(path)

    rule = Rule(on=On.FETCH, fault="same_bytes", every=2, taken=True)
    assert script == Script(seed=3, rules=(rule,))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "must be an object"),
        ({"rule": []}, "unknown key `rule`; known are seed, rules"),
        ({"seed": "x"}, "`seed` must be a whole number"),
        ({"rules": {}}, "`rules` must be a list"),
        ({"rules": ["50429"]}, "rule 1: must be an object"),
        ({"rules": [{"on": "submit"}]}, "unknown fault `None`"),
        ({"rules": [{"on": "submit", "fault": "lost_replay"}]}, "did you mean lost_reply?"),
        ({"rules": [{"on": "submit", "fault": "zzzzz"}]}, "known are 50200, "),
        ({"rules": [{"on": "later", "fault": "hang"}]}, "`on` must be one of submit, poll, process, fetch"),
        ({"rules": [{"on": ["poll"], "fault": "hang"}]}, "`on` must be one of"),
        ({"rules": [{"on": "fetch", "fault": "50412"}]}, "cannot happen on fetch, only on submit, poll"),
        ({"rules": [{"on": "poll", "fault": "hang", "art": 1}]}, "unknown key `art`"),
        ({"rules": [{"on": "poll", "fault": "hang", "at": [1], "every": 2}]}, "only one of"),
        ({"rules": [{"on": "poll", "fault": "hang", "at": []}]}, "`at` must be a list"),
        ({"rules": [{"on": "poll", "fault": "hang", "at": [0]}]}, "`at` must be a list"),
        ({"rules": [{"on": "poll", "fault": "hang", "at": 1}]}, "`at` must be a list"),
        ({"rules": [{"on": "poll", "fault": "hang", "every": True}]}, "`every` must be"),
        ({"rules": [{"on": "poll", "fault": "hang", "probability": 1.5}]}, "`probability` must lie"),
        ({"rules": [{"on": "poll", "fault": "hang", "prompt": 1}]}, "`prompt` must be text"),
        ({"rules": [{"on": "submit", "fault": "hang", "taken": 1}]}, "`taken` must be true or false"),
        ({"rules": [{"on": "poll", "fault": "hang", "taken": True}]}, "submit and process only"),
    ],
)
def test_every_mistake_in_a_script_is_named(value: Any, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_script(value, name="faults.json")

    assert words in caught.value.message
    assert caught.value.message.startswith("faults.json")
    assert caught.value.exit_code is ExitCode.USAGE


def test_an_unknown_fault_lists_all_that_are_known() -> None:
    with pytest.raises(SettingsError) as caught:
        _script({"on": "submit", "fault": "zzzzz"})

    assert all(name in caught.value.message for name in FAULTS)


@pytest.mark.parametrize("content", [None, b"\xff", b"{", b"[" * 100_000])
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "faults.json"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SettingsError) as caught:
        load_script(path)

    assert "faults.json" in caught.value.message
    assert caught.value.next_step
