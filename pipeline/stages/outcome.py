"""What became of each asset, read off the plan that is made after the run. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pipeline.errors import ExitCode, worst
from pipeline.history.records import Delivered, Generation
from pipeline.history.states import Charged, State
from pipeline.plan.advice import picture_advice
from pipeline.plan.model import Action, Facts, Kind, Plan, Reason, Work
from pipeline.plan.price import price_words
from pipeline.providers.errors import explain
from pipeline.stages.rendering import Made


class AssetState(StrEnum):
    """Where an asset stands when a command ends."""

    DELIVERED = "delivered"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    FAILED = "failed"
    BLOCKED = "blocked"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why an asset is not delivered, in plain words, with the provider's own and the next command."""

    code: str
    message: str
    request_id: str | None = None
    next_step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One asset at the end: its state, the picture it shows, its files, and what is wrong."""

    action: Action
    state: AssetState
    generation: Generation | None
    files: tuple[Delivered, ...]
    problem: Problem | None = None
    warnings: tuple[str, ...] = ()
    unmade: Mapping[str, str] = field(default_factory=dict)
    """By slot, why a file could not be made."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The slots that have no file of what the spec asks now."""
        there = {file.slot for file in self.files}
        return tuple(slot for slot in self.action.image.slots if slot not in there)


REASON_STATES = {
    Reason.UNKNOWN: AssetState.UNKNOWN,
    Reason.REFUSED: AssetState.REFUSED,
    Reason.PAID_LOST: AssetState.FAILED,
}


def outcomes(
    first: Plan,
    final: Plan,
    facts: Facts,
    made: Sequence[Made],
    unanswered: Mapping[str, tuple[AssetState, Problem]],
    told: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Outcome, ...]:
    """Every asset of the specs, in their order; `first` is the plan that was carried out.

    `unanswered`: assets that are in place, but not with the picture that was asked for just now. `told`: by
    asset what only the picture that came could show.
    """
    planned = {action.asset: action for action in first.actions}
    results: dict[str, list[Made]] = {}
    for item in made:
        results.setdefault(item.asset, []).append(item)
    return tuple(
        _outcome(
            action,
            planned.get(action.asset),
            facts,
            results.get(action.asset, ()),
            unanswered,
            (told or {}).get(action.asset, ()),
        )
        for action in final.actions
    )


def _outcome(
    action: Action,
    before: Action | None,
    facts: Facts,
    made: Sequence[Made],
    unanswered: Mapping[str, tuple[AssetState, Problem]],
    told: tuple[str, ...],
) -> Outcome:
    files = tuple(_files(action, facts, asked=before is not None))
    state, problem = _state(action, before, made, facts)
    if state is AssetState.DELIVERED:
        state, problem = unanswered.get(action.asset, (state, None))
    warnings = [item.warning for item in made if item.warning]
    warnings += _about_the_picture(action, before, facts)
    return Outcome(
        action=action,
        state=state,
        generation=action.generation,
        files=files,
        problem=problem,
        warnings=tuple(
            dict.fromkeys((*(told or (before.advice if before else ())), *action.advice, *warnings))
        ),
        unmade={item.slot: item.problem for item in made if item.file is None},
    )


def _about_the_picture(action: Action, before: Action | None, facts: Facts) -> tuple[str, ...]:
    """What is odd about the picture that this run brought or took; said once, not by every later run."""
    generation, master = action.generation, action.master
    is_new = before is not None and before.code is not Reason.UP_TO_DATE
    if generation is None or master is None or not is_new:
        return ()
    return picture_advice(generation, master, facts.known.same_bytes.get(master.sha256, ()))


def _state(
    action: Action, before: Action | None, made: Sequence[Made], facts: Facts
) -> tuple[AssetState, Problem | None]:
    match action.kind:
        case Kind.DRAFT:
            return AssetState.DRAFT, None
        case Kind.WAIT:
            return AssetState.WAITING, Problem(
                code=action.code.value,
                message=action.reason,
                next_step=f"pipeline collect {action.shown}{action.flag}",
            )
        case Kind.BLOCKED | Kind.GENERATE:
            return _without_picture(action, before, facts)
        case _ if action.to_render or any(item.file is None for item in made):
            return AssetState.FAILED, _not_made(action, made)
        case _ if action.held:
            return AssetState.BLOCKED, Problem(
                code="held",
                message="; ".join(f"{plan.path} is not ours to replace" for plan in action.held),
                next_step=f"pipeline run {action.shown}{action.flag} --overwrite",
            )
        case _:
            return AssetState.DELIVERED, None


