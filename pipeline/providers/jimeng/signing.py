"""Volcengine's V4 signature (HMAC-SHA256) as four pure steps. Must not read a clock or send anything.

Source: the official Python SDK 1.0.229 (`auth/SignerV4.py`) and its vectors in `tests/vectors/`.
Header values are neither trimmed nor folded, as in the SDK.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

ALGORITHM = "HMAC-SHA256"
REGION = "cn-north-1"
SERVICE = "cv"
_DEFAULT_PORTS = (":80", ":443")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A key pair, with a session token where it is a temporary one. Never shown."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsigned:
    """What is signed: a request whose `body` is the exact bytes that will be sent."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    content_type: str
    body: bytes = field(repr=False)


def timestamp(moment: datetime) -> str:
    """`X-Date`: the moment in UTC as `YYYYMMDDThhmmssZ`."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def body_sha256(body: bytes) -> str:
    """`X-Content-Sha256`: lower-case hex of the body's hash."""
    return hashlib.sha256(body).hexdigest()


def signed_host(host: str) -> str:
    """The host as it is signed: the default ports are cut, any other stays."""
    return next((host.removesuffix(port) for port in _DEFAULT_PORTS if host.endswith(port)), host)


def canonical_query(query: Mapping[str, str]) -> str:
    """Sorted by key, percent-encoded with `-_.~` left as they are."""
    return "&".join(f"{quote(key, safe='-_.~')}={quote(query[key], safe='-_.~')}" for key in sorted(query))


def canonical_request(
    *,
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    signed: Sequence[str],
    body_hash: str,
) -> str:
    """Step 1. `headers` by lower-cased name, `signed` the names that count, already sorted."""
    lines = "".join(f"{name}:{headers[name]}\n" for name in signed)
    return "\n".join(
        (method, quote(path or "/", safe="/-_.~"), canonical_query(query), lines, ";".join(signed), body_hash)
    )


def string_to_sign(x_date: str, scope: str, canonical: str) -> str:
    """Step 2."""
    return "\n".join((ALGORITHM, x_date, scope, hashlib.sha256(canonical.encode()).hexdigest()))


def signing_key(secret_key: str, scope: str) -> bytes:
    """Step 3: the key chain over the parts of the scope (date, region, service, `request`)."""
    key = secret_key.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def signature(key: bytes, text: str) -> str:
    """Step 4: hex HMAC of the string to sign."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def scope_of(x_date: str) -> str:
    """The credential scope of one day."""
    return f"{x_date[:8]}/{REGION}/{SERVICE}/request"


def sign(request: Unsigned, credentials: Credentials, moment: datetime) -> dict[str, str]:
    """All headers to send with `request`, the `Authorization` among them; fresh for each attempt."""
    x_date, body_hash = timestamp(moment), body_sha256(request.body)
    headers = {
        "content-type": request.content_type,
        "host": signed_host(request.host),
        "x-content-sha256": body_hash,
        "x-date": x_date,
    }
    if credentials.session_token:
        headers["x-security-token"] = credentials.session_token
    signed, scope = sorted(headers), scope_of(x_date)
    canonical = canonical_request(
        method=request.method,
        path=request.path,
        query=request.query,
        headers=headers,
        signed=signed,
        body_hash=body_hash,
    )
    proof = signature(signing_key(credentials.secret_key, scope), string_to_sign(x_date, scope, canonical))
    sent = {
        "Content-Type": request.content_type,
        "Host": request.host,
        "X-Content-Sha256": body_hash,
        "X-Date": x_date,
        "Authorization": (
            f"{ALGORITHM} Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={';'.join(signed)}, Signature={proof}"
        ),
    }
    if credentials.session_token:
        sent["X-Security-Token"] = credentials.session_token
    return sent
