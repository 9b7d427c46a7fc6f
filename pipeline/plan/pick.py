"""Which picture an asset takes: one that is there, one under way, a new one, or none and why. Pure.

This page decides about money. The rules, in their order: what was chosen for the asset holds; what is
under way is waited for; any usable stored picture of the request is taken; after doubt, refusal or loss
nothing is bought by itself; only then is one bought.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.fingerprint import generation_key, request_key
from pipeline.history.records import Decision, Generation, Master
from pipeline.history.states import REPEATABLE_REFUSALS, Choice, Purpose, Resolution, State
from pipeline.plan.attempts import (
    doubt_among,
    is_ours,
    left_planned,
    may_be_bought_again,
    may_be_shown,
    usable,
    why_barred,
)
from pipeline.plan.masters import best_stored
from pipeline.plan.model import Buyer, Facts, Reason, Redo
from pipeline.platforms.model import Slot
from pipeline.providers.models import MODELS
from pipeline.spec.model import Image, Prompted


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an asset asks of its provider now. `key` is what a selection must have been made for to hold."""

    prompted: Prompted
    request: str
    generation_key: str | None

    @property
    def key(self) -> str:
        """The generation key where the spec gives a size, else the request key."""
        return self.generation_key or self.request


@dataclass(frozen=True, slots=True)
class Have:
    """A stored picture to use."""

    generation: Generation
    master: Master
    code: Reason


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A picture that is being made: waited for instead of buying another."""

    generation: Generation
    code: Reason


@dataclass(frozen=True, slots=True)
class Need:
    """A picture must be bought. `takes_over`: a planned row of a dead run that is used for it.

    `size`: the pixels it must have though the spec gives none.
    """

    code: Reason
    purpose: Purpose = Purpose.RUN
    takes_over: Generation | None = None
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Barred:
    """No picture, and none is bought by itself."""

    generation: Generation
    code: Reason


Pick = Have | UnderWay | Need | Barred


def redone(prompted: Prompted, redo: Redo) -> Prompted:
    """What a redo asks: the spec's image with the author's changes, less what another model cannot take."""
    model = MODELS[redo.model or prompted.model]
    return replace(
        prompted,
        prompt=redo.prompt or prompted.prompt,
        model=model.name,
        size=redo.size or prompted.size,
        seed=prompted.seed if model.seed else None,
        params={name: value for name, value in prompted.params.items() if name in model.params},
    )


def asked_of(prompted: Prompted, buyer: Buyer) -> Asked:
    """The keys of what a spec's image asks of a provider."""
    request = request_key(
        provider=buyer.name,
        model=prompted.model,
        prompt=prompted.prompt,
        seed=prompted.seed,
        params=prompted.params,
    )
    exact = generation_key(request, *prompted.size) if prompted.size else None
    return Asked(prompted=prompted, request=request, generation_key=exact)


def pick(image: Image, slots: Sequence[Slot], asked: Asked, facts: Facts) -> Pick:
    """Decide for one asset without any wish of the author's."""
    attempts = exact_attempts(asked, facts)
    pursuit = under_way(_pursuits(image.key, facts), facts, sent_only=True)
    if pursuit is not None and pursuit.code is not Reason.OTHER_ACCOUNT:
        return pursuit
    chosen = chosen_for(image.key, asked.key, facts)
    if chosen is not None and chosen.master is not None:
        return Have(chosen, chosen.master, Reason.UP_TO_DATE)
    stored = [
        (attempt, attempt.master)
        for attempt in attempts
        if attempt.master is not None and usable(attempt, facts)
    ]
    taken = best_stored(
        [(image, slot) for slot in slots], stored, facts.known.last_selected.get(asked.request)
    )
    if taken is not None:
        return Have(*taken, Reason.SAME_REQUEST)
    return _without_picture(image.key, asked, attempts, facts)


def chosen_for(asset: str, asked_key: str, facts: Facts) -> Generation | None:
    """The usable generation that was decided for an asset last and still holds, if any.

    A pin holds whatever the spec asks; any other choice holds for what the spec asked when it was made.
    Simulated and real pictures never stand in for each other.
    """
    newest = [
        decision
        for decision in facts.known.decisions.get(asset, ())
        if (generation := facts.known.decided.get(decision.generation)) is not None
        and may_be_shown(generation, facts.buyer)
    ]
    holding = (
        facts.known.decided[decision.generation]
        for place, decision in enumerate(newest)
        if _holds(decision, asked_key, newest[:place])
    )
    return next((generation for generation in holding if usable(generation, facts)), None)


def newest_attempt(asked: Asked, facts: Facts) -> Generation | None:
    """The last attempt at what an asset asks for."""
    attempts = exact_attempts(asked, facts)
    return attempts[-1] if attempts else None


