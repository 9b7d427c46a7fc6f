"""The one place where exceptions of the network libraries become codes. Must not decide about money.

What a failure means for the money depends on whether the request could have left, which the connection
itself records; a class name cannot tell. Texts of these exceptions hold URLs with their queries, proxy
passwords and header values, so none is ever passed on; only the system's own words for an errno are.
"""

import http.client
import socket
import ssl
from collections.abc import Iterator

import requests.exceptions as outer  # noqa: TID251 - the providers package is where requests is used
import urllib3.exceptions as inner

from pipeline.providers.errors import OwnCode

SPECIFIC: dict[type[BaseException], OwnCode] = {
    outer.InvalidJSONError: OwnCode.BAD_BODY,
    outer.JSONDecodeError: OwnCode.BAD_BODY,
    outer.HTTPError: OwnCode.HTTP_STATUS,
    outer.ProxyError: OwnCode.PROXY,
    outer.InvalidProxyURL: OwnCode.PROXY,
    outer.SSLError: OwnCode.TLS,
    outer.Timeout: OwnCode.READ_TIMEOUT,
    outer.ReadTimeout: OwnCode.READ_TIMEOUT,
    outer.ConnectTimeout: OwnCode.CONNECT_TIMEOUT,
    outer.URLRequired: OwnCode.BAD_URL,
    outer.MissingSchema: OwnCode.BAD_URL,
    outer.InvalidSchema: OwnCode.BAD_URL,
    outer.InvalidURL: OwnCode.BAD_URL,
    outer.TooManyRedirects: OwnCode.REDIRECT,
    outer.ContentDecodingError: OwnCode.ENCODING,
    inner.SSLError: OwnCode.TLS,
    inner.ProxyError: OwnCode.PROXY,
    inner.ProxySchemeUnknown: OwnCode.PROXY,
    inner.ProxySchemeUnsupported: OwnCode.PROXY,
    inner.DecodeError: OwnCode.ENCODING,
    inner.NameResolutionError: OwnCode.DNS,
    inner.NewConnectionError: OwnCode.CONNECT,
    inner.ConnectTimeoutError: OwnCode.CONNECT_TIMEOUT,
    inner.ReadTimeoutError: OwnCode.READ_TIMEOUT,
    inner.TimeoutError: OwnCode.READ_TIMEOUT,
    inner.LocationValueError: OwnCode.BAD_URL,
    inner.LocationParseError: OwnCode.BAD_URL,
    inner.URLSchemeUnknown: OwnCode.BAD_URL,
    inner.HostChangedError: OwnCode.REDIRECT,
    inner.IncompleteRead: OwnCode.CUT_BODY,
    inner.InvalidChunkLength: OwnCode.CUT_BODY,
    http.client.IncompleteRead: OwnCode.CUT_BODY,
    http.client.RemoteDisconnected: OwnCode.RESET,
    http.client.HTTPException: OwnCode.BAD_HTTP,
    ssl.SSLError: OwnCode.TLS,
    socket.gaierror: OwnCode.DNS,
    TimeoutError: OwnCode.READ_TIMEOUT,
    ConnectionRefusedError: OwnCode.CONNECT,
    ConnectionError: OwnCode.RESET,
}
"""Classes that say what happened by themselves."""

VAGUE: dict[type[BaseException], OwnCode] = {
    outer.RequestException: OwnCode.NETWORK,
    outer.ConnectionError: OwnCode.NETWORK,
    outer.RetryError: OwnCode.NETWORK,
    outer.StreamConsumedError: OwnCode.NETWORK,
    outer.UnrewindableBodyError: OwnCode.NETWORK,
    outer.InvalidHeader: OwnCode.BAD_HTTP,
    outer.ChunkedEncodingError: OwnCode.CUT_BODY,
    inner.HTTPError: OwnCode.NETWORK,
    inner.PoolError: OwnCode.NETWORK,
    inner.RequestError: OwnCode.NETWORK,
    inner.MaxRetryError: OwnCode.NETWORK,
    inner.EmptyPoolError: OwnCode.NETWORK,
    inner.FullPoolError: OwnCode.NETWORK,
    inner.ClosedPoolError: OwnCode.NETWORK,
    inner.TimeoutStateError: OwnCode.NETWORK,
    inner.ResponseError: OwnCode.NETWORK,
    inner.UnrewindableBodyError: OwnCode.NETWORK,
    inner.ProtocolError: OwnCode.BAD_HTTP,
    inner.InvalidHeader: OwnCode.BAD_HTTP,
    inner.HeaderParsingError: OwnCode.BAD_HTTP,
    inner.ResponseNotChunked: OwnCode.BAD_HTTP,
    inner.BodyNotHttplibCompatible: OwnCode.BAD_HTTP,
    OSError: OwnCode.NETWORK,
}
"""Classes that wrap others or say little: asked only when nothing inside them is specific."""


def code_of(error: BaseException) -> OwnCode:
    """The code for whatever the libraries raised; the first specific class counts, from the outside in."""
    links = tuple(_chain(error))
    for table in (SPECIFIC, VAGUE):
        for link in links:
            code = _listed(type(link), table)
            if code is not None:
                return code
    return OwnCode.NETWORK


def cause_words(error: BaseException) -> str:
    """The innermost cause as a class name, with the system's words for it where there are some."""
    innermost = tuple(_chain(error))[-1]
    name = type(innermost).__name__
    words = getattr(innermost, "strerror", None)
    return f"{name}: {words}" if isinstance(words, str) else name


def _listed(kind: type[BaseException], table: dict[type[BaseException], OwnCode]) -> OwnCode | None:
    """The code of the nearest class; the other table's classes end the search, as they are nearer."""
    for cls in kind.__mro__:
        if cls in table:
            return table[cls]
        if cls in SPECIFIC or cls in VAGUE:
            return None
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what is inside it, each once, from the outside in."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = _inside(link)


def _inside(error: BaseException) -> BaseException | None:
    candidates = (
        getattr(error, "reason", None),
        getattr(error, "original_error", None),
        *error.args,
        error.__cause__,
    )
    return next((one for one in candidates if isinstance(one, BaseException)), None)
