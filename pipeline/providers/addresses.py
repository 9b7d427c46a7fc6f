"""Which servers may be contacted: the endpoint, and what a result URL points at. Must not open a connection.

A name says nothing about where it leads, so the decision is made on the address of the peer, after the
connection and before the first byte. The rules on URLs only keep out what could never be right.
"""

import socket
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from pipeline.errors import SettingsError

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Reach(StrEnum):
    """How far a connection may go."""

    ANYWHERE = "anywhere"
    """The API over https: its certificate says who it is, and it may stand in a private network."""
    LOOPBACK = "loopback"
    """Anything over plain http: never leaves this computer."""
    PUBLIC = "public"
    """A result URL: nobody's answer may send us into the network that we stand in."""
    PUBLIC_OR_LOOPBACK = "public_or_loopback"
    """A result URL of an endpoint that is itself on this computer."""

    def covers(self, address: str) -> bool:
        """Whether a peer at this numeric `address` may be spoken to."""
        ip = _plain(address)
        if self is Reach.ANYWHERE:
            return True
        if ip.is_loopback:
            return self is not Reach.PUBLIC
        # The reserved blocks hold IPv4 in disguise (NAT64, IPv4-compatible), so they are no public addresses.
        public = ip.is_global and not (ip.is_reserved or ip.is_multicast)
        return public and self is not Reach.LOOPBACK


def _plain(address: str) -> IPv4Address | IPv6Address:
    """The address itself: IPv4 inside IPv6 (`::ffff:a.b.c.d`, 6to4) is taken out, a scope is cut."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        return ip.ipv4_mapped or ip.sixtofour or ip
    return ip


def is_loopback_host(host: str) -> bool:
    """Whether a host as written is this computer, in any spelling: `localhost`, `127.1`, `0x7f000001`."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        ip = _plain(name)
    except ValueError:
        try:
            ip = IPv4Address(socket.inet_aton(name))
        except (OSError, ValueError):
            return False
    # Connecting to 0.0.0.0 or :: reaches this computer; the peer check holds it to that.
    return ip.is_loopback or ip.is_unspecified


def result_reach(url: str, *, from_loopback: bool) -> Reach | None:
    """How far a result URL may lead, or None when it may not be fetched at all.

    `from_loopback`: the endpoint that gave it is on this computer. Then, and only then, plain http is
    taken, and only from this computer.
    """
    try:
        parts = urlsplit(url)
        host, named = parts.hostname or "", parts.username or parts.password
    except ValueError:
        return None
    if not host or named:
        return None
    if parts.scheme == "https":
        return Reach.PUBLIC_OR_LOOPBACK if from_loopback else Reach.PUBLIC
    if parts.scheme == "http" and from_loopback and is_loopback_host(host):
        return Reach.LOOPBACK
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where the API is: scheme, host as written (IPv6 without brackets), port."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """`host:port`, always with the port: the name under which tasks are kept."""
        return f"{self._bracketed}:{self.port}"

    @property
    def host_header(self) -> str:
        """What the `Host` header says: without the port where it is the scheme's own."""
        return self._bracketed if self.port == _DEFAULT_PORTS[self.scheme] else self.authority

    @property
    def url(self) -> str:
        """The root, ready for a query."""
        return f"{self.scheme}://{self.host_header}/"

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this computer."""
        return is_loopback_host(self.host)

    @property
    def reach(self) -> Reach:
        """How far API calls may go."""
        return Reach.ANYWHERE if self.scheme == "https" else Reach.LOOPBACK

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def parse_endpoint(text: str) -> Endpoint:
    """The endpoint as written in the settings. Raises SettingsError, which repeats nothing of it."""
    step = "set JIMENG_ENDPOINT to https://visual.volcengineapi.com, or http://127.0.0.1:PORT for a simulator"
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise SettingsError("JIMENG_ENDPOINT is not an address", next_step=step) from error
    extra = parts.username or parts.password or parts.query or parts.fragment or parts.path not in ("", "/")
    if parts.scheme not in _DEFAULT_PORTS or not host or port == 0 or extra:
        raise SettingsError("JIMENG_ENDPOINT is not https://host or https://host:port", next_step=step)
    if parts.scheme == "http" and not is_loopback_host(host):
        raise SettingsError("JIMENG_ENDPOINT: plain http is only for this computer", next_step=step)
    return Endpoint(scheme=parts.scheme, host=host, port=port or _DEFAULT_PORTS[parts.scheme])
