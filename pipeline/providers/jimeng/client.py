"""Jimeng as a provider: signs, sends, hands back what the wire made of the answer. Must not repeat a submit.

The order for a synchronous call: its answer is on disk under its own name before anything looks into it.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import PipelineError
from pipeline.fingerprint import account_name
from pipeline.providers import results
from pipeline.providers.addresses import parse_endpoint
from pipeline.providers.contract import (
    Answered,
    Denied,
    Fault,
    NotTaken,
    Order,
    PollAnswer,
    ResultForm,
    SubmitAnswer,
    Task,
    Unready,
    Verdict,
)
from pipeline.providers.errors import OwnCode, explain
from pipeline.providers.jimeng import wire
from pipeline.providers.jimeng.signing import Credentials, Unsigned, canonical_query, sign
from pipeline.providers.models import DEFAULT_MODEL, MODELS, Call
from pipeline.providers.transport import Head, Limits, Lost, Outgoing, Transport
from pipeline.storage import publish, temp_path

VENDOR_HOST = "visual.volcengineapi.com"
_MAX_ANSWER_BYTES = 96 << 20  # one picture of the largest kind as base64, and its envelope
_MADE_UP_TASK = "1"
_SHORTEST_SECRET = 8  # the vendor's are far longer; what is shorter is a word of a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds: to connect, and for a whole request of each kind.

    The one for a submit is long, because every submit that it cuts may have been charged.
    """

    connect: float = 10.0
    submit: float = 60.0
    poll: float = 20.0
    download: float = 120.0


