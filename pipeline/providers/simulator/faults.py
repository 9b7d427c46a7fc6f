"""Every fault that can be asked for, and the rules that ask. Pure; must not read a file or send a byte.

`FAULTS` is the catalogue: the calls a fault can happen on, and whether the order is taken (and billed)
all the same. A rule's `taken` says otherwise where the author wants the other case.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from pipeline.providers.simulator.codes import BUSINESS, GATEWAY


class On(StrEnum):
    """The calls that are counted, each kind for itself."""

    SUBMIT = "submit"
    POLL = "poll"
    PROCESS = "process"
    FETCH = "fetch"


CALLS = (On.SUBMIT, On.POLL, On.PROCESS)
EVERYWHERE = (*CALLS, On.FETCH)
SHOWN = (On.POLL, On.PROCESS, On.FETCH)
PAGES = {
    "http_404": (404, "404 Not Found"),
    "http_429": (429, "429 Too Many Requests"),
    "http_500": (500, "500 Internal Server Error"),
    "http_502": (502, "502 Bad Gateway"),
    "http_503": (503, "503 Service Temporarily Unavailable"),
}
CLOCKS = {"clock_ahead": 1200.0, "clock_behind": -1200.0}
"""Seconds by which the server's clock is wrong for the call: its Date header and its timestamp check."""
PICTURES = ("truncated_picture", "corrupt_picture", "other_pixels", "same_bytes", "jpeg_picture")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A row of the catalogue."""

    name: str
    on: tuple[On, ...]
    says: str
    taken: bool = False


def _rows() -> tuple[Fault, ...]:
    codes = [Fault(name=str(code), on=CALLS, says=row.message) for code, row in BUSINESS.items()]
    gateway = [Fault(name=code, on=CALLS, says=row.message) for code, row in GATEWAY.items()]
    pages = [Fault(name=name, on=EVERYWHERE, says=f"{row[1]} as HTML") for name, row in PAGES.items()]
    return (
        *codes,
        *gateway,
        *pages,
        Fault(name="clock_ahead", on=CALLS, says="the server's clock is 20 minutes ahead", taken=True),
        Fault(name="clock_behind", on=CALLS, says="the server's clock is 20 minutes behind", taken=True),
        Fault(name="reset_before", on=EVERYWHERE, says="connection reset, nothing done"),
        Fault(name="redirect_307", on=EVERYWHERE, says="redirect to the same address"),
        Fault(name="reset_after", on=EVERYWHERE, says="done, then connection reset", taken=True),
        Fault(name="lost_reply", on=EVERYWHERE, says="done, then closed without an answer", taken=True),
        Fault(name="cut_body", on=EVERYWHERE, says="half the body under the whole length", taken=True),
        Fault(name="cut_unmarked", on=EVERYWHERE, says="half the body, no length said", taken=True),
        Fault(name="garbage_status", on=EVERYWHERE, says="an answer that is not HTTP", taken=True),
        Fault(name="garbage_body", on=EVERYWHERE, says="HTTP 200 with bytes that are no JSON", taken=True),
        Fault(name="html_200", on=EVERYWHERE, says="HTTP 200 with an HTML page", taken=True),
        Fault(name="slow_drip", on=EVERYWHERE, says="a byte of the body every half second", taken=True),
        Fault(name="hang", on=EVERYWHERE, says="done, and never answered", taken=True),
        Fault(name="no_task_id", on=(On.SUBMIT,), says="10000 without a task id", taken=True),
        Fault(name="done_empty", on=(On.POLL, On.PROCESS), says="success without pictures", taken=True),
        Fault(name="unknown_status", on=(On.POLL,), says="a status word nobody documented"),
        Fault(name="not_found", on=(On.POLL,), says="this once, the task is not known"),
        Fault(name="expired", on=(On.POLL,), says="this once, the task is over its life"),
        Fault(name="task_gone", on=(On.POLL,), says="the task is forgotten for good"),
        Fault(name="url_expired", on=SHOWN, says="the URL is over its life", taken=True),
        Fault(name="truncated_picture", on=SHOWN, says="the first half of the picture", taken=True),
        Fault(name="corrupt_picture", on=SHOWN, says="a picture with wrong bytes inside", taken=True),
        Fault(name="other_pixels", on=SHOWN, says="a picture of three quarters of the size", taken=True),
        Fault(name="same_bytes", on=SHOWN, says="one picture for every prompt", taken=True),
        Fault(name="jpeg_picture", on=SHOWN, says="JPEG where PNG is usual", taken=True),
    )


FAULTS: dict[str, Fault] = {fault.name: fault for fault in _rows()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a fault happens: at calls counted from 1, every n-th, or with a probability; else always.

    Calls that `on` and `prompt` (a part of the prompt) let through are counted, each rule for itself.
    """

    on: On
    fault: str
    at: tuple[int, ...] = ()
    every: int | None = None
    probability: float | None = None
    prompt: str = ""
    taken: bool

    def fires(self, count: int, chance: float) -> bool:
        """Whether the `count`-th call is hit; `chance` in [0, 1) decides where a probability is given."""
        if self.at:
            return count in self.at
        if self.every is not None:
            return count % self.every == 0
        return self.probability is None or chance < self.probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Rules in order, the first that fires wins; the same seed makes the same choices."""

    seed: int = 0
    rules: tuple[Rule, ...] = ()

    def chance(self, number: int, count: int) -> float:
        """A number in [0, 1) for the `count`-th call that the `number`-th rule sees."""
        told = hashlib.sha256(f"{self.seed}/{number}/{count}".encode()).digest()
        return int.from_bytes(told[:6], "big") / 2**48


class Prompter:
    """Goes through a script call by call; counts from the start of its world, threads at once."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._counts = [0] * len(script.rules)
        self._lock = Lock()

    def next(self, on: On, prompt: str) -> Rule | None:
        """The rule that hits this call, if any; every rule that could have counts it."""
        hit: Rule | None = None
        with self._lock:
            for number, rule in enumerate(self._script.rules):
                if rule.on is not on or rule.prompt not in prompt:
                    continue
                self._counts[number] += 1
                count = self._counts[number]
                if hit is None and rule.fires(count, self._script.chance(number, count)):
                    hit = rule
        return hit
