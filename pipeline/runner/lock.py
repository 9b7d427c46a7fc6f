"""Dead or alive: each run holds an OS lock on a file of its own; a free lock means a dead run, at once.

No clock decides. The lock is never inherited: Python's files are close-on-exec, and runs start threads only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

_PROBES_LAST = 5.0
"""Seconds; nobody else ever holds the lock of a run, but whoever asks for its life may for a moment."""


@dataclass(slots=True)
class RunLock:
    """The lock of one run, held from before its first row until after its last."""

    folder: Path
    run: str
    _lock: FileLock = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._lock = FileLock(str(lock_path(self.folder, self.run)), thread_local=False)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock.acquire(timeout=_PROBES_LAST, poll_interval=0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
        lock_path(self.folder, self.run).unlink(missing_ok=True)


def lock_path(folder: Path, run: str) -> Path:
    """The lock file of a run."""
    return folder / f"{run}.lock"


def is_alive(folder: Path, run: str) -> bool:
    """Whether a run's process lives: its lock exists and somebody holds it. A dead run's file is removed."""
    path = lock_path(folder, run)
    if not path.exists():
        return False
    probe = FileLock(str(path), thread_local=False)
    try:
        probe.acquire(timeout=0)
    except Timeout:
        return True
    path.unlink(missing_ok=True)
    probe.release()
    return False


def others_alive(folder: Path, run: str) -> bool:
    """Whether any run but this one is alive."""
    return any(is_alive(folder, path.stem) for path in folder.glob("*.lock") if path.stem != run)


def living(folder: Path, runs: Iterable[str | None]) -> frozenset[str]:
    """Those of the runs that are alive."""
    return frozenset(run for run in set(runs) if run is not None and is_alive(folder, run))
