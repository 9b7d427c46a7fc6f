"""Who asks for a place next: one at a time, and in the order of the spec, whichever thread is quicker."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turnstile:
    """Orders by their place in the plan; an earlier one that is announced goes before a later one."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._coming: set[int] = set()
        self._busy = False

    def announce(self, place: int) -> None:
        """An order is on its way here; those behind it let it pass."""
        with self._condition:
            self._coming.add(place)

    def withdraw(self, place: int) -> None:
        """It is not coming after all."""
        with self._condition:
            self._coming.discard(place)
            self._condition.notify_all()

    @contextmanager
    def passing(self, place: int) -> Iterator[None]:
        """Hold the turnstile while the block runs; waits for those before."""
        with self._condition:
            self._coming.add(place)
            self._condition.wait_for(lambda: not self._busy and place == min(self._coming))
            self._busy = True
        try:
            yield
        finally:
            with self._condition:
                self._busy = False
                self._coming.discard(place)
                self._condition.notify_all()
