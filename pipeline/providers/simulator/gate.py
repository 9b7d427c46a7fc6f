"""The gateway: who calls, when, and whether the signature holds. Must not read a body's meaning.

Whatever set of headers the caller names is verified, as the vendor does: the Python SDK signs four or
five, the Node SDK three. `host` and `x-date` must be among them.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.providers.jimeng import signing
from pipeline.providers.jimeng.signing import Credentials

ACTIONS = ("CVSync2AsyncSubmitTask", "CVSync2AsyncGetResult", "CVProcess")
VERSION = "2022-08-31"
LIFETIME = 900.0
"""Seconds that a signature's date may lie from the server's clock, either way."""

_AUTHORIZATION = re.compile(
    r"(?P<algorithm>\S+) Credential=(?P<credential>[^,\s]+),\s*SignedHeaders=(?P<signed>[^,\s]*),\s*"
    r"Signature=(?P<signature>[^,\s]*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A request as it came: `headers` by lower-cased name, `target` as it stood in the request line."""

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def action(self) -> str:
        """The query's Action, empty when there is none."""
        return self.query.get("Action", "")

    @property
    def version(self) -> str:
        """The query's Version, empty when there is none."""
        return self.query.get("Version", "")


def problem(request: Incoming, credentials: Credentials, now: float) -> str | None:
    """The gateway code that refuses `request` at `now` (epoch seconds), or None. First problem wins."""
    if request.action not in ACTIONS or request.version != VERSION:
        return "InvalidActionOrVersion"
    if "authorization" not in request.headers:
        return "MissingSignature"
    found = _AUTHORIZATION.fullmatch(request.headers["authorization"])
    if found is None or found["algorithm"] != signing.ALGORITHM:
        return "InvalidAuthorization"
    access_key, _, scope = found["credential"].partition("/")
    if access_key != credentials.access_key:
        return "InvalidAccessKey"
    return (
        _date_problem(request, scope, now)
        or _token_problem(request, credentials)
        or _signature_problem(request, credentials, scope, found["signed"].split(";"), found["signature"])
    )


def _date_problem(request: Incoming, scope: str, now: float) -> str | None:
    x_date = request.headers.get("x-date")
    if x_date is None:
        return "MissingRequestInfo"
    try:
        moment = datetime.strptime(x_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return "InvalidTimestamp"
    if abs(moment.timestamp() - now) > LIFETIME:
        return "InvalidTimestamp"
    return None if scope == signing.scope_of(x_date) else "InvalidCredential"


def _token_problem(request: Incoming, credentials: Credentials) -> str | None:
    shown = request.headers.get("x-security-token")
    return None if shown == credentials.session_token else "InvalidSecretToken"


def _signature_problem(
    request: Incoming, credentials: Credentials, scope: str, signed: list[str], shown: str
) -> str | None:
    headers = {**request.headers, "host": signing.signed_host(request.headers.get("host", ""))}
    body_hash = signing.body_sha256(request.body)
    named = {"host", "x-date"} <= set(signed) and all(name in headers for name in signed)
    if not named or headers.get("x-content-sha256", body_hash) != body_hash:
        return "SignatureDoesNotMatch"
    canonical = signing.canonical_request(
        method=request.method,
        path=request.path,
        query=request.query,
        headers=headers,
        signed=sorted(signed),
        body_hash=body_hash,
    )
    text = signing.string_to_sign(request.headers["x-date"], scope, canonical)
    expected = signing.signature(signing.signing_key(credentials.secret_key, scope), text)
    return None if hmac.compare_digest(expected.encode(), shown.encode()) else "SignatureDoesNotMatch"
