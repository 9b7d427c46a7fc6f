"""`simulate`: the vendor's wire in the foreground, and the program as a process of its own."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.bench import MODEL, Desk, image, interrupt_when

ROOT = Path(__file__).parents[2]


def environment(desk: Desk, **more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COV_CORE")}
    return {**clean, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **more}


@contextlib.contextmanager
def simulate(desk: Desk, *words: str, **more: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The command as a process, and its endpoint."""
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline", "simulate", "--port", "0", *words],
        cwd=desk.root,
        env=environment(desk, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            found = re.fullmatch(r"simulator at (http://127\.0\.0\.1:\d+)\n", first)
            assert found, first + (process.stderr.read() if process.stderr else "")
            yield process, found[1]
        finally:
            process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether a simulator on this port is up, and answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/billing", timeout=5) as answer:
            return bool(answer.read())
    except OSError:
        return False


def test_a_week_is_rehearsed_against_a_simulator_in_another_process(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulate(desk, "--latency", "0", "--data", "tasks") as (process, endpoint):
        assert process.stdout is not None
        exports = dict(process.stdout.readline().removeprefix("export ").split("=", 1) for _ in range(3))
        for name, value in exports.items():
            monkeypatch.setenv(name, value.strip())

        said = desk("run", desk.spec(image()), "--yes")
        with urllib.request.urlopen(f"{endpoint}/billing") as answer:  # noqa: S310 - loopback, our own
            bill = json.load(answer)
        process.send_signal(signal.SIGTERM)
        _, last = process.communicate(timeout=10)

    assert said.code == 0
    assert exports["JIMENG_ENDPOINT"].strip() == endpoint
    assert bill["billed"] == 1
    assert "1 picture would have been billed" in last
    assert process.returncode == 0
    assert any((desk.root / "tasks").iterdir())
    assert desk.generations()[0].provider == f"jimeng@{endpoint.removeprefix('http://')}"


def test_the_key_pair_of_the_environment_is_taken_and_not_printed(desk: Desk) -> None:
    with simulate(desk, VOLC_ACCESSKEY="AKLTMINE", VOLC_SECRETKEY="my-own-secret") as (process, endpoint):
        assert process.stdout is not None
        out = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, err = process.communicate(timeout=10)

    assert rest == ""
    assert out == f"export JIMENG_ENDPOINT={endpoint}\n"
    assert "my-own-secret" not in out + err
    assert process.returncode == 0


def test_a_fault_script_that_is_wrong_is_said_before_the_server_starts(desk: Desk) -> None:
    (desk.root / "faults.json").write_text('{"rules": [{"on": "submit", "fault": "50492"}]}')

    wrong = desk("simulate", "--port", 0, "--faults", "faults.json")
    missing = desk("simulate", "--port", 0, "--faults", "nowhere.json")

    assert (wrong.code, missing.code) == (2, 2)
    assert "unknown fault `50492` (did you mean 50429?)" in wrong.err
    assert missing.last == "next: give --faults a JSON file"


def test_the_simulator_ends_in_this_process_too(desk: Desk) -> None:
    before = signal.getsignal(signal.SIGTERM)
    port = free_port()
    interrupt_when(lambda: answers(port))
    try:
        said = desk("simulate", "--port", port, "--data", "tasks")
    finally:
        signal.signal(signal.SIGTERM, before)

    assert said.code == 0
    assert "export VOLC_ACCESSKEY=AKLTSIMULATOR\n" in said.out
    assert said.last == "0 pictures would have been billed"


def test_the_program_as_a_process_prints_commands_as_they_can_be_typed(desk: Desk) -> None:
    spec = desk.spec(image())
    words = [sys.executable, "-m", "pipeline", "plan", spec, "--home", "."]
    done = subprocess.run(
        words, cwd=desk.root, env=environment(desk), capture_output=True, text=True, check=False
    )

    assert done.returncode == 0
    last = done.stderr.splitlines()[-1]
    assert last == f"next: {sys.executable} -m pipeline run {spec} --home ."
    assert MODEL in done.stdout or "generate" in done.stdout


def test_a_reader_that_goes_away_is_no_fault_of_the_program(desk: Desk) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline", "schema"],
        cwd=desk.root,
        env=environment(desk),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()

    assert "Traceback" not in err
    assert "fault of the program" not in err
    assert not (desk.root / "data").exists()
