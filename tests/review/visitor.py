"""The page over a home of this test, served on loopback, and a browser without a script that visits it."""

import contextlib
import html
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from pipeline.commands.opening import here, history_of
from pipeline.commands.reviewing import HomeWorkshop
from pipeline.console.terminal import Terminal
from pipeline.history.queries import Queries
from pipeline.review.library import library_of
from pipeline.review.web.server import Server
from pipeline.wiring import REAL_CLOCK

_FORM = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
_FIELD = re.compile(r"<(?:input|button)\b[^>]*>")


Fields = Mapping[str, object] | Sequence[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    path: str

    @property
    def text(self) -> str:
        """The page as text."""
        return self.body.decode()

    @property
    def words(self) -> str:
        """What a reader sees: the page without its tags."""
        return html.unescape(re.sub(r"<[^>]*>", "", self.text))

    def forms(self, action: str) -> list[dict[str, str]]:
        """The hidden fields of every form that posts to an address, in their order."""
        return [dict(pairs) for pairs in self.hidden(action)]

    def hidden(self, action: str) -> list[list[tuple[str, str]]]:
        """The same as pairs: a name may stand there several times."""
        found = []
        for target, inside in _FORM.findall(self.text):
            if html.unescape(target) == quote(action):
                fields = [_attributes(tag) for tag in _FIELD.findall(inside)]
                found.append(
                    [(one["name"], one.get("value", "")) for one in fields if one.get("type") == "hidden"]
                )
        return found

    def values(self, name: str, action: str = "") -> list[str]:
        """The values of every field or button of a name; with `action` of those that lead there."""
        tags = (_attributes(tag) for tag in _FIELD.findall(self.text))
        return [
            tag["value"]
            for tag in tags
            if tag.get("name") == name
            and tag.get("formaction", "") in (action, action or tag.get("formaction", ""))
        ]


def _attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in re.findall(r'([a-z-]+)="([^"]*)"', tag)}


@dataclass(slots=True)
class Visitor:
    """Keeps cookies and follows where it is sent."""

    server: Server
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        """Where the page listens."""
        return self.server.site.keys.port

    def enter(self) -> "Visitor":
        """Open the printed address."""
        parts = urlsplit(self.server.address)
        answer = self.get(f"{parts.path}?{parts.query}")
        assert answer.status == 200, answer.text
        return self

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Look at an address."""
        return self._follow(self.send("GET", path, headers=headers))

    def post(self, path: str, form: Fields, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a form."""
        return self._follow(self.send("POST", path, urlencode(form), headers))

    def press(self, page: Answer, action: str, **fields: object) -> Answer:
        """Press the first button of a page's form, with what was typed into it."""
        return self.post(action, [*page.hidden(action)[0], *fields.items()])

    def send(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request, as it is."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=30)
        said = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            said["Content-Type"] = "application/x-www-form-urlencoded"
        with contextlib.closing(line):
            line.request(method, quote(path, safe="/?&=#%+"), body, said | dict(headers or {}))
            answer = line.getresponse()
            given = {name.lower(): value for name, value in answer.getheaders()}
            if "set-cookie" in given:
                name, _, value = given["set-cookie"].partition(";")[0].partition("=")
                self.cookies[name] = value
            return Answer(answer.status, given, answer.read(), path)

    def _follow(self, answer: Answer) -> Answer:
        for _ in range(5):
            if answer.status != 303:
                return answer
            answer = self.send("GET", answer.headers["location"].partition("#")[0])
        raise AssertionError("sent in a circle")


@contextlib.contextmanager
def visiting(root: Path, *, per_page: int = 100) -> Iterator[Visitor]:
    """The page of a home, entered."""
    at, terminal = here(root), Terminal()
    with history_of(at, terminal) as database:
        workshop = HomeWorkshop(at, Queries(database), terminal)
        server = Server(
            library_of(at.home, database), workshop, port=0, now=REAL_CLOCK.now, per_page=per_page
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield Visitor(server).enter()
        finally:
            server.stop()
            thread.join()
