"""The provider `simulator`: the Jimeng client speaking to a simulator that the run starts by itself.

Its tasks are files in the home, so an interrupted rehearsal goes on and two runs share them; its server
is new each time, which is why its tasks belong to the endpoint `simulator` and not to a port.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pipeline.providers.contract import (
    Fault,
    Order,
    PollAnswer,
    ResultForm,
    SubmitAnswer,
    Task,
)
from pipeline.providers.jimeng.client import JimengProvider, Timeouts
from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.simulator.server import Simulator
from pipeline.providers.simulator.world import World


class Rehearsal:
    """A `Provider` with a server of its own, until `close`."""

    name = "simulator"
    endpoint = "simulator"
    account = "simulator"

    def __init__(
        self,
        folder: Path,
        credentials: Credentials,
        *,
        latency: float,
        concurrency: int,
        timeouts: Timeouts,
        now: Callable[[], datetime],
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        world = World(folder, latency=latency, concurrency=concurrency)
        self._server = Simulator(world, credentials)
        self._server.start()
        self._client = JimengProvider(self._server.endpoint, credentials, timeouts=timeouts, now=now)

    def submit(self, order: Order, body: Path) -> SubmitAnswer:
        """See `Provider.submit`."""
        return self._client.submit(order, body)

    def read_answer(self, body: Path) -> PollAnswer:
        """See `Provider.read_answer`."""
        return self._client.read_answer(body)

    def poll(self, task: Task, form: ResultForm) -> PollAnswer:
        """See `Provider.poll`."""
        return self._client.poll(task, form)

    def download(self, url: str, target: Path) -> Fault | None:
        """See `Provider.download`."""
        return self._client.download(url, target)

    def close(self) -> None:
        """Stop the client, then the server."""
        self._client.close()
        self._server.close()
