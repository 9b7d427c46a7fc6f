"""The vendor's side for tests: a world with faults on request behind a real server, and its clock."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.models import Call
from pipeline.providers.simulator.faults import On, Rule
from pipeline.providers.simulator.orders import Asked, Refused
from pipeline.providers.simulator.script import read_script
from pipeline.providers.simulator.server import Simulator
from pipeline.providers.simulator.tasks import Task
from pipeline.providers.simulator.world import World
from pipeline.runner.model import Clock

KEYS = Credentials(access_key="AKLTEXAMPLE", secret_key="example-secret")
LATENCY = 0.05


@dataclass
class Hours:
    """A clock that runs as ours does, and can be put on by hours."""

    ahead: float = 0.0

    def epoch(self) -> float:
        """Seconds since 1970, as the simulator counts."""
        return time.time() + self.ahead

    def clock(self) -> Clock:
        """As the runner is given it; its die falls so that no gap between two tries is left."""
        return Clock(
            now=lambda: datetime.fromtimestamp(self.epoch(), UTC),
            steady=lambda: time.monotonic() + self.ahead,
            random=lambda: -1.0,
        )


class CountingWorld(World):
    """A world that remembers what it refused for its limits, and the prompts of pictures fetched by URL."""

    def __init__(self, **limits: Any) -> None:
        super().__init__(**limits)
        self.crowded: list[int] = []
        self.fetched: list[str] = []

    def next_fault(self, on: On, prompt: str) -> Rule | None:
        """See `World.next_fault`; asked once for every call."""
        if on is On.FETCH:
            self.fetched.append(prompt)
        return super().next_fault(on, prompt)

    def accept(self, asked: Asked, call: Call) -> Task | Refused:
        """See `World.accept`."""
        answer = super().accept(asked, call)
        if isinstance(answer, Refused) and answer.code in (50429, 50430):
            self.crowded.append(answer.code)
        return answer


@dataclass
class Market:
    """The vendor's side: one world behind one server."""

    world: CountingWorld
    simulator: Simulator
    hours: Hours

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return self.simulator.endpoint

    @property
    def sold(self) -> int:
        """Orders taken."""
        return len(self.world.tasks())

    @property
    def fetched(self) -> list[str]:
        """The prompts of pictures that were fetched by URL."""
        return self.world.fetched

    def sold_for(self, prompt: str) -> int:
        """Orders taken for one prompt."""
        return sum(task.order.prompt == prompt for task in self.world.tasks())

    def sold_twice(self) -> list[str]:
        """Prompts of orders that were taken more than once."""
        return [task.order.prompt for task in self.world.tasks() if task.nth > 0]


@contextmanager
def open_market(
    *rules: dict[str, Any],
    latency: float = LATENCY,
    concurrency: int | None = None,
    qps: float | None = None,
    folder: Path | None = None,
) -> Iterator[Market]:
    """A market whose faults are `rules`, as a fault script has them."""
    hours = Hours()
    script = read_script({"rules": list(rules)})
    world = CountingWorld(
        folder=folder, latency=latency, concurrency=concurrency, qps=qps, faults=script, clock=hours.epoch
    )
    with Simulator(world, KEYS) as simulator:
        yield Market(world, simulator, hours)
