"""Dead or alive, as the system's lock says."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

from pipeline.runner.lock import RunLock, is_alive, living, lock_path, others_alive

HOLDER = """
import sys
from pathlib import Path
from pipeline.runner.lock import RunLock
with RunLock(Path(sys.argv[1]), "other"):
    print("held", flush=True)
    sys.stdin.read()
"""


def _holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock of the run `other`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_run_is_alive_while_it_holds_its_lock(tmp_path: Path) -> None:
    with RunLock(tmp_path / "runs", "run-1"):
        assert is_alive(tmp_path / "runs", "run-1")

    assert not is_alive(tmp_path / "runs", "run-1")
    assert not lock_path(tmp_path / "runs", "run-1").exists()


def test_a_killed_process_is_dead_at_once_and_its_file_is_cleared_away(tmp_path: Path) -> None:
    process = _holder(tmp_path)
    alive = is_alive(tmp_path, "other")
    with process:
        process.send_signal(signal.SIGKILL)
        process.wait()

        assert alive
        assert lock_path(tmp_path, "other").exists()
        assert not is_alive(tmp_path, "other")
        assert not lock_path(tmp_path, "other").exists()


def test_a_child_process_does_not_keep_its_parents_lock(tmp_path: Path) -> None:
    with RunLock(tmp_path, "parent"):
        child = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
        )

    with child:
        assert child.poll() is None
        assert not is_alive(tmp_path, "parent")
        assert child.stdin is not None
        child.stdin.close()


def test_the_living_are_picked_out_of_many(tmp_path: Path) -> None:
    with RunLock(tmp_path, "run-1"):
        lock_path(tmp_path, "run-2").touch()

        assert living(tmp_path, ["run-1", "run-2", "run-3", None]) == {"run-1"}


def test_a_run_is_not_its_own_company(tmp_path: Path) -> None:
    with RunLock(tmp_path, "run-1"):
        lock_path(tmp_path, "dead").touch()
        assert not others_alive(tmp_path, "run-1")

        with RunLock(tmp_path, "run-2"):
            assert others_alive(tmp_path, "run-1")


def test_a_run_begins_although_others_ask_for_its_life_all_the_time(tmp_path: Path) -> None:
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            others_alive(tmp_path, "nobody")

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    try:
        for number in range(30):
            with RunLock(tmp_path, f"run-{number}"):
                assert lock_path(tmp_path, f"run-{number}").exists()
    finally:
        over.set()
        for asker in askers:
            asker.join()
