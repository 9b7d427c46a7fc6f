"""How long to wait before asking a provider again. Must not sleep, read a clock or draw a random number.

Whether something may be asked again at all is not decided here; that is the verdict's business.
"""

from dataclasses import dataclass

_MOST_DOUBLINGS = 60


def backoff(attempt: int, *, base: float, cap: float, jitter: float) -> float:
    """Seconds before the next attempt, after `attempt` of them failed (counted from 0).

    The ceiling doubles from `base` up to `cap`; `jitter` in 0..1 (a fresh random number) picks the point
    below it, so that many who failed together do not come back together.
    """
    return min(cap, base * 2.0 ** min(attempt, _MOST_DOUBLINGS)) * jitter


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When to ask again. Seconds; `tries` is how often at most, None for as long as the caller waits."""

    base: float
    cap: float
    tries: int | None = None

    def gap(self, attempt: int, *, jitter: float) -> float | None:
        """Seconds to wait after `attempt` failures (from 0), or None when it is enough."""
        if self.tries is not None and attempt >= self.tries:
            return None
        return backoff(attempt, base=self.base, cap=self.cap, jitter=jitter)


NOT_SENT = Schedule(base=1.0, cap=20.0, tries=5)
"""A submit whose connection was never made: a router that restarts is back within about half a minute."""
BUSY_QPS = Schedule(base=1.0, cap=30.0)
"""Too many calls a second: the limit is unknown until it answers, so the gap grows until it does not."""
BUSY_TASKS = Schedule(base=10.0, cap=60.0)
"""Too many running tasks: clears only when one of them is done, which takes about as long as a picture."""
UNREADY = Schedule(base=2.0, cap=60.0)
"""A poll or a download without a usable answer: free, so only politeness limits it."""
