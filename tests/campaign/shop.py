"""A home, a shop that counts what it sells, and the program as a process that can be killed."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.history.database import Database
from pipeline.history.records import Generation
from pipeline.history.search import Filters, Search
from pipeline.history.states import State
from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.models import Call
from pipeline.providers.simulator.faults import On, Rule
from pipeline.providers.simulator.orders import Asked, Refused
from pipeline.providers.simulator.server import Simulator
from pipeline.providers.simulator.tasks import Task
from pipeline.providers.simulator.world import World
from tests.campaign import accounts

ROOT = Path(__file__).parents[2]
KEYS = Credentials(access_key="AKLTCAMPAIGN", secret_key="campaign")

_HOLDS_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A command that ended: its code (negative for a signal) and what it said on both streams."""

    code: int
    said: str


class WatchedWorld(World):
    """A world that notes every call and every order, and answers an order a while after it took it.

    Whoever is killed in that while has paid and does not know it. `holds`: calls of this kind get no answer
    before `released` is set.
    """

    def __init__(self, *, answers_after: float = 0.0, holds: On | None = None, **limits: Any) -> None:
        super().__init__(**limits)
        self.asked: Counter[str] = Counter()
        self.calls: Counter[On] = Counter()
        self.released = threading.Event()
        self._answers_after = answers_after
        self._holds = holds

    def next_fault(self, on: On, prompt: str) -> Rule | None:
        """See `World.next_fault`; asked once for every call."""
        self.calls[on] += 1
        if on is self._holds and on is not On.SUBMIT:
            self.released.wait(_HOLDS_SECONDS)
        return super().next_fault(on, prompt)

    def accept(self, asked: Asked, call: Call) -> Task | Refused:
        """See `World.accept`."""
        answer = super().accept(asked, call)
        self.asked[asked.order.prompt] += 1
        if self._holds is On.SUBMIT:
            self.released.wait(_HOLDS_SECONDS)
        time.sleep(self._answers_after)
        return answer


class Shop:
    """One server, one home, one spec of small pictures. `more` are variables of the program's environment.

    `server`: another shop's, where two homes buy at the same one.
    """

    def __init__(
        self,
        home: Path,
        world: World,
        *,
        pictures: int,
        concurrency: int = 4,
        more: Mapping[str, str] | None = None,
        server: Simulator | None = None,
    ) -> None:
        self.home = home
        self.world = world
        self.pictures = pictures
        self.database = home / "data" / "history.db"
        self.server = server or Simulator(world, KEYS)
        if server is None:
            self.server.start()
        self._environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("VOLC_", "JIMENG_", "PIPELINE_"))
        } | {
            "PYTHONPATH": str(ROOT),
            "JIMENG_ENDPOINT": self.server.endpoint,
            "VOLC_ACCESSKEY": KEYS.access_key,
            "VOLC_SECRETKEY": KEYS.secret_key,
            "PIPELINE_CONCURRENCY": str(concurrency),
            **(more or {}),
        }
        (home / "configs").mkdir(parents=True)
        (home / "configs" / "settings.yaml").write_text("{}\n", "utf-8")
        self.write_spec(range(pictures))

    def close(self) -> None:
        """Close the server."""
        self.server.close()

    def write_spec(self, numbers: Iterable[int], *, words: str = "picture") -> None:
        """The spec `week`, one article with one small picture a number."""
        self.write_prompts({number: f"{words} {number}" for number in numbers})

    def write_prompts(self, prompts: Mapping[int, str]) -> None:
        """The spec `week` with these prompts; the key of each is `week/a/i<number>`."""
        self.write_articles({"a": prompts})

    def write_articles(
        self, articles: Mapping[str, Mapping[int, str]], *, name: str = "week", more: str = "size: 1024x1024"
    ) -> None:
        """A spec of several articles by slug; `more` is said of every picture."""
        lines = ["articles:"]
        for slug, prompts in articles.items():
            lines += [f"  - slug: {slug}", "    images:"]
            lines += [
                f'      - {{id: i{number}, prompt: "{prompt}", slots: [wechat.thumb], {more}}}'
                for number, prompt in prompts.items()
            ]
        (self.home / "configs" / f"{name}.yaml").write_text("\n".join([*lines, ""]), "utf-8")

    def start(self, *arguments: str, more: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """Start the program; without arguments it runs the spec."""
        command = arguments or ("run", "configs/week.yaml", "--yes")
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline", *command],
            cwd=self.home,
            env=self._environ | dict(more or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, more: Mapping[str, str] | None = None) -> Ended:
        """Run the program to its end."""
        process = self.start(*arguments, more=more)
        said, _ = process.communicate()
        return Ended(code=process.returncode, said=said)

    def paid_twice(self) -> list[str]:
        """See `accounts.paid_twice`."""
        return accounts.paid_twice(self.world.tasks())

    def generations(self) -> tuple[Generation, ...]:
        """Every row of the ledger."""
        database = Database.at(self.database)
        try:
            return Search(database).generations(Filters(limit=100_000))
        finally:
            database.close()

    def states(self) -> list[State]:
        """Where the rows stand, without disturbing whoever writes them."""
        return [row.state for row in self.generations()] if self.database.exists() else []

    def doubts(self) -> list[Generation]:
        """Orders whose fate nobody knows."""
        return [row for row in self.generations() if row.state is State.UNKNOWN]

    def lost(self) -> set[str]:
        """See `accounts.lost`."""
        return accounts.lost(self.world.tasks(), self.generations())

    def age(self, seconds: float = 60.0) -> None:
        """Let temporary files look old: a sweep spares what somebody may just be writing."""
        past = time.time() - seconds
        for path in self.home.rglob(".tmp-*"):
            os.utime(path, (past, past))

    def left_over(self) -> list[str]:
        """Temporary files anywhere in the home."""
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob(".tmp-*"))

    def delivered(self) -> int:
        """Files in their places."""
        return len(list((self.home / "output").rglob("*.jpg")))


def until(happened: Callable[[], bool]) -> None:
    """Wait for something that another process brings about."""
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
