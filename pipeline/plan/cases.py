"""One asset seen through to the picture it takes, its own, another's or a new one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.history.records import Generation, Master
from pipeline.history.states import Purpose, State
from pipeline.plan import selector
from pipeline.plan.attempts import left_planned, may_be_shown, usable, why_unusable
from pipeline.plan.model import Facts, Reason, Wishes
from pipeline.plan.pick import (
    Asked,
    Barred,
    Have,
    Need,
    Pick,
    UnderWay,
    asked_of,
    chosen_for,
    exact_attempts,
    failed_last,
    in_the_way,
    pick,
    redone,
    under_way,
)
from pipeline.plan.shop import Wish, better_size
from pipeline.plan.slots import slots_of
from pipeline.spec.model import Image, OwnFile, Prompted, Reused, Spec


@dataclass(frozen=True, slots=True)
class Own:
    """A picture that was never bought: the author's own file, here or in an older asset."""

    master: Master
    ai: bool
    detail: str
    moves: bool = False


@dataclass(frozen=True, slots=True)
class Nothing:
    """No picture and no generation to blame: a file that does not open, a `use:` that leads nowhere."""

    code: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Trail:
    """Where `use:` leads: the image at its end, the last asset it names, the first one of another spec."""

    root: Image
    used: str = ""
    foreign: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One asset with what it takes. `for_key` is what its spec asks; `asked` may differ for a redo."""

    spec: Spec
    article: str
    image: Image
    asked: Asked | None
    for_key: str
    outcome: Pick | Own | Nothing
    used: str = ""

    def wish(self) -> Wish | None:
        """The wish to buy, where there is one."""
        if self.asked is None or not isinstance(self.outcome, Need):
            return None
        return Wish(
            image=self.image,
            spec=self.spec.name,
            tags=self.spec.tags,
            asked=self.asked,
            need=self.outcome,
            for_key=self.for_key,
        )


def cases_of(specs: tuple[Spec, ...], facts: Facts, wishes: Wishes) -> tuple[Case, ...]:
    """Every selected asset of the specs, in their order."""
    images = {image.key: image for spec in specs for image in spec.images}
    found = (
        _case(spec, article.slug, image, images, facts, wishes)
        for spec in specs
        for article in spec.articles
        for image in article.images
        if selector.matches(image, wishes.only)
    )
    return tuple(case for case in found if _selected(case, facts, wishes))


def _case(
    spec: Spec, article: str, image: Image, images: Mapping[str, Image], facts: Facts, wishes: Wishes
) -> Case:
    logo = facts.logos.get(image.brand) if image.brand is not None and image.branded else None
    if logo is not None and logo.brand is None:
        broken = Nothing(Reason.FILE_UNREADABLE, logo.problem)
        return Case(spec=spec, article=article, image=image, asked=None, for_key="", outcome=broken)
    trail = _trail(spec, image, images)
    for_key = use_key(trail.foreign or trail.used) if trail.used else ""
    match trail.root.source:
        case Prompted() as prompted:
            return _prompted(spec, article, image, trail, prompted, facts, wishes)
        case OwnFile() as own:
            outcome: Own | Nothing | Pick = _own(own, facts)
        case Reused(asset=key):
            held = chosen_for(image.key, for_key, facts)
            outcome = _have(held, Reason.UP_TO_DATE) or _from_history(key, facts)
    return Case(
        spec=spec,
        article=article,
        image=image,
        asked=None,
        for_key=for_key,
        outcome=outcome,
        used=trail.used,
    )


def _trail(spec: Spec, image: Image, images: Mapping[str, Image]) -> Trail:
    """Follow `use:` as far as the specs of this run go; a circle through two specs ends where it closes."""
    root, way = image, [image.key]
    while isinstance(root.source, Reused):
        way.append(root.source.asset)
        if way[-1] not in images or way[-1] in way[:-1]:
            break
        root = images[way[-1]]
    foreign = next((key for key in way if key.partition("/")[0] != spec.name), "")
    return Trail(root, way[-1] if len(way) > 1 else "", foreign)


def use_key(asset: str) -> str:
    """What an asset asks that takes another spec's picture: its choice holds while it names the same one.

    The same whether that spec is part of the run or not. Within one spec the choice follows the prompt.
    """
    return f"use:{asset}"


def _prompted(
    spec: Spec,
    article: str,
    image: Image,
    trail: Trail,
    prompted: Prompted,
    facts: Facts,
    wishes: Wishes,
) -> Case:
    spec_asks = asked_of(prompted, facts.buyer)
    asked = spec_asks
    for_key = use_key(trail.foreign) if trail.foreign else spec_asks.key
    outcome = _pick(image, trail.root, for_key, spec_asks, facts)
    redo = wishes.redo.get(image.key)
    if redo is not None:
        asked = asked_of(redone(prompted, redo), facts.buyer)
        barrier = in_the_way(image.key, (spec_asks, asked), facts)
        outcome = barrier or _need(Reason.ASKED, Purpose.REGENERATE, image.key, asked, facts)
    elif isinstance(outcome, Barred):
        outcome = _asked_again(outcome, image.key, asked, facts, wishes)
    elif _is_shown(outcome) and "failed" in wishes.only and failed_last(asked, facts):
        # The picture before stays in place behind the attempt that failed: the author asks for one more.
        barrier = in_the_way(image.key, (asked,), facts)
        outcome = barrier or _need(Reason.ASKED, Purpose.REGENERATE, image.key, asked, facts)
    elif wishes.remaster and isinstance(outcome, Have):
        outcome = _remastered(image, outcome, asked, facts)
    return Case(
        spec=spec,
        article=article,
        image=image,
        asked=asked,
        for_key=for_key,
        outcome=outcome,
        used=trail.used,
    )


def _is_shown(outcome: Pick) -> bool:
    """Whether the asset shows this picture already."""
    return isinstance(outcome, Have) and outcome.code is Reason.UP_TO_DATE


def _pick(image: Image, root: Image, for_key: str, asked: Asked, facts: Facts) -> Pick:
    """What an asset takes; one that takes another's (`root`) keeps what it took when that one moves on."""
    found = pick(root, slots_of(root, facts), asked, facts)
    if image is root:
        return found
    held = _have(chosen_for(image.key, for_key, facts), Reason.UP_TO_DATE)
    return held or (replace(found, code=Reason.USE) if isinstance(found, Have) else found)


