"""Work that goes on while the page is looked at: one thread for each, at most one for an asset or a spec.

Money is spent by `produce`, under the same budgets and the same rules as from the command line.
"""

import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from uuid import uuid4

from pipeline.errors import PipelineError, UsageError
from pipeline.plan.model import Plan, Wishes
from pipeline.produce import Report, Watcher, produce
from pipeline.review.words import WORDS
from pipeline.review.workshop import Bench, Reach, Workshop
from pipeline.runner.model import Happening
from pipeline.runner.signals import Bell
from pipeline.stages.outcome import AssetState, Outcome

_REMEMBERED = 50


class Kind(Enum):
    """What a job is for."""

    REDO = auto()
    RENDER = auto()
    COLLECT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a job is to do. `about` is an asset's key or a spec's name; `asked`: what else was typed.

    `wishes` are made when the spec is open, since the budget is only known then; `accept` may raise. Without
    `spec` the provider is asked for what it has, whatever spec it was for.
    """

    kind: Kind
    about: str
    back: str
    provider: str | None
    reach: Reach
    wishes: Callable[[Bench], Wishes]
    accept: Callable[[Plan], None] = lambda _: None
    asked: tuple[str, ...] = ()
    spec: str | None

    @property
    def title(self) -> str:
        """Its kind in words."""
        return WORDS.jobs[self.kind.name]


@dataclass(slots=True, kw_only=True)
class Job:
    """One order on its way. Written by its own thread, read by those that show it."""

    order: Order
    id: str = field(default_factory=lambda: uuid4().hex[:12])
    lines: list[str] = field(default_factory=list)
    report: Report | None = None
    error: PipelineError | None = None
    fault: str = ""
    done: bool = False
    bell: Bell = field(default_factory=Bell)
    latest: int | None = None
    """The generation that the newest news was about."""

    @property
    def well(self) -> bool:
        """Whether everything that it was about is delivered."""
        return self.report is not None and all(
            outcome.state is AssetState.DELIVERED for outcome in self.outcomes
        )

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of the assets that it was about."""
        if self.report is None:
            return ()
        planned = {action.asset for action in self.report.plan.actions}
        return tuple(outcome for outcome in self.report.outcomes if outcome.action.asset in planned)

    def stop(self) -> None:
        """Submit nothing more, also where nothing has begun yet; what is under way can be collected."""
        self.bell.stop()

    def hear(self, happening: Happening) -> None:
        """Keep one piece of news as a line."""
        generation = happening.generation
        self.latest = self.latest if generation is None else generation.id
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
        self._closed = False
        self._rendering = threading.Lock()

    def start(self, order: Order) -> Job:
        """Begin; or give the job that does just this already: a second click buys nothing.

        Raises UsageError where one is under way that does something else about it, and after `stop`.
        """
        with self._lock:
            if self._closed:
                raise UsageError(WORDS.closing)
            running = next((job for job in self._jobs.values() if _stands_before(job, order)), None)
            if running is not None:
                if running.order.asked != order.asked:
                    raise UsageError(WORDS.busy.format(about=order.about))
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

    def stop(self) -> None:
        """Begin nothing more, and let nobody submit anything more."""
        for job in self._closing():
            job.stop()

    def interrupt(self) -> None:
        """The same by a signal; the second also leaves the answers to what is being sent."""
        for job in self._closing():
            job.bell.interrupt()

    def close(self) -> None:
        """Stop what is under way and wait for it: nothing that is paid for is lost."""
        self.stop()
        for thread in tuple(self._threads.values()):
            thread.join()

    def _closing(self) -> tuple[Job, ...]:
        """Everything under way, after which nothing begins."""
        with self._lock:
            self._closed = True
            return tuple(job for job in self._jobs.values() if not job.done)

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
        if order.spec is None:
            with self._workshop.account(order.provider) as studio:
                return produce(
                    replace(studio, bell=job.bell),
                    (),
                    Wishes(buy=False),
                    Watcher(accept=order.accept, news=job.hear),
                )
        with self._workshop.bench(order.spec, order.reach, order.provider) as bench:

            def accept(plan: Plan) -> None:
                bench.check(plan)
                order.accept(plan)

            wishes = replace(order.wishes(bench), budget=bench.budget)
            return produce(
                replace(bench.studio, bell=job.bell),
                (bench.spec,),
                wishes,
                Watcher(accept=accept, news=job.hear),
            )


def _stands_before(job: Job, order: Order) -> bool:
    """Whether a job must end before another order begins. A render need not: it may be of an older word."""
    alike = (job.order.kind, job.order.about) == (order.kind, order.about)
    if order.kind is Kind.COLLECT:
        alike = alike and job.order.provider == order.provider
    return alike and not job.done and order.kind is not Kind.RENDER