class JimengProvider:
    """The `Provider` for Jimeng at one endpoint with one key pair; safe between threads.

    `now` gives the time with its zone; what the server's clock differs from it is learnt when the server
    refuses a signature for its time. Raises SettingsError for an endpoint that cannot be used.
    """

    def __init__(
        self,
        endpoint: str,
        credentials: Credentials,
        *,
        timeouts: Timeouts = Timeouts(),
        now: Callable[[], datetime],
    ) -> None:
        self._endpoint = parse_endpoint(endpoint)
        self._credentials = credentials
        self._timeouts = timeouts
        self._now = now
        self._offset = timedelta()
        self._transport = Transport()
        keys = (credentials.access_key, credentials.secret_key, credentials.session_token)
        # A gateway that refuses a signature may repeat what was signed, in whichever field.
        self._hidden = tuple(key for key in keys if key and len(key) >= _SHORTEST_SECRET)

    @property
    def name(self) -> str:
        """`jimeng` at the vendor's own host; any other endpoint is part of the name."""
        vendor = self._endpoint.scheme == "https" and self._endpoint.authority == f"{VENDOR_HOST}:443"
        return "jimeng" if vendor else f"jimeng@{self._endpoint.authority}"

    @property
    def endpoint(self) -> str:
        """`host:port` of the API, always with the port."""
        return self._endpoint.authority

    @property
    def account(self) -> str:
        """The name of the access key's account in the history."""
        return account_name(self._credentials.access_key)

    def submit(self, order: Order, body: Path) -> SubmitAnswer:
        """Send one order once, on a connection of its own. A synchronous model's answer is kept in `body`."""
        return self._order_and_keep(order, body) if _is_synchronous(order) else self._order(order)

    def read_answer(self, body: Path) -> PollAnswer:
        """Read the kept body of a synchronous call."""
        try:
            return wire.read_answer(body.read_bytes(), self._hidden)
        except OSError as error:
            return Unready(fault=_disk_fault(error))

    def poll(self, task: Task, form: ResultForm) -> PollAnswer:
        """Ask for a task. After a clock error it corrects itself and asks once more."""
        answer, head = self._ask(task, form)
        if head is not None and _is_clock_error(answer) and self._learn_time(head):
            answer, _ = self._ask(task, form)
        return answer

    def download(self, url: str, target: Path) -> Fault | None:
        """Fetch a result URL to `target`, which appears whole or not at all."""
        limits = self._limits(self._timeouts.download, max_bytes=wire.MAX_PICTURE_BYTES)
        return results.fetch(
            self._transport, url, target, from_loopback=self._endpoint.is_loopback, limits=limits
        )

    def probe(self) -> Fault | None:
        """Whether signature and rights are fine, by asking for a made-up task: free. None when they are."""
        answer = self.poll(Task(model=DEFAULT_MODEL, task_id=_MADE_UP_TASK), ResultForm.URL)
        return answer.fault if isinstance(answer, Denied | Unready) else None

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def _order(self, order: Order) -> SubmitAnswer:
        body = io.BytesIO()
        head = self._call(wire.submit_call(order), body, seconds=self._timeouts.submit, own_connection=True)
        if isinstance(head, Lost):
            return _not_taken(head)
        answer = wire.read_submit(head.status, body.getvalue(), self._hidden)
        if isinstance(answer, NotTaken) and answer.verdict is Verdict.CLOCK:
            self._learn_time(head)
        return answer

    def _order_and_keep(self, order: Order, body: Path) -> SubmitAnswer:
        temp = temp_path(body.parent)
        verdict = Verdict.NOT_SENT
        try:
            with temp.open("wb") as into:
                verdict = Verdict.UNKNOWN  # whatever the disk does from here on
                head = self._call(
                    wire.submit_call(order), into, seconds=self._timeouts.submit, own_connection=True
                )
            if isinstance(head, Lost):
                return _not_taken(head)
            if head.status == 200:
                publish(temp, body)
            data = (body if head.status == 200 else temp).read_bytes()
            answer = wire.read_synchronous(head.status, data, self._hidden)
            if isinstance(answer, wire.Heard):
                return Answered(body=body, request_id=answer.request_id)
            if not data or answer.verdict is not Verdict.UNKNOWN:
                body.unlink(missing_ok=True)  # what may hold a picture that was paid for is kept, read or not
        except (OSError, PipelineError) as error:
            return NotTaken(verdict=verdict, fault=_disk_fault(error))
        finally:
            temp.unlink(missing_ok=True)
        if answer.verdict is Verdict.CLOCK:
            self._learn_time(head)
        return answer

    def _ask(self, task: Task, form: ResultForm) -> tuple[PollAnswer, Head | None]:
        body = io.BytesIO()
        head = self._call(wire.poll_call(task, form), body, seconds=self._timeouts.poll, own_connection=False)
        if isinstance(head, Lost):
            return Unready(fault=head.fault()), None
        return wire.read_poll(head.status, body.getvalue(), self._hidden), head

    def _call(
        self, call: wire.ApiCall, into: BinaryIO, *, seconds: float, own_connection: bool
    ) -> Head | Lost:
        """Sign for this moment and send once; a signature is never used twice."""
        query = {"Action": call.action, "Version": wire.VERSION}
        unsigned = Unsigned(
            method="POST",
            host=self._endpoint.host_header,
            path="/",
            query=query,
            content_type="application/json",
            body=call.body,
        )
        headers = sign(unsigned, self._credentials, self._now() + self._offset)
        return self._transport.send(
            Outgoing(url=f"{self._endpoint.url}?{canonical_query(query)}", headers=headers, body=call.body),
            into,
            reach=self._endpoint.reach,
            limits=self._limits(seconds, max_bytes=_MAX_ANSWER_BYTES),
            own_connection=own_connection,
        )

    def _limits(self, seconds: float, *, max_bytes: int) -> Limits:
        return Limits(connect=self._timeouts.connect, total=seconds, max_bytes=max_bytes)

    def _learn_time(self, head: Head) -> bool:
        """Take the server's clock from its answer; False when it does not tell the time."""
        try:
            theirs = parsedate_to_datetime(head.date or "")
        except (ValueError, OverflowError):
            return False
        self._offset = (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)) - self._now()
        return True


def _is_synchronous(order: Order) -> bool:
    return MODELS[order.model].call is Call.SYNC


def _is_clock_error(answer: PollAnswer) -> bool:
    return isinstance(answer, Unready) and answer.fault.code == wire.CLOCK_CODE


def _not_taken(lost: Lost) -> NotTaken:
    """A submit without a whole answer: in doubt, unless it never left or its first line said 429."""
    if lost.status == 429:
        return NotTaken(verdict=Verdict.BUSY_QPS, fault=lost.fault())
    return NotTaken(verdict=Verdict.UNKNOWN if lost.sent else Verdict.NOT_SENT, fault=lost.fault())


def _disk_fault(error: OSError | PipelineError) -> Fault:
    reason = error.strerror if isinstance(error, OSError) else error.message
    return Fault(code=OwnCode.DISK, message=f"{explain(OwnCode.DISK).meaning} ({reason})")