def _asked_again(barred: Barred, asset: str, asked: Asked, facts: Facts, wishes: Wishes) -> Barred | Need:
    """`--only failed` and `--only rejected` are requests for one paid attempt each."""
    failed = "failed" in wishes.only and barred.code is not Reason.UNKNOWN and failed_last(asked, facts)
    rejected = "rejected" in wishes.only and barred.code is Reason.REJECTED
    return _need(Reason.ASKED, Purpose.RUN, asset, asked, facts) if failed or rejected else barred


def _selected(case: Case, facts: Facts, wishes: Wishes) -> bool:
    """Whether the words `failed` and `rejected` leave this asset in."""
    words = [word for word in wishes.only if word in selector.STATE_WORDS]
    if not words:
        return True
    if case.asked is None:
        return False
    is_failed = "failed" in words and failed_last(case.asked, facts)
    asked_for = isinstance(case.outcome, Need) and case.outcome.code is Reason.ASKED
    return is_failed or asked_for


def _remastered(image: Image, have: Have, asked: Asked, facts: Facts) -> Have | Need:
    size = better_size(image, asked, have, facts)
    if size is None:
        return have
    resized = asked_of(replace(asked.prompted, size=size), facts.buyer)
    return replace(_need(Reason.REMASTER, Purpose.REMASTER, image.key, resized, facts), size=size)


def _need(code: Reason, purpose: Purpose, asset: str, asked: Asked, facts: Facts) -> Need:
    same = [item for item in exact_attempts(asked, facts) if item.purpose is purpose]
    return Need(code, purpose, takes_over=left_planned(asset, same, facts))


def _have(generation: Generation | None, code: Reason) -> Have | None:
    if generation is None or generation.master is None:
        return None
    return Have(generation, generation.master, code)


def _own(own: OwnFile, facts: Facts) -> Own | Nothing:
    reading = facts.own[own.path]
    if reading.master is None:
        return Nothing(Reason.FILE_UNREADABLE, reading.problem)
    return Own(reading.master, own.ai, own.written, moves=reading.frames > 1)


def _from_history(key: str, facts: Facts) -> Own | Nothing | Have | UnderWay | Barred:
    """What another week's asset shows now: the newest decision for it, what it waits for, or its own file."""
    fact = facts.known.assets.get(key)
    if fact is not None and fact.own_sha256 is not None:
        own = facts.known.own_masters.get(fact.own_sha256)
        there = own is not None and own.sha256 in facts.present
        return Own(own, fact.ai, key) if own is not None and there else Nothing(Reason.USE_MISSING, key)
    shown = _shown(key, facts)
    if shown is None:
        asked = facts.known.attempts.get(fact.request or "", ()) if fact is not None else ()
        ours = [attempt for attempt in asked if attempt.provider == facts.buyer.name]
        return under_way(ours, facts) or Nothing(Reason.USE_MISSING, key)
    have = _have(shown, Reason.USE) if usable(shown, facts) else None
    return have or Barred(shown, why_unusable(shown))


def _shown(key: str, facts: Facts) -> Generation | None:
    fact = facts.known.assets.get(key)
    if fact is not None and fact.request is not None:
        holding = chosen_for(key, fact.request, facts)
        if holding is not None:
            return holding
    decided = (facts.known.decided.get(item.generation) for item in facts.known.decisions.get(key, ()))
    return next(
        (
            found
            for found in decided
            if found is not None and may_be_shown(found, facts.buyer) and found.state is State.STORED
        ),
        None,
    )
