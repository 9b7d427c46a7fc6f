"""From a planned row to a task id: claim, send once, record the answer. The page on which money is spent.

Order of effects: the intent is committed (`submitting`), then the POST leaves, then its answer is recorded
before anything else is done with it. What is in doubt is never sent again from here.
"""

from dataclasses import replace
from enum import Enum

from pipeline.errors import IncompleteError, PipelineError
from pipeline.failpoint import reach
from pipeline.history.gate import Claim, Claimed, Full, Lost, Over, Served
from pipeline.history.records import Generation, Trouble
from pipeline.history.states import State
from pipeline.providers import retry
from pipeline.providers.contract import Accepted, Answered, Done, Fault, NotTaken, Order, Unready, Verdict
from pipeline.providers.contract import Refused as RefusedResult
from pipeline.runner.follow import Follower, trouble_of
from pipeline.runner.keep import keep
from pipeline.runner.model import Buy, Happening, News
from pipeline.runner.tools import Tools
from pipeline.storage import write_atomic

_CROWDED = "no place became free at the account in time"
_LEAST_QPS = 0.5
"""No account is known to allow less than one order a second; a storm of refusals teaches nothing below."""
_SAYS_AFTER = 5.0
"""Seconds of waiting for a place after which the author is told what is waited for."""
_FINAL = {
    Verdict.REFUSED: (State.REFUSED, News.REFUSED),
    Verdict.FAILED: (State.FAILED, News.FAILED),
    Verdict.AUTH: (State.FAILED, News.FAILED),
    Verdict.ACCESS: (State.FAILED, News.FAILED),
    Verdict.UNKNOWN: (State.UNKNOWN, News.UNKNOWN),
}
_ENDED = Trouble(code="stopped", message="the run ended before it was sent")


class _Ahead(Enum):
    """What is left to do for an order after its answer was written down."""

    FOLLOW = "a task to follow"
    AGAIN = "it was certainly not taken, and may be sent again"
    NOTHING = "this generation needs nothing more from here"


