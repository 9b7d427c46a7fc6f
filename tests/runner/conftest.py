"""Fixtures of the runner's tests: a market with faults on request, and runs that shop there."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.runner.market_bench import Market, open_market
from tests.runner.runner_bench import Shop

OpenMarket = Callable[..., Market]
OpenShop = Callable[..., Shop]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Closes everything that a test opened, the last first."""
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def market_of(stack: ExitStack) -> OpenMarket:
    """Opens a market: `market_of({"on": "submit", "fault": "50429"}, latency=0.1)`."""

    def open_one(*rules: dict[str, Any], **limits: Any) -> Market:
        return stack.enter_context(open_market(*rules, **limits))

    return open_one


@pytest.fixture
def shop_of(stack: ExitStack, tmp_path: Path) -> OpenShop:
    """Opens a run at a market, on this test's home."""

    def open_one(market: Market, **options: Any) -> Shop:
        return Shop(options.pop("root", tmp_path), market, stack, **options)

    return open_one


@pytest.fixture
def shop(market_of: OpenMarket, shop_of: OpenShop) -> Shop:
    """A run at a market without faults."""
    return shop_of(market_of())
