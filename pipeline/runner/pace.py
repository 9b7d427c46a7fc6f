"""When to ask whether a picture is ready: learnt from pictures of the same model and size. Pure.

A picture should wait little after it is ready, and few polls should be spent. With a history the first
poll comes just before the quick ones were ready; without one the gaps grow geometrically, and pictures
that are made side by side ask at staggered ages, so that the first to be ready teaches the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

FIRST_GUESS = 1.0
GROWTH = 1.5
PHASES = 4
LONGEST_GAP = 10.0
LEAST_GAP = 0.05
_NEWEST = 5
_EARLIER = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How one task is asked for. `usual` are known durations in seconds, `phase` its turn among siblings."""

    usual: tuple[float, ...] = ()
    phase: int = 0

    def next_age(self, polls: int, asked_at: float) -> float:
        """The age of the task, in seconds, at which to ask next, after `polls` at ages up to `asked_at`."""
        if not self.usual:
            first = FIRST_GUESS * GROWTH ** ((self.phase % PHASES) / PHASES)
            return first if polls == 0 else asked_at + min(asked_at * (GROWTH - 1), LONGEST_GAP)
        expected = median_low(self.usual[:_NEWEST])
        if asked_at < expected * 0.95:
            return expected * 0.95
        step = max(LEAST_GAP, 0.05 * expected)
        return asked_at + min(step * 1.6 ** max(0, polls - 1), LONGEST_GAP)


def ready_after(found_at: float, running_at: float | None, due_at: float) -> float:
    """The age at which a task was most likely ready: found done at one age, last seen running at another.

    Found done at the first poll, it may have been ready much earlier: the next one is asked for earlier.
    A run that was away for hours learns nothing from them: `due_at` is when the first poll was due, and no
    gap counts for more than the longest that the pace makes.
    """
    if running_at is None:
        return min(found_at, due_at) * _EARLIER
    return running_at + min(found_at - running_at, LONGEST_GAP) / 2


def with_newest(usual: Sequence[float], seconds: float, *, most: int = 20) -> tuple[float, ...]:
    """The known durations after one more picture was ready, newest first."""
    return (seconds, *usual)[:most]
