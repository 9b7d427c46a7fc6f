"""Forms as they are sent: read whole, the token looked at, then handed on. Every change goes through here."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pipeline.errors import UsageError
from pipeline.history.records import LARGEST_NUMBER
from pipeline.review.web.guard import Keys
from pipeline.review.words import WORDS

_MOST_FIELDS = 600
"""A grid's form has one for each picture that is marked."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent, as pairs of name and value."""

    pairs: tuple[tuple[str, str], ...]

    def text(self, name: str) -> str:
        """A value, of several the last, or nothing."""
        return next((value for key, value in reversed(self.pairs) if key == name), "")

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a name."""
        return tuple(value for key, value in self.pairs if key == name)

    def number(self, name: str) -> int:
        """A whole number. Raises UsageError for what is none."""
        return number_in(self.text(name))


Deed = Callable[[Request, Form], Response]


def number_in(text: str) -> int:
    """A generation's number or a version, as an address or a form writes it. Raises UsageError."""
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or int(text) > LARGEST_NUMBER:
        raise UsageError(f"{text[:40]!r} is no number")
    return int(text)


def _form(body: bytes) -> Form | None:
    """A body read; None for one with more fields than any form of ours has."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        return None
    return Form(tuple(pairs))


def posting(path: str, deed: Deed, keys: Keys) -> Route:
    """A route that changes something: only by POST, and only with the token of this start."""

    async def endpoint(request: Request) -> Response:
        form = _form(await request.body())
        if form is None:
            return PlainTextResponse(WORDS.refused_size + "\n", status_code=403)
        if not keys.signs(form.text("token")):
            return PlainTextResponse(WORDS.refused_form + "\n", status_code=403)
        return await run_in_threadpool(deed, request, form)

    return Route(path, endpoint, methods=["POST"])
