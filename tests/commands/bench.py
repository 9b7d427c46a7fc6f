"""A home, a command line and a vendor for tests of the commands. Real files, real HTTP, real terminals."""

import contextlib
import json
import os
import pty
import re
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipeline.cli import run
from pipeline.history.database import Database
from pipeline.history.records import Generation
from pipeline.history.search import Filters, Search
from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.simulator.script import read_script
from pipeline.providers.simulator.server import Simulator
from pipeline.providers.simulator.world import World

KEYS = Credentials(access_key="AKLTEXAMPLE", secret_key="example-secret")
MODEL = "jimeng_high_aes_general_v21_L"
"""A model that answers at once, so that no test waits for a poll."""
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
SETTINGS = "concurrency: 8\n"
"""So that no order waits for a place that a doubtful one holds."""
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it said on each stream."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line of stderr."""
        return self.err.rstrip().splitlines()[-1] if self.err.strip() else ""


class Desk:
    """A working directory that is a home, and a hand that types commands there."""

    def __init__(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.root = root
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        (root / "configs").mkdir(parents=True)
        self.settings()
        monkeypatch.chdir(root)

    def settings(self, more: str = "", *, latency: float = 0) -> None:
        """Write the settings: how long the rehearsal's pictures take, and `more`."""
        text = f"{SETTINGS}simulator: {{latency: {latency}}}\n{more}"
        (self.root / "configs" / "settings.yaml").write_text(text, "utf-8")

    def spec(self, *images: str, name: str = "week12", head: str = "") -> str:
        """Write a spec of one article, `lobster`, with these images (flow mappings); returns its path."""
        path = f"configs/{name}.yaml"
        (self.root / path).write_text(spec_text(*images, head=head), "utf-8")
        return path

    def __call__(self, *words: object) -> Said:
        """Type a command."""
        self._capsys.readouterr()
        typed = [str(word) for word in words]
        self._monkeypatch.setattr(sys, "argv", ["/usr/bin/pipeline", *typed])
        code = run(typed)
        said = self._capsys.readouterr()
        return Said(code, said.out, said.err)

    def json(self, schema: str, *words: object, code: int = 0) -> Any:
        """Type a command with `--json`; its document, which is alone on stdout and fits its schema."""
        said = self(*words, "--json")
        assert said.code == code, said.err
        document = json.loads(said.out)
        check_schema(schema, document)
        return document

    def on_a_terminal(
        self, *words: object, answer: str = "", wide: int = 100, interrupted_at: str = ""
    ) -> Said:
        """Type a command where stdin and stderr are a terminal, with `answer` typed ahead.

        `interrupted_at`: Ctrl-C comes when these words are to be read on it.
        """
        ours, theirs = pty.openpty()
        self._monkeypatch.setenv("COLUMNS", str(wide))
        os.write(ours, answer.encode())
        heard: list[bytes] = []
        listener = threading.Thread(target=_listen, args=(ours, heard, interrupted_at.encode()))
        with (
            self._monkeypatch.context() as patch,
            os.fdopen(theirs, "r+b", buffering=0) as line,
            open(line.fileno(), encoding="utf-8", closefd=False) as stdin,
            open(line.fileno(), "w", encoding="utf-8", closefd=False) as stderr,
        ):
            listener.start()
            patch.setattr(sys, "stdin", stdin)
            patch.setattr(sys, "stderr", stderr)
            said = self(*words)
        listener.join()
        os.close(ours)
        text = _CODES.sub("", b"".join(heard).decode()).replace("\r\n", "\n")
        return Said(said.code, said.out, text)

    def change(self, statement: str) -> None:
        """Bring the history into a state that only a killed process leaves."""
        with contextlib.closing(sqlite3.connect(self.root / "data" / "history.db")) as database, database:
            database.execute(statement)

    def generations(self) -> tuple[Generation, ...]:
        """Everything the history holds, oldest first."""
        database = Database.at(self.root / "data" / "history.db")
        try:
            return Search(database).generations(Filters(limit=1000))[::-1]
        finally:
            database.close()


def spec_text(*images: str, head: str = "") -> str:
    """A spec of one article, `lobster`, with these images."""
    lines = [
        head or "provider: auto",
        f"defaults: {{model: {MODEL}, slots: [wechat.inline]}}",
        "articles:",
        "  - slug: lobster",
        "    title: 龙虾",
        "    images:",
        *(f"      - {{{image}}}" for image in images),
    ]
    return "\n".join(lines) + "\n"


def check_schema(name: str, document: Any) -> None:
    """Hold a document against its written schema."""
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(document)


@contextlib.contextmanager
def vendor(*rules: dict[str, Any], keys: Credentials = KEYS, latency: float = 0.0) -> Iterator[Simulator]:
    """The vendor's wire on loopback, with the faults that `rules` ask for."""
    world = World(latency=latency, concurrency=8, faults=read_script({"rules": list(rules)}))
    with Simulator(world, keys) as server:
        yield server


def point_at(monkeypatch: pytest.MonkeyPatch, server: Simulator, keys: Credentials = KEYS) -> None:
    """Make a server the Jimeng of this test, with a key pair."""
    monkeypatch.setenv("JIMENG_ENDPOINT", server.endpoint)
    monkeypatch.setenv("VOLC_ACCESSKEY", keys.access_key)
    monkeypatch.setenv("VOLC_SECRETKEY", keys.secret_key)


def image(name: str = "cover", prompt: str = "龙虾", more: str = "size: 512x512") -> str:
    """One image of a spec, small."""
    return f"id: {name}, prompt: {prompt}" + (f", {more}" if more else "")


def interrupt() -> None:
    """Ctrl-C, as the main thread gets it."""
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)


def interrupt_when(happened: Callable[[], bool]) -> None:
    """Ctrl-C, as soon as something has happened."""

    def wait() -> None:
        pause = threading.Event()
        for _ in range(2000):  # not for ever: a late Ctrl-C would end some other test
            if happened():
                interrupt()
                return
            pause.wait(0.01)

    threading.Thread(target=wait, daemon=True).start()


def _listen(line: int, heard: list[bytes], interrupted_at: bytes) -> None:
    """Read a terminal until its other end is closed."""
    with contextlib.suppress(OSError):
        while data := os.read(line, 65536):
            heard.append(data)
            if interrupted_at and interrupted_at in b"".join(heard):
                interrupted_at = b""
                interrupt()