def failed_last(asked: Asked, facts: Facts) -> bool:
    """Whether `--only failed` means this asset: its newest attempt failed, or was refused but may pass."""
    newest = newest_attempt(asked, facts)
    if newest is None:
        return False
    if newest.state is State.FAILED:
        return True
    code = newest.trouble.code if newest.trouble else ""
    return newest.state is State.REFUSED and code in REPEATABLE_REFUSALS


def in_the_way(asset: str, asks: Sequence[Asked], facts: Facts) -> UnderWay | Barred | None:
    """What keeps an asked-for purchase back: a picture under way is waited for, a doubt must be settled.

    Looks at all that `asks` name (what the spec asks, and what the purchase would) and at this asset's own
    attempts, whatever their size.
    """
    tried = [
        attempt
        for asked in asks
        for attempt in facts.known.attempts.get(asked.request, ())
        if attempt.asset == asset or _exactly(attempt, asked)
    ]
    tried += _pursuits(asset, facts)
    waiting = under_way(tried, facts)
    doubt = doubt_among(tried)
    return waiting or (Barred(doubt, Reason.UNKNOWN) if doubt else None)


def under_way(attempts: Sequence[Generation], facts: Facts, *, sent_only: bool = False) -> UnderWay | None:
    """The first attempt that somebody is working on or that we can collect, else one of another account."""
    elsewhere = None
    for attempt in attempts:
        if attempt.state is State.SUBMITTED:
            if is_ours(attempt, facts.buyer):
                return UnderWay(attempt, Reason.IN_FLIGHT)
            elsewhere = elsewhere or UnderWay(attempt, Reason.OTHER_ACCOUNT)
        alive = attempt.owner in facts.alive and attempt.owner != facts.run
        waits = attempt.state is State.SUBMITTING or (attempt.state is State.PLANNED and not sent_only)
        if waits and alive:
            return UnderWay(attempt, Reason.OTHER_RUN)
    return elsewhere


def exact_attempts(asked: Asked, facts: Facts) -> tuple[Generation, ...]:
    """The attempts at what is asked, oldest first: at the request, or at the very size where one is given."""
    attempts = facts.known.attempts.get(asked.request, ())
    return tuple(attempt for attempt in attempts if _exactly(attempt, asked))


def _without_picture(asset: str, asked: Asked, attempts: Sequence[Generation], facts: Facts) -> Pick:
    waiting = under_way(attempts, facts)
    if waiting is not None:
        return waiting
    doubt = doubt_among(attempts)
    if doubt is not None:
        return Barred(doubt, Reason.UNKNOWN)
    for attempt in reversed(attempts):
        if not may_be_bought_again(attempt):
            return Barred(attempt, why_barred(attempt))
    left = left_planned(asset, attempts, facts)
    return Need(_why_new(asset, asked, attempts, facts), takes_over=left)


def _why_new(asset: str, asked: Asked, attempts: Sequence[Generation], facts: Facts) -> Reason:
    if any(attempt.resolution is Resolution.RESUBMIT for attempt in attempts):
        return Reason.RESUBMIT
    if any(attempt.state is State.PLANNED for attempt in attempts):
        return Reason.LEFT_PLANNED
    if any(attempt.state is State.FAILED for attempt in attempts):
        return Reason.AFTER_FAILURE
    before = facts.known.assets.get(asset)
    if before is None or before.request is None:
        return Reason.NEW
    if before.request == asked.request:
        tried = facts.known.attempts.get(asked.request, ())
        resized = any(item.asset == asset and not _exactly(item, asked) for item in tried)
        return Reason.REQUEST_CHANGED if resized else Reason.NEW
    if before.prompt != asked.prompted.prompt:
        return Reason.PROMPT_CHANGED
    return Reason.MODEL_CHANGED if before.model != asked.prompted.model else Reason.REQUEST_CHANGED


def _exactly(generation: Generation, asked: Asked) -> bool:
    return asked.generation_key is None or generation.generation_key == asked.generation_key


def _pursuits(asset: str, facts: Facts) -> tuple[Generation, ...]:
    """What is under way for an asset because its author asked; a rehearsal's stays out of a real run."""
    pursuits = facts.known.pursuits.get(asset, ())
    return tuple(item for item in pursuits if item.provider == facts.buyer.name)


def _holds(decision: Decision, asked_key: str, newer: Sequence[Decision]) -> bool:
    """A pin ends with the next decision, unless that is only the planner's taking of the same picture."""
    if decision.request == asked_key:
        return True
    return decision.choice is Choice.PINNED and all(
        later.choice is Choice.TAKEN and later.generation == decision.generation for later in newer
    )
