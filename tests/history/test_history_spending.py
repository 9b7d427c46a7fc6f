"""What was spent and what is in doubt, grouped."""

from datetime import UTC, datetime

import pytest

from pipeline.history.records import Spending
from tests.history.book import Book

SUNDAY = datetime(2026, 11, 29, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 12, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 1, 12, tzinfo=UTC)


def _sum(
    group: str, charged: int, doubtful: int, cost: int, doubtful_cost: int, unpriced: int = 0
) -> Spending:
    return Spending(
        group=group,
        charged=charged,
        doubtful=doubtful,
        cost=cost,
        doubtful_cost=doubtful_cost,
        unpriced=unpriced,
    )


@pytest.fixture
def spent(book: Book) -> Book:
    """Four purchases in three weeks and three months; and what cost nothing."""
    book.stored(request="q1:1", at=SUNDAY, tags={"author": "amy"})
    book.unknown(request="q1:2", at=MONDAY, cost=500, spec="week13", tags={"author": "amy"})
    book.stored("bb", request="q1:3", at=MONDAY, cost=None, spec="week13", tags={"author": "bo"})
    book.stored("cc", request="q1:4", at=NEW_YEAR, model="jimeng_t2i_v31", tags={"column": "amy"})
    book.failed(request="q1:5", at=SUNDAY)
    book.planned(request="q1:6", at=SUNDAY)
    book.stored("dd", request="q1:7", at=SUNDAY, provider="simulator")
    return book


@pytest.mark.parametrize(
    ("by", "tag", "sums"),
    [
        ("spec", None, [_sum("week12", 2, 0, 4000, 0), _sum("week13", 1, 1, 0, 500, 1)]),
        ("model", None, [_sum("jimeng_t2i_v31", 1, 0, 2000, 0), _sum("jimeng_t2i_v40", 2, 1, 2000, 500, 1)]),
        (
            "week",
            None,
            [
                _sum("2026-W48", 1, 0, 2000, 0),
                _sum("2026-W49", 1, 1, 0, 500, 1),
                _sum("2026-W53", 1, 0, 2000, 0),
            ],
        ),
        ("month", None, [_sum("2026-11", 2, 1, 2000, 500, 1), _sum("2027-01", 1, 0, 2000, 0)]),
        (
            "tag",
            "author",
            [_sum("-", 1, 0, 2000, 0), _sum("amy", 1, 1, 2000, 500), _sum("bo", 1, 0, 0, 0, 1)],
        ),
    ],
)
def test_real_purchases_are_summed_with_doubts_apart(
    spent: Book, by: str, tag: str | None, sums: list[Spending]
) -> None:
    assert list(spent.search.spending(by, tag=tag)) == sums


@pytest.mark.parametrize("by", ["model", "month"])
def test_what_has_no_price_is_counted_apart_where_it_is_in_doubt(book: Book, by: str) -> None:
    book.unknown(request="q1:1", at=SUNDAY, cost=None)
    book.unknown(request="q1:2", at=MONDAY, cost=None)
    book.stored(request="q1:3", at=MONDAY, cost=None)

    (found,) = book.search.spending(by)

    assert (found.charged, found.doubtful, found.cost, found.doubtful_cost) == (1, 2, 0, 0)
    assert (found.unpriced, found.doubtful_unpriced) == (3, 2)


def test_an_unspent_history_has_no_sums(book: Book) -> None:
    book.planned()

    assert book.search.spending("month") == ()
