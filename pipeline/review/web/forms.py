"""Forms as they are sent: read whole, the token looked at, then handed on. Every change goes through here."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pipeline.errors import UsageError
from pipeline.review.web.guard import Keys
from pipeline.review.words import WORDS

_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent, by name; the last of several values counts."""

    values: dict[str, str]

    def text(self, name: str) -> str:
        """A value, or nothing."""
        return self.values.get(name, "")

    def number(self, name: str) -> int:
        """A whole number. Raises UsageError for what is none."""
        return number_in(self.text(name))


Deed = Callable[[Request, Form], Response]


def number_in(text: str) -> int:
    """A generation's number or a version, as an address or a form writes it. Raises UsageError."""
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or int(text) > _LARGEST:
        raise UsageError(f"{text[:40]!r} is no number")
    return int(text)


def _form(body: bytes) -> Form:
    """A body read; one with more fields than any form of ours has carries no token, so it is refused."""
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return Form({})
    return Form(dict(pairs))


def posting(path: str, deed: Deed, keys: Keys) -> Route:
    """A route that changes something: only by POST, and only with the token of this start."""

    async def endpoint(request: Request) -> Response:
        form = _form(await request.body())
        if not keys.signs(form.text("token")):
            return PlainTextResponse(WORDS.refused_form + "\n", status_code=403)
        return await run_in_threadpool(deed, request, form)

    return Route(path, endpoint, methods=["POST"])
