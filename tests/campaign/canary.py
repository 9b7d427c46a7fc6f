"""A key pair that must come out nowhere, servers that note what they were sent, and a home to search.

The program runs as a process with its most talkative log; a file that Python loads by itself before the
program can spoil it from inside, so that it fails where nothing outside can make it fail.
"""

import base64
import contextlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.simulator.desk import Answer, Desk
from pipeline.providers.simulator.gate import Incoming
from pipeline.providers.simulator.script import read_script
from pipeline.providers.simulator.server import Simulator
from pipeline.providers.simulator.world import World
from tests.providers.fault_server import Line, response

ROOT = Path(__file__).parents[2]
CANARY = Credentials(
    access_key="AKLTQ2FuYXJ5QWNjZXNzS2V5",
    secret_key="U2VjcmV0Q2FuYXJ5L3dpdGgrc2xhc2hlcz09==",
    session_token="STS2Q2FuYXJ5LnRva2VuL3dpdGgrc2xhc2g=",
)
"""As the vendor's look: long, with the characters that encodings change."""
_ANY = re.compile(
    rb"Signature=[0-9a-f]{8,}|HMAC-SHA256 Credential=\w|[?&](?:sig|sign|expires|X-[A-Za-z-]+)=\w"
)
"""What is a signature, or the query of a result URL, whoever made it."""


class Ear:
    """What a server heard or said that must never be seen again: signatures, and queries of result URLs."""

    def __init__(self) -> None:
        self.words: set[str] = set()

    def hear(self, request: str) -> None:
        """A request's head, or only its `Authorization`."""
        self.words.update(re.findall(r"Signature=([0-9a-f]{16,})", request))

    def say(self, answer: bytes) -> None:
        """An answer's body."""
        for query in re.findall(rb"https?://[^\s\"?]+\?([^\s\"]+)", answer):
            self.words.add(query.decode())
            self.words.update(re.findall(r"[0-9a-f]{32,}", query.decode()))


class _NotingDesk(Desk):
    """The simulator's desk with an ear."""

    def __init__(self, simulator: Simulator, world: World, keys: Credentials, ear: Ear) -> None:
        super().__init__(world, keys, endpoint=simulator.endpoint, pause=simulator._server.pause)
        self._ear = ear

    def answer(self, request: Incoming) -> Answer:
        """See `Desk.answer`."""
        answer = super().answer(request)
        self._ear.hear(request.headers.get("authorization", ""))
        if answer.reply.body.startswith(b"{"):
            self._ear.say(answer.reply.body)
        return answer


@contextlib.contextmanager
def vendor(ear: Ear, *rules: dict[str, Any], keys: Credentials = CANARY) -> Iterator[Simulator]:
    """The vendor's wire on loopback, with the faults that `rules` ask for."""
    world = World(latency=0.0, concurrency=None, faults=read_script({"rules": list(rules)}))
    simulator = Simulator(world, keys)
    simulator._server.desk = _NotingDesk(simulator, world, keys, ear)
    with simulator:
        yield simulator


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call to a `Stranger`: its kind (`submit`, `poll`, `fetch`), the picture's number, all its bytes."""

    kind: str
    number: int
    base64: bool
    request: bytes

    @property
    def head(self) -> str:
        """What came before the body."""
        return self.request.partition(b"\r\n\r\n")[0].decode()


class Stranger:
    """A server that speaks the wire and is not ours: it takes every order and counts them.

    `answer` gives the bytes for a call, or None for the usual ones: a task id, and no answer to the rest.
    """

    def __init__(self, ear: Ear, answer: Callable[[Asked], bytes | None]) -> None:
        self.orders: Counter[int] = Counter()
        self.fetched: list[int] = []
        self._ear = ear
        self._answer = answer

    def behave(self, line: Line) -> None:
        """A behaviour for a `FaultServer`."""
        while request := line.read():
            asked = _read(request)
            self._ear.hear(asked.head)
            if asked.kind == "submit":
                self.orders[asked.number] += 1
            if asked.kind == "fetch":
                self.fetched.append(asked.number)
            answer = self._answer(asked) or _usual(asked)
            self._ear.say(answer)
            line.send(answer)


def _read(request: bytes) -> Asked:
    head, _, body = request.partition(b"\r\n\r\n")
    if head.startswith(b"GET"):
        number = re.search(rb"/p(\d+)", head)
        return Asked(kind="fetch", number=int(number[1]) if number else -1, base64=False, request=request)
    said = json.loads(body)
    kind = "poll" if b"GetResult" in head.splitlines()[0] else "submit"
    words = said["task_id"].removeprefix("9876543210987654") if kind == "poll" else said["prompt"]
    number = re.search(rb"\d{1,9}", words.encode())
    return Asked(
        kind=kind,
        number=int(number[0]) if number else -1,
        base64='"return_url":false' in said.get("req_json", "").replace(" ", ""),
        request=request,
    )


def _usual(asked: Asked) -> bytes:
    if asked.kind == "submit":
        return business(10000, {"task_id": f"9876543210987654{asked.number}"})
    return response(b"no", status="404 Not Found")


def business(code: object, data: object, **more: object) -> bytes:
    """A whole answer in the business envelope."""
    body = {"code": code, "data": data, "message": "words", "request_id": "r1", "status": code, **more}
    return response(json.dumps(body).encode())


