"""Tasks, and the shelf that keeps them: in memory, or one file each in a folder that processes share.

Must not decide anything about limits, audits or money. Order of effects: a task's file is on the disk
before its id leaves, so a rehearsal that dies goes on with the same tasks.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import RLock
from typing import Any

from filelock import FileLock

from pipeline.providers.contract import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One order taken, and paid for. Times are epoch seconds; `nth` counts equal orders from 0.

    `verdict`: the code that the output audit answers with once the task is ready. `forgotten`: the vendor
    lost it.
    """

    id: str
    call: str
    order: Order
    digest: str
    nth: int
    pictures: int
    submitted_at: float
    ready_at: float
    verdict: int | None = None
    forgotten: bool = False


class Shelf:
    """All tasks of a simulator. With a folder, several processes may hold shelves over it."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._guard = RLock()
        self._known: dict[str, Task] = {}
        self._lock: FileLock | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / "tasks.lock", thread_local=False)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else adds or changes a task meanwhile, in this process or another."""
        with self._guard:
            if self._lock is None:
                yield
                return
            with self._lock:
                yield

    def add(self, task: Task) -> None:
        """Keep a task, new or changed; on return it is on the disk. Call it while `held`."""
        if self._folder is not None:
            _write(self._folder / f"{task.id}.json", task)
        self._known[task.id] = task

    def change(self, task_id: str, *, verdict: int | None = None, forgotten: bool = False) -> None:
        """Write a verdict on a task, or forget it; an unknown id is left alone."""
        with self.held():
            task = self.find(task_id)
            if task is not None:
                self.add(
                    replace(task, verdict=verdict or task.verdict, forgotten=forgotten or task.forgotten)
                )

    def find(self, task_id: str) -> Task | None:
        """The task as it is now, read afresh where another process may have changed it."""
        if self._folder is None:
            return self._known.get(task_id)
        if not (task_id.isascii() and task_id.isdigit()):  # an id is a file's name: nothing else gets there
            return None
        return _read(self._folder / f"{task_id}.json")

    def all(self) -> tuple[Task, ...]:
        """Every task in the order of submission."""
        with self._guard:
            if self._folder is not None:
                for path in self._folder.glob("*.json"):
                    task = None if path.stem in self._known else _read(path)
                    if task is not None:
                        self._known[task.id] = task
            return tuple(sorted(self._known.values(), key=lambda task: (task.submitted_at, task.id)))


def _write(path: Path, task: Task) -> None:
    """Temporary file, fsync, rename, fsync of the folder: the file is whole or not there."""
    fields = asdict(task) | {"order": {**asdict(task.order), "params": dict(task.order.params)}}
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    with draft.open("w", encoding="utf-8") as stream:
        json.dump(fields, stream, ensure_ascii=False)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _read(path: Path) -> Task | None:
    try:
        fields: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Task(**{**fields, "order": Order(**fields["order"])})
