"""What goes back over the wire, built: both envelopes, pages of a proxy, pictures. Must not send anything.

A reply is whole bytes. Success and business refusals share the shape `{code, data, message, request_id,
status, time_elapsed}`; the gateway answers `{ResponseMetadata: {..., Error: {...}}}` without `code`.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.fingerprint import Json
from pipeline.providers.jimeng.signing import REGION, SERVICE
from pipeline.providers.simulator.codes import BUSINESS, GATEWAY

JSON_TYPE = "application/json; charset=utf-8"
_SUCCESS = 10000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: status, body, and headers beyond length, date and type."""

    http: int
    body: bytes = field(repr=False)
    content_type: str = JSON_TYPE
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What every answer says about its call: `now` in epoch seconds, `seconds` it took so far."""

    now: float
    seconds: float
    action: str = ""
    version: str = ""

    @property
    def request_id(self) -> str:
        """A fresh id in the vendor's form: the time and 18 hex digits."""
        moment = datetime.fromtimestamp(self.now, UTC)
        return f"{moment:%Y%m%d%H%M%S}{secrets.token_hex(9).upper()}"

    @property
    def time_elapsed(self) -> str:
        """Text with a unit, as the vendor writes it: `103.592µs`, `52.4ms`, `1.2s`."""
        if self.seconds < 0.001:
            return f"{self.seconds * 1e6:.3f}µs"
        return f"{self.seconds * 1e3:.6f}ms" if self.seconds < 1 else f"{self.seconds:.9f}s"


def _document(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def success(data: dict[str, Json], stamp: Stamp) -> Reply:
    """HTTP 200 and code 10000."""
    return _business(200, _SUCCESS, "Success", data, stamp)


def refusal(code: int, stamp: Stamp, *, detail: str = "") -> Reply:
    """A business code with data null. `detail` follows the vendor's words in brackets, as our own."""
    row = BUSINESS[code]
    message = f"{row.message} (simulator: {detail})" if detail else row.message
    return _business(row.http, code, message, None, stamp)


def _business(http: int, code: int, message: str, data: dict[str, Json] | None, stamp: Stamp) -> Reply:
    document: dict[str, Json] = {
        "code": code,
        "data": data,
        "message": message,
        "request_id": stamp.request_id,
        "status": code,
        "time_elapsed": stamp.time_elapsed,
    }
    return Reply(http=http, body=_document(document))


def gateway(code: str, stamp: Stamp) -> Reply:
    """A refusal before the service is reached."""
    row = GATEWAY[code]
    error: dict[str, Json] = {"CodeN": row.number} if row.number is not None else {}
    metadata: dict[str, Json] = {
        "RequestId": stamp.request_id,
        "Action": stamp.action,
        "Version": stamp.version,
        "Service": SERVICE,
        "Region": REGION,
        "Error": {**error, "Code": code, "Message": row.message},
    }
    return Reply(http=row.http, body=_document({"ResponseMetadata": metadata}))


def page(http: int, title: str) -> Reply:
    """What a proxy in between answers: HTML, no code, no request id."""
    text = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>\n"
    return Reply(http=http, body=text.encode(), content_type="text/html")


def redirect(location: str) -> Reply:
    """307: a client that follows it sends its POST a second time."""
    return Reply(http=307, body=b"", content_type="text/html", headers=(("Location", location),))


def garbage() -> Reply:
    """HTTP 200 that says it is JSON and is not, not even text."""
    return Reply(http=200, body=b'{"code":10000,"data":{"task_id":"\xff\xfe\x00' + bytes(range(128, 256)))


def document(value: Json) -> Reply:
    """Plain JSON outside the vendor's envelopes."""
    return Reply(http=200, body=_document(value))


def image(data: bytes, content_type: str = "image/png") -> Reply:
    """A picture's bytes."""
    return Reply(http=200, body=data, content_type=content_type)
