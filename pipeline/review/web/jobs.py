"""Work that goes on while the page is looked at: one thread for each, at most one for an asset or a spec.

Money is spent by `produce`, under the same budgets and the same rules as from the command line.
"""

import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import uuid4

from pipeline.errors import PipelineError
from pipeline.plan.model import Plan, Wishes
from pipeline.produce import Report, Watcher, produce
from pipeline.review.words import WORDS
from pipeline.review.workshop import Bench, Reach, Workshop
from pipeline.runner.model import Happening
from pipeline.runner.signals import Bell
from pipeline.stages.outcome import Outcome

_REMEMBERED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a job is to do. `about` is an asset's key or a spec's name.

    `wishes` are made when the spec is open, since the budget is only known then; `accept` may raise.
    """

    title: str
    about: str
    back: str
    provider: str | None
    reach: Reach
    wishes: Callable[[Bench], Wishes]
    accept: Callable[[Plan], None] = lambda _: None

    @property
    def spec(self) -> str:
        """The spec's name."""
        return self.about.partition("/")[0]


@dataclass(slots=True, kw_only=True)
class Job:
    """One order on its way. Written by its own thread, read by those that show it."""

    order: Order
    id: str = field(default_factory=lambda: uuid4().hex[:12])
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    lines: list[str] = field(default_factory=list)
    report: Report | None = None
    error: PipelineError | None = None
    fault: str = ""
    done: bool = False
    bell: Bell | None = None

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of the assets that it was about."""
        if self.report is None:
            return ()
        planned = {action.asset for action in self.report.plan.actions}
        return tuple(outcome for outcome in self.report.outcomes if outcome.action.asset in planned)

    def stop(self) -> None:
        """Submit nothing more; what is under way can be collected."""
        if self.bell is not None:
            self.bell.stop()

    def hear(self, happening: Happening) -> None:
        """Keep one piece of news as a line."""
        generation = happening.generation
        whose = f"{generation.asset} " if generation is not None else ""
        number = f"({generation.id}) " if generation is not None else ""
        note = f": {happening.note}" if happening.note else ""
        self.lines.append(f"{whose}{number}{WORDS.news[happening.news]}{note}")


class Jobs:
    """Every job of one start of the page."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._jobs: dict[str, Job] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()
        self._rendering = threading.Lock()

    def start(self, order: Order) -> Job:
        """Begin; or give what is under way for the same asset or spec: a second click buys nothing."""
        with self._lock:
            running = next((job for job in self._jobs.values() if _same(job, order)), None)
            if running is not None:
                return running
            job = Job(order=order)
            self._jobs[job.id] = job
            self._threads[job.id] = threading.Thread(target=self._run, args=(job,), name=f"job-{job.id}")
            self._threads[job.id].start()
            self._forget()
            return job

    def get(self, number: str) -> Job | None:
        """A job by its id."""
        return self._jobs.get(number)

    def running(self) -> tuple[Job, ...]:
        """Those that are not done, oldest first."""
        with self._lock:
            return tuple(job for job in self._jobs.values() if not job.done)

    def wait(self, job: Job, seconds: float) -> None:
        """Until a job is done, but no longer than so many seconds."""
        self._threads[job.id].join(seconds)

    def close(self) -> None:
        """Stop what is under way and wait for it: nothing that is paid for is lost."""
        for job in self.running():
            job.stop()
        for thread in tuple(self._threads.values()):
            thread.join()

    def _forget(self) -> None:
        done = [job.id for job in self._jobs.values() if job.done]
        for number in done[: max(0, len(self._jobs) - _REMEMBERED)]:
            del self._jobs[number], self._threads[number]

    def _run(self, job: Job) -> None:
        try:
            # One after the other: the later decision must also be the later file.
            with self._rendering if job.order.reach is Reach.WORK else nullcontext():
                job.report = self._carry_out(job)
        except PipelineError as error:
            job.error = error
        except Exception as error:  # noqa: BLE001 - whatever is left is a fault of ours, and must be said
            job.fault = self._workshop.confess(error)
        finally:
            job.done = True

    def _carry_out(self, job: Job) -> Report:
        order = job.order
        with self._workshop.bench(order.spec, order.reach, order.provider) as bench:

            def accept(plan: Plan) -> None:
                bench.check(plan)
                order.accept(plan)

            job.bell = bench.studio.bell
            wishes = replace(order.wishes(bench), budget=bench.budget)
            return produce(bench.studio, (bench.spec,), wishes, Watcher(accept=accept, news=job.hear))


def _same(job: Job, order: Order) -> bool:
    """Whether a job already does what an order asks. A render does not: it may have read the word before."""
    alike = (job.order.about, job.order.title) == (order.about, order.title)
    return alike and not job.done and order.reach is Reach.ASK
