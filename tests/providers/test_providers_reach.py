"""Where a connection may lead: certificates, addresses and proxies."""

import io
import socket
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests.utils  # noqa: TID251 - to show that the file would be read by the library's own sessions

from pipeline.providers.addresses import Reach
from pipeline.providers.errors import OwnCode
from pipeline.providers.transport import Head, Lost, Outgoing, Transport
from tests.providers.fault_server import FAULTS, FaultServer, Line, always, response, sends
from tests.providers.transport_bench import LIMITS, PATIENT, SECRET, lost_of, post


def test_an_unknown_certificate_stops_before_anything_is_sent(
    transport: Transport, tls: ssl.SSLContext
) -> None:
    with FaultServer(always(response(b"hello")), tls=tls) as server:
        lost = lost_of(post(transport, server.url))

    assert (lost.code, lost.sent, server.requests) == (OwnCode.TLS, False, [])


def test_a_handshake_that_hangs_is_cut_before_anything_is_sent(transport: Transport) -> None:
    with FaultServer(Line.hang) as server:
        lost = lost_of(post(transport, server.url.replace("http:", "https:"), replace(LIMITS, connect=5.0)))

    assert (lost.code, lost.sent) == (OwnCode.CONNECT_TIMEOUT, False)


def test_a_trusted_certificate_is_named_by_the_environment(
    transport: Transport, tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with FaultServer(always(response(b"hello")), tls=tls) as server:
        first, second = post(transport, server.url), post(transport, server.url)

    assert isinstance(first, Head)
    assert isinstance(second, Head)
    assert (len(server.requests), server.connections) == (2, 1)


def test_a_drip_over_tls_is_cut_too(
    transport: Transport, tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with FaultServer(FAULTS["drips its body"], tls=tls) as server:
        lost = lost_of(post(transport, server.url, LIMITS))

    assert (lost.code, lost.sent) == (OwnCode.READ_TIMEOUT, True)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0.0.0.0",  # noqa: S104 - nothing is bound
        "[::ffff:127.0.0.1]",
    ],
)
def test_a_blocked_address_gets_not_one_byte(transport: Transport, host: str) -> None:
    with FaultServer(always(response(b"hello"))) as server:
        url = f"http://{host}:{server.port}/"
        lost = lost_of(transport.send(Outgoing(url=url), io.BytesIO(), reach=Reach.PUBLIC, limits=PATIENT))

    assert (lost.code, lost.sent, server.requests) == (OwnCode.BLOCKED_ADDRESS, False, [])


def test_a_pooled_connection_is_looked_at_again_for_a_narrower_reach(transport: Transport) -> None:
    with FaultServer(always(response(b"hello"))) as server:
        post(transport, server.url)
        lost = lost_of(
            transport.send(Outgoing(url=server.url), io.BytesIO(), reach=Reach.PUBLIC, limits=PATIENT)
        )

    assert (lost.code, len(server.requests)) == (OwnCode.BLOCKED_ADDRESS, 1)


def test_this_computer_is_never_reached_through_a_proxy(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(always(response(b"hello"))) as server, FaultServer(Line.reset) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        head = post(transport, server.url)

    assert isinstance(head, Head)
    assert proxy.connections == 0


def test_a_proxy_that_refuses_means_not_sent(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(sends(response(b"", status="502 Bad Gateway"))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", f"//user:{SECRET}@"))
        lost = lost_of(post(transport, "https://api.invalid"))

    assert (lost.code, lost.sent) == (OwnCode.PROXY, False)
    assert proxy.requests[0].startswith(b"CONNECT api.invalid:443 ")


def test_a_proxy_that_drips_is_cut_and_means_not_sent(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(FAULTS["drips its headers"]) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        lost = lost_of(post(transport, "https://api.invalid", LIMITS))

    assert (lost.code, lost.sent) == (OwnCode.CONNECT_TIMEOUT, False)


def test_a_socks_proxy_is_refused_as_its_connections_would_not_tell_what_was_sent(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:9")

    lost = lost_of(post(transport, "https://api.invalid"))

    assert (lost.code, lost.sent) == (OwnCode.PROXY, False)


@pytest.mark.parametrize(("fault", "lost"), [(None, False), ("closes without an answer", True)])
def test_a_request_through_a_proxy_keeps_to_the_same_rules(
    transport: Transport,
    tls: ssl.SSLContext,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: str | None,
    *,
    lost: bool,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    behaviour = FAULTS[fault] if fault else always(response(b"hello"))

    def tunnel(line: Line) -> None:
        line.read()
        line.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        line.relay(server.port)

    with FaultServer(behaviour, tls=tls) as server, FaultServer(tunnel) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        answer = post(transport, "https://api.invalid", own_connection=True)

    assert len(server.requests) == 1
    assert isinstance(answer, Lost) == lost
    assert not isinstance(answer, Lost) or answer.sent


@pytest.mark.parametrize(
    ("host", "code"), [("10.0.0.1", OwnCode.BLOCKED_ADDRESS), ("1.1.1.1", OwnCode.PROXY)]
)
def test_behind_a_proxy_the_name_is_looked_up_before(
    transport: Transport, monkeypatch: pytest.MonkeyPatch, host: str, code: OwnCode
) -> None:
    with FaultServer(sends(response(b"", status="403 Forbidden"))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        lost = lost_of(
            transport.send(Outgoing(url=f"https://{host}/"), io.BytesIO(), reach=Reach.PUBLIC, limits=PATIENT)
        )

    assert (lost.code, lost.sent) == (code, False)
    assert len(proxy.requests) == (code is OwnCode.PROXY)


def test_a_name_that_leads_elsewhere_the_second_time_is_judged_at_its_peer(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = ["93.184.216.34", "127.0.0.1"]
    asked: list[str] = []

    def answer(host: str, port: int | str | None, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        address = addresses[min(len(asked), len(addresses)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port or 0)))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    with FaultServer(always(response(b"hello"))) as server:
        url = f"http://rebinds.example:{server.port}/"
        looked_up = str(socket.getaddrinfo("rebinds.example", server.port)[0][4][0])
        lost = lost_of(transport.send(Outgoing(url=url), io.BytesIO(), reach=Reach.PUBLIC, limits=PATIENT))

    assert Reach.PUBLIC.covers(looked_up)
    assert asked == ["rebinds.example", "rebinds.example"]
    assert (lost.code, lost.sent, server.requests) == (OwnCode.BLOCKED_ADDRESS, False, [])


@pytest.mark.parametrize("own", [True, False])
def test_passwords_of_a_netrc_are_never_sent(
    transport: Transport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, own: bool
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login amy password {SECRET}\ndefault login amy password {SECRET}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    with FaultServer(always(response(b"hello"))) as server:
        head = transport.send(
            Outgoing(url=server.url),
            io.BytesIO(),
            reach=Reach.ANYWHERE,
            limits=PATIENT,
            own_connection=own,
        )

    assert isinstance(head, Head)
    assert requests.utils.get_netrc_auth(server.url) == ("amy", SECRET)
    assert b"authorization" not in server.requests[0].lower()
