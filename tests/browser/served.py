"""The review page as its users start it: a process, asked over plain HTTP. Must not know a browser."""

import http.client
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from queue import Empty, Queue
from typing import IO
from urllib.parse import urlencode, urljoin, urlsplit

from tests.browser.rooms import environment

_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/\S*")
_STARTS_WITHIN = 30.0
GRID = "/pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body of a page."""
        return self.body.decode()


@dataclass(slots=True, kw_only=True)
class Form:
    """A form as a page has it: where it goes, how, and every field's name and first value."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Markup(HTMLParser):
    """What a page refers to: links, sources and forms, as they are written."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.sources: list[str] = []
        self.forms: list[Form] = []
        self._choosing: str | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        if tag in ("img", "script") and "src" in said:
            self.sources.append(said["src"])
        if tag in ("link", "image") and "href" in said:
            self.sources.append(said["href"])
        if tag == "form":
            self.forms.append(Form(action=said.get("action", ""), method=said.get("method", "get").lower()))
        if tag in ("input", "button", "textarea", "select") and self.forms and said.get("name"):
            self.forms[-1].fields.setdefault(said["name"], said.get("value", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running page of one home. `address` opens it for a new visitor, `cookie` is that of one who is in."""

    home: Path
    address: str
    process: "subprocess.Popen[str]"
    cookie: str = ""

    @property
    def start(self) -> str:
        """Where somebody who is in begins."""
        return f"http://{self.host}{GRID}"

    @property
    def port(self) -> int:
        """Where it listens, on loopback."""
        port = urlsplit(self.address).port
        assert port is not None
        return port

    @property
    def host(self) -> str:
        """What a browser says in `Host`."""
        return f"127.0.0.1:{self.port}"

    def ask(
        self,
        path: str,
        method: str = "GET",
        *,
        data: Mapping[str, str] | bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Ask for a path exactly as it is written; nothing is tidied, no redirect is followed.

        A browser's own headers are there unless `headers` say otherwise; None leaves one out.
        """
        body = urlencode(data).encode() if isinstance(data, Mapping) else data
        said: dict[str, str | None] = {"Host": self.host, "Cookie": self.cookie or None}
        if body is not None:
            said |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Content-Length": str(len(body)),
                "Origin": f"http://{self.host}",
                "Sec-Fetch-Site": "same-origin",
            }
        said |= headers or {}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in said.items():
                if value is not None:
                    line.putheader(name, value)
            line.endheaders(body)
            answer = line.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(status=answer.status, headers=found, body=answer.read())
        finally:
            line.close()

    def page(self, path: str = GRID) -> Markup:
        """A page that is there, read."""
        answer = self.ask(path)
        assert answer.status == 200, (path, answer.status, answer.text[:500])
        return Markup(answer.text)

    def crawl(self, start: str = GRID, *, most: int = 60) -> dict[str, Answer]:
        """Every page and picture that can be reached by following links and sources, breadth first."""
        found: dict[str, Answer] = {}
        waiting = [start]
        while waiting and len(found) < most:
            path = waiting.pop(0)
            if path in found:
                continue
            found[path] = self.ask(path)
            if found[path].headers.get("content-type", "").startswith("text/html"):
                markup = Markup(found[path].text)
                waiting += [self._below(path, link) for link in (*markup.sources, *markup.links)]
            waiting = [path for path in waiting if path]
        return found

    def _below(self, page: str, link: str) -> str:
        """A link of a page as a path of this server, or nothing."""
        whole = urlsplit(urljoin(f"http://{self.host}{page}", link))
        if whole.netloc != self.host or whole.scheme != "http":
            return ""
        return whole.path + (f"?{whole.query}" if whole.query else "")


@contextmanager
def serve(home: Path, *, more: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Start the page in a home, and stop it as Ctrl-C does. `more` are variables of its environment."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "review", "--port", "0", "--no-browser"],
        cwd=home,
        env=environment(more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said: Queue[str] = Queue()
    ears = [
        threading.Thread(target=_hear, args=(stream, said)) for stream in (process.stdout, process.stderr)
    ]
    for ear in ears:
        ear.start()
    try:
        outside = Served(home=home, address=_address(said), process=process)
        yield replace(outside, cookie=_entered(outside))
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            for ear in ears:
                ear.join()


def _entered(served: Served) -> str:
    """The cookie of a visitor who came by the address that was said."""
    whole = urlsplit(served.address)
    answer = served.ask(whole.path + (f"?{whole.query}" if whole.query else ""))
    return answer.headers.get("set-cookie", "").partition(";")[0]


def _hear(stream: IO[str] | None, said: Queue[str]) -> None:
    """Take in what the process says until its end, so that it never waits for a reader."""
    assert stream is not None
    with stream:
        for line in stream:
            said.put(line)
    said.put("")


def _address(said: Queue[str]) -> str:
    """The first address that the process says. Fails with all it said where there is none."""
    heard, ended = "", 0
    while ended < 2:
        try:
            line = said.get(timeout=_STARTS_WITHIN)
        except Empty:
            break
        ended += not line
        heard += line
        if found := _ADDRESS.search(line):
            return found[0]
    raise AssertionError(f"the page did not say where it is:\n{heard}")
