"""The simulator's gateway accepts what the vendor's SDKs sign, and says what is wrong with the rest."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.providers.jimeng import signing
from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.simulator.gate import Incoming, problem

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "jimeng_signing.json").read_text("utf-8"))[
    "vectors"
]
ACCOUNT = Credentials(access_key="AKLTEXAMPLE", secret_key="example-secret")
NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC).timestamp()


def _incoming(vector: dict[str, Any]) -> Incoming:
    given, expected = vector["input"], vector["expected"]
    headers = {
        "host": given["host"],
        "content-type": given["headers"]["Content-Type"],
        "x-date": expected["x_date"],
        "x-content-sha256": expected["x_content_sha256"],
        "authorization": expected["authorization"],
    }
    if expected["x_security_token"]:
        headers["x-security-token"] = expected["x_security_token"]
    return Incoming(
        method="POST",
        target="/",
        path="/",
        query=given["query"],
        headers=headers,
        body=given["body"].encode(),
    )


def _account(vector: dict[str, Any]) -> Credentials:
    given = vector["input"]
    return Credentials(access_key=given["ak"], secret_key=given["sk"], session_token=given["session_token"])


def _moment(vector: dict[str, Any]) -> float:
    return datetime.strptime(vector["expected"]["x_date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_what_the_official_sdk_signed_is_let_in(vector: dict[str, Any]) -> None:
    assert problem(_incoming(vector), _account(vector), _moment(vector)) is None


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_one_changed_byte_of_the_body_is_seen(vector: dict[str, Any]) -> None:
    request = _incoming(vector)

    changed = replace(request, body=request.body.replace(b"{", b" ", 1))

    assert problem(changed, _account(vector), _moment(vector)) == "SignatureDoesNotMatch"


def _signed_by_hand(signed: list[str], *, host: str = "visual.volcengineapi.com") -> Incoming:
    """A request that signs just the named headers, as the vendor's other SDKs do."""
    body = b'{"req_key":"jimeng_t2i_v40"}'
    x_date = "20260115T083000Z"
    query = {"Action": "CVProcess", "Version": "2022-08-31"}
    headers = {"host": host, "x-date": x_date, "content-type": "application/json; charset=utf-8"}
    scope = signing.scope_of(x_date)
    canonical = signing.canonical_request(
        method="POST",
        path="/",
        query=query,
        headers={**headers, "host": signing.signed_host(host)},
        signed=signed,
        body_hash=signing.body_sha256(body),
    )
    text = signing.string_to_sign(x_date, scope, canonical)
    proof = signing.signature(signing.signing_key(ACCOUNT.secret_key, scope), text)
    authorization = (
        f"HMAC-SHA256 Credential={ACCOUNT.access_key}/{scope}, "
        f"SignedHeaders={';'.join(signed)}, Signature={proof}"
    )
    return Incoming(
        method="POST",
        target="/",
        path="/",
        query=query,
        headers=headers | {"authorization": authorization},
        body=body,
    )


@pytest.mark.parametrize("signed", [["host", "x-date"], ["content-type", "host", "x-date"]])
def test_fewer_signed_headers_are_let_in(signed: list[str]) -> None:
    assert problem(_signed_by_hand(signed), ACCOUNT, NOW) is None


@pytest.mark.parametrize("signed", [["host"], ["x-date"], ["content-type", "x-date"]])
def test_a_signature_without_host_and_date_is_refused(signed: list[str]) -> None:
    assert problem(_signed_by_hand(signed), ACCOUNT, NOW) == "SignatureDoesNotMatch"


@pytest.mark.parametrize("host", ["127.0.0.1:80", "127.0.0.1:443", "127.0.0.1:8080"])
def test_a_default_port_is_not_part_of_the_signed_host(host: str) -> None:
    assert problem(_signed_by_hand(["host", "x-date"], host=host), ACCOUNT, NOW) is None


def _without(name: str) -> Callable[[Incoming], Incoming]:
    return lambda request: replace(
        request, headers={key: value for key, value in request.headers.items() if key != name}
    )


def _with(name: str, value: str) -> Callable[[Incoming], Incoming]:
    return lambda request: replace(request, headers={**request.headers, name: value})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda request: replace(request, query={"Action": "CVProcess"}), "InvalidActionOrVersion"),
        (
            lambda request: replace(request, query={"Action": "CVCancelTask", "Version": "2022-08-31"}),
            "InvalidActionOrVersion",
        ),
        (_without("authorization"), "MissingSignature"),
        (_with("authorization", "Bearer abc"), "InvalidAuthorization"),
        (
            _with("authorization", "AWS4 Credential=AKLTEXAMPLE/x, SignedHeaders=host, Signature=00"),
            "InvalidAuthorization",
        ),
        (
            _with("authorization", "HMAC-SHA256 Credential=OTHER/x, SignedHeaders=host, Signature=00"),
            "InvalidAccessKey",
        ),
        (_without("x-date"), "MissingRequestInfo"),
        (_with("x-date", "yesterday"), "InvalidTimestamp"),
        (_with("x-date", "20260115T081459Z"), "InvalidTimestamp"),
        (_with("x-date", "20260115T084501Z"), "InvalidTimestamp"),
        (_with("x-date", "20260115T081501Z"), "SignatureDoesNotMatch"),
        (
            _with("authorization", "HMAC-SHA256 Credential=AKLTEXAMPLE/x, SignedHeaders=host, Signature=00"),
            "InvalidCredential",
        ),
        (_with("x-security-token", "made-up"), "InvalidSecretToken"),
        (_with("x-content-sha256", "00"), "SignatureDoesNotMatch"),
        (_without("content-type"), "SignatureDoesNotMatch"),
    ],
)
def test_each_mistake_has_the_code_of_the_gateway(change: Callable[[Incoming], Incoming], code: str) -> None:
    request = _signed_by_hand(["content-type", "host", "x-date"])

    assert problem(change(request), ACCOUNT, NOW) == code


def test_a_wrong_secret_is_a_signature_that_does_not_match() -> None:
    request = _signed_by_hand(["host", "x-date"])

    assert problem(request, replace(ACCOUNT, secret_key="other"), NOW) == "SignatureDoesNotMatch"


def test_an_account_with_a_session_token_wants_to_see_it() -> None:
    request = _signed_by_hand(["host", "x-date"])

    assert problem(request, replace(ACCOUNT, session_token="token"), NOW) == "InvalidSecretToken"
