"""Expected failures and the exit codes they end in."""

import inspect
from itertools import permutations

import pytest

from pipeline import errors
from pipeline.errors import (
    CredentialsError,
    ExitCode,
    FitError,
    HistoryError,
    IncompleteError,
    PictureError,
    PipelineError,
    Problem,
    SettingsError,
    SpecError,
    StoppedError,
    UsageError,
    worst,
)


def test_the_numbers_that_scripts_rely_on() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "INTERNAL": 1,
        "USAGE": 2,
        "INCOMPLETE": 3,
        "STOPPED": 4,
        "CREDENTIALS": 5,
        "WORK_TO_DO": 10,
        "INTERRUPTED": 130,
    }


def test_of_several_codes_the_worst_wins_in_whatever_order_they_come() -> None:
    order = [1, 2, 5, 130, 4, 3, 10, 0]

    for first, second in permutations(order, 2):
        stronger = min(first, second, key=order.index)
        assert worst(ExitCode(first), ExitCode(second)) == stronger
    assert worst(*(ExitCode(code) for code in reversed(order))) is ExitCode.INTERNAL
    assert worst() is ExitCode.OK


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (UsageError, ExitCode.USAGE),
        (SettingsError, ExitCode.USAGE),
        (HistoryError, ExitCode.USAGE),
        (CredentialsError, ExitCode.CREDENTIALS),
        (StoppedError, ExitCode.STOPPED),
        (IncompleteError, ExitCode.INCOMPLETE),
        (PictureError, ExitCode.INCOMPLETE),
        (FitError, ExitCode.INCOMPLETE),
    ],
)
def test_each_failure_says_what_happened_and_what_to_type_next(
    kind: type[PipelineError], code: ExitCode
) -> None:
    error = kind("the disk is full", next_step="make room")

    assert (error.exit_code, error.message, error.next_step) == (code, "the disk is full", "make room")
    assert str(error) == "the disk is full"
    assert kind("no way on").next_step is None


def test_a_specs_problems_are_sorted_by_place_and_counted_with_their_files() -> None:
    late, early = Problem("b.yaml", 10, 2, "late"), Problem("b.yaml", 9, 30, "early")
    other = Problem("a.yaml", 40, 1, "other")

    error = SpecError((late, other, early))

    assert error.problems == (other, early, late)
    assert error.message == "3 problems in b.yaml, a.yaml"
    assert error.next_step == "pipeline check b.yaml a.yaml"
    assert error.exit_code is ExitCode.USAGE


def test_one_problem_is_one_problem() -> None:
    assert SpecError((Problem("a.yaml", 1, 1, "wrong"),)).message == "1 problem in a.yaml"


def test_a_problem_reads_as_a_place_that_editors_can_jump_to() -> None:
    assert str(Problem("configs/week12.yaml", 3, 14, "unknown slot")) == (
        "configs/week12.yaml:3:14: unknown slot"
    )


def test_every_failure_of_the_tree_is_drawn_in_the_modules_docstring() -> None:
    kinds = [
        name for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, PipelineError)
    ]

    assert errors.__doc__ is not None
    assert [name for name in kinds if name not in errors.__doc__] == []
