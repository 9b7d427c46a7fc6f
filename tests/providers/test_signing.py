"""The four signing steps, byte for byte against the official SDK's own output."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.providers.jimeng import signing

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "jimeng_signing.json").read_text("utf-8"))[
    "vectors"
]


def _request(given: dict[str, Any]) -> signing.Unsigned:
    return signing.Unsigned(
        method=given["method"],
        host=given["host"],
        path=given["path"],
        query=given["query"],
        content_type=given["headers"]["Content-Type"],
        body=given["body"].encode(),
    )


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_every_step_equals_the_official_sdk(vector: dict[str, Any]) -> None:
    given, expected = vector["input"], vector["expected"]
    request = _request(given)
    body_hash = signing.body_sha256(request.body)
    signed = expected["signed_headers"].split(";")
    headers = {
        "content-type": request.content_type,
        "host": request.host,
        "x-content-sha256": body_hash,
        "x-date": given["x_date"],
        "x-security-token": given["session_token"] or "",
    }

    canonical = signing.canonical_request(
        method=request.method,
        path=request.path,
        query=request.query,
        headers=headers,
        signed=signed,
        body_hash=body_hash,
    )
    scope = signing.scope_of(given["x_date"])
    text = signing.string_to_sign(given["x_date"], scope, canonical)

    assert body_hash == expected["x_content_sha256"]
    assert canonical == expected["canonical_request"]
    assert scope == expected["credential_scope"]
    assert text == expected["string_to_sign"]
    assert signing.signature(signing.signing_key(given["sk"], scope), text) == expected["signature"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_the_authorization_header_equals_the_official_sdk(vector: dict[str, Any]) -> None:
    given, expected = vector["input"], vector["expected"]
    moment = datetime.strptime(given["x_date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    credentials = signing.Credentials(
        access_key=given["ak"], secret_key=given["sk"], session_token=given["session_token"]
    )

    headers = signing.sign(_request(given), credentials, moment)

    assert headers["Authorization"] == expected["authorization"]
    assert headers["X-Date"] == expected["x_date"]
    assert headers.get("X-Security-Token") == expected["x_security_token"]


@pytest.mark.parametrize(
    ("host", "signed"),
    [("a.example:443", "a.example"), ("a.example:80", "a.example"), ("127.0.0.1:8080", "127.0.0.1:8080")],
)
def test_only_default_ports_are_cut_from_the_signed_host(host: str, signed: str) -> None:
    assert signing.signed_host(host) == signed


def test_credentials_never_show_themselves() -> None:
    credentials = signing.Credentials(access_key="AKLTEXAMPLE", secret_key="canary", session_token="canary")

    assert "canary" not in repr(credentials)
    assert "AKLTEXAMPLE" not in repr(credentials)