def _without_picture(action: Action, before: Action | None, facts: Facts) -> tuple[AssetState, Problem]:
    newest = _newest(action, facts)
    if action.code is Reason.AFTER_FAILURE and newest is not None and newest.state is State.FAILED:
        return AssetState.FAILED, problem_of(newest, f"pipeline run {action.shown}{action.flag}")
    if before is not None and before.code is Reason.BUDGET:
        action = before
    state = REASON_STATES.get(action.code, AssetState.BLOCKED)
    blamed = action.generation if action.code in REASON_STATES else None
    if blamed is not None and blamed.trouble is not None:
        return state, problem_of(blamed, action.next_step)
    message, step = action.reason, action.next_step
    if step is None:
        message, step = "not bought in this run", f"pipeline run {action.shown}{action.flag}"
        if newest is not None and newest.trouble is not None:
            message = f"not bought in this run ({newest.trouble.code}: {newest.trouble.message})"
    return state, Problem(code=action.code.value, message=message, next_step=step)


def _newest(action: Action, facts: Facts) -> Generation | None:
    """The last attempt at what the spec asks: at its very size where it gives one."""
    attempts = facts.known.attempts.get(action.request or "", ())
    asked = [item for item in attempts if action.asked in (item.request, item.generation_key)]
    return asked[-1] if asked else None


def problem_of(generation: Generation, step: str | None) -> Problem:
    """What went wrong with a generation that has a trouble, in plain words and the provider's own."""
    assert generation.trouble is not None
    meaning, said = explain(generation.trouble.code).meaning, generation.trouble.message
    words = "" if said.rstrip(".") == meaning.rstrip(".") else f": {said}"
    if generation.charged is Charged.MAYBE and generation.cost:
        words += f"; may have cost {price_words(generation.cost)}"
    return Problem(
        code=generation.trouble.code,
        message=f"{meaning} (generation {generation.id}{words})",
        request_id=generation.trouble.request_id,
        next_step=step,
    )


def _not_made(action: Action, made: Sequence[Made]) -> Problem:
    failed = [item for item in made if item.file is None]
    if not failed:
        return Problem(
            code="not_rendered",
            message="its files are still to be made",
            next_step=f"pipeline render {action.shown}{action.flag}",
        )
    messages = dict.fromkeys(item.problem for item in failed)
    return Problem(code=failed[0].code, message="; ".join(messages), next_step=failed[0].next_step)


def _files(action: Action, facts: Facts, *, asked: bool) -> list[Delivered]:
    """The rows of the files that show what is wanted, in the order of the slots.

    Of an asset that the command was not about (not `asked`) the files that lie there stay delivered, though
    a new recipe waits for them. A file that was changed by hand is told as it lies there now.
    """
    files = []
    for plan in action.slots:
        stays = plan.work in (Work.KEEP, Work.KEEP_EDITED) or (plan.work is Work.RENDER and not asked)
        if plan.path is None or not stays:
            continue
        rows, lies = facts.known.written[plan.path], facts.disk[plan.path]
        row = next((row for row in rows if row.sha256 == lies), None)
        if row is None and lies is not None:
            size = facts.sizes.get(plan.path, rows[0].bytes)
            row = replace(rows[0], sha256=lies, bytes=size, label="unknown: the file was changed by hand")
        files.append(row or rows[0])
    return files


def exit_code_of(found: Sequence[Outcome], selected: frozenset[str]) -> ExitCode:
    """3 when a selected asset is not delivered (drafts apart), 4 when a budget held one back, else 0."""
    codes = []
    for outcome in found:
        if outcome.action.asset not in selected or outcome.state in (AssetState.DELIVERED, AssetState.DRAFT):
            continue
        over = outcome.problem is not None and outcome.problem.code == Reason.BUDGET.value
        codes.append(ExitCode.STOPPED if over else ExitCode.INCOMPLETE)
    return worst(*codes)
