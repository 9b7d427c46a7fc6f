"""THE PAGE TO READ FIRST: how a spec becomes delivered files, and where each step lives.

    survey    look at history, locks, store and disk                      stages/survey.py
    mend      fetch again, free, what is missing from the store           stages/mending.py
    aim       find the subject of each picture, once for all crops        stages/aiming.py
    decide    one action with reason and cost for every asset (pure)      plan/decide.py
    accept    the author sees the plan and its price, and says yes        the command
    remember  where the specs lie, what they ask, the author's pictures   stages/remember.py
    buy       claim, send once, record; poll, fetch, store                runner/buy.py, runner/follow.py
    render    crop, resize, label, encode; row before rename              stages/rendering.py
    judge     plan again: what is there now, and what is in the way       stages/outcome.py, stages/answers.py
    hand over manifests, Markdown, contact sheet                          stages/handover.py

Data flows one way: specs and facts make a plan, a plan makes jobs, news of stored pictures make files, and
a last look at the world makes the report. The plan is a ceiling: nothing beyond it is bought.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.errors import CredentialsError, ExitCode, PipelineError, worst
from pipeline.failpoint import reach
from pipeline.history.records import Generation
from pipeline.history.states import Choice, Purpose
from pipeline.plan.advice import advice_for
from pipeline.plan.decide import decide
from pipeline.plan.model import Action, Facts, Kind, Plan, Reason, Wishes
from pipeline.plan.slots import planned
from pipeline.runner.model import Happening, News
from pipeline.spec.model import Spec
from pipeline.stages.aiming import find_subjects, keep_subjects, with_subject
from pipeline.stages.answers import unanswered
from pipeline.stages.buying import Buying, jobs_of
from pipeline.stages.handover import LeftOver, hand_over
from pipeline.stages.mending import bring_back
from pipeline.stages.outcome import Outcome, exit_code_of, outcomes
from pipeline.stages.remember import remember
from pipeline.stages.rendering import Made, Renderer, check_places
from pipeline.stages.studio import Studio
from pipeline.stages.survey import survey
from pipeline.stages.tidy import tidy


@dataclass(frozen=True, slots=True)
class Bought:
    """Orders of one spec that were taken or are in doubt, and their cost in 0.0001 units.

    `unpriced` of the pictures have no known price, so `cost` is not all of it.
    """

    pictures: int = 0
    cost: int = 0
    unpriced: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run did. `stopped_by` is what ended it early, if anything; `exit_code` sums it up.

    `expired`: the deadline came; what was not begun then was left.
    """

    run: str
    plan: Plan
    outcomes: tuple[Outcome, ...]
    made: tuple[Made, ...]
    bought: Mapping[str, Bought]
    left_over: tuple[LeftOver, ...]
    stopped_by: PipelineError | None
    interrupted: bool
    exit_code: ExitCode
    expired: bool = False

    @property
    def ended_early(self) -> bool:
        """Whether the author or the clock stopped it."""
        return self.interrupted or self.expired


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Who looks on: `accept` sees the plan before anything is paid and may raise, `news` hears the rest."""

    accept: Callable[[Plan], None]
    news: Callable[[Happening], None]


def plan_only(studio: Studio, specs: tuple[Spec, ...], wishes: Wishes) -> Plan:
    """The plan that a run would carry out now; nothing is done."""
    return decide(specs, find_subjects(studio, specs, survey(studio, specs, wishes), wishes), wishes)


def produce(studio: Studio, specs: tuple[Spec, ...], wishes: Wishes, watcher: Watcher) -> Report:
    """Make the specs true: buy what the plan buys, render, deliver. Nothing is lost to an error."""
    tidy(studio, specs)
    buying = Buying(studio, wishes.budget.ceiling) if studio.provider is not None else None
    if buying is not None:
        buying.recover()
    seen = bring_back(studio, survey(studio, specs, wishes))
    facts = find_subjects(studio, specs, seen, wishes)
    plan = decide(specs, facts, wishes)
    watcher.accept(plan)
    if buying is not None:
        check_places(studio, plan)
        buying.make_room(plan)
    facts = remember(studio, specs, facts)
    keep_subjects(studio, seen.subjects, facts)
    renderer = Renderer(studio, overwrite=wishes.overwrite)
    tally = Tally(studio.run)
    arrived: dict[str, Action] = {}
    try:
        for action in plan.actions:
            if action.master is not None:
                _take(studio, action, action.generation)
                if action.to_render:
                    renderer.start(action, action.master, action.generation)
        for happening in _buy(buying, studio, plan):
            tally.count(happening)
            watcher.news(happening)
            for action in _waiting_for(happening, plan):
                facts = with_subject(studio, facts, happening)
                ready = _arrived(studio, action, happening, facts, wishes)
                arrived[ready.asset] = ready
                if ready.to_render and ready.master is not None:
                    renderer.start(ready, ready.master, ready.generation)
    except BaseException:
        renderer.give_up()
        raise
    made = renderer.finish(early=studio.bell.stopped)
    failure = buying.failure if buying else None
    try:
        return _close(studio, plan, wishes, made, tally, failure, arrived)
    except PipelineError as error:
        if failure is None:
            raise
        # What ended the buying may name a task id; that the same disk takes no manifest either says less.
        raise failure from error


class Tally:
    """Counts the orders of this run that were taken, as the news comes."""

    def __init__(self, run: str) -> None:
        self._run = run
        self.bought: dict[str, Bought] = {}
        self.halted: str | None = None

    def count(self, happening: Happening) -> None:
        """Take one piece of news into account."""
        generation = happening.generation
        if happening.news is News.HALTED:
            self.halted = happening.note
        if generation is None or generation.owner != self._run:
            return  # another run's order, collected or watched here
        answered_at_once = happening.news is News.STORED and generation.task_id is None
        if happening.news in (News.SUBMITTED, News.UNKNOWN) or answered_at_once:
            before = self.bought.get(generation.spec, Bought())
            self.bought[generation.spec] = Bought(
                pictures=before.pictures + 1,
                cost=before.cost + (generation.cost or 0),
                unpriced=before.unpriced + (generation.cost is None),
            )


def _buy(buying: Buying | None, studio: Studio, plan: Plan) -> Iterator[Happening]:
    if buying is not None:
        yield from buying.happenings(jobs_of(studio, plan))


def _waiting_for(happening: Happening, plan: Plan) -> Iterator[Action]:
    """The actions that a stored picture serves."""
    generation = happening.generation
    if happening.news not in (News.STORED, News.SERVED) or generation is None or generation.master is None:
        return
    bought = {
        asset
        for purchase in plan.purchases
        if purchase.wanted.request == generation.request
        and (not purchase.exact or purchase.wanted.generation_key == generation.generation_key)
        for asset in purchase.assets
    }
    for action in plan.actions:
        awaited = action.kind is Kind.WAIT and action.generation and action.generation.id == generation.id
        if awaited or action.asset in bought:
            yield action


def _arrived(studio: Studio, action: Action, happening: Happening, facts: Facts, wishes: Wishes) -> Action:
    """An action whose picture has just come, with the files that it needs and what to know about them."""
    generation = happening.generation
    assert generation is not None
    assert generation.master is not None
    _take(studio, action, generation)
    slots = planned(action.image, generation.master, generation.provider, facts, wishes, ai=True)
    advice = advice_for(action.image, slots)
    return replace(action, slots=slots, master=generation.master, generation=generation, advice=advice)


_FILES_ONLY = (Reason.UP_TO_DATE, Reason.FILES_MISSING, Reason.RECIPE_CHANGED, Reason.FORCED)
"""Reasons under which an asset goes on showing what it showed."""


def _take(studio: Studio, action: Action, generation: Generation | None) -> None:
    """Write down that an asset shows a picture from now on, unless an author's word says so already."""
    if generation is None or action.code in _FILES_ONLY:
        return
    if generation.purpose is not Purpose.RUN and generation.asset == action.asset:
        return
    studio.memory.decide(action.asset, generation.id, Choice.TAKEN, action.asked, at=studio.clock.now())
    reach("taken")


