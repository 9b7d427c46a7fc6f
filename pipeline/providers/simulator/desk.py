"""The service behind the gateway: a request and a fault in, one reply out. Must not touch a socket.

The order of things: the gateway's checks, then a fault that keeps the order from being taken, then the
work itself, then a fault that spoils what was done. So a fault never hides a wrong signature.
"""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.fingerprint import Json
from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.models import Call
from pipeline.providers.simulator import answers, billing, faults, gate
from pipeline.providers.simulator.answers import Reply, Stamp
from pipeline.providers.simulator.codes import AUDIT, GATEWAY
from pipeline.providers.simulator.exhibits import FOLDER, Exhibits
from pipeline.providers.simulator.faults import On, Rule
from pipeline.providers.simulator.gate import Incoming
from pipeline.providers.simulator.orders import Refused, prompt_in, read_order, read_question
from pipeline.providers.simulator.tasks import Task
from pipeline.providers.simulator.world import World

_NOTHING: dict[str, Json] = {"binary_data_base64": None, "image_urls": None}
_WORDS = {
    "not_found": "not_found",
    "expired": "expired",
    "unknown_status": "resting",
    "done_empty": "done",
}
"""Status words that a fault puts in place of the true one, whatever the task's state."""
_KINDS = dict(zip(gate.ACTIONS, (On.SUBMIT, On.POLL, On.PROCESS), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes out: a reply, the name of the fault that its sending suffers, seconds the clock is wrong."""

    reply: Reply
    fault: str = ""
    skew: float = 0.0


class Desk:
    """Answers requests to one world for one account. `pause` waits for the synchronous models."""

    def __init__(
        self, world: World, credentials: Credentials, *, endpoint: str, pause: Callable[[float], object]
    ) -> None:
        self._world = world
        self._credentials = credentials
        self._endpoint = endpoint
        self._pause = pause
        self._exhibits = Exhibits(world, credentials.secret_key)

    def answer(self, request: Incoming) -> Answer:
        """The answer to any request."""
        if request.method == "GET":
            return self._get(request)
        kind = _KINDS.get(request.action)
        rule = self._world.next_fault(kind, self._prompt(request, kind)) if kind else None
        fault = rule.fault if rule else ""
        started, skew = time.perf_counter(), faults.CLOCKS.get(fault, 0.0)
        now = self._world.clock() + skew

        def stamp() -> Stamp:
            seconds = time.perf_counter() - started
            return Stamp(now=now, seconds=seconds, action=request.action, version=request.version)

        refused = gate.problem(request, self._credentials, now)
        if refused is not None or kind is None:
            return Answer(reply=answers.gateway(refused or "InvalidActionOrVersion", stamp()), skew=skew)
        reply = self._service(kind, request, rule, stamp)
        return Answer(reply=reply, fault=fault, skew=skew)

    def _prompt(self, request: Incoming, kind: On) -> str:
        if kind is not On.POLL:
            return prompt_in(request.body)
        question = read_question(request.body)
        task = None if isinstance(question, Refused) else self._world.task(question.task_id)
        return task.order.prompt if task else ""

    def _service(self, kind: On, request: Incoming, rule: Rule | None, stamp: Callable[[], Stamp]) -> Reply:
        fault = rule.fault if rule else ""
        spoilt = self._spoilt(fault, request, stamp)
        if kind is On.POLL:
            return self._poll(request, fault, spoilt, stamp)
        if rule is not None and not rule.taken:  # a fault of the network resets or cuts this page
            return spoilt or answers.page(503, "503 Service Temporarily Unavailable")
        done = self._order(kind, request, fault, stamp)
        return spoilt or done

    def _spoilt(self, fault: str, request: Incoming, stamp: Callable[[], Stamp]) -> Reply | None:
        """The reply that stands in for the true one, whatever that is; None for all other faults."""
        if fault in GATEWAY:
            return answers.gateway(fault, stamp())
        if fault in faults.PAGES:
            return answers.page(*faults.PAGES[fault])
        if fault.isdigit():
            return answers.refusal(int(fault), stamp())
        others: dict[str, Callable[[], Reply]] = {
            "redirect_307": lambda: answers.redirect(f"{self._endpoint}{request.target}"),
            "garbage_body": answers.garbage,
            "html_200": lambda: answers.page(200, "Welcome"),
            "no_task_id": lambda: answers.success({}, stamp()),
        }
        return others[fault]() if fault in others else None

    def _order(self, kind: On, request: Incoming, fault: str, stamp: Callable[[], Stamp]) -> Reply:
        call = Call.ASYNC if kind is On.SUBMIT else Call.SYNC
        asked = read_order(request.body, call)
        if isinstance(asked, Refused):
            return answers.refusal(asked.code, stamp(), detail=asked.detail)
        task = self._world.accept(asked, call)
        if isinstance(task, Refused):
            return answers.refusal(task.code, stamp(), detail=task.detail)
        if kind is On.SUBMIT:
            return answers.success({"task_id": task.id}, stamp())
        self._pause(self._world.latency)
        if task.verdict is not None:
            return answers.refusal(task.verdict, stamp())
        return answers.success(self._shown(task, return_url=asked.return_url, fault=fault), stamp())

    def _poll(self, request: Incoming, fault: str, spoilt: Reply | None, stamp: Callable[[], Stamp]) -> Reply:
        question = read_question(request.body)
        if isinstance(question, Refused):
            return spoilt or answers.refusal(question.code, stamp(), detail=question.detail)
        if fault.isdigit() and int(fault) in AUDIT:
            self._world.judge(question.task_id, int(fault))
        if fault == "task_gone":
            self._world.forget(question.task_id)
        task = self._world.task(question.task_id)
        status = self._world.status(task, question.model)
        if spoilt is not None:
            return spoilt
        if fault in _WORDS or task is None or status != "done":
            return answers.success({**_NOTHING, "status": _WORDS.get(fault, status)}, stamp())
        if task.verdict is not None:
            return answers.refusal(task.verdict, stamp())
        shown = self._shown(task, return_url=question.return_url, fault=fault)
        return answers.success({**shown, "status": status}, stamp())

    def _shown(self, task: Task, *, return_url: bool, fault: str) -> dict[str, Json]:
        if fault == "done_empty":
            return dict(_NOTHING)
        if return_url:
            urls: list[Json] = [f"{self._endpoint}{path}" for path in self._exhibits.paths(task, fault)]
            return {"binary_data_base64": None, "image_urls": urls}
        encoded: list[Json] = [
            base64.b64encode(self._exhibits.bytes(task, index, fault)).decode()
            for index in range(task.pictures)
        ]
        return {"binary_data_base64": encoded, "image_urls": None}

    def _get(self, request: Incoming) -> Answer:
        if request.path == "/billing":
            return Answer(reply=answers.document(billing.document(self._world.tasks())))
        if not request.path.startswith(FOLDER):
            return Answer(reply=answers.page(404, "404 Not Found"))
        task = self._exhibits.task_of(request.path)
        rule = self._world.next_fault(On.FETCH, task.order.prompt) if task else None
        fault = rule.fault if rule else ""
        stamp = Stamp(now=self._world.clock(), seconds=0.0)
        spoilt = self._spoilt(fault, request, lambda: stamp)
        reply = spoilt or self._exhibits.fetch(request.path, request.query, fault)
        return Answer(reply=reply, fault=fault)
