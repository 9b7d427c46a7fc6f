"""One asset seen through to the picture it takes, its own, another's or a new one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.history.records import Generation, Master
from pipeline.history.states import Purpose, State
from pipeline.plan import selector
from pipeline.plan.model import Facts, Reason, Redo, Wishes
from pipeline.plan.pick import (
    Asked,
    Barred,
    Have,
    Need,
    Pick,
    asked_of,
    chosen_for,
    failed_last,
    in_the_way,
    left_planned,
    pick,
    usable,
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


@dataclass(frozen=True, slots=True)
class Nothing:
    """No picture and no generation to blame: a file that does not open, a `use:` that leads nowhere."""

    code: Reason
    detail: str


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
    root, used = image, ""
    while isinstance(root.source, Reused) and root.source.asset in images:
        used = root.source.asset
        root = images[used]
    match root.source:
        case Prompted() as prompted:
            return _prompted(spec, article, image, root, prompted, used, facts, wishes)
        case OwnFile() as own:
            outcome: Own | Nothing | Pick = _own(own, facts)
        case Reused(asset=key):
            used = key
            held = chosen_for(image.key, use_key(key), facts)
            outcome = _have(held, Reason.UP_TO_DATE) or _from_history(key, facts)
    for_key = use_key(used) if used else ""
    return Case(
        spec=spec, article=article, image=image, asked=None, for_key=for_key, outcome=outcome, used=used
    )


def use_key(asset: str) -> str:
    """What an asset asks that takes another's picture: its choice holds while the spec names the same one."""
    return f"use:{asset}"


def _prompted(
    spec: Spec,
    article: str,
    image: Image,
    root: Image,
    prompted: Prompted,
    used: str,
    facts: Facts,
    wishes: Wishes,
) -> Case:
    spec_asks = asked_of(prompted, facts.buyer)
    held = chosen_for(image.key, spec_asks.key, facts) if used else None
    asked = spec_asks
    outcome = _have(held, Reason.UP_TO_DATE) or pick(root, slots_of(root, facts), spec_asks, facts)
    redo = wishes.redo.get(image.key)
    if redo is not None:
        asked = asked_of(_redone(prompted, redo), facts.buyer)
        outcome = in_the_way(image.key, asked, facts) or _need(Reason.ASKED, Purpose.REGENERATE, asked, facts)
    elif isinstance(outcome, Barred):
        outcome = _asked_again(outcome, asked, facts, wishes)
    elif wishes.remaster and isinstance(outcome, Have):
        outcome = _remastered(spec, image, outcome, asked, facts)
    return Case(
        spec=spec,
        article=article,
        image=image,
        asked=asked,
        for_key=spec_asks.key,
        outcome=outcome,
        used=used,
    )


def _asked_again(barred: Barred, asked: Asked, facts: Facts, wishes: Wishes) -> Barred | Need:
    """`--only failed` and `--only rejected` are requests for one paid attempt each."""
    if "failed" in wishes.only and barred.code is not Reason.UNKNOWN and failed_last(asked, facts):
        return _need(Reason.ASKED, Purpose.RUN, asked, facts)
    if "rejected" in wishes.only and barred.code is Reason.REJECTED:
        return _need(Reason.ASKED, Purpose.RUN, asked, facts)
    return barred


def _selected(case: Case, facts: Facts, wishes: Wishes) -> bool:
    """Whether the words `failed` and `rejected` leave this asset in."""
    words = [word for word in wishes.only if word in selector.STATE_WORDS]
    if not words:
        return True
    if case.asked is None:
        return False
    is_failed = "failed" in words and failed_last(case.asked, facts)
    asked_for = isinstance(case.outcome, Need) and case.outcome.code is Reason.ASKED
    is_rejected = "rejected" in words and (
        asked_for or (isinstance(case.outcome, Barred) and case.outcome.code is Reason.REJECTED)
    )
    return is_failed or is_rejected


def _remastered(spec: Spec, image: Image, have: Have, asked: Asked, facts: Facts) -> Have | Need:
    need = Need(Reason.REMASTER, Purpose.REMASTER)
    wish = Wish(image=image, spec=spec.name, tags=spec.tags, asked=asked, need=need, for_key=asked.key)
    return have if better_size(wish, facts, have.master.width, have.master.height) is None else need


def _need(code: Reason, purpose: Purpose, asked: Asked, facts: Facts) -> Need:
    attempts = facts.known.attempts.get(asked.request, ())
    left = left_planned([item for item in attempts if item.purpose is purpose], facts)
    return Need(code, purpose, takes_over=left)


def _redone(prompted: Prompted, redo: Redo) -> Prompted:
    return replace(
        prompted,
        prompt=redo.prompt or prompted.prompt,
        model=redo.model or prompted.model,
        size=redo.size or prompted.size,
    )


def _have(generation: Generation | None, code: Reason) -> Have | None:
    if generation is None or generation.master is None:
        return None
    return Have(generation, generation.master, code)


def _own(own: OwnFile, facts: Facts) -> Own | Nothing:
    reading = facts.own[own.path]
    if reading.master is None:
        return Nothing(Reason.FILE_UNREADABLE, reading.problem)
    return Own(reading.master, own.ai, own.written)


def _from_history(key: str, facts: Facts) -> Own | Nothing | Have | Barred:
    """What another week's asset shows now: the newest decision for it, or its own file."""
    fact = facts.known.assets.get(key)
    if fact is not None and fact.own_sha256 is not None and fact.own_sha256 in facts.known.own_masters:
        return Own(facts.known.own_masters[fact.own_sha256], fact.ai, key)
    shown = _shown(key, facts)
    if shown is None:
        return Nothing(Reason.USE_MISSING, key)
    have = _have(shown, Reason.USE) if usable(shown, facts) else None
    return have or Barred(shown, Reason.REJECTED if shown.rejected else Reason.PICTURE_GONE)


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
            if found is not None and found.simulated == facts.buyer.simulated and found.state is State.STORED
        ),
        None,
    )
