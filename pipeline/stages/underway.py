"""What is paid for, or may be, and not here yet. Reads only."""

from pathlib import Path

from pipeline.history.ledger import Ledger
from pipeline.history.records import Generation
from pipeline.history.states import State
from pipeline.runner.recover import answered


def under_way(ledger: Ledger, inbox: Path) -> tuple[Generation, ...]:
    """Orders that are out, and those whose answer lies in the inbox: what `collect` brings in for nothing."""
    out = ledger.in_flight([State.SUBMITTING, State.SUBMITTED])
    return out + ledger.among(answered(inbox), [State.UNKNOWN, State.CANCELLED])


def in_doubt(ledger: Ledger) -> tuple[Generation, ...]:
    """Orders of which nobody knows whether they were taken: only the author can settle them."""
    return ledger.in_flight([State.UNKNOWN])
