"""An answer opened: code, words, request id and data, out of either envelope. Must not judge what they mean.

Two envelopes come back: the business one (`code`, `data`, `message`, `request_id`) and, for signature and
rights, the gateway's (`ResponseMetadata.Error`). Nothing in an answer is trusted to have its type.
"""

import json
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from pipeline.providers.contract import Fault
from pipeline.providers.errors import OwnCode, explain

_MAX_WORDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What an answer says about itself. `code` is text whichever way it was written, None for none.

    `gateway`: the gateway answered, the service behind it never saw the request. `data` is the raw object
    inside, empty when it is missing.
    """

    http_status: int
    code: str | None
    message: str
    request_id: str | None
    gateway: bool
    data: dict[str, Any] = field(repr=False)

    def fault(self) -> Fault:
        """The answer's own code and words; ours where it is no answer of this API at all."""
        code = self.code or (OwnCode.REDIRECT if 300 <= self.http_status < 400 else OwnCode.BAD_BODY)
        words = self.message or f"{explain(code).meaning} (HTTP {self.http_status})"
        return self._fault(code, words)

    def own_fault(self, code: OwnCode, detail: str = "") -> Fault:
        """A fault of ours about an answer that claims success."""
        words = explain(code).meaning
        return self._fault(code, plain_words(f"{words} ({detail})") if detail else words)

    def _fault(self, code: str, words: str) -> Fault:
        return Fault(code=code, message=words, http_status=self.http_status, request_id=self.request_id)

    @property
    def task_id(self) -> str | None:
        """The task id as text. It exceeds 64 bits, so a number counts only while it is exact (no float)."""
        value = self.data.get("task_id")
        text = str(value) if _is_whole(value) else value
        return text if isinstance(text, str) and text.strip() and text.isprintable() else None

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts that are not empty in a list of `data`; none when it is missing or null."""
        value = self.data.get(name)
        return tuple(one for one in value if isinstance(one, str) and one) if isinstance(value, list) else ()


def open_envelope(http_status: int, body: bytes) -> Envelope:
    """Open any body; one that is not the API's JSON gives an envelope without a code."""
    answer = _json_object(body)
    metadata = _object(answer.get("ResponseMetadata"))
    error = _object(metadata.get("Error"))
    code = _code(answer.get("code"))
    gateway = code is None and bool(error)
    return Envelope(
        http_status=http_status,
        code=(_code(error.get("Code")) or _code(error.get("CodeN"))) if gateway else code,
        message=plain_words(error.get("Message") if gateway else answer.get("message")),
        request_id=plain_words(answer.get("request_id")) or plain_words(metadata.get("RequestId")) or None,
        gateway=gateway,
        data=_object(answer.get("data")),
    )


def plain_words(value: object) -> str:
    """Foreign words made safe to keep and print: one line, bounded, no control characters, no URL queries."""
    if not isinstance(value, str):
        return ""
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


def _code(value: object) -> str | None:
    return str(value) if _is_whole(value) else (plain_words(value) or None)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
