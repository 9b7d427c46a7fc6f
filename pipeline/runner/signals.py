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
        self._interrupted = False
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
        """Submit nothing more, and wait for the answers that are out. Said again, it says nothing new."""
        with self._condition:
            self.stopped = self.stopping = True
        self.ring()

    def interrupt(self) -> None:
        """A signal. The first stops; the second also leaves the answer to a POST in flight."""
        with self._condition:  # two signals may come at once, each in a thread of its own
            self.abandoned = self._interrupted
            self._interrupted = self.stopped = self.stopping = True
        self.ring()

    def expire(self) -> None:
        """The time that the run was given is over: submit nothing more, and end as after a stop."""
        with self._condition:
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


class Interruptible(Protocol):
    """What a signal can end."""

    def interrupt(self) -> None:
        """End; the second time, at once. May come from any thread."""


@contextmanager
def stopping_on_signals(what: Interruptible) -> Iterator[None]:
    """Let SIGINT, SIGTERM and a closed terminal (SIGHUP) end something. Only in the main thread."""

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        # A handler runs between two steps of the main thread, which may hold a lock of what is ended.
        threading.Thread(target=what.interrupt, daemon=True).start()

    names = [signal.SIGINT, signal.SIGTERM]
    names += [signal.SIGHUP] if hasattr(signal, "SIGHUP") else []
    before = {name: signal.signal(name, _stop) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
