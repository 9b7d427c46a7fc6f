"""The simulator in the foreground, until Ctrl-C or SIGTERM."""

import os
import signal
from pathlib import Path
from types import FrameType

from pipeline.console.plans import counted
from pipeline.console.terminal import Terminal
from pipeline.providers.jimeng.credentials import load_credentials
from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.simulator.faults import Script
from pipeline.providers.simulator.script import load_script
from pipeline.providers.simulator.server import Simulator
from pipeline.providers.simulator.world import World
from pipeline.storage import writing

_NAMES = ("VOLC_ACCESSKEY", "VOLC_SECRETKEY", "VOLC_SESSION_TOKEN")
_MADE_UP = Credentials(access_key="AKLTSIMULATOR", secret_key="simulator")  # noqa: S106 - made up, loopback only


def serve(
    *,
    port: int,
    faults: Path | None,
    latency: float,
    concurrency: int,
    qps: float | None,
    data: Path | None,
) -> None:
    """Serve, and say how to speak to it. Only the environment's key pair is taken, never a stored one."""
    terminal = Terminal()
    said = {name: os.environ[name] for name in _NAMES if os.environ.get(name)}
    credentials = load_credentials(said, Path(os.devnull))
    script = load_script(faults) if faults else Script()
    if data is not None:
        with writing(data):
            data.mkdir(parents=True, exist_ok=True)
    world = World(data, latency=latency, concurrency=concurrency, qps=qps, faults=script)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        signal.signal(signal.SIGTERM, stop)
        simulator = Simulator(world, credentials or _MADE_UP, port=port)
        # Said before it answers: whoever waits for the port finds the words already there.
        terminal.result(f"simulator at {simulator.endpoint}")
        terminal.result(f"export JIMENG_ENDPOINT={simulator.endpoint}")
        if credentials is None:
            terminal.result(f"export VOLC_ACCESSKEY={_MADE_UP.access_key}")
            terminal.result(f"export VOLC_SECRETKEY={_MADE_UP.secret_key}")
        terminal.out.file.flush()
        with simulator as server:
            server.wait()
    except KeyboardInterrupt:
        terminal.note(f"\n{counted(world.billed(), 'picture')} would have been billed")
