"""How many orders are out: claimed, and not yet answered in the ledger. A run that stops waits for these."""

import threading


class Outgoing:
    """A count over all threads of a run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def begin(self) -> None:
        """An order may leave from now on."""
        with self._lock:
            self._count += 1

    def end(self) -> None:
        """Its answer is written down, or it did not leave."""
        with self._lock:
            self._count -= 1

    @property
    def count(self) -> int:
        """Orders whose answers are waited for."""
        return self._count
