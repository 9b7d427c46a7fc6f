"""Runs jobs side by side in a few threads and tells what happens, in order, to whoever iterates.

Running tasks are bounded by the ledger's claim, not by the number of threads: a thread that downloads
holds no place at the provider.
"""

import itertools
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.errors import PipelineError
from pipeline.failpoint import reach
from pipeline.history.records import Generation
from pipeline.history.states import Purpose, State, is_free_of_doubt
from pipeline.runner.buy import Buyer
from pipeline.runner.follow import Follower
from pipeline.runner.lock import is_alive
from pipeline.runner.model import Buy, Collect, Happening, Job, News, Watch
from pipeline.runner.tools import Tools

_EXTRA_THREADS = 4
_WATCH_SECONDS = 0.5
_LISTENS_SECONDS = 0.1
_WINDS_DOWN_SECONDS = 0.4


def _leaves_the_way_free(end: Generation) -> bool:
    """Whether the same picture may be bought after this attempt: it was never sent, or cost nothing."""
    return end.state is State.PLANNED or is_free_of_doubt(end.state, end.charged, end.resolution)


class Executor:
    """Carries out the jobs of one accepted plan, which is a ceiling: nothing beyond it is bought."""

    def __init__(self, tools: Tools, happenings: "queue.Queue[Happening | None]") -> None:
        self._tools = tools
        self._happenings = happenings
        self.failure: PipelineError | None = None
        self.crash: BaseException | None = None

    def run(self, jobs: Sequence[Job]) -> Iterator[Happening]:
        """Do all jobs; yields each happening as it comes. Tasks that are paid for already come first."""
        waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
        places = itertools.count()
        for job in sorted(jobs, key=lambda job: isinstance(job, Buy)):
            waiting.put(replace(job, place=next(places)) if isinstance(job, Buy) else job)
        count = min(len(jobs), self._tools.pacing.concurrency + _EXTRA_THREADS)
        threads = [threading.Thread(target=self._work, args=(waiting,), daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            yield from self._news_of(count)
        except GeneratorExit:
            # Whoever listened is gone: no order is sent any more, but the answer to one is waited for.
            self._tools.bell.halt()
            for thread in threads:
                while thread.is_alive() and not self._tools.bell.abandoned:
                    thread.join(_LISTENS_SECONDS)
            raise

    def _news_of(self, threads: int) -> Iterator[Happening]:
        """What happens until so many threads have ended, or until a stop leaves nothing to wait for."""
        ended, stop = 0, _Stop(self._tools)
        while ended < threads or not self._happenings.empty():
            try:
                happening = self._happenings.get(timeout=_LISTENS_SECONDS)
            except queue.Empty:
                if (said := stop.says()) is not None:
                    yield said
                if stop.may_leave():
                    return
                continue
            if happening is None:
                ended += 1
            else:
                yield happening

    def _work(self, waiting: "queue.SimpleQueue[Job]") -> None:
        try:
            while True:
                try:
                    job = waiting.get_nowait()
                except queue.Empty:
                    return
                self._do(job)
        except PipelineError as error:
            self.failure = self.failure or error
            self._tools.bell.halt()
        except BaseException as error:  # noqa: BLE001 - a fault of ours must reach the main thread, not vanish
            self.crash = self.crash or error
            self._tools.bell.halt()
        finally:
            self._happenings.put(None)

    def _do(self, job: Job) -> None:
        match job:
            case Buy(place=place):
                self._tools.turnstile.announce(place)
                try:
                    self._buy(job)
                finally:
                    self._tools.turnstile.withdraw(place)
            case Collect(generation):
                Follower(self._tools, generation).run()
            case Watch(generation):
                self._watch(generation)

    def _buy(self, job: Buy) -> None:
        """Take the attempt number that the plan saw; where another run was quicker, use what it buys."""
        tools = self._tools
        while not tools.bell.ended:
            ours = self._row_for(job)
            if ours is not None:
                reach("planned")
                tools.say(News.PLANNED, ours)
                Buyer(tools, job, ours).run()
                return
            tools.turnstile.withdraw(job.place)
            attempts = tools.ledger.same_request(job.wanted.request)
            rival = next(item for item in attempts if item.attempt == job.wanted.attempt)
            if not _is_of_other_pixels(rival, job):
                end = self._watch(rival)
                if end is not None and end.state is State.PLANNED and self._may_take(end, job):
                    job = replace(job, takes_over=end)
                    continue
                if end is None or not _leaves_the_way_free(end):
                    return
            # One number further, not behind the last: every attempt in between has its say.
            job = replace(job, wanted=replace(job.wanted, attempt=rival.attempt + 1), takes_over=None)

    def _may_take(self, left: Generation, job: Buy) -> bool:
        """Whether a dead run's planned row can stand for ours: ours to poll, moving no other asset."""
        provider = self._tools.provider
        ours = (left.endpoint, left.account) == (provider.endpoint, provider.account)
        alike = left.purpose is job.wanted.purpose and not _is_of_other_pixels(left, job)
        return ours and alike and (left.purpose is Purpose.RUN or left.asset == job.wanted.asset)

    def _row_for(self, job: Buy) -> Generation | None:
        tools = self._tools
        if job.takes_over is not None:
            ours = tools.ledger.take_over(job.takes_over, job.wanted, at=tools.clock.now())
            reach("taken-over")
            return ours
        return tools.ledger.intend(job.wanted, at=tools.clock.now())

    def _watch(self, generation: Generation) -> Generation | None:
        """Wait for another run's purchase; take over its task if that run dies. None: this run ends first.

        A run that moves nothing for as long as a silent task is waited for may be paused: it is left alone.
        """
        tools = self._tools
        state, since = generation.state, tools.clock.steady()
        while not tools.bell.ended:
            current = tools.ledger.generation(generation.id)
            if current.state is not state:
                state, since = current.state, tools.clock.steady()
            if current.state is State.STORED:
                tools.say(News.STORED, current)
                return current
            dead = current.owner is None or not is_alive(tools.locks, current.owner)
            ours = (current.endpoint, current.account) == (tools.provider.endpoint, tools.provider.account)
            if current.state is State.SUBMITTED and dead and ours:
                Follower(tools, current).run()
                return tools.ledger.generation(generation.id)
            if current.state not in (State.PLANNED, State.SUBMITTING, State.SUBMITTED) or dead:
                tools.say(News.LEFT, current, "the run that was buying it ended without a picture")
                return current
            if tools.clock.steady() - since > tools.patience.silent:
                tools.say(News.LEFT, current, "another run has it in hand, and has not moved it for long")
                return None
            tools.bell.sleep(_WATCH_SECONDS)
        return None


class _Stop:
    """What a stop waits for: the answers to orders that are out, and a moment for the rest to wind down.

    A poll or a download costs nothing when it is cut off: its task is in the history, and `collect` asks
    again.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._since: float | None = None
        self._said = False

    def says(self) -> Happening | None:
        """Once, when orders are out: what is waited for."""
        out = self._tools.outgoing.count
        if not self._tools.bell.stopping or out == 0 or self._said:
            return None
        self._said = True
        orders = "1 order" if out == 1 else f"{out} orders"
        seconds = self._tools.patience.submit
        note = f"waiting for the answer to {orders}, at most {seconds:.0f} s"
        return Happening(news=News.STOPPING, request="", note=note)

    def may_leave(self) -> bool:
        """Whether nothing is left that must be waited for."""
        tools = self._tools
        if tools.bell.abandoned:
            return True
        if not tools.bell.stopping:
            return False
        self._since = tools.clock.steady() if self._since is None else self._since
        return tools.outgoing.count == 0 and tools.clock.steady() - self._since > _WINDS_DOWN_SECONDS


def _is_of_other_pixels(rival: Generation, job: Buy) -> bool:
    """Whether a rival's purchase can not serve ours, whatever becomes of it."""
    return job.exact and rival.generation_key != job.wanted.generation_key
