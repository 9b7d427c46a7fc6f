"""When to ask: the schedule alone, without a clock."""

from itertools import pairwise

import pytest

from pipeline.runner.pace import Pace, ready_after, with_newest

DURATIONS = (0.3, 0.5, 1.0, 2.0, 3.7, 8.0, 15.0, 21.0, 40.0, 60.0)


def follow(pace: Pace, duration: float) -> tuple[int, float, float]:
    """Ask for a task that takes `duration`: polls, age when found, age at which it is thought ready."""
    polls, asked, running = 0, 0.0, None
    while True:
        asked = pace.next_age(polls, asked)
        polls += 1
        if asked >= duration:
            return polls, asked, ready_after(asked, running, due_at=pace.next_age(0, 0.0))
        running = asked


def learnt(duration: float, pictures: int = 20) -> tuple[float, ...]:
    """What is known after some pictures that each took `duration`."""
    usual: tuple[float, ...] = ()
    for number in range(pictures):
        _, _, thought = follow(Pace(usual=usual, phase=number), duration)
        usual = with_newest(usual, thought)
    return usual


@pytest.mark.parametrize("duration", DURATIONS)
def test_with_a_history_a_picture_takes_at_most_five_polls_and_waits_little(duration: float) -> None:
    usual = learnt(duration)

    for _ in range(20):
        polls, found, thought = follow(Pace(usual=usual), duration)
        usual = with_newest(usual, thought)

        assert polls <= 5
        assert found - duration <= max(0.3 * duration, 0.15)


@pytest.mark.parametrize("duration", DURATIONS)
def test_without_a_history_the_gaps_grow_and_the_wait_is_bounded(duration: float) -> None:
    for phase in range(4):
        polls, found, _ = follow(Pace(phase=phase), duration)

        assert polls <= 14
        assert found - duration <= max(0.5 * duration, 1.4) or found - duration <= 10


def test_the_first_poll_comes_just_before_the_usual_time() -> None:
    pace = Pace(usual=(20.0, 22.0, 19.0))

    assert pace.next_age(0, 0.0) == pytest.approx(19.0)


def test_one_picture_that_took_long_does_not_change_when_the_next_is_asked_for() -> None:
    assert Pace(usual=(300.0, 20.0, 21.0)).next_age(0, 0.0) == pytest.approx(0.95 * 21)


def test_tasks_without_a_history_are_asked_for_at_staggered_ages() -> None:
    ages = [Pace(phase=phase).next_age(0, 0.0) for phase in range(4)]

    assert ages == sorted(set(ages))
    assert all(1.0 <= age < 1.5 for age in ages)
    assert Pace(phase=4).next_age(0, 0.0) == ages[0]


def test_the_gaps_grow_with_and_without_a_history_and_never_beyond_ten_seconds() -> None:
    for pace in (Pace(), Pace(usual=(30.0,))):
        ages = [0.0]
        for polls in range(20):
            ages.append(pace.next_age(polls, ages[-1]))
        gaps = [after - before for before, after in pairwise(ages[1:])]

        assert all(later >= earlier - 1e-9 for earlier, later in pairwise(gaps))
        assert gaps[-1] == pytest.approx(10.0)


def test_found_done_at_the_first_poll_the_next_is_asked_for_earlier() -> None:
    usual: tuple[float, ...] = (10.0,)
    found = 10.0
    for _ in range(30):
        _, found, thought = follow(Pace(usual=usual), 1.0)
        usual = with_newest(usual, thought)

    assert found < 1.3


def test_a_task_that_was_seen_running_was_ready_half_way_between() -> None:
    assert ready_after(20.0, 18.0, due_at=18.0) == 19.0


def test_a_collect_hours_later_does_not_make_the_next_run_wait_for_hours() -> None:
    day = 24 * 3600.0

    assert ready_after(day, None, due_at=1.0) <= 1.0
    assert ready_after(day, 5.0, due_at=1.0) <= 10.0


def test_only_the_newest_durations_are_kept() -> None:
    assert with_newest((1.0, 2.0, 3.0), 9.0, most=3) == (9.0, 1.0, 2.0)
