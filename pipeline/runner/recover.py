"""What dead runs left: answers that lie in the inbox, and rows whose fate nobody knows.

Runs before anything is planned or polled, so that nothing is bought while an answer is still lying there.
"""

from pathlib import Path

from pipeline.history.records import Trouble
from pipeline.history.states import State
from pipeline.runner.buy import settle_answer
from pipeline.runner.lock import living
from pipeline.runner.model import News
from pipeline.runner.tools import Tools

_DIED = Trouble(code="process_died", message="the program ended while the order was being sent")


def recover(tools: Tools) -> None:
    """Settle every `submitting` row of a dead run."""
    sending = tools.ledger.in_flight([State.SUBMITTING])
    alive = living(tools.locks, [generation.owner for generation in sending])
    for generation in sending:
        if generation.owner in alive or generation.owner == tools.ledger.run:
            continue
        note = tools.note_path(generation)
        task_id = _noted(note)
        if task_id is not None:
            tools.ledger.accepted(generation.id, task_id, None, at=tools.clock.now())
            note.unlink(missing_ok=True)
        elif tools.body_path(generation).is_file():
            settle_answer(tools, generation)
        elif tools.ledger.ended(generation.id, State.SUBMITTING, State.UNKNOWN, _DIED, at=tools.clock.now()):
            tools.say(News.UNKNOWN, generation, _DIED.message)


def _noted(note: Path) -> str | None:
    """The task id in a note; None where there is none, or another run has just taken it."""
    try:
        return note.read_text("utf-8")
    except FileNotFoundError:
        return None
