"""From a task id to its picture: poll at the learnt pace, fetch, store. Nothing here pays."""

from dataclasses import replace
from datetime import timedelta

from pipeline.failpoint import reach
from pipeline.history.records import Generation, Trouble
from pipeline.history.states import State
from pipeline.providers.contract import Denied, Done, Fault, Gone, Refused, ResultForm, Running, Task, Unready
from pipeline.providers.retry import UNREADY
from pipeline.runner.keep import keep
from pipeline.runner.model import News
from pipeline.runner.pace import ready_after
from pipeline.runner.tools import Tools


def trouble_of(fault: Fault) -> Trouble:
    """A fault as the ledger keeps it."""
    return Trouble(
        code=fault.code, message=fault.message, http_status=fault.http_status, request_id=fault.request_id
    )


class Follower:
    """Follows one submitted generation until it ends, patience runs out, or the run stops."""

    def __init__(self, tools: Tools, generation: Generation) -> None:
        self._tools = tools
        self._generation = generation
        self._phase = tools.durations.phase()
        self._started = tools.clock.steady()
        sent = generation.submitted_at
        # From here on only the steady clock counts: the other one may be put back or forward meanwhile.
        self._age_at_start = max(0.0, (tools.clock.now() - sent).total_seconds()) if sent else 0.0
        self._polls = 0
        self._asked_at = 0.0
        self._running_at: float | None = None
        self._unready = 0
        self._gone: list[float] = []
        self._last = Fault(code="silent", message="the provider has not finished it yet")

    def run(self) -> None:
        """Ask until there is an end. What is left is left `submitted`, for `collect`."""
        tools = self._tools
        while self._wait_until_due():
            if self._ask():
                return
        if not tools.bell.ended:
            tools.say(News.LEFT, self._generation, self._last.message)

    def _age(self) -> float:
        return self._age_at_start + self._tools.clock.steady() - self._started

    def _wait_until_due(self) -> bool:
        """Wait for the next moment to ask; False when the run ends or patience does."""
        tools = self._tools
        while not tools.bell.ended:
            if self._polls == 0 and tools.patience.silent <= 0:
                return True
            if tools.clock.steady() - self._started > tools.patience.silent:
                return self._polls == 0  # never left without having asked
            rings = tools.bell.rings()
            seconds = self._due_at() - self._age()
            if seconds <= 0:
                return True
            tools.bell.wait(min(seconds, tools.patience.silent), rings)
        return False

    def _due_at(self) -> float:
        if self._unready:
            gap = UNREADY.gap(self._unready - 1, jitter=0.5 + 0.5 * self._tools.clock.random())
            return self._asked_at + (gap or 0.0)
        return self._tools.durations.pace(self._generation, self._phase).next_age(self._polls, self._asked_at)

    def _ask(self) -> bool:
        """One poll. True when the generation came to an end (or the account did)."""
        tools, generation = self._tools, self._generation
        assert generation.task_id is not None
        self._asked_at = self._age()
        self._polls += 1
        answer = tools.provider.poll(Task(model=generation.model, task_id=generation.task_id), ResultForm.URL)
        match answer:
            case Running():
                self._unready, self._gone = 0, []
                self._running_at = self._asked_at
                self._tools.durations.saw_running(self._generation, self._asked_at)
            case Done() as done:
                return self._done(done)
            case Unready(fault=fault):
                self._not_yet(fault)
            case Gone(fault=fault):
                return self._is_gone(fault)
            case Refused(fault=fault):
                self._end(State.REFUSED, fault, News.REFUSED)
                return True
            case Denied(fault=fault):
                tools.bell.halt()
                tools.say(News.HALTED, generation, f"{fault.code}: {fault.message}")
                return True
        return False

    def _done(self, done: Done) -> bool:
        tools, generation = self._tools, self._generation
        if generation.done_at is None:
            pace = tools.durations.pace(generation, self._phase)
            seen = (self._running_at, tools.durations.running_before(generation, self._asked_at))
            running_at = max((age for age in seen if age is not None), default=None)
            seconds = ready_after(self._asked_at, running_at, due_at=pace.next_age(0, 0.0))
            done_at = tools.clock.now() - timedelta(seconds=max(0.0, self._age() - seconds))
            reach("ready")
            tools.ledger.finished(generation.id, at=done_at)
            reach("finished")
            tools.durations.learn(generation, seconds)
            tools.bell.ring()
            tools.say(News.READY, generation)
            self._generation = replace(generation, done_at=done_at)
        fault = keep(tools, self._generation, done)
        if fault is None:
            return True
        self._not_yet(fault)
        return False

    def _not_yet(self, fault: Fault) -> None:
        self._unready += 1
        self._last = fault

    def _is_gone(self, fault: Fault) -> bool:
        """Believe it past the task's life, or when it was said often enough over long enough."""
        patience, age = self._tools.patience, self._age()
        self._gone.append(self._tools.clock.steady())
        long_enough = self._gone[-1] - self._gone[0] >= patience.gone_over
        if age > patience.task_life or (len(self._gone) >= patience.gone_times and long_enough):
            self._end(State.FAILED, fault, News.FAILED)
            return True
        self._not_yet(fault)
        return False

    def _end(self, target: State, fault: Fault, news: News) -> None:
        tools = self._tools
        now = tools.clock.now()
        tools.ledger.finished(self._generation.id, at=now)
        tools.ledger.ended(self._generation.id, State.SUBMITTED, target, trouble_of(fault), at=now)
        tools.bell.ring()
        tools.say(news, self._generation, fault.message)
