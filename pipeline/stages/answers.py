"""What became of a picture that the author asked for though one was there. Reads the ledger, decides nothing.

Without it a `regenerate` that was refused would end as if all were well: the old picture still lies there.
"""

from collections.abc import Iterator, Mapping

from pipeline.history.records import Generation
from pipeline.history.states import State
from pipeline.plan.model import Action, Kind, Plan, Reason, Wishes
from pipeline.plan.reasons import next_step
from pipeline.stages.outcome import REASON_STATES, AssetState, Problem, problem_of
from pipeline.stages.studio import Studio

_STATES = {
    State.SUBMITTING: AssetState.UNKNOWN,
    State.SUBMITTED: AssetState.WAITING,
    State.UNKNOWN: AssetState.UNKNOWN,
    State.REFUSED: AssetState.REFUSED,
    State.FAILED: AssetState.FAILED,
}


def unanswered(studio: Studio, plan: Plan, wishes: Wishes) -> Mapping[str, tuple[AssetState, Problem]]:
    """The assets whose asked-for picture did not come, with why; empty for a plain run."""
    found = {}
    for action in _asked(plan, wishes):
        if action.kind is Kind.BLOCKED:
            problem = Problem(code=action.code.value, message=action.reason, next_step=action.next_step)
            found[action.asset] = (REASON_STATES.get(action.code, AssetState.BLOCKED), problem)
            continue
        answer = _answer(studio, plan, action)
        if answer is None or answer.state is not State.STORED:
            found[action.asset] = _missing(action, answer)
    return found


def _asked(plan: Plan, wishes: Wishes) -> Iterator[Action]:
    """The actions that were to bring a picture because the author asked for one by name."""
    for action in plan.actions:
        asked = wishes.remaster or action.asset in wishes.redo or action.code is Reason.ASKED
        if asked and action.master is None and action.kind is not Kind.DRAFT:
            yield action


def _answer(studio: Studio, plan: Plan, action: Action) -> Generation | None:
    """The attempt that was to bring the picture, as it stands now."""
    if action.kind is Kind.WAIT:
        return studio.ledger.generation(action.generation.id) if action.generation else None
    wanted = next(item.wanted for item in plan.purchases if action.asset in item.assets)
    attempts = studio.ledger.same_request(wanted.request)
    return next((item for item in reversed(attempts) if item.attempt >= wanted.attempt), None)


def _missing(action: Action, answer: Generation | None) -> tuple[AssetState, Problem]:
    again = f"pipeline regenerate {action.asset}{action.flag}"
    if answer is None or answer.state not in _STATES:
        return AssetState.BLOCKED, Problem(
            code=action.code.value, message="not bought in this run; the old picture stays", next_step=again
        )
    state = _STATES[answer.state]
    step = {
        AssetState.WAITING: f"pipeline collect {action.shown}{action.flag}",
        AssetState.UNKNOWN: next_step(Reason.UNKNOWN, action.asset, action.shown),
    }.get(state, again)
    if answer.trouble is None:
        return state, Problem(
            code=answer.state.value,
            message=f"generation {answer.id} is not finished; the old picture stays",
            next_step=step,
        )
    return state, problem_of(answer, step)
