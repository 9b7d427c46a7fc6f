"""A fault script read from a JSON file into typed rules; every mistake is named. Must not run anything.

    {"seed": 7, "rules": [
        {"on": "submit", "fault": "50429", "at": [1, 3]},
        {"on": "submit", "fault": "http_502", "every": 10, "taken": true},
        {"on": "poll", "fault": "50511", "prompt": "lobster"},
        {"on": "fetch", "fault": "truncated_picture", "probability": 0.2}]}

`at`, `every` and `probability` exclude each other; without one the rule always fires. `taken` says whether
the order is taken, and billed, all the same. `FAULTS` lists the names. Every poll counts, also one that
comes before the picture is ready; a fault of the picture does nothing there, so ask for it on `fetch`.
"""

import json
from difflib import get_close_matches
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.fingerprint import Json
from pipeline.providers.simulator.faults import FAULTS, Fault, On, Rule, Script

_TIMES = ("at", "every", "probability")
_KEYS = ("on", "fault", *_TIMES, "prompt", "taken")


def load_script(path: Path) -> Script:
    """The script in a file. Raises SettingsError that says what is wrong and what would be right."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"cannot read the fault script {path}: {error}", next_step="give --faults a JSON file"
        ) from error
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: not JSON: {error}", next_step=f"correct {path}") from error
    return read_script(value, name=str(path))


def read_script(value: Json, *, name: str = "fault script") -> Script:
    """The script in a JSON value; `name` stands before every problem."""
    if not isinstance(value, dict):
        raise SettingsError(f"{name}: must be an object with `rules`")
    _only(value, ("seed", "rules"), name)
    seed, rules = value.get("seed", 0), value.get("rules", [])
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise SettingsError(f"{name}: `seed` must be a whole number")
    if not isinstance(rules, list):
        raise SettingsError(f"{name}: `rules` must be a list")
    return Script(
        seed=seed,
        rules=tuple(_rule(rule, f"{name}: rule {number}") for number, rule in enumerate(rules, start=1)),
    )


def _only(value: dict[str, Json], known: tuple[str, ...], where: str) -> None:
    for key in value:
        if key not in known:
            raise SettingsError(f"{where}: unknown key `{key}`; known are {', '.join(known)}")


def _rule(value: Json, where: str) -> Rule:
    if not isinstance(value, dict):
        raise SettingsError(f"{where}: must be an object")
    _only(value, _KEYS, where)
    fault = _fault(value.get("fault"), where)
    on = _on(value.get("on"), fault, where)
    if sum(key in value for key in _TIMES) > 1:
        raise SettingsError(f"{where}: only one of {', '.join(_TIMES)} can be given")
    prompt, taken = value.get("prompt", ""), value.get("taken", fault.taken)
    if not isinstance(prompt, str):
        raise SettingsError(f"{where}: `prompt` must be text")
    if "taken" in value and on not in {On.SUBMIT, On.PROCESS}:
        raise SettingsError(f"{where}: `taken` means something on submit and process only")
    if not isinstance(taken, bool):
        raise SettingsError(f"{where}: `taken` must be true or false")
    return Rule(
        on=on,
        fault=fault.name,
        at=_at(value, where),
        every=_every(value, where),
        probability=_probability(value, where),
        prompt=prompt,
        taken=taken,
    )


def _fault(value: Json, where: str) -> Fault:
    name = str(value)
    if name not in FAULTS:
        near = get_close_matches(name, FAULTS, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise SettingsError(f"{where}: unknown fault `{name}`{hint}; known are {', '.join(FAULTS)}")
    return FAULTS[name]


def _on(value: Json, fault: Fault, where: str) -> On:
    if value not in tuple(On):
        raise SettingsError(f"{where}: `on` must be one of {', '.join(On)}")
    on = On(str(value))
    if on not in fault.on:
        raise SettingsError(f"{where}: {fault.name} cannot happen on {on}, only on {', '.join(fault.on)}")
    return on


def _count(value: Json) -> int | None:
    """A whole number from 1, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 1 else None


def _at(value: dict[str, Json], where: str) -> tuple[int, ...]:
    if "at" not in value:
        return ()
    given = value["at"]
    counts = [_count(one) for one in given] if isinstance(given, list) else []
    whole = tuple(count for count in counts if count is not None)
    if not whole or len(whole) != len(counts):
        raise SettingsError(f"{where}: `at` must be a list of whole numbers from 1")
    return whole


def _every(value: dict[str, Json], where: str) -> int | None:
    if "every" not in value:
        return None
    count = _count(value["every"])
    if count is None:
        raise SettingsError(f"{where}: `every` must be a whole number from 1")
    return count


def _probability(value: dict[str, Json], where: str) -> float | None:
    if "probability" not in value:
        return None
    given = value["probability"]
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 1:
        raise SettingsError(f"{where}: `probability` must lie in 0..1")
    return float(given)