def gateway(code: object, words: str, *, status: str = "401 Unauthorized", **more: object) -> bytes:
    """A whole answer in the gateway's envelope."""
    error = {"CodeN": 100010, "Code": code, "Message": words}
    body = {"ResponseMetadata": {"RequestId": "r2", "Error": error, **more}}
    return response(json.dumps(body).encode(), status=status)


def done(*, urls: Sequence[str] = (), pictures: Sequence[bytes] = ()) -> bytes:
    """A whole answer to a poll for a finished task."""
    encoded = [base64.b64encode(picture).decode() for picture in pictures]
    return business(10000, {"status": "done", "image_urls": list(urls), "binary_data_base64": encoded})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a command ended and what it said on each stream; `code` is negative for a signal."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        """Both streams."""
        return self.out + self.err


@dataclass(slots=True, kw_only=True)
class Cage:
    """A home where the canary's key pair is in the environment; all that is said and left is kept.

    Beside the home lie `user` (what the author's own folder is) and `spoiler` (what Python loads first).
    """

    root: Path
    environ: dict[str, str]
    said: list[Said] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """Where commands are typed."""
        return self.root / "home"

    def point_at(self, endpoint: str) -> None:
        """Make a server the Jimeng of this home."""
        self.environ["JIMENG_ENDPOINT"] = endpoint

    def spoil(self, source: str) -> None:
        """Run this before the program, in its process."""
        folder = self.root / "spoiler"
        folder.mkdir(exist_ok=True)
        (folder / "sitecustomize.py").write_text(source, "utf-8")
        self.environ["PYTHONPATH"] = f"{folder}{os.pathsep}{ROOT}"

    def spec(self, pictures: Mapping[int, str] | int, *, more: str = "size: 1024x1024") -> None:
        """The spec `week`: a small picture for each number, the prompt with the number after it."""
        prompts = pictures if isinstance(pictures, Mapping) else dict.fromkeys(range(pictures), "picture")
        lines = [
            f'      - {{id: i{n}, prompt: "{words} {n}", {more}, slots: [wechat.thumb]}}'
            for n, words in prompts.items()
        ]
        text = "articles:\n  - slug: a\n    images:\n" + "\n".join(lines) + "\n"
        (self.home / "configs" / "week.yaml").write_text(text, "utf-8")

    def start(self, *words: object, before: Sequence[str] = ()) -> "subprocess.Popen[str]":
        """Start a command; `before` stands before it on the command line."""
        return subprocess.Popen(
            [*before, sys.executable, "-m", "pipeline", *map(str, words)],
            cwd=self.home,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self, process: "subprocess.Popen[str]") -> Said:
        """Wait for a command's end, and keep what it said."""
        out, err = process.communicate(timeout=60)
        self.said.append(Said(code=process.returncode, out=out, err=err))
        return self.said[-1]

    def __call__(self, *words: object, before: Sequence[str] = ()) -> Said:
        """Run a command to its end."""
        return self.ended(self.start(*words, before=before))

    def run(self, *words: object, before: Sequence[str] = ()) -> Said:
        """Run the spec as nobody's cron job would: with a yes."""
        return self("run", "configs/week.yaml", "--yes", *words, before=before)

    def leaks(self, *ears: Ear) -> list[str]:
        """Where something lies, or was said, that should not: `where: what`."""
        found = {f"command {number} stdout": said.out.encode() for number, said in enumerate(self.said)}
        found |= {f"command {number} stderr": said.err.encode() for number, said in enumerate(self.said)}
        for path in sorted(self.root.rglob("*")):
            if path.is_file() and path.relative_to(self.root).parts[0] not in ("user", "spoiler"):
                found[str(path.relative_to(self.root))] = path.read_bytes()
        return leaks(found, {word for ear in ears for word in ear.words})


def leaks(found: Mapping[str, bytes], heard: Iterable[str] = ()) -> list[str]:
    """Where the canary's words, in whatever writing, or what was heard, or any signature can be read."""
    words = {written for secret in _secrets() for written in _writings(secret)} | {*heard}
    told = [
        f"{name}: {word}" for name, data in found.items() for word in sorted(words) if word.encode() in data
    ]
    return told + [f"{name}: {any_[0]!r}" for name, data in found.items() if (any_ := _ANY.search(data))]


def _secrets() -> tuple[str, ...]:
    return (CANARY.access_key, CANARY.secret_key, CANARY.session_token or "")


def _writings(secret: str) -> tuple[str, ...]:
    """A secret as it is (half of it tells enough), in a URL, and in base64."""
    encoded = base64.b64encode(secret.encode()).decode()
    return secret[:12], quote(secret, safe=""), encoded.rstrip("=")[:-1]


def cage(root: Path, *, settings: str = "concurrency: 64\n") -> Cage:
    """A fresh one below `root`."""
    for folder in ("home/configs", "user", "tmp"):
        (root / folder).mkdir(parents=True)
    (root / "home" / "configs" / "settings.yaml").write_text(settings, "utf-8")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("VOLC_", "JIMENG_", "PIPELINE_")) and "PROXY" not in name.upper()
    }
    environ = kept | {
        "PYTHONPATH": str(ROOT),
        "HOME": str(root / "user"),
        "TMPDIR": str(root / "tmp"),
        "PIPELINE_LOG_LEVEL": "DEBUG",
        "PIPELINE_SUBMIT_TIMEOUT": "1",
        "VOLC_ACCESSKEY": CANARY.access_key,
        "VOLC_SECRETKEY": CANARY.secret_key,
        "VOLC_SESSION_TOKEN": CANARY.session_token or "",
    }
    return Cage(root=root, environ=environ)
