"""Jimeng's bodies and answers: values in, bytes out, and bytes in, values out. Must not send or write.

What an answer means for the money is decided here and nowhere else, from the vendor's code tables. Unknown
fields are passed over, and unknown words are answers too.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.fingerprint import Json, normal_prompt
from pipeline.providers.contract import (
    Accepted,
    Denied,
    Done,
    Gone,
    NotTaken,
    Order,
    PollAnswer,
    Refused,
    ResultForm,
    Running,
    Task,
    Unready,
    Verdict,
)
from pipeline.providers.errors import OwnCode
from pipeline.providers.jimeng.envelope import Envelope, open_envelope
from pipeline.providers.models import MODELS, Call

VERSION = "2022-08-31"
POLL_ACTION = "CVSync2AsyncGetResult"
CLOCK_CODE = "InvalidTimestamp"
MAX_PICTURE_BYTES = 64 << 20
MAX_PICTURES = 15
"""The most that any model makes of one order; more is garbage, and each would be downloaded."""

_SUCCESS, _NO_ACCESS, _NOT_VALID = "10000", "50400", "50215"
_TOO_MANY_CALLS, _TOO_MANY_TASKS = "50429", "50430"
_AUDIT = ("50411", "50412", "50413", "50511", "50512", "50518", "50519")
_AUDIT_REPEATABLE = ("50511", "50519")
_AUTH = (
    "MissingAuthenticationToken",
    "MissingSignature",
    "InvalidAccessKey",
    "SignatureDoesNotMatch",
    "LackPolicy",
    "AccessDenied",
    "InvalidAuthorization",
    "InvalidCredential",
    "InvalidSecretToken",
)
_IN_DOUBT = ("50500", "50501", "InternalError", "FailToConnect", "InternalServiceTimeout")
_VERDICTS = {
    **dict.fromkeys(_AUDIT, Verdict.REFUSED),
    **dict.fromkeys(_AUTH, Verdict.AUTH),
    **dict.fromkeys(_IN_DOUBT, Verdict.UNKNOWN),
    _SUCCESS: Verdict.UNKNOWN,  # without a task id
    _NO_ACCESS: Verdict.ACCESS,
    CLOCK_CODE: Verdict.CLOCK,
    _TOO_MANY_CALLS: Verdict.BUSY_QPS,
    _TOO_MANY_TASKS: Verdict.BUSY_TASKS,
}
_RUNNING = ("in_queue", "generating")
_GONE = (OwnCode.NOT_FOUND, OwnCode.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One call: its Action, and its body as it is signed and sent."""

    action: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A synchronous call that says success; what it holds is for `read_answer`."""

    request_id: str | None


def submit_call(order: Order) -> ApiCall:
    """The call that orders one picture. Raises KeyError for a model that is not in the table.

    Only fields that the model's page lists are sent. A synchronous model answers with base64, not with a
    URL: the kept answer then holds the picture that was paid for, and nothing has to be fetched in time.
    """
    model = MODELS[order.model]
    body: dict[str, Json] = {
        "req_key": model.name,
        "prompt": normal_prompt(order.prompt),
        "width": order.width // model.upscale,
        "height": order.height // model.upscale,
    }
    if model.force_single:
        body["force_single"] = True  # each picture is charged, and without this the model may make several
    if model.seed and order.seed is not None:
        body["seed"] = order.seed
    if model.upscale > 1:
        body["use_sr"] = True
    if model.call is Call.SYNC:
        body["return_url"] = False
    body.update({name: value for name, value in order.params.items() if name in model.params})
    return ApiCall(action=model.call, body=_compact(body))


def poll_call(task: Task, form: ResultForm) -> ApiCall:
    """The call that asks for a task. Its options are a JSON text inside the JSON.

    No `logo_info` is asked for: its height is not documented, and the label has to be measured against each
    slot's own pixels, after the crop; so it is drawn there.
    """
    options = _compact({"return_url": form is ResultForm.URL}).decode()
    body: Json = {"req_key": task.model, "task_id": task.task_id, "req_json": options}
    return ApiCall(action=POLL_ACTION, body=_compact(body))


def read_submit(http_status: int, body: bytes, hidden: Sequence[str] = ()) -> Accepted | NotTaken:
    """What the answer to an order means. A task id settles a doubt: it can be polled, and that is free.

    `hidden`, here and below: words that must not be taken over from an answer.
    """
    envelope = open_envelope(http_status, body, hidden)
    verdict, task_id = _verdict(envelope), envelope.task_id
    if task_id is not None and verdict is Verdict.UNKNOWN:
        return Accepted(task_id=task_id, request_id=envelope.request_id)
    success = envelope.code == _SUCCESS
    return NotTaken(
        verdict=verdict, fault=envelope.own_fault(OwnCode.NO_TASK_ID) if success else envelope.fault()
    )


def read_synchronous(http_status: int, body: bytes, hidden: Sequence[str] = ()) -> Heard | NotTaken:
    """Whether a synchronous call was answered, or why not."""
    envelope = open_envelope(http_status, body, hidden)
    success = envelope.code == _SUCCESS
    if success and http_status == 200:
        return Heard(request_id=envelope.request_id)
    fault = envelope.own_fault(OwnCode.HTTP_STATUS, f"HTTP {http_status}") if success else envelope.fault()
    return NotTaken(verdict=_verdict(envelope), fault=fault)


def read_answer(body: bytes, hidden: Sequence[str] = ()) -> PollAnswer:
    """The kept body of a synchronous call: pictures, a refusal, or nothing that can be used."""
    envelope = open_envelope(200, body, hidden)
    return _pictures(envelope) if envelope.code == _SUCCESS else _without_success(envelope)


def read_poll(http_status: int, body: bytes, hidden: Sequence[str] = ()) -> PollAnswer:
    """What the answer to a poll means: first its code, then, where that is success, the task's status."""
    envelope = open_envelope(http_status, body, hidden)
    if envelope.code != _SUCCESS:
        return _without_success(envelope)
    status = envelope.data.get("status")
    if status in _RUNNING:
        return Running(status=str(status), request_id=envelope.request_id)
    if status == "done":
        return _pictures(envelope)
    if status in _GONE:
        return Gone(fault=envelope.own_fault(OwnCode(str(status))))
    return Unready(fault=envelope.own_fault(OwnCode.UNKNOWN_STATUS, repr(status)))


