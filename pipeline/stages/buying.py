"""From an accepted plan to jobs for the runner, and the runner's news as they come."""

import queue
import shutil
from collections.abc import Iterator

from pipeline.ballast import Ballast
from pipeline.errors import IncompleteError, PipelineError, StoppedError
from pipeline.history.gate import Ceiling
from pipeline.history.records import Generation
from pipeline.history.states import State
from pipeline.log import event
from pipeline.plan.model import Kind, Plan, Reason
from pipeline.runner.executor import Executor
from pipeline.runner.lock import living
from pipeline.runner.model import Buy, Collect, Happening, Job, Watch
from pipeline.runner.recover import recover
from pipeline.runner.tools import Durations, Tools
from pipeline.stages.studio import Studio
from pipeline.storage import folder_inside

_BYTES_A_PIXEL = 3
"""A PNG master and the files made from it, measured on detailed pictures."""
_SPARE = 8_000_000


class Buying:
    """One run's dealings with its provider. After `happenings`, `failure` says if it broke off."""

    def __init__(self, studio: Studio, ceiling: Ceiling | None = None) -> None:
        assert studio.provider is not None
        self._studio = studio
        # No SimpleQueue: one that a signal interrupts at the end of its time waits for ever (CPython 3.11).
        self._news: queue.Queue[Happening | None] = queue.Queue()
        folder_inside(studio.home.inbox.parent, studio.home.inbox)
        self._tools = Tools(
            ledger=studio.ledger,
            gatekeeper=studio.gatekeeper,
            provider=studio.provider,
            store=studio.store,
            inbox=studio.home.inbox,
            locks=studio.home.runs,
            ballast=Ballast(studio.home.ballast),
            durations=Durations(studio.queries),
            pacing=studio.pacing,
            patience=studio.patience,
            clock=studio.clock,
            bell=studio.bell,
            tell=self._tell,
            ceiling=ceiling,
        )
        self._executor = Executor(self._tools, self._news)

    def _tell(self, happening: Happening) -> None:
        generation = happening.generation
        event(
            happening.news.value,
            run=self._studio.run,
            asset=generation.asset if generation else None,
            generation=generation.id if generation else None,
            task_id=generation.task_id if generation else None,
            request_id=generation.request_id if generation else None,
            note=happening.note,
        )
        self._news.put(happening)

    def recover(self) -> None:
        """Settle what dead runs left in the middle of a submit; its news come with the others."""
        recover(self._tools)

    def make_room(self, plan: Plan) -> None:
        """Before anything is paid: room for the pictures, and for their task ids if the disk fills up anyway.

        Raises IncompleteError where the pictures that the plan buys would most likely not fit.
        """
        if not plan.purchases:
            return
        self._tools.ballast.lay()
        pixels = sum(item.wanted.width * item.wanted.height for item in plan.purchases)
        needed = _SPARE + pixels * _BYTES_A_PIXEL
        free = shutil.disk_usage(self._studio.home.data).free
        if free < needed:
            raise IncompleteError(
                f"{self._studio.home.data} has {free / 1e6:.0f} MB free, and {len(plan.purchases)} pictures "
                f"need about {needed / 1e6:.0f} MB: nothing was bought",
                next_step="free some space, then type the same command again",
            )

    def happenings(self, jobs: tuple[Job, ...]) -> Iterator[Happening]:
        """Carry the jobs out. Raises a fault of ours that happened in a thread, after all threads ended."""
        yield from self._executor.run(jobs)
        if self._executor.crash is not None:
            raise self._executor.crash

    @property
    def failure(self) -> PipelineError | None:
        """The expected failure that ended the buying early (a full disk, a budget used up), if any."""
        if self._executor.failure is None and self._tools.over is not None:
            return StoppedError(
                f"{self._tools.over} is used up: another run bought meanwhile",
                next_step="raise the budget in configs/settings.yaml, or wait for the next month",
            )
        return self._executor.failure


def jobs_of(studio: Studio, plan: Plan) -> tuple[Job, ...]:
    """What the runner must do: buy what the plan buys, collect and await what is under way."""
    jobs: list[Job] = []
    seen: set[int] = set()
    for action in plan.actions:
        generation = action.generation
        if action.kind is not Kind.WAIT or generation is None or generation.id in seen:
            continue
        if action.code is Reason.IN_FLIGHT:
            seen.add(generation.id)
            jobs.append(Collect(generation))
        elif action.code is Reason.OTHER_RUN:
            seen.add(generation.id)
            jobs.append(Watch(generation))
    jobs += [Collect(item) for item in _left_over(studio) if item.id not in seen]
    jobs += [
        Buy(
            wanted=purchase.wanted,
            forced=purchase.forced,
            exact=purchase.exact,
            takes_over=purchase.takes_over,
        )
        for purchase in plan.purchases
    ]
    return tuple(jobs)


def _left_over(studio: Studio) -> tuple[Generation, ...]:
    """Paid tasks of our account that nobody follows, whatever spec asked for them.

    Their pictures are kept, and their places among the running tasks become free.
    """
    buyer = studio.buyer
    out = [
        item
        for item in studio.ledger.in_flight([State.SUBMITTED])
        if (item.endpoint, item.account) == (buyer.endpoint, buyer.account)
    ]
    alive = living(studio.home.runs, [item.owner for item in out])
    return tuple(item for item in out if item.owner not in alive or item.owner == studio.run)
