"""A home, a shop that counts what it sells, and the program as a process that can be killed."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.history.database import Database
from pipeline.history.records import Generation
from pipeline.history.search import Filters, Search
from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.simulator import billing
from pipeline.providers.simulator.server import Simulator
from pipeline.providers.simulator.world import World

ROOT = Path(__file__).parents[2]
KEYS = Credentials(access_key="AKLTCAMPAIGN", secret_key="campaign")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A command that ended: its code (negative for a signal) and what it said on both streams."""

    code: int
    said: str


class Shop:
    """One server, one home, one spec of small pictures."""

    def __init__(self, home: Path, world: World, *, pictures: int, concurrency: int = 4) -> None:
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
        }
        (home / "configs").mkdir(parents=True)
        (home / "configs" / "settings.yaml").write_text("{}\n", "utf-8")
        self.write_spec(range(pictures))

    def close(self) -> None:
        """Close the server."""
        self._server.close()

    def write_spec(self, numbers: Sequence[int], *, words: str = "picture") -> None:
        """The spec `week`, one article with one small picture a number."""
        lines = [
            f'      - {{id: i{n}, prompt: "{words} {n}", size: 1024x1024, slots: [wechat.thumb]}}'
            for n in numbers
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
        """Prompts that the shop sold more than once."""
        return [line.prompt for line in billing.lines(self.world.tasks()) if len(line.task_ids) > 1]

    def generations(self) -> tuple[Generation, ...]:
        """Every row of the ledger."""
        database = Database.at(self.home / "data" / "history.db")
        try:
            return Search(database).generations(Filters(limit=100_000))
        finally:
            database.close()

    def lost(self) -> set[str]:
        """Task ids that the shop sold and the ledger does not know, unknown orders apart."""
        rows = self.generations()
        doubts = sum(row.state.value == "unknown" for row in rows)
        missing = {task.id for task in self.world.tasks()} - {row.task_id for row in rows}
        return missing if len(missing) > doubts else set()

    def left_over(self) -> list[str]:
        """Temporary files anywhere in the home."""
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob(".tmp-*"))

    def delivered(self) -> int:
        """Files in their places."""
        return len(list((self.home / "output").rglob("*.jpg")))
