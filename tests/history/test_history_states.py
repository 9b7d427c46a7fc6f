"""The table of moves as data."""

import pytest

from pipeline.history.states import MOVES, Charged, Resolution, State, is_free_of_doubt, sources_of

ALLOWED = {
    ("planned", "submitting"): "maybe",
    ("planned", "cancelled"): "no",
    ("submitting", "submitted"): "yes",
    ("submitting", "stored"): "yes",
    ("submitting", "planned"): "no",
    ("submitting", "refused"): "no",
    ("submitting", "failed"): "no",
    ("submitting", "unknown"): "maybe",
    ("unknown", "submitted"): "yes",
    ("unknown", "stored"): "yes",
    ("unknown", "cancelled"): "maybe",
    ("cancelled", "submitted"): "yes",
    ("cancelled", "stored"): "yes",
    ("submitted", "stored"): "yes",
    ("submitted", "refused"): "maybe",
    ("submitted", "failed"): "yes",
}


def test_the_moves_and_what_they_say_about_money_are_exactly_these() -> None:
    found = {(source.value, target.value): move.charged.value for (source, target), move in MOVES.items()}

    assert found == ALLOWED


def test_a_task_id_is_taken_from_wherever_it_may_still_come() -> None:
    assert sources_of(State.SUBMITTED) == (State.SUBMITTING, State.UNKNOWN, State.CANCELLED)


@pytest.mark.parametrize(
    ("state", "charged", "resolution", "free"),
    [
        (State.FAILED, Charged.NO, None, True),
        (State.CANCELLED, Charged.NO, None, True),
        (State.CANCELLED, Charged.MAYBE, Resolution.RESUBMIT, True),
        (State.CANCELLED, Charged.MAYBE, Resolution.ABANDONED, False),
        (State.FAILED, Charged.YES, None, False),
        (State.REFUSED, Charged.NO, None, False),
        (State.UNKNOWN, Charged.MAYBE, None, False),
        (State.STORED, Charged.YES, None, False),
    ],
)
def test_only_what_cost_nothing_or_was_settled_so_is_bought_again_by_itself(
    state: State, charged: Charged, resolution: Resolution | None, *, free: bool
) -> None:
    assert is_free_of_doubt(state, charged, resolution) is free
