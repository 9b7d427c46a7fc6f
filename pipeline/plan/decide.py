"""The plan: one action with its reason and cost for every asset. Pure; the last page of the planner."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.history.records import Generation
from pipeline.plan.advice import (
    advice_for,
    better_size_advice,
    near_advice,
    other_prompt_advice,
    picture_advice,
)
from pipeline.plan.cases import Case, Nothing, Own, cases_of
from pipeline.plan.masters import choose_size
from pipeline.plan.model import Action, Facts, Kind, Plan, Reason, SlotPlan, Wishes, Work
from pipeline.plan.pick import Barred, Have, Need, UnderWay
from pipeline.plan.price import Purse, price_of, price_words
from pipeline.plan.reasons import next_step, sentence
from pipeline.plan.shop import Shopping, better_size, shop, wanted_slots
from pipeline.plan.slots import planned, to_come, unmade
from pipeline.providers.models import MODELS
from pipeline.spec.model import Spec

_MOVES = "the picture moves; its first frame is used"
_NEWS = (Reason.SAME_REQUEST, Reason.USE)
"""Reasons of a picture that the asset takes from now on."""


def decide(specs: tuple[Spec, ...], facts: Facts, wishes: Wishes) -> Plan:
    """Everything a run would do. The same specs, facts and wishes give the same plan."""
    cases = cases_of(specs, facts, wishes)
    wanted = [wish for case in cases if not case.image.draft and (wish := case.wish()) is not None]
    shopping = shop(wanted if wishes.buy else [], facts, Purse(wishes.budget))
    return Plan(
        specs=specs,
        buyer=facts.buyer,
        actions=tuple(_action(case, shopping, facts, wishes) for case in cases),
        purchases=shopping.purchases,
    )


def _action(case: Case, shopping: Shopping, facts: Facts, wishes: Wishes) -> Action:
    if case.image.draft:
        return _draft(case, facts)
    match case.outcome:
        case Have() as have:
            return _with_picture(case, have, facts, wishes)
        case Own() as own:
            return _with_own(case, own, facts, wishes)
        case Need() as need:
            return _to_buy(case, need, shopping, facts, wishes)
        case UnderWay(generation, code):
            return _without(case, Kind.WAIT, code, facts, generation)
        case Barred(generation, code):
            return _without(case, Kind.BLOCKED, code, facts, generation)
        case Nothing(code, detail):
            return _without(case, Kind.BLOCKED, code, facts, detail=detail)


def _base(
    case: Case, kind: Kind, code: Reason, facts: Facts, generation: Generation | None = None, detail: str = ""
) -> Action:
    """An action with what every kind of it says."""
    prompted = case.asked.prompted if case.asked else None
    return Action(
        spec=case.spec.name,
        article=case.article,
        image=case.image,
        kind=kind,
        code=code,
        reason=sentence(code, generation, detail),
        asked=case.for_key,
        request=case.asked.request if case.asked else None,
        provider=facts.buyer.name if prompted else None,
        model=prompted.model if prompted else None,
        prompt=prompted.prompt if prompted else None,
        earlier_prompt=_earlier(case, facts),
        generation=generation,
        next_step=next_step(
            code,
            case.used or case.image.key,
            case.spec.shown,
            generation,
            flag=_flag(case, facts),
        ),
        shown=case.spec.shown,
        flag=_flag(case, facts),
    )


def _flag(case: Case, facts: Facts) -> str:
    """What a next command needs to stay with the simulator that serves this plan."""
    return " --provider simulator" if facts.buyer.simulated and case.spec.provider != "simulator" else ""


def _earlier(case: Case, facts: Facts) -> str | None:
    """The prompt that the last run saw for an asset, where it asks for another one now."""
    before = facts.known.assets.get(case.image.key)
    if before is None or before.prompt is None or case.asked is None:
        return None
    return before.prompt if before.prompt != case.asked.prompted.prompt else None


def _with_picture(case: Case, have: Have, facts: Facts, wishes: Wishes) -> Action:
    slots = planned(case.image, have.master, have.generation.provider, facts, wishes, ai=True)
    kind, code, detail = _file_work(have.code, slots, wishes)
    if code is Reason.USE:
        detail = case.used
    elif code is Reason.SAME_REQUEST and have.generation.asset != case.image.key:
        detail = f" (bought for {have.generation.asset})"
    advice = [*advice_for(case.image, slots)]
    if have.code in _NEWS:
        same_bytes = facts.known.same_bytes.get(have.master.sha256, ())
        advice += picture_advice(have.generation, have.master, same_bytes)
    if (other := other_prompt_advice(case.image, have.generation)) is not None:
        advice.append(other)
    if (better := _better(case, have, facts)) is not None:
        advice.append(better)
    return replace(
        _base(case, kind, code, facts, have.generation, detail),
        slots=slots,
        master=have.master,
        width=have.master.width,
        height=have.master.height,
        advice=tuple(advice),
    )


def _with_own(case: Case, own: Own, facts: Facts, wishes: Wishes) -> Action:
    slots = planned(case.image, own.master, "own", facts, wishes, ai=own.ai)
    kind, code, detail = _file_work(Reason.OWN_FILE, slots, wishes)
    return replace(
        _base(case, kind, code, facts, detail=own.detail if code is Reason.OWN_FILE else detail),
        slots=slots,
        master=own.master,
        width=own.master.width,
        height=own.master.height,
        ai=own.ai,
        advice=(*advice_for(case.image, slots), *((_MOVES,) if own.moves else ())),
    )


def _file_work(taken: Reason, slots: Sequence[SlotPlan], wishes: Wishes) -> tuple[Kind, Reason, str]:
    """The kind and reason of an asset whose picture is there."""
    to_make = [plan for plan in slots if plan.work is Work.RENDER]
    if not to_make:
        held = sum(plan.work in (Work.HELD_EDITED, Work.HELD_FOREIGN) for plan in slots)
        waits = f"; {_files(held)} held back" if held else ""
        # A picture taken anew stays news, though its files lie there already: it must be written down.
        return (Kind.KEEP, taken, "") if taken in _NEWS else (Kind.KEEP, Reason.UP_TO_DATE, waits)
    files = _files(len(to_make))
    if wishes.force:
        return Kind.RENDER, Reason.FORCED, files
    again = any(plan.path is not None for plan in to_make)
    if taken in (Reason.UP_TO_DATE, Reason.OWN_FILE) and (again or len(to_make) < len(slots)):
        return Kind.RENDER, Reason.RECIPE_CHANGED, files
    if taken is Reason.UP_TO_DATE:
        return Kind.RENDER, Reason.FILES_MISSING, files
    return Kind.REUSE, taken, ""


def _files(count: int) -> str:
    return f"{count} file" + ("" if count == 1 else "s")


def _better(case: Case, have: Have, facts: Facts) -> str | None:
    size = better_size(case.image, case.asked, have, facts) if case.asked is not None else None
    if case.asked is None or size is None:
        return None
    cost = price_of(case.asked.prompted.model, facts.prices, simulated=facts.buyer.simulated)
    return better_size_advice(size, price_words(cost))


def _to_buy(case: Case, need: Need, shopping: Shopping, facts: Facts, wishes: Wishes) -> Action:
    key = case.image.key
    if key in shopping.bought:
        purchase = shopping.purchases[shopping.bought[key]]
        width, height = purchase.wanted.width, purchase.wanted.height
        slots = to_come(case.image, facts, wishes, width, height)
        first, near = purchase.assets[0] == key, facts.near.get(key, ())
        kind, code = (Kind.GENERATE, need.code) if first else (Kind.REUSE, Reason.SHARED)
        return replace(
            _base(case, kind, code, facts, detail="" if first else purchase.assets[0]),
            slots=slots,
            width=width,
            height=height,
            cost=purchase.wanted.cost if first else 0,
            advice=(*advice_for(case.image, slots), *(near_advice(key, near) if first else ())),
            near=tuple(hint.past.generation for hint in near) if first else (),
        )
    if not wishes.buy:
        return _without(case, Kind.BLOCKED, need.code, facts)
    return _without(case, Kind.BLOCKED, Reason.BUDGET, facts, detail=shopping.refused[key])


def _without(
    case: Case, kind: Kind, code: Reason, facts: Facts, generation: Generation | None = None, detail: str = ""
) -> Action:
    """An asset that gets no picture now: what it waits for or what is in its way."""
    slots: tuple[SlotPlan, ...] = ()
    if generation is not None:
        slots = unmade(case.image, facts, generation.width, generation.height)
    return replace(
        _base(case, kind, code, facts, generation, detail),
        slots=slots,
        width=generation.width if generation else None,
        height=generation.height if generation else None,
    )


def _draft(case: Case, facts: Facts) -> Action:
    wish = case.wish()
    if wish is None:
        return _base(case, Kind.DRAFT, Reason.DRAFT, facts)
    prompted = wish.asked.prompted
    width, height = prompted.size or choose_size(MODELS[prompted.model], wanted_slots([wish], facts))
    slots = unmade(case.image, facts, width, height)
    return replace(
        _base(case, Kind.DRAFT, Reason.DRAFT, facts),
        slots=slots,
        width=width,
        height=height,
        cost=price_of(prompted.model, facts.prices, simulated=facts.buyer.simulated),
        advice=advice_for(case.image, slots),
    )
