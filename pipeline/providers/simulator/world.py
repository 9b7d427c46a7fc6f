"""The vendor's side of the story: which orders are taken, what becomes of them, what they cost.

Must not speak HTTP or draw. Its clock is an argument, so a test makes a task ready without waiting.
A prompt can ask for its own refusal: `simulate:50412` is answered with that code, at the submit for
codes about the input, at the poll for those about the output (50511, 50512, 50519 to 50522).
"""

import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.providers.models import Call
from pipeline.providers.simulator import billing
from pipeline.providers.simulator.codes import BUSINESS, POLL_ONLY
from pipeline.providers.simulator.faults import On, Prompter, Rule, Script
from pipeline.providers.simulator.orders import Asked, Refused
from pipeline.providers.simulator.pictures import order_digest
from pipeline.providers.simulator.tasks import Shelf, Task

TASK_LIFE = 12 * 3600.0
URL_LIFE = 24 * 3600.0
QUEUED_SHARE = 0.2
"""The part of the latency that a task waits in the queue before it is being made."""

_MARKER = re.compile(r"simulate:(\d{5})")


class World:
    """Tasks, limits, audits and the bill; safe to use from many threads, and from processes by a folder.

    `latency` seconds from order to picture; `concurrency` tasks running at once and `qps` orders a second,
    None for no limit; `audited` words that the text audit refuses with 50412; `clock` gives epoch seconds.
    Limits, counts and tasks are shared with whoever has the same `folder`; faults are counted apart.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        latency: float = 2.0,
        concurrency: int | None = 2,
        qps: float | None = None,
        faults: Script | None = None,
        audited: tuple[str, ...] = ("simulate:refused",),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.clock = clock
        self.latency = latency
        self._shelf = Shelf(folder)
        self._concurrency = concurrency
        self._qps = qps
        self._audited = audited
        self._prompter = Prompter(faults or Script())

    def next_fault(self, on: On, prompt: str) -> Rule | None:
        """The rule of the fault script that hits this call, which is thereby counted."""
        return self._prompter.next(on, prompt)

    def accept(self, asked: Asked, call: Call) -> Task | Refused:
        """Take an order, or refuse it by limits and text audit. A task returned is kept and billed."""
        with self._shelf.held():
            tasks, now = self._shelf.all(), self.clock()
            refused = self._over_limits(tasks, now) or self._audit(asked.order.prompt)
            if refused is not None:
                return refused
            digest = order_digest(asked.order)
            task = Task(
                id=_task_id(digest, now, len(tasks)),
                call=call,
                order=asked.order,
                digest=digest,
                nth=sum(task.digest == digest for task in tasks),
                pictures=asked.pictures,
                submitted_at=now,
                ready_at=now + self.latency,
                verdict=next((code for code in _marked(asked.order.prompt) if code in POLL_ONLY), None),
            )
            self._shelf.add(task)
            return task

    def _over_limits(self, tasks: tuple[Task, ...], now: float) -> Refused | None:
        if self._qps is not None:
            window = max(1.0, 1 / self._qps)
            if sum(now - window < task.submitted_at <= now for task in tasks) >= self._qps * window:
                return Refused(code=50429)
        running = sum(task.ready_at > now and not task.forgotten for task in tasks)
        if self._concurrency is not None and running >= self._concurrency:
            return Refused(code=50430)
        return None

    def _audit(self, prompt: str) -> Refused | None:
        if any(word in prompt for word in self._audited):
            return Refused(code=50412)
        return next((Refused(code=code) for code in _marked(prompt) if code not in POLL_ONLY), None)

    def task(self, task_id: str) -> Task | None:
        """A task whatever its age: its pictures outlive it."""
        return self._shelf.find(task_id)

    def status(self, task: Task | None, model: str) -> str:
        """The status word of a poll that names `model`."""
        now = self.clock()
        if task is None or task.forgotten or task.order.model != model:
            return "not_found"
        if task.call != Call.ASYNC or now - task.submitted_at > TASK_LIFE:
            return "not_found"
        if now >= task.ready_at:
            return "done"
        queued = (task.ready_at - task.submitted_at) * QUEUED_SHARE
        return "in_queue" if now < task.submitted_at + queued else "generating"

    def judge(self, task_id: str, verdict: int) -> None:
        """The output audit's verdict: every later poll of a ready task answers with this code."""
        self._shelf.change(task_id, verdict=verdict)

    def forget(self, task_id: str) -> None:
        """Lose a task that was paid for."""
        self._shelf.change(task_id, forgotten=True)

    def tasks(self) -> tuple[Task, ...]:
        """Every task ever accepted, in the order of submission."""
        return self._shelf.all()

    def billed(self) -> int:
        """Pictures that the vendor would have billed."""
        return billing.total(self.tasks())


def _marked(prompt: str) -> list[int]:
    return [code for code in map(int, _MARKER.findall(prompt)) if code in BUSINESS]


def _task_id(digest: str, now: float, number: int) -> str:
    """20 or 19 digits above the largest signed 64-bit number, as real ids are."""
    told = hashlib.sha256(f"{digest}/{now!r}/{number}".encode()).digest()
    return str(2**63 + int.from_bytes(told[:8], "big") % 2**63)
