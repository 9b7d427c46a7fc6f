"""Callers of the simulator for tests: plain requests, signed, no client of ours. Asserts nothing."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests  # noqa: TID251 - the tests speak HTTP to a server of ours

from pipeline.providers.jimeng.signing import Credentials, Unsigned, sign
from pipeline.providers.simulator.script import read_script
from pipeline.providers.simulator.server import Simulator
from pipeline.providers.simulator.world import World

ACCOUNT = Credentials(access_key="AKLTEXAMPLE", secret_key="example-secret")
MODEL = "jimeng_t2i_v40"
SYNC_MODEL = "jimeng_high_aes_general_v21_L"
SUBMIT, RESULT, PROCESS = "CVSync2AsyncSubmitTask", "CVSync2AsyncGetResult", "CVProcess"
ORDER: dict[str, Any] = {
    "req_key": MODEL,
    "prompt": "一只卡通龙虾站在电路板上",
    "width": 1024,
    "height": 1024,
    "force_single": True,
}
SYNC_ORDER: dict[str, Any] = {"req_key": SYNC_MODEL, "prompt": "龙虾", "width": 256, "height": 256}


@dataclass
class Clock:
    """A clock that moves when it is told to; epoch seconds."""

    now: float = 1_796_000_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Move on."""
        self.now += seconds


def open_session() -> requests.Session:
    """A session that looks at no environment."""
    session = requests.Session()
    session.trust_env = False
    return session


@dataclass
class Caller:
    """Signs and sends, once, without following redirects."""

    simulator: Simulator
    clock: Callable[[], float]
    account: Credentials = ACCOUNT
    timeout: float = 10.0
    session: requests.Session = field(default_factory=open_session)

    def call(self, action: str, body: Mapping[str, Any] | bytes) -> requests.Response:
        """One call of the vendor's API."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        query = {"Action": action, "Version": "2022-08-31"}
        unsigned = Unsigned(
            method="POST",
            host=self.simulator.endpoint.removeprefix("http://"),
            path="/",
            query=query,
            content_type="application/json",
            body=data,
        )
        headers = sign(unsigned, self.account, datetime.fromtimestamp(self.clock(), UTC))
        url = f"{self.simulator.endpoint}/"
        return self.session.post(
            url, params=query, data=data, headers=headers, timeout=self.timeout, allow_redirects=False
        )

    def submit(self, **changes: Any) -> requests.Response:
        """Order one picture."""
        return self.call(SUBMIT, ORDER | changes)

    def bought(self, **changes: Any) -> str:
        """The task id of an order that is taken."""
        return str(self.submit(**changes).json()["data"]["task_id"])

    def process(self, **changes: Any) -> requests.Response:
        """Call the synchronous model."""
        return self.call(PROCESS, SYNC_ORDER | changes)

    def poll(self, task_id: str, *, url: bool = True, model: str = MODEL) -> requests.Response:
        """Ask for a task."""
        wishes = json.dumps({"return_url": url})
        return self.call(RESULT, {"req_key": model, "task_id": task_id, "req_json": wishes})

    def picture_url(self, task_id: str) -> str:
        """The first URL of a finished task."""
        return str(self.poll(task_id).json()["data"]["image_urls"][0])

    def fetch(self, url: str) -> requests.Response:
        """Download."""
        return self.session.get(url, timeout=self.timeout, allow_redirects=False)

    def billing(self) -> dict[str, Any]:
        """What the simulator would have billed, as it says over HTTP."""
        document: dict[str, Any] = self.fetch(f"{self.simulator.endpoint}/billing").json()
        return document


Play = Callable[..., Caller]
"""`play(on, fault, waits=[], latency=0, **rule)`: a caller of a new simulator with this one rule."""


@contextmanager
def playing() -> Iterator[Play]:
    """Simulators with one fault each; what they would pause is told to `waits` instead of being waited."""
    with ExitStack() as stack:

        def play(
            on: str, fault: str, *, waits: list[float] | None = None, latency: float = 0, **rule: Any
        ) -> Caller:
            script = read_script({"rules": [{"on": on, "fault": fault} | rule]})
            clock, told = Clock(), [] if waits is None else waits
            world = World(latency=latency, concurrency=None, faults=script, clock=clock)
            simulator = stack.enter_context(Simulator(world, ACCOUNT, pause=told.append))
            return Caller(simulator, clock, session=stack.enter_context(open_session()))

        yield play