def _verdict(envelope: Envelope) -> Verdict:
    """What a submit's answer without a task id means for the money. A named code outranks all but a 429."""
    status = envelope.http_status
    if status == 429:
        return Verdict.BUSY_TASKS if envelope.code == _TOO_MANY_TASKS else Verdict.BUSY_QPS
    if envelope.code in _VERDICTS:
        return _VERDICTS[envelope.code]
    if envelope.gateway and status in (401, 403):
        return Verdict.AUTH
    in_doubt = envelope.code is None or status >= 500 or 300 <= status < 400
    return Verdict.UNKNOWN if in_doubt else Verdict.FAILED


def _without_success(envelope: Envelope) -> PollAnswer:
    fault = envelope.fault()
    if envelope.code in _AUDIT:
        return Refused(fault=fault, repeatable=envelope.code in _AUDIT_REPEATABLE)
    if envelope.code == _NOT_VALID:
        return Gone(fault=fault)
    if _verdict(envelope) in (Verdict.ACCESS, Verdict.AUTH):
        return Denied(fault=fault)
    return Unready(fault=fault)


def _pictures(envelope: Envelope) -> PollAnswer:
    decoded = (_decoded(text) for text in envelope.texts("binary_data_base64")[:MAX_PICTURES])
    pictures, urls = tuple(one for one in decoded if one), envelope.texts("image_urls")[:MAX_PICTURES]
    if not urls and not pictures:
        return Unready(fault=envelope.own_fault(OwnCode.NO_PICTURES))
    return Done(urls=urls, pictures=pictures, request_id=envelope.request_id)


def _decoded(text: str) -> bytes | None:
    """The bytes of strict base64, or None: what is not whole is no picture, and can be asked for again."""
    if len(text) > (MAX_PICTURE_BYTES + 2) // 3 * 4:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _compact(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
