"""Disks that are small, full or read-only, and the system calls of a run as strace sees and spoils them."""

import errno
import os
import re
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.providers.models import Call
from pipeline.providers.simulator.faults import On, Rule
from pipeline.providers.simulator.orders import Asked, Refused
from pipeline.providers.simulator.tasks import Task
from pipeline.providers.simulator.world import World

STRACE = shutil.which("strace")
needs_strace = pytest.mark.skipif(
    STRACE is None, reason="strace is not installed (Debian: apt install strace)"
)
_HOG = "somebody-elses-film"


class EventfulWorld(World):
    """A world in which something happens just when an order was taken or a picture is being fetched.

    What happens is set after the run has started, because most of it concerns that process. The run waits
    for its answer meanwhile, so it meets the change at the same place each time.
    """

    def __init__(self, **limits: Any) -> None:
        super().__init__(**limits)
        self.on_order: Callable[[], None] = _nothing
        self.on_fetch: Callable[[], None] = _nothing

    def accept(self, asked: Asked, call: Call) -> Task | Refused:
        """See `World.accept`."""
        answer = super().accept(asked, call)
        self.on_order()
        return answer

    def next_fault(self, on: On, prompt: str) -> Rule | None:
        """See `World.next_fault`."""
        if on is On.FETCH:
            self.on_fetch()
        return super().next_fault(on, prompt)

    def calm_down(self) -> None:
        """Nothing happens any more."""
        self.on_order = self.on_fetch = _nothing


def _nothing() -> None:
    """What happens on a good day."""


@contextmanager
def small_disk(folder: Path, *, kilobytes: int, options: str = "") -> Iterator[None]:
    """A disk of its own at `folder` while the block runs; skips the test where nobody may mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    told = ",".join(["mode=700", f"size={kilobytes}k", *filter(None, [options])])
    mounted = _ran("mount", "-t", "tmpfs", "-o", told, "tmpfs", str(folder))
    if mounted is not None:
        pytest.skip(f"a small disk cannot be mounted here (it needs root on Linux): {mounted}")
    try:
        yield
    finally:
        failed = _ran("umount", "--lazy", str(folder))
        assert failed is None, failed


def grow(folder: Path, *, kilobytes: int) -> None:
    """Give a small disk more room, and let it be written."""
    failed = _ran("mount", "-o", f"remount,rw,size={kilobytes}k", str(folder))
    assert failed is None, failed


def freeze(folder: Path) -> None:
    """Let nobody write on a small disk from now on."""
    failed = _ran("mount", "-o", "remount,ro", str(folder))
    assert failed is None, failed


def _ran(*command: str) -> str | None:
    """Run a tool of the system; what it said when it failed, None when it did not."""
    if shutil.which(command[0]) is None:
        return f"{command[0]} is missing"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else done.stderr.strip()


def fill(disk: Path, *, leave: int = 0) -> None:
    """Let somebody else's file take all room on the disk but so many bytes."""
    piece = b"x" * 4096
    with (disk / _HOG).open("ab", buffering=0) as hog:
        try:
            while True:
                hog.write(piece)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        hog.truncate(max(0, hog.tell() - leave))


def make_room(disk: Path) -> None:
    """The author found out whose film that is."""
    (disk / _HOG).unlink()


def limit_files(pid: int, size: int) -> None:
    """From now on that process may write no file beyond so many bytes."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, size))


@dataclass(frozen=True, slots=True)
class Seen:
    """A system call that succeeded: its name, and the paths of its arguments in their order."""

    call: str
    paths: tuple[str, ...]


@dataclass(slots=True)
class Strace:
    """Looks at (and with `inject` spoils) the system calls of a process, from the moment it is attached.

    `out` is a folder: one file for each thread, so that no call is cut in two.
    """

    out: Path
    calls: Sequence[str]
    inject: str | None = None
    _tracer: "subprocess.Popen[str] | None" = field(default=None, repr=False)
    _said: str = field(default="", repr=False)

    def attach(self, pid: int) -> None:
        """Return when every thread of the process is watched; counts begin at zero, for each thread.

        Only the first call attaches. Whatever is wrong is said by `end`: this may run in a server's thread.
        """
        if self._tracer is not None:
            return
        assert STRACE is not None
        self.out.mkdir(exist_ok=True)
        spoiling = ["-e", f"inject={self.inject}"] if self.inject else []
        self._tracer = subprocess.Popen(
            [
                *(STRACE, "-ff", "-y", "-e", f"trace={','.join(f'?{call}' for call in self.calls)}"),
                *spoiling,
                *("-o", str(self.out / "thread"), "-p", str(pid)),
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._tracer.stderr is not None
        self._said = self._tracer.stderr.readline()

    def end(self) -> str:
        """Wait until the process is gone; returns what was seen, one thread after the other."""
        assert self._tracer is not None
        self._tracer.communicate(timeout=30)
        if "Operation not permitted" in self._said:
            pytest.skip(f"strace may not look at another process here: {self._said.strip()}")
        assert "attached" in self._said, self._said
        return "\n".join(self._threads())

    def _threads(self) -> list[str]:
        return [path.read_text("utf-8", "replace") for path in sorted(self.out.iterdir())]

    def seen(self) -> list[list[Seen]]:
        """The calls that succeeded, in order, of each thread."""
        threads = self._threads()
        return [[seen for line in text.splitlines() if (seen := _read(line))] for text in threads]


_CALL = re.compile(r"(?P<call>\w+)\((?P<arguments>.*)\)\s+= \d+")
_PLAIN = {"renameat": "rename", "renameat2": "rename", "mkdirat": "mkdir"}
"""The same call under the name that it has on another processor."""
_PATH = re.compile(r"^\d+<(?P<open>[^>]*)>|\"(?P<named>/[^\"]*)\"")


def _read(line: str) -> Seen | None:
    found = _CALL.match(line)
    if found is None:
        return None
    paths = tuple(one["open"] or one["named"] for one in _PATH.finditer(found["arguments"]))
    return Seen(_PLAIN.get(found["call"], found["call"]), paths)


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and what is in it; links are not followed."""
    return {
        str((Path(parent) / name).relative_to(folder)): (Path(parent) / name).read_bytes()
        for parent, _, names in os.walk(folder)
        for name in names
    }
