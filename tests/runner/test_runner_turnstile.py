"""Orders pass one at a time, and in the order of the spec."""

import threading

from pipeline.runner.turnstile import Turnstile


def test_the_earliest_that_is_announced_goes_first_whoever_is_quicker() -> None:
    turnstile, passed = Turnstile(), list[int]()
    turnstile.announce(0)
    turnstile.announce(1)
    late = threading.Thread(target=_pass, args=(turnstile, 1, passed))
    late.start()

    late.join(0.05)
    waited = list(passed)
    _pass(turnstile, 0, passed)
    late.join(10)

    assert (waited, passed) == ([], [0, 1])


def test_one_that_is_withdrawn_is_not_waited_for() -> None:
    turnstile, passed = Turnstile(), list[int]()
    turnstile.announce(0)
    late = threading.Thread(target=_pass, args=(turnstile, 1, passed))
    late.start()

    turnstile.withdraw(0)
    late.join(10)

    assert passed == [1]


def test_nobody_passes_while_another_is_inside() -> None:
    turnstile, passed = Turnstile(), list[int]()

    with turnstile.passing(5):
        early = threading.Thread(target=_pass, args=(turnstile, 0, passed))
        early.start()
        early.join(0.05)
        inside = list(passed)
    early.join(10)

    assert (inside, passed) == ([], [0])


def _pass(turnstile: Turnstile, place: int, passed: list[int]) -> None:
    with turnstile.passing(place):
        passed.append(place)
