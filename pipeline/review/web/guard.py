"""Who may speak to the page, and what every answer carries. Must not know a page.

The page is for one author on one machine. Other sites in the same browser can send requests here, and names
of theirs can be made to lead here: so the host, the origin and a cookie are looked at before anything else.
"""

import hmac
import secrets
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.review.words import WORDS

MOST_BYTES = 65_536
"""Of a form: the longest prompt with room to spare."""
_POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_ALWAYS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not `no-referrer`: under that a browser sends the origin of its own forms as `null`.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The two secrets of one start: `entry` opens the page, `form` stands in each of its forms."""

    port: int
    entry: str = field(default_factory=_secret, repr=False)
    form: str = field(default_factory=_secret, repr=False)

    @property
    def cookie(self) -> str:
        """The cookie's name: cookies are shared by all ports of a host."""
        return f"review-{self.port}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names under which the page is reached."""
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    def opens(self, said: str) -> bool:
        """Whether this is the key that opens the page."""
        return hmac.compare_digest(said.encode(), self.entry.encode())

    def signs(self, said: str) -> bool:
        """Whether a form is one of ours."""
        return hmac.compare_digest(said.encode(), self.form.encode())


class Guard:
    """Refuses what does not come from the author's own browser window; adds the headers to every answer."""

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look first, then let the app answer. Only http comes here: the server speaks nothing else."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        problem = self.problem(scope["method"], scope["path"], Headers(scope=scope))
        if problem is None:
            await self._app(scope, receive, answer)
        else:
            await PlainTextResponse(problem + "\n", status_code=403)(scope, receive, answer)

    def problem(self, method: str, path: str, headers: Headers) -> str | None:
        """Why a request is refused; None where it is not."""
        if headers.get("host", "") not in self._keys.hosts:
            return WORDS.refused_host
        own = f"http://{headers['host']}"
        site = headers.get("sec-fetch-site", "same-origin")
        if method == "POST":
            if headers.get("origin", own) != own or site != "same-origin":
                return WORDS.refused_origin
            if not _is_small(headers.get("content-length", "")):
                return WORDS.refused_size
        if path == "/" or path.startswith("/static/"):
            return None
        if site not in ("same-origin", "none") or not self._keys.opens(self._cookie(headers)):
            return WORDS.refused_key
        return None

    def _cookie(self, headers: Headers) -> str:
        return cookie_parser(headers.get("cookie", "")).get(self._keys.cookie, "")


def _is_small(length: str) -> bool:
    return length.isascii() and length.isdecimal() and int(length) <= MOST_BYTES