class Buyer:
    """Buys one planned generation of ours, and sees it through to its picture."""

    def __init__(self, tools: Tools, job: Buy, generation: Generation) -> None:
        self._tools = tools
        self._job = job
        self._generation = generation
        self._tries = dict.fromkeys(Verdict, 0)
        self._busy_since: float | None = None

    def run(self) -> None:
        """Claim and send until the order is taken, or until it is certain that it will not be."""
        tools, generation = self._tools, self._generation
        while True:
            claim = self._claim()
            match claim:
                case Claimed():
                    try:
                        ahead = self._carry()
                    finally:
                        tools.outgoing.end()
                    if ahead is _Ahead.FOLLOW:
                        Follower(tools, tools.ledger.generation(generation.id)).run()
                    if ahead is not _Ahead.AGAIN:
                        return
                case Served(server):
                    tools.ledger.cancel(generation.id, at=tools.clock.now(), note=f"served by {server.id}")
                    tools.say(News.SERVED, server)
                    return
                case Over(name):
                    tools.over = name
                    self._give_back(f"{name} is used up: another run bought meanwhile")
                    return
                case Lost():
                    return
                case None:
                    self._give_back(_CROWDED if tools.crowded and not tools.bell.ended else _ENDED.message)
                    return

    def _claim(self) -> Claim | None:
        """Wait for a place and a slot in time; one thread at a time asks the database. None: the run ends."""
        tools, generation = self._tools, self._generation
        told = False
        with tools.turnstile.passing(self._job.place):
            waits_from = tools.clock.steady()
            while not self._is_over():
                rings = tools.bell.rings()
                claim = self._try_claim()
                if not isinstance(claim, Full):
                    return claim
                if tools.clock.steady() - waits_from > tools.patience.silent:
                    tools.crowded = True
                if not told and tools.clock.steady() - waits_from > _SAYS_AFTER:
                    told = True
                    tools.say(News.QUEUED, generation, f"{claim.running} of the account's tasks are out")
                tools.bell.wait(claim.seconds, rings)
        return None

    def _try_claim(self) -> Claim:
        """One question to the gate. A claim that was got counts as an order that is out, from before it."""
        tools, claim = self._tools, None
        tools.outgoing.begin()
        try:
            claim = tools.gatekeeper.claim(
                self._generation,
                tools.pacing.gate(tools.doubt_seconds(self._generation), tools.ceiling),
                forced=self._job.forced,
                exact=self._job.exact,
                now=tools.clock.now,
            )
        finally:
            if not isinstance(claim, Claimed):
                tools.outgoing.end()
        return claim

    def _is_over(self) -> bool:
        """Whether this generation may not be sent any more."""
        tools = self._tools
        return tools.bell.ended or tools.crowded or self._generation.model in tools.shut_models

    def _carry(self) -> _Ahead:
        """Send a claimed order and write its answer down."""
        tools, generation = self._tools, self._generation
        if self._is_over():
            # The end came while the database was busy with the claim: nothing has left yet.
            tools.ledger.ended(generation.id, State.SUBMITTING, State.PLANNED, _ENDED, at=tools.clock.now())
            return _Ahead.AGAIN
        # Not read afresh: nothing that may fail stands between the committed intent and the POST.
        sending = replace(generation, state=State.SUBMITTING, owner=tools.ledger.run)
        tools.tell(Happening(news=News.SENT, request=generation.request, generation=sending))
        order = Order(
            model=generation.model,
            prompt=generation.prompt,
            width=generation.width,
            height=generation.height,
            seed=generation.seed,
            params=generation.params,
        )
        reach("claimed")
        answer = tools.provider.submit(order, tools.body_path(generation))
        reach("answered")
        match answer:
            case Accepted(task_id=task_id, request_id=request_id):
                self._accepted(task_id, request_id)
                return _Ahead.FOLLOW
            case Answered():
                settle_answer(tools, generation)
                return _Ahead.NOTHING
            case NotTaken(verdict=verdict, fault=fault):
                return self._not_taken(verdict, fault)

    def _accepted(self, task_id: str, request_id: str | None) -> None:
        tools, generation = self._tools, self._generation
        try:
            tools.ledger.accepted(generation.id, task_id, request_id, at=tools.clock.now())
        except Exception as error:
            # The database would not take the only handle to a paid picture. With the ballast's room it may,
            # else a file may; either way nothing more is sent, and the author hears why.
            tools.ballast.drop()
            try:
                tools.ledger.accepted(generation.id, task_id, request_id, at=tools.clock.now())
            except Exception:  # noqa: BLE001 - whatever keeps the id out of the database, the note must take it
                self._note_down(task_id, error)
            self._tell_taken(News.SUBMITTED, task_id)
            raise
        reach("accepted")
        tools.succeeded = True
        tools.say(News.SUBMITTED, generation)

    def _note_down(self, task_id: str, error: Exception) -> None:
        tools, generation = self._tools, self._generation
        try:
            write_atomic(tools.note_path(generation), task_id.encode())
        except PipelineError as full:
            # Said at once: several orders may end here, and only one of them becomes the run's error.
            self._tell_taken(News.UNKNOWN, task_id, f"taken as task {task_id}, which nothing could keep")
            raise IncompleteError(
                f"generation {generation.id} was taken as task {task_id}, and neither the history ({error}) "
                f"nor a file could keep that ({full.message})",
                next_step="write the task's number down, then make room and type the same command again",
            ) from error

    def _tell_taken(self, news: News, task_id: str, note: str = "") -> None:
        """Tell of an order that was taken, without asking the database, which has just failed."""
        taken = replace(
            self._generation,
            state=State.UNKNOWN if news is News.UNKNOWN else State.SUBMITTED,
            owner=self._tools.ledger.run,
            task_id=task_id,
        )
        self._tools.tell(Happening(news=news, request=taken.request, generation=taken, note=note))

    def _not_taken(self, verdict: Verdict, fault: Fault) -> _Ahead:
        tools, generation = self._tools, self._generation
        self._tries[verdict] += 1
        if verdict in _FINAL:
            state, news = _FINAL[verdict]
        elif self._may_try_again(verdict):
            self._record(State.PLANNED, fault, News.BACK)
            self._pause(verdict)
            return _Ahead.AGAIN
        else:
            state, news = State.FAILED, News.FAILED
        # The door is shut first: a recorded end frees a place, into which another thread would send.
        halts = verdict is Verdict.AUTH or (verdict is Verdict.ACCESS and not tools.succeeded)
        if halts:
            tools.bell.halt()
        elif verdict is Verdict.ACCESS:
            tools.shut_models[generation.model] = fault.message
        self._record(state, fault, news)
        if halts:
            tools.say(News.HALTED, generation, f"{fault.code}: {fault.message}")
        return _Ahead.NOTHING

    def _record(self, state: State, fault: Fault, news: News) -> None:
        tools = self._tools
        tools.ledger.ended(
            self._generation.id, State.SUBMITTING, state, trouble_of(fault), at=tools.clock.now()
        )
        reach("ended")
        tools.bell.ring()
        tools.say(news, self._generation, f"{fault.code}: {fault.message}")

    def _may_try_again(self, verdict: Verdict) -> bool:
        steady = self._tools.clock.steady()
        match verdict:
            case Verdict.CLOCK:
                return self._tries[verdict] == 1
            case Verdict.NOT_SENT:
                return retry.NOT_SENT.gap(self._tries[verdict] - 1, jitter=1.0) is not None
            case _:
                self._busy_since = steady if self._busy_since is None else self._busy_since
                return steady - self._busy_since < self._tools.patience.busy

    def _pause(self, verdict: Verdict) -> None:
        """Learn from a refusal, and leave the account alone for a while."""
        tools, jitter = self._tools, self._tools.clock.random()
        tries = self._tries[verdict] - 1
        match verdict:
            case Verdict.BUSY_QPS:
                known = tools.gatekeeper.limits(
                    self._generation.endpoint, self._generation.account, at=tools.clock.now()
                ).qps
                slower = max(_LEAST_QPS, (known or tools.pacing.qps or 4.0) / 2)
                tools.gatekeeper.learn(self._generation, qps=slower, at=tools.clock.now())
                gap = retry.BUSY_QPS.gap(tries, jitter=jitter)
            case Verdict.BUSY_TASKS:
                others = tools.gatekeeper.running(self._generation, at=tools.clock.now())
                tools.gatekeeper.learn(self._generation, concurrency=max(1, others), at=tools.clock.now())
                gap = retry.BUSY_TASKS.gap(tries, jitter=jitter)
            case Verdict.NOT_SENT:
                gap = retry.NOT_SENT.gap(tries, jitter=jitter)
            case _:
                gap = 0.0
        tools.bell.sleep(gap or 0.0)

    def _give_back(self, note: str) -> None:
        """End a planned row that this run leaves unsent."""
        tools = self._tools
        if self._generation.model in tools.shut_models:
            note = tools.shut_models[self._generation.model]
        if tools.ledger.cancel(self._generation.id, at=tools.clock.now(), note=note):
            reach("cancelled")
            tools.say(News.CANCELLED, self._generation, note)


def settle_answer(tools: Tools, generation: Generation) -> None:
    """Read the kept body of a synchronous call and record what it holds. The body stays until then."""
    body = tools.body_path(generation)
    answer = tools.provider.read_answer(body)
    fault = Fault(code="bad_body", message="the answer held no picture")
    if isinstance(answer, Done):
        kept = keep(tools, generation, answer)
        if kept is None:
            body.unlink(missing_ok=True)
            tools.bell.ring()
            return
        fault = kept
    elif isinstance(answer, RefusedResult | Unready):
        fault = answer.fault
    target, news = _FINAL[Verdict.REFUSED if isinstance(answer, RefusedResult) else Verdict.UNKNOWN]
    ended = tools.ledger.ended(
        generation.id, State.SUBMITTING, target, trouble_of(fault), at=tools.clock.now()
    )
    tools.bell.ring()
    if ended:
        tools.say(news, generation, fault.message)
