"""Which picture an asset takes: one that is there, one under way, a new one, or none and why. Pure.

This page decides about money. The rules, in their order: what was chosen for the asset holds; what is
under way is waited for; any usable stored picture of the request is taken; after doubt, refusal or loss
nothing is bought by itself; only then is one bought.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.fingerprint import generation_key, request_key
from pipeline.history.records import Decision, Generation, Master
from pipeline.history.states import (
    REPEATABLE_REFUSALS,
    Charged,
    Choice,
    Purpose,
    Resolution,
    State,
    is_free_of_doubt,
)
from pipeline.plan.masters import best_stored
from pipeline.plan.model import Buyer, Facts, Reason
from pipeline.platforms.model import Slot
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
    """A picture must be bought. `takes_over`: a planned row of a dead run that is used for it."""

    code: Reason
    purpose: Purpose = Purpose.RUN
    takes_over: Generation | None = None


@dataclass(frozen=True, slots=True)
class Barred:
    """No picture, and none is bought by itself."""

    generation: Generation
    code: Reason


Pick = Have | UnderWay | Need | Barred


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
    attempts = facts.known.attempts.get(asked.request, ())
    pursuit = under_way(facts.known.pursuits.get(image.key, ()), facts, sent_only=True)
    if pursuit is not None and pursuit.code is not Reason.OTHER_ACCOUNT:
        return pursuit
    chosen = chosen_for(image.key, asked.key, facts)
    if chosen is not None and chosen.master is not None and _fits_size(chosen, asked, image.key, facts):
        return Have(chosen, chosen.master, Reason.UP_TO_DATE)
    stored = [
        (attempt, attempt.master)
        for attempt in attempts
        if attempt.master is not None and usable(attempt, facts) and _exactly(attempt, asked)
    ]
    taken = best_stored(
        [(image, slot) for slot in slots], stored, facts.known.last_selected.get(asked.request)
    )
    if taken is not None:
        return Have(*taken, Reason.SAME_REQUEST)
    return _without_picture(
        image.key, asked, [attempt for attempt in attempts if _exactly(attempt, asked)], facts
    )


def usable(generation: Generation, facts: Facts) -> bool:
    """Stored, not rejected, and its picture is present."""
    return (
        generation.state is State.STORED
        and not generation.rejected
        and generation.master is not None
        and generation.master.sha256 in facts.present
    )


def chosen_for(asset: str, asked_key: str, facts: Facts) -> Generation | None:
    """The usable generation that was decided for an asset and still holds, if any.

    A pin holds whatever the spec asks; any other choice holds for what the spec asked when it was made.
    Simulated and real pictures never stand in for each other.
    """
    newest = [
        (decision, generation)
        for decision in facts.known.decisions.get(asset, ())
        if (generation := facts.known.decided.get(decision.generation)) is not None
        and generation.simulated == facts.buyer.simulated
    ]
    holding = next((pair for pair in newest if _holds(pair[0], asked_key, newest)), None)
    if holding is None or not usable(holding[1], facts):
        return None
    return holding[1]


def newest_attempt(asked: Asked, facts: Facts) -> Generation | None:
    """The last attempt at what an asset asks for."""
    attempts = facts.known.attempts.get(asked.request, ())
    return next((attempt for attempt in reversed(attempts) if _exactly(attempt, asked)), None)


def failed_last(asked: Asked, facts: Facts) -> bool:
    """Whether `--only failed` means this asset: its newest attempt failed, or was refused but may pass."""
    newest = newest_attempt(asked, facts)
    if newest is None:
        return False
    if newest.state is State.FAILED:
        return True
    code = newest.trouble.code if newest.trouble else ""
    return newest.state is State.REFUSED and code in REPEATABLE_REFUSALS


def in_the_way(asset: str, asked: Asked, facts: Facts) -> UnderWay | Barred | None:
    """What keeps an asked-for purchase back: a picture under way is waited for, a doubt must be settled."""
    attempts = [
        attempt for attempt in facts.known.attempts.get(asked.request, ()) if _exactly(attempt, asked)
    ]
    pursuits = facts.known.pursuits.get(asset, ())
    doubt = _doubt((*attempts, *pursuits), facts)
    return under_way((*pursuits, *attempts), facts) or (Barred(doubt, Reason.UNKNOWN) if doubt else None)


def under_way(attempts: Sequence[Generation], facts: Facts, *, sent_only: bool = False) -> UnderWay | None:
    """The first attempt that somebody is working on, or that our account can collect."""
    for attempt in attempts:
        if attempt.state is State.SUBMITTED:
            ours = (attempt.endpoint, attempt.account) == (facts.buyer.endpoint, facts.buyer.account)
            return UnderWay(attempt, Reason.IN_FLIGHT if ours else Reason.OTHER_ACCOUNT)
        alive = attempt.owner in facts.alive and attempt.owner != facts.run
        waits = attempt.state is State.SUBMITTING or (attempt.state is State.PLANNED and not sent_only)
        if waits and alive:
            return UnderWay(attempt, Reason.OTHER_RUN)
    return None


def left_planned(attempts: Sequence[Generation], facts: Facts) -> Generation | None:
    """A planned row whose run is dead: it belongs to whoever needs it."""
    return next(
        (item for item in attempts if item.state is State.PLANNED and item.owner not in facts.alive), None
    )


def _without_picture(asset: str, asked: Asked, attempts: Sequence[Generation], facts: Facts) -> Pick:
    waiting = under_way(attempts, facts)
    if waiting is not None:
        return waiting
    doubt = _doubt(attempts, facts)
    if doubt is not None:
        return Barred(doubt, Reason.UNKNOWN)
    for attempt in reversed(attempts):
        bar = _bar(attempt, facts)
        if bar is not None:
            return Barred(attempt, bar)
    return Need(_why_new(asset, asked, attempts, facts), takes_over=left_planned(attempts, facts))


def _doubt(attempts: Sequence[Generation], facts: Facts) -> Generation | None:
    """An attempt that may have been charged: unknown, or being sent by a run that is dead."""
    return next(
        (
            attempt
            for attempt in attempts
            if attempt.state is State.UNKNOWN
            or (attempt.state is State.SUBMITTING and attempt.owner not in facts.alive)
        ),
        None,
    )


def _bar(attempt: Generation, facts: Facts) -> Reason | None:
    """Why this attempt keeps a plain run from buying again, or None."""
    if attempt.state is State.STORED:
        if attempt.rejected:
            return Reason.REJECTED
        return None if usable(attempt, facts) else Reason.PICTURE_GONE
    if attempt.state is State.REFUSED:
        return Reason.REFUSED
    if attempt.state is State.PLANNED or is_free_of_doubt(attempt.state, attempt.charged, attempt.resolution):
        return None
    return Reason.PAID_LOST if attempt.state is State.FAILED else Reason.ABANDONED


def _why_new(asset: str, asked: Asked, attempts: Sequence[Generation], facts: Facts) -> Reason:
    if any(attempt.resolution is Resolution.RESUBMIT for attempt in attempts):
        return Reason.RESUBMIT
    if any(attempt.state is State.PLANNED for attempt in attempts):
        return Reason.LEFT_PLANNED
    if any(attempt.charged is Charged.NO for attempt in attempts):
        return Reason.AFTER_FAILURE
    before = facts.known.assets.get(asset)
    if before is None or before.request is None or before.request == asked.request:
        return Reason.NEW
    if before.prompt != asked.prompted.prompt:
        return Reason.PROMPT_CHANGED
    return Reason.MODEL_CHANGED if before.model != asked.prompted.model else Reason.REQUEST_CHANGED


def _exactly(generation: Generation, asked: Asked) -> bool:
    return asked.generation_key is None or generation.generation_key == asked.generation_key


def _holds(decision: Decision, asked_key: str, decided: Sequence[tuple[Decision, Generation]]) -> bool:
    is_newest = decided[0][0] is decision
    return decision.request == asked_key or (decision.choice is Choice.PINNED and is_newest)


def _fits_size(chosen: Generation, asked: Asked, asset: str, facts: Facts) -> bool:
    """The planner's own choice gives way to an explicit size; the author's does not."""
    newest = next(d for d in facts.known.decisions[asset] if d.generation == chosen.id)
    return newest.choice is not Choice.TAKEN or _exactly(chosen, asked)
