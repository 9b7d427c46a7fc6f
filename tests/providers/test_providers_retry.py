"""The gaps between attempts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.providers import retry


def test_the_ceiling_doubles_until_the_cap() -> None:
    gaps = [retry.backoff(attempt, base=1.0, cap=20.0, jitter=1.0) for attempt in range(7)]

    assert gaps == [1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0]


@given(attempt=st.integers(0, 10**9), jitter=st.floats(0, 1))
def test_every_gap_lies_between_nothing_and_the_cap(attempt: int, jitter: float) -> None:
    assert 0 <= retry.backoff(attempt, base=2.0, cap=60.0, jitter=jitter) <= 60.0


def test_the_jitter_chooses_the_point_below_the_ceiling() -> None:
    assert retry.backoff(3, base=1.0, cap=60.0, jitter=0.25) == 2.0


def test_an_order_that_was_not_sent_is_given_up_after_its_tries() -> None:
    gaps = [retry.NOT_SENT.gap(attempt, jitter=1.0) for attempt in range(6)]

    assert gaps == [1.0, 2.0, 4.0, 8.0, 16.0, None]


@pytest.mark.parametrize("schedule", [retry.BUSY_QPS, retry.BUSY_TASKS, retry.UNREADY])
def test_busy_and_unready_answers_are_asked_again_as_long_as_the_caller_waits(
    schedule: retry.Schedule,
) -> None:
    assert schedule.gap(10_000, jitter=1.0) == schedule.cap
