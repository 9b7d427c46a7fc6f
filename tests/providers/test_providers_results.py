"""Fetching result URLs to files."""

import itertools
from pathlib import Path

import pytest

from pipeline.providers.contract import Fault
from pipeline.providers.results import fetch
from pipeline.providers.transport import Limits, Transport
from tests.providers.fault_server import FAULTS, Behaviour, FaultServer, always, response, sends

LIMITS = Limits(connect=5.0, total=10.0, max_bytes=10_000)


def _fetch(transport: Transport, url: str, target: Path, *, from_loopback: bool = True) -> Fault | None:
    return fetch(transport, url, target, from_loopback=from_loopback, limits=LIMITS)


def _redirect(location: str) -> Behaviour:
    return always(response(b"elsewhere", status="302 Found", headers=f"Location: {location}\r\n"))


def test_a_picture_is_fetched_whole(transport: Transport, tmp_path: Path) -> None:
    with FaultServer(always(response(b"picture"))) as server:
        fault = _fetch(transport, f"{server.url}/a.png?sign=x", tmp_path / "a")

    assert fault is None
    assert (tmp_path / "a").read_bytes() == b"picture"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_nothing_of_ours_goes_to_a_result_host(transport: Transport, tmp_path: Path) -> None:
    answer = response(b"", status="302 Found", headers="Location: /a?b=c\r\nSet-Cookie: a=b\r\n")
    with FaultServer(always(answer)) as server:
        _fetch(transport, server.url, tmp_path / "a")

    sent = b"".join(server.requests).lower()
    assert len(server.requests) == 4
    assert not [word for word in (b"cookie", b"authorization", b"referer", b"x-") if word in sent]


def test_a_redirect_leads_on_and_its_own_body_is_dropped(transport: Transport, tmp_path: Path) -> None:
    with FaultServer(always(response(b"new"))) as there, FaultServer(_redirect(f"{there.url}/b")) as here:
        fault = _fetch(transport, here.url, tmp_path / "a")

    assert fault is None
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_redirect_that_never_ends_is_given_up(transport: Transport, tmp_path: Path) -> None:
    with FaultServer(_redirect("/again")) as server:
        fault = _fetch(transport, server.url, tmp_path / "a")

    assert fault is not None
    assert (fault.code, len(server.requests)) == ("redirect", 4)


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://10.0.0.1/secret", "bad_url"),
        ("https://10.255.255.1.invalid/secret", "dns"),
        ("https://[::1", "bad_url"),
        ("file:///etc/passwd", "bad_url"),
        ("https://user:pass@example.com/", "bad_url"),
    ],
)
def test_a_redirect_obeys_the_same_rules(
    transport: Transport, tmp_path: Path, location: str, code: str
) -> None:
    with FaultServer(_redirect(location)) as server:
        fault = _fetch(transport, server.url, tmp_path / "a")

    assert fault is not None
    assert fault.code == code
    assert not list(tmp_path.iterdir())


def test_an_address_on_this_computer_is_not_fetched_for_a_far_endpoint(
    transport: Transport, tmp_path: Path
) -> None:
    with FaultServer(always(response(b"secret"))) as server:
        faults = [
            _fetch(transport, url, tmp_path / "a", from_loopback=False)
            for url in (server.url, server.url.replace("http:", "https:"))
        ]

    assert [fault and fault.code for fault in faults] == ["bad_url", "blocked_address"]
    assert server.requests == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("sends a page for 404", "http_status"),
        ("sends a page for 500", "http_status"),
        ("cuts a body with a length", "cut_body"),
        ("cuts a chunked body", "cut_body"),
        ("sends a compressed bomb", "encoding"),
        ("closes without an answer", "reset"),
    ],
)
def test_a_failed_download_leaves_no_file(transport: Transport, tmp_path: Path, name: str, code: str) -> None:
    with FaultServer(FAULTS[name]) as server:
        fault = _fetch(transport, f"{server.url}/?sign=canary", tmp_path / "a")

    assert fault is not None
    assert fault.code == code
    assert "canary" not in repr(fault)
    assert not list(tmp_path.iterdir())


def test_more_bytes_than_a_picture_has_are_not_kept(transport: Transport, tmp_path: Path) -> None:
    with FaultServer(sends(b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 10_001)) as server:
        fault = _fetch(transport, server.url, tmp_path / "a")

    assert fault is not None
    assert fault.code == "too_large"


def test_all_hops_share_one_deadline(transport: Transport, tmp_path: Path) -> None:
    ticks = itertools.count(0, 9)
    with FaultServer(_redirect("/again")) as server:
        fault = fetch(
            transport,
            server.url,
            tmp_path / "a",
            from_loopback=True,
            limits=LIMITS,
            monotonic=lambda: float(next(ticks)),
        )

    assert fault is not None
    assert (fault.code, len(server.requests)) == ("read_timeout", 1)


@pytest.mark.parametrize("place", ["missing/a", "taken"])
def test_a_file_that_cannot_be_written_is_a_fault_of_the_disk(
    transport: Transport, tmp_path: Path, place: str
) -> None:
    (tmp_path / "taken" / "inside").mkdir(parents=True)
    with FaultServer(always(response(b"picture"))) as server:
        fault = _fetch(transport, server.url, tmp_path / place)

    assert fault is not None
    assert fault.code == "disk"
