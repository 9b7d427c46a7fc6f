"""A home, a shop that counts what it sells, and the program as a process that can be killed."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.history.database import Database
from pipeline.history.records import Generation
from pipeline.history.search import Filters, Search
from pipeline.history.states import State
from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.models import Call
from pipeline.providers.simulator.orders import Asked, Refused
from pipeline.providers.simulator.server import Simulator
from pipeline.providers.simulator.tasks import Task
from pipeline.providers.simulator.world import World
from tests.campaign import accounts

ROOT = Path(__file__).parents[2]
KEYS = Credentials(access_key="AKLTCAMPAIGN", secret_key="campaign")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A command that ended: its code (negative for a signal) and what it said on both streams."""

    code: int
    said: str


class WatchedWorld(World):
    """A world that notes every order it is asked, and answers one a while after it took it.

    Whoever is killed in that while has paid and does not know it.
    """

    def __init__(self, *, answers_after: float = 0.0, **limits: Any) -> None:
        super().__init__(**limits)
        self.asked: Counter[str] = Counter()
        self._answers_after = answers_after

    def accept(self, asked: Asked, call: Call) -> Task | Refused:
        """See `World.accept`."""
        answer = super().accept(asked, call)
        self.asked[asked.order.prompt] += 1
        time.sleep(self._answers_after)
        return answer


class Shop:
    """One server, one home, one spec of small pictures. `more` are variables of the program's environment."""

    def __init__(
        self,
        home: Path,
        world: World,
        *,
        pictures: int,
        concurrency: int = 4,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home
        self.world = world
        self.pictures = pictures
        self._server = Simulator(world, KEYS)
        self._server.start()
        self._environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("VOLC_", "JIMENG_", "PIPELINE_"))
        } | {
            "PYTHONPATH": str(ROOT),
            "JIMENG_ENDPOINT": self._server.endpoint,
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
        self._server.close()

    def write_spec(self, numbers: Iterable[int], *, words: str = "picture") -> None:
        """The spec `week`, one article with one small picture a number."""
        self.write_prompts({number: f"{words} {number}" for number in numbers})

    def write_prompts(self, prompts: Mapping[int, str]) -> None:
        """The spec `week` with these prompts; the key of each is `week/a/i<number>`."""
        lines = [
            f'      - {{id: i{number}, prompt: "{prompt}", size: 1024x1024, slots: [wechat.thumb]}}'
            for number, prompt in prompts.items()
        ]
        text = "articles:\n  - slug: a\n    images:\n" + "\n".join(lines) + "\n"
        (self.home / "configs" / "week.yaml").write_text(text, "utf-8")

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
        database = Database.at(self.home / "data" / "history.db")
        try:
            return Search(database).generations(Filters(limit=100_000))
        finally:
            database.close()

    def doubts(self) -> list[Generation]:
        """Orders whose fate nobody knows."""
        return [row for row in self.generations() if row.state is State.UNKNOWN]

    def lost(self) -> set[str]:
        """See `accounts.lost`."""
        return accounts.lost(self.world.tasks(), self.generations())

    def age(self) -> None:
        """Let temporary files look old: a sweep spares what somebody may just be writing."""
        past = time.time() - 60
        for path in self.home.rglob(".tmp-*"):
            os.utime(path, (past, past))

    def left_over(self) -> list[str]:
        """Temporary files anywhere in the home."""
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob(".tmp-*"))

    def delivered(self) -> int:
        """Files in their places."""
        return len(list((self.home / "output").rglob("*.jpg")))
