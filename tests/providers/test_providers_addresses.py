"""Who may be contacted."""

import pytest

from pipeline.errors import SettingsError
from pipeline.providers.addresses import Reach, is_loopback_host, parse_endpoint, result_reach

PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "0.0.0.0",  # noqa: S104 - nothing is bound
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "2002:0a00:0001::",
    "64:ff9b::0a00:0001",
    "::10.0.0.1",
    "::",
]
LOOPBACK = ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "2002:7f00:0001::"]
PUBLIC = ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_result_never_leads_into_a_private_network(address: str) -> None:
    assert not Reach.PUBLIC.covers(address)
    assert not Reach.PUBLIC_OR_LOOPBACK.covers(address)


@pytest.mark.parametrize("address", LOOPBACK)
def test_this_computer_is_reached_only_where_that_is_said(address: str) -> None:
    assert [reach.covers(address) for reach in Reach] == [True, True, False, True]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached_by_all_but_plain_http(address: str) -> None:
    assert [reach.covers(address) for reach in Reach] == [True, False, True, True]


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "0.0.0.0",  # noqa: S104 - nothing is bound
        "::1",
        "[::1]",
        "::ffff:127.0.0.1",
    ],
)
def test_this_computer_is_known_in_every_spelling(host: str) -> None:
    assert is_loopback_host(host)


@pytest.mark.parametrize(
    "host", ["example.com", "10.0.0.1", "localhost.example.com", "::2", "127.0.0.1.example.com", "é"]
)
def test_other_hosts_are_not_this_computer(host: str) -> None:
    assert not is_loopback_host(host)


@pytest.mark.parametrize(
    ("url", "from_loopback", "reach"),
    [
        ("https://cdn.example.com/a.png?sign=1", False, Reach.PUBLIC),
        ("https://cdn.example.com/a.png", True, Reach.PUBLIC_OR_LOOPBACK),
        ("http://127.0.0.1:8080/a.png", True, Reach.LOOPBACK),
        ("http://127.0.0.1:8080/a.png", False, None),
        ("http://cdn.example.com/a.png", True, None),
        ("https://user:secret@cdn.example.com/a.png", False, None),
        ("https:///a.png", False, None),
        ("https://[::1/a.png", False, None),
        ("ftp://cdn.example.com/a.png", True, None),
        ("file:///etc/passwd", True, None),
        ("", True, None),
    ],
)
def test_a_result_url_is_https_or_stays_on_this_computer(
    url: str, reach: Reach | None, *, from_loopback: bool
) -> None:
    assert result_reach(url, from_loopback=from_loopback) == reach


@pytest.mark.parametrize(
    ("text", "url", "authority", "reach"),
    [
        (
            "https://visual.volcengineapi.com",
            "https://visual.volcengineapi.com/",
            "visual.volcengineapi.com:443",
            "anywhere",
        ),
        (
            "https://gate.example.com:8443/",
            "https://gate.example.com:8443/",
            "gate.example.com:8443",
            "anywhere",
        ),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/", "127.0.0.1:8080", "loopback"),
        ("http://[::1]:8080", "http://[::1]:8080/", "[::1]:8080", "loopback"),
        ("http://localhost", "http://localhost/", "localhost:80", "loopback"),
    ],
)
def test_an_endpoint_is_read_from_its_address(text: str, url: str, authority: str, reach: str) -> None:
    endpoint = parse_endpoint(text)

    assert (endpoint.url, endpoint.authority, endpoint.reach) == (url, authority, reach)
    assert endpoint.is_loopback == (reach == "loopback")


@pytest.mark.parametrize(
    "text",
    [
        "http://visual.volcengineapi.com",
        "visual.volcengineapi.com",
        "ftp://127.0.0.1",
        "https://",
        "https://host:0",
        "https://host:99999",
        "https://[::1",
        "https://user:hunter2@host",
        "https://host/path",
        "https://host?token=hunter2",
    ],
)
def test_an_endpoint_that_cannot_be_used_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_endpoint(text)

    assert "JIMENG_ENDPOINT" in caught.value.message
    assert "hunter2" not in f"{caught.value.message} {caught.value.next_step}"
