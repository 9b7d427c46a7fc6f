"""Amounts and moments as the page shows them. Pure. Money is whole numbers of 0.0001 of a currency unit."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pipeline.history.records import Generation
from pipeline.history.states import Charged
from pipeline.plan.price import UNIT
from pipeline.review.redo import Offer
from pipeline.review.words import WORDS
from pipeline.spec.names import is_foreign


def filters(currency: str) -> Mapping[str, Callable[..., Any]]:
    """The filters of the templates, for one currency."""

    def money(cost: int | None) -> str:
        if cost is None:
            return WORDS.price_unknown
        return WORDS.free if cost == 0 else f"{cost / UNIT:.2f} {currency}".rstrip()

    def cost_of(item: Generation) -> str:
        if item.simulated:
            return WORDS.simulated
        if item.charged is Charged.NO:
            return "–"
        return money(item.cost) + (" ?" if item.charged is Charged.MAYBE else "")

    def total(cost: int, unpriced: int, pictures: int) -> str:
        if not pictures:
            return ""
        known = money(cost) if cost or not unpriced else ""
        return ", ".join(part for part in (known, WORDS.without_price(unpriced) if unpriced else "") if part)

    def price(offer: Offer) -> str:
        if not offer.price.pictures:
            return WORDS.nothing_to_buy
        if offer.simulated:
            return WORDS.free_simulated
        return money(None if offer.price.unpriced else offer.price.cost)

    def amount(number: int, as_money: bool) -> str:  # noqa: FBT001 - a filter is called by position
        return f"{number / UNIT:.2f} {currency}".rstrip() if as_money else str(number)

    return {
        "money": money,
        "cost_of": cost_of,
        "sum": total,
        "price": price,
        "amount": amount,
        "provider_of": _provider,
        "foreign": is_foreign,
        "day": _day,
        "moment": _moment,
    }


def _provider(item: Generation) -> str:
    return "simulator" if item.simulated else "jimeng"


def _day(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d")


def _moment(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
