"""The life of a generation as data: states, moves, and what each move says about money. Pure.

The database guards the same rules (CHECKs and guarded updates); this table is what they are made from.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a generation stands."""

    PLANNED = "planned"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    STORED = "stored"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class Charged(StrEnum):
    """Whether the provider charges for it, as far as is known."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


class Purpose(StrEnum):
    """Why it was asked for; the two last move the asset that asked to the new picture."""

    RUN = "run"
    REGENERATE = "regenerate"
    REMASTER = "remaster"


class Resolution(StrEnum):
    """How the author settled an unknown one."""

    ABANDONED = "abandoned"
    RESUBMIT = "resubmit"


class Choice(StrEnum):
    """What was decided about a picture. `taken` is the planner's own choice, the others the author's.

    `undone` is no word about a picture: it takes the word before it back, and only the history's own
    tables and a generation's whole story name it.
    """

    TAKEN = "taken"
    SELECTED = "selected"
    PINNED = "pinned"
    REJECTED = "rejected"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed step; `charged` is what holds after it."""

    source: State
    target: State
    charged: Charged


_TABLE = (
    Move(State.PLANNED, State.SUBMITTING, Charged.MAYBE),
    Move(State.PLANNED, State.CANCELLED, Charged.NO),
    Move(State.SUBMITTING, State.SUBMITTED, Charged.YES),
    Move(State.SUBMITTING, State.STORED, Charged.YES),
    Move(State.SUBMITTING, State.PLANNED, Charged.NO),
    Move(State.SUBMITTING, State.REFUSED, Charged.NO),
    Move(State.SUBMITTING, State.FAILED, Charged.NO),
    Move(State.SUBMITTING, State.UNKNOWN, Charged.MAYBE),
    # A late answer is written whoever holds the row: facts about money are never fenced off.
    Move(State.UNKNOWN, State.SUBMITTED, Charged.YES),
    Move(State.UNKNOWN, State.STORED, Charged.YES),
    Move(State.CANCELLED, State.SUBMITTED, Charged.YES),
    Move(State.CANCELLED, State.STORED, Charged.YES),
    Move(State.UNKNOWN, State.CANCELLED, Charged.MAYBE),
    Move(State.SUBMITTED, State.STORED, Charged.YES),
    Move(State.SUBMITTED, State.REFUSED, Charged.MAYBE),
    Move(State.SUBMITTED, State.FAILED, Charged.YES),
)
MOVES: dict[tuple[State, State], Move] = {(move.source, move.target): move for move in _TABLE}

IN_FLIGHT = (State.PLANNED, State.SUBMITTING, State.SUBMITTED)
REPEATABLE_REFUSALS = frozenset({"50511", "50519"})
"""Refused results that the vendor says may be asked for again, as a new purchase."""


def sources_of(target: State) -> tuple[State, ...]:
    """The states from which `target` may be reached."""
    return tuple(move.source for move in _TABLE if move.target is target)


def is_free_of_doubt(state: State, charged: Charged, resolution: Resolution | None) -> bool:
    """Whether a plain run may buy again after this attempt: it cost nothing, or the author said so."""
    if resolution is Resolution.RESUBMIT:
        return True
    return state in (State.FAILED, State.CANCELLED) and charged is Charged.NO
