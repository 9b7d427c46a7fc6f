"""An answer opened: code, words, request id and data, out of either envelope. Must not judge what they mean.

Two envelopes come back: the business one (`code`, `data`, `message`, `request_id`) and, for signature and
rights, the gateway's (`ResponseMetadata.Error`). Nothing in an answer is trusted to have its type.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.providers.contract import Fault
from pipeline.providers.errors import OwnCode, explain

_MAX_WORDS = 300
_MAX_ID = 80
"""Task ids seen so far have 20 digits; a longer word is garbage, and nothing could ask for it."""
_SIGNED = re.compile(r"(Signature=|Credential=)[^\s,;&\"'<>]+", re.IGNORECASE)
_NUMBERED = {
    "100003": "MissingAuthenticationToken",
    "100005": "MissingSignature",
    "100006": "InvalidTimestamp",
    "100009": "InvalidAccessKey",
    "100010": "SignatureDoesNotMatch",
    "100012": "LackPolicy",
    "100013": "AccessDenied",
    "100014": "InternalError",
    "100015": "FailToConnect",
    "100016": "InternalServiceTimeout",
}
"""The gateway's numbers for its codes, for an error that comes with the number alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What an answer says about itself. `code` is text whichever way it was written, None for none.

    `gateway`: the gateway answered, the service behind it never saw the request. `data` is the raw object
    inside, empty when it is missing. `hidden` are words that no text taken from it may hold.
    """

    http_status: int
    code: str | None
    message: str
    request_id: str | None
    gateway: bool
    data: dict[str, Any] = field(repr=False)
    hidden: Sequence[str] = field(default=(), repr=False)

    def fault(self) -> Fault:
        """The answer's own code and words; ours where it is no answer of this API at all."""
        code = self.code or (OwnCode.REDIRECT if 300 <= self.http_status < 400 else OwnCode.BAD_BODY)
        words = self.message or f"{explain(code).meaning} (HTTP {self.http_status})"
        return self._fault(code, words)

    def own_fault(self, code: OwnCode, detail: str = "") -> Fault:
        """A fault of ours about an answer that claims success."""
        words = explain(code).meaning
        return self._fault(code, plain_words(f"{words} ({detail})", self.hidden) if detail else words)

    def _fault(self, code: str, words: str) -> Fault:
        return Fault(code=code, message=words, http_status=self.http_status, request_id=self.request_id)

    @property
    def task_id(self) -> str | None:
        """The task id as text. It exceeds 64 bits, so a number counts only while it is exact (no float)."""
        value = self.data.get("task_id")
        text = str(value) if _is_whole(value) else value
        sound = isinstance(text, str) and text.strip() and text.isprintable() and len(text) <= _MAX_ID
        return text if sound else None

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts that are not empty in a list of `data`; none when it is missing or null."""
        value = self.data.get(name)
        return tuple(one for one in value if isinstance(one, str) and one) if isinstance(value, list) else ()


def open_envelope(http_status: int, body: bytes, hidden: Sequence[str] = ()) -> Envelope:
    """Open any body; one that is not the API's JSON gives an envelope without a code.

    `hidden`: our secrets, which a gateway or a proxy may repeat in any field.
    """
    answer = _json_object(body)
    metadata = _object(answer.get("ResponseMetadata"))
    error = _object(metadata.get("Error"))
    code = _code(answer.get("code"), hidden)
    gateway = code is None and bool(error)
    request_ids = (answer.get("request_id"), metadata.get("RequestId"))
    return Envelope(
        http_status=http_status,
        code=_gateway_code(error, hidden) if gateway else code,
        message=plain_words(error.get("Message") if gateway else answer.get("message"), hidden),
        request_id=next((words for one in request_ids if (words := plain_words(one, hidden))), None),
        gateway=gateway,
        data=_object(answer.get("data")),
        hidden=hidden,
    )


def plain_words(value: object, hidden: Sequence[str] = ()) -> str:
    """Foreign words made safe to keep and print: one line, bounded, no control characters, no URL queries.

    What is `hidden`, and what looks like a signature, is taken out before anything is cut: half a secret
    could not be recognised any more.
    """
    if not isinstance(value, str):
        return ""
    for word in hidden:
        value = value.replace(word, "***")
    value = _SIGNED.sub(r"\1***", value)
    kept = (" " if unicodedata.category(one)[0] in "CZ" else one for one in value[: 4 * _MAX_WORDS])
    text = re.sub(r"\?[^\s\"'<>]+", "?...", " ".join("".join(kept).split()))
    return text if len(text) <= _MAX_WORDS else text[: _MAX_WORDS - 1] + "…"


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        return _object(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _code(value: object, hidden: Sequence[str]) -> str | None:
    return str(value) if _is_whole(value) else (plain_words(value, hidden) or None)


def _gateway_code(error: dict[str, Any], hidden: Sequence[str]) -> str | None:
    number = _code(error.get("CodeN"), hidden)
    return _code(error.get("Code"), hidden) or (_NUMBERED.get(number, number) if number else None)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
