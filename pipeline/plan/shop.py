"""From assets that need a picture to purchases: equal requests are bought once, within the budget. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.fingerprint import generation_key
from pipeline.history.records import Wanted
from pipeline.history.states import Purpose
from pipeline.plan.attempts import may_be_bought_again
from pipeline.plan.masters import choose_size, service
from pipeline.plan.model import Facts, Purchase
from pipeline.plan.pick import Asked, Have, Need, under_way
from pipeline.plan.price import Purse, price_of
from pipeline.plan.slots import slots_of
from pipeline.platforms.model import Slot
from pipeline.providers.models import MODELS
from pipeline.spec.model import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One asset that needs a picture. `for_key` is what its spec asks, which a redo may differ from."""

    image: Image
    spec: str
    tags: Mapping[str, str]
    asked: Asked
    need: Need
    for_key: str

    @property
    def size(self) -> tuple[int, int] | None:
        """The pixels that must be asked for; None: the planner chooses."""
        return self.asked.prompted.size or self.need.size

    @property
    def key(self) -> str:
        """What makes two wishes one purchase: the request, and the size where it is given."""
        return generation_key(self.asked.request, *self.size) if self.size else self.asked.request


@dataclass(frozen=True, slots=True)
class Shopping:
    """The purchases; by asset the index of its purchase, or the ceiling that it would break."""

    purchases: tuple[Purchase, ...]
    bought: Mapping[str, int]
    refused: Mapping[str, str]


def shop(wishes: Sequence[Wish], facts: Facts, purse: Purse) -> Shopping:
    """Group the wishes and turn each group into one purchase, in the order of the specs."""
    purchases: list[Purchase] = []
    bought: dict[str, int] = {}
    refused: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for group in _groups(wishes):
        cost = price_of(group[0].asked.prompted.model, facts.prices, simulated=facts.buyer.simulated)
        ceiling = purse.refuses(cost)
        if ceiling is not None:
            refused.update({wish.image.key: ceiling for wish in group})
            continue
        purse = purse.with_one(cost)
        bought.update({wish.image.key: len(purchases) for wish in group})
        purchases.append(_purchase(group, facts, numbers, cost))
    return Shopping(tuple(purchases), bought, refused)


def size_for(group: Sequence[Wish], facts: Facts) -> tuple[int, int]:
    """The pixels to ask for: those given, those of a row that is taken over, or the best for all slots."""
    given = next((wish.size for wish in group if wish.size), None)
    if given is not None:
        return given
    left = next((wish.need.takes_over for wish in group if wish.need.takes_over), None)
    if left is not None:
        return left.width, left.height
    return choose_size(MODELS[group[0].asked.prompted.model], wanted_slots(group, facts))


def wanted_slots(group: Sequence[Wish], facts: Facts) -> tuple[tuple[Image, Slot], ...]:
    """Every slot of every asset in a group."""
    return tuple((wish.image, slot) for wish in group for slot in slots_of(wish.image, facts))


def better_size(image: Image, asked: Asked, have: Have, facts: Facts) -> tuple[int, int] | None:
    """A size that would serve an asset's slots better than the picture it has, and was never bought.

    None where the size is the author's, or where the picture answers something else than the spec asks:
    another one of the spec's would not be the same picture in a better size.
    """
    if asked.prompted.size is not None or have.generation.request != asked.request:
        return None
    slots = [(image, slot) for slot in slots_of(image, facts)]
    now = service(slots, have.master.width, have.master.height)
    size = choose_size(MODELS[asked.prompted.model], slots)
    if now.good or service(slots, *size).rank[:3] <= now.rank[:3]:
        return None
    key = generation_key(asked.request, *size)
    same = [item for item in facts.known.attempts.get(asked.request, ()) if item.generation_key == key]
    free = under_way(same, facts) is None and all(may_be_bought_again(item) for item in same)
    return size if free else None


def _groups(wishes: Sequence[Wish]) -> list[list[Wish]]:
    """Equal requests together, in the order of the specs; one without a size joins a size that is bought."""
    hosts: dict[str, str] = {}
    for wish in wishes:
        if wish.size is not None:
            hosts.setdefault(wish.asked.request, wish.key)
    groups: dict[str, list[Wish]] = {}
    for wish in wishes:
        key = wish.key if wish.size else hosts.get(wish.asked.request, wish.key)
        groups.setdefault(key, []).append(wish)
    return list(groups.values())


def _purchase(group: Sequence[Wish], facts: Facts, numbers: dict[str, int], cost: int | None) -> Purchase:
    first = group[0]
    width, height = size_for(group, facts)
    asked, prompted = first.asked, first.asked.prompted
    exact = generation_key(asked.request, width, height)
    left = [wish.need.takes_over for wish in group if wish.need.takes_over is not None]
    # A row of another size joins no purchase that has its size given: it would bring the wrong picture.
    takes_over = next((row for row in left if row.generation_key == exact), None)
    if takes_over is not None:
        attempt = takes_over.attempt
    else:
        before = [item.attempt for item in facts.known.attempts.get(asked.request, ())]
        attempt = max([*before, numbers.get(asked.request, 0)]) + 1
        numbers[asked.request] = attempt
    return Purchase(
        wanted=Wanted(
            request=asked.request,
            generation_key=exact,
            attempt=attempt,
            asset=first.image.key,
            spec=first.spec,
            provider=facts.buyer.name,
            endpoint=facts.buyer.endpoint,
            account=facts.buyer.account,
            model=prompted.model,
            prompt=prompted.prompt,
            width=width,
            height=height,
            seed=prompted.seed,
            params=prompted.params,
            tags=first.tags,
            cost=cost,
            purpose=first.need.purpose,
            for_request=first.for_key,
        ),
        assets=tuple(wish.image.key for wish in group),
        forced=first.need.purpose is not Purpose.RUN,
        exact=any(wish.size is not None for wish in group),
        takes_over=takes_over,
    )
