"""From assets that need a picture to purchases: equal requests are bought once, within the budget. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.fingerprint import generation_key
from pipeline.history.records import Wanted
from pipeline.history.states import Purpose
from pipeline.plan.masters import choose_size, service
from pipeline.plan.model import Facts, Purchase
from pipeline.plan.pick import Asked, Need
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
    """The pixels to ask for: the spec's, the size of a row that is taken over, or the best for all slots."""
    explicit = next((wish.asked.prompted.size for wish in group if wish.asked.prompted.size), None)
    if explicit is not None:
        return explicit
    left = next((wish.need.takes_over for wish in group if wish.need.takes_over), None)
    if left is not None:
        return left.width, left.height
    return choose_size(MODELS[group[0].asked.prompted.model], wanted_slots(group, facts))


def wanted_slots(group: Sequence[Wish], facts: Facts) -> tuple[tuple[Image, Slot], ...]:
    """Every slot of every asset in a group."""
    return tuple((wish.image, slot) for wish in group for slot in slots_of(wish.image, facts))


def better_size(wish: Wish, facts: Facts, width: int, height: int) -> tuple[int, int] | None:
    """A size that would serve an asset's slots better than a master of these pixels, and was never bought."""
    if wish.asked.prompted.size is not None:
        return None
    slots = wanted_slots([wish], facts)
    size = choose_size(MODELS[wish.asked.prompted.model], slots)
    if (
        service(slots, width, height).good
        or service(slots, *size).rank[:3] <= service(slots, width, height).rank[:3]
    ):
        return None
    attempts = facts.known.attempts.get(wish.asked.request, ())
    key = generation_key(wish.asked.request, *size)
    return None if any(attempt.generation_key == key for attempt in attempts) else size


def _groups(wishes: Sequence[Wish]) -> list[list[Wish]]:
    """Equal requests together; one without a size joins any size that is bought anyway."""
    exact: dict[str, list[Wish]] = {}
    free: dict[str, list[Wish]] = {}
    order: list[list[Wish]] = []
    for wish in wishes:
        groups, key = (exact, wish.asked.key) if wish.asked.generation_key else (free, wish.asked.request)
        if key not in groups:
            groups[key] = []
            order.append(groups[key])
        groups[key].append(wish)
    for request, group in free.items():
        host = next((other for other in exact.values() if other[0].asked.request == request), None)
        if host is not None:
            host.extend(group)
            order = [kept for kept in order if kept is not group]
    return order


def _purchase(group: Sequence[Wish], facts: Facts, numbers: dict[str, int], cost: int | None) -> Purchase:
    first = group[0]
    width, height = size_for(group, facts)
    asked, prompted = first.asked, first.asked.prompted
    takes_over = next((wish.need.takes_over for wish in group if wish.need.takes_over), None)
    if takes_over is not None:
        attempt = takes_over.attempt
    else:
        before = [item.attempt for item in facts.known.attempts.get(asked.request, ())]
        attempt = max([*before, numbers.get(asked.request, 0)], default=0) + 1
        numbers[asked.request] = attempt
    return Purchase(
        wanted=Wanted(
            request=asked.request,
            generation_key=generation_key(asked.request, width, height),
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
        exact=asked.generation_key is not None,
        takes_over=takes_over,
    )
