"""Stopping: the bell that wakes the threads, and what the system's signals make of it."""

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from pipeline.runner.signals import Bell, interruptible, stopping_on_signals

LONG = 60.0


def _waiting(wait: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def _until(true: Callable[[], bool]) -> None:
    """Let other threads go on until something holds."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        threading.Event().wait(0.001)


def test_a_ring_wakes_whoever_waits_for_a_change() -> None:
    bell = Bell()
    since = bell.rings()
    thread = _waiting(lambda: bell.wait(LONG, since))

    bell.ring()
    thread.join(10)

    assert not thread.is_alive()
    assert not bell.ended


def test_a_ring_before_the_wait_is_not_missed() -> None:
    bell = Bell()
    since = bell.rings()
    bell.ring()
    began = time.monotonic()

    bell.wait(LONG, since)

    assert time.monotonic() - began < 5


def test_a_wait_ends_with_its_time() -> None:
    bell = Bell()

    bell.wait(0.01, bell.rings())
    bell.wait(-1, bell.rings())

    assert not bell.ended


def test_a_sleep_is_not_cut_short_by_news() -> None:
    bell = Bell()
    thread = _waiting(lambda: bell.sleep(LONG))

    bell.ring()
    thread.join(0.05)
    still = thread.is_alive()
    bell.stop()
    thread.join(10)

    assert still
    assert not thread.is_alive()


def test_a_sleep_takes_its_time_when_nothing_happens() -> None:
    bell = Bell()
    began = time.monotonic()

    bell.sleep(0.03)

    assert time.monotonic() - began >= 0.03


def test_a_halt_ends_everything_but_is_no_interrupt() -> None:
    bell = Bell()

    bell.halt()
    bell.sleep(LONG)

    assert (bell.ended, bell.halted, bell.stopping) == (True, True, False)


def test_the_second_signal_gives_up_on_what_is_in_flight() -> None:
    bell = Bell()

    bell.interrupt()
    first = (bell.stopping, bell.abandoned)
    bell.interrupt()

    assert first == (True, False)
    assert bell.abandoned


def test_a_stop_by_other_means_is_no_signal_and_gives_up_on_nothing_however_often() -> None:
    bell = Bell()

    bell.stop()
    bell.stop()
    bell.interrupt()

    assert (bell.stopping, bell.stopped, bell.abandoned) == (True, True, False)


def test_signals_ring_the_bell_while_the_block_runs() -> None:
    bell = Bell()
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)

    with stopping_on_signals(bell):
        os.kill(os.getpid(), signal.SIGTERM)
        _until(lambda: bell.stopping)
        first = bell.abandoned
        os.kill(os.getpid(), signal.SIGINT)
        _until(lambda: bell.abandoned)

    assert not first
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_while_somebody_is_asked_ctrl_c_ends_the_question() -> None:
    bell = Bell()

    with stopping_on_signals(bell), pytest.raises(KeyboardInterrupt), interruptible():
        signal.raise_signal(signal.SIGINT)

    assert not bell.stopping
