"""`review` in a process of its own: what it prints, and how it ends."""

import os
import re
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from socket import socket

import pytest

from pipeline.commands.reviewing import review_home
from pipeline.errors import UsageError
from tests.commands.bench import Desk

ROOT = Path(__file__).parents[2]
START = (
    "from pathlib import Path; from pipeline.commands.reviewing import review_home;"
    "review_home(port=0, browser=False, home=Path.cwd())"
)


def test_it_prints_its_address_serves_and_ends_on_ctrl_c(made: Desk) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", START],
        cwd=made.root,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?key=(\S+)\n", process.stdout.readline().decode())
        assert found is not None
        line = HTTPConnection("127.0.0.1", int(found[1]), timeout=30)
        line.request("GET", f"/?key={found[2]}")
        status = line.getresponse().status
        line.close()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)

    assert status == 303
    assert process.returncode == 0
    assert "Ctrl-C ends it" in err.decode()
    assert "Traceback" not in err.decode()


def test_a_port_that_is_taken_is_told(made: Desk) -> None:
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        with pytest.raises(UsageError, match="cannot be used"):
            review_home(port=taken.getsockname()[1], browser=False, home=made.root)


def test_a_home_without_a_history_is_told(desk: Desk) -> None:
    with pytest.raises(UsageError, match="no history yet"):
        review_home(port=0, browser=False, home=desk.root)
