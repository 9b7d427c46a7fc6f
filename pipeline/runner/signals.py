"""Stopping: what a first and a second Ctrl-C (or SIGTERM) mean, and the bell that wakes the threads."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol


class Bell:
    """Wakes all threads that wait for something to change: a free place, news of a duration, a stop."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0
        self.stopping = False
        self.stopped = False
        self.expired = False
        self.abandoned = False
        self.halted = False

    def ring(self) -> None:
        """Something changed."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def stop(self) -> None:
        """The first time: submit nothing more. The second: do not wait for a POST in flight either."""
        with self._condition:  # two signals may come at once, each in a thread of its own
            self.abandoned = self.stopped
            self.stopped = self.stopping = True
        self.ring()

    def expire(self) -> None:
        """The time that the run was given is over: submit nothing more, and end as after a stop."""
        self.expired = not self.stopping
        self.stopping = True
        self.ring()

    def halt(self) -> None:
        """The account is unusable: nothing more is sent by anyone."""
        self.halted = True
        self.ring()

    @property
    def ended(self) -> bool:
        """Whether nothing more may be started."""
        return self.stopping or self.halted

    def rings(self) -> int:
        """A count to hand to `wait`, taken before looking at what might change."""
        return self._rings

    def wait(self, seconds: float, since: int) -> None:
        """Wait until something rang after `since`, at most `seconds`."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings != since or self.ended, timeout=max(0.0, seconds))

    def sleep(self, seconds: float) -> None:
        """Wait the whole time, unless everything ends."""
        until = time.monotonic() + seconds
        while not self.ended and (left := until - time.monotonic()) > 0:
            self.wait(left, self.rings())


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt while somebody is asked: a question must not swallow it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Stoppable(Protocol):
    """What can be told to end; told again, to end at once."""

    def stop(self) -> None:
        """End. May come from any thread, and more than once."""


@contextmanager
def stopping_on_signals(what: Stoppable) -> Iterator[None]:
    """Let SIGINT, SIGTERM and a closed terminal (SIGHUP) stop something. Only in the main thread."""

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        # A handler runs between two steps of the main thread, which may hold a lock of what is stopped.
        threading.Thread(target=what.stop, daemon=True).start()

    names = [signal.SIGINT, signal.SIGTERM]
    names += [signal.SIGHUP] if hasattr(signal, "SIGHUP") else []
    before = {name: signal.signal(name, _stop) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