def _close(
    studio: Studio,
    plan: Plan,
    wishes: Wishes,
    made: tuple[Made, ...],
    tally: Tally,
    failure: PipelineError | None,
    arrived: Mapping[str, Action],
) -> Report:
    """Look at the world once more, hand over what is there, and say what is not and why."""
    look = Wishes(buy=False)
    facts = survey(studio, plan.specs, look)
    final = decide(plan.specs, facts, look)
    told = {asset: action.advice for asset, action in arrived.items()}
    found = outcomes(plan, final, facts, made, unanswered(studio, plan, wishes), told)
    left = tuple(hand_over(studio, spec, found, facts) for spec in plan.specs)
    stopped_by = failure
    if stopped_by is None and tally.halted is not None:
        stopped_by = CredentialsError(
            f"the provider does not accept these credentials: {tally.halted}",
            next_step="pipeline doctor --online",
        )
    interrupted = studio.bell.stopped
    selected = frozenset(action.asset for action in plan.actions)
    return Report(
        run=studio.run,
        plan=plan,
        outcomes=found,
        made=made,
        bought=tally.bought,
        left_over=left,
        stopped_by=stopped_by,
        interrupted=interrupted,
        expired=studio.bell.expired,
        exit_code=worst(
            exit_code_of(found, selected),
            stopped_by.exit_code if stopped_by else ExitCode.OK,
            ExitCode.INTERRUPTED if interrupted else ExitCode.OK,
        ),
    )
