"""What dead runs left: answers that lie in the inbox, and rows whose fate nobody knows.

Runs before anything is planned or polled, so that nothing is bought while an answer is still lying there.
"""

import logging
from contextlib import suppress
from pathlib import Path

from pipeline.failpoint import reach
from pipeline.history.records import Generation, Trouble
from pipeline.history.states import State
from pipeline.log import event
from pipeline.runner.buy import settle_answer
from pipeline.runner.lock import living
from pipeline.runner.model import News
from pipeline.runner.tools import Tools

_LONGEST_ID = 80
_SENT = tuple(state for state in State if state not in (State.PLANNED, State.SUBMITTING))
_DIED = Trouble(code="process_died", message="the program ended while the order was being sent")


def recover(tools: Tools) -> None:
    """Settle every `submitting` row of a dead run, and take in answers that lie in the inbox for others."""
    for generation in _waiting(tools):
        note, body = tools.note_path(generation), tools.body_path(generation)
        task_id = _noted(note)
        if task_id is not None:
            tools.ledger.accepted(generation.id, task_id, None, at=tools.clock.now())
            reach("recovered")
            note.unlink(missing_ok=True)
        elif body.is_file() and generation.state is State.STORED:
            body.unlink(missing_ok=True)  # its picture is in the store: the run died right after
        elif body.is_file():
            settle_answer(tools, generation)
        elif _in_doubt(tools, generation):
            tools.say(News.UNKNOWN, generation, _DIED.message)


def _in_doubt(tools: Tools, generation: Generation) -> bool:
    """Mark an order of the dead; not if a living run has taken the row and sent it anew meanwhile."""
    return tools.ledger.ended(
        generation.id, State.SUBMITTING, State.UNKNOWN, _DIED, at=tools.clock.now(), owner=generation.owner
    )


def _waiting(tools: Tools) -> list[Generation]:
    """Half-sent rows of dead runs, and whichever rows an answer lies in the inbox for."""
    sending = tools.ledger.in_flight([State.SUBMITTING])
    alive = living(tools.locks, [generation.owner for generation in sending]) | {tools.ledger.run}
    dead = [generation for generation in sending if generation.owner not in alive]
    known = {generation.id for generation in sending}
    others = [number for number in answered(tools.inbox) if number not in known]
    return dead + list(tools.ledger.among(others, _SENT))


def answered(inbox: Path) -> list[int]:
    """The generations for which a task id or a body lies in the inbox."""
    if not inbox.is_dir():
        return []
    files = (path for path in inbox.iterdir() if path.suffix in (".body", ".task"))
    return sorted({int(path.stem) for path in files if path.stem.isascii() and path.stem.isdecimal()})


def _noted(note: Path) -> str | None:
    """The task id in a note; None where there is none, or another run has just taken it.

    An author may have written it by hand. What can be no task id is set aside, and keeps nothing up.
    """
    try:
        text = note.read_bytes().decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    if text and text.isascii() and text.isprintable() and len(text) <= _LONGEST_ID:
        return text
    with suppress(FileNotFoundError):
        note.rename(note.with_suffix(".unreadable"))
    event("note_set_aside", level=logging.WARNING, file=note.name)
    return None
