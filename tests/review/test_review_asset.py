"""One asset as the page shows it, with the versions that decisions on it must carry."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.commands.opening import here, history_of
from pipeline.commands.reviewing import HomeWorkshop
from pipeline.console.terminal import Terminal
from pipeline.errors import StaleError
from pipeline.history.queries import Queries
from pipeline.history.records import Marked
from pipeline.history.states import Choice
from pipeline.review.asset import view_asset
from pipeline.review.library import Library, library_of
from pipeline.review.spending import view_spending
from pipeline.review.workshop import Bench, Reach
from pipeline.wiring import REAL_CLOCK
from tests.commands.bench import Desk

COVER = "week12/lobster/cover"


class _Interrupted(HomeWorkshop):
    """A workshop in which somebody else decides while the page looks at the spec."""

    meanwhile: Callable[[], None]

    @contextmanager
    def bench(self, spec: str, reach: Reach, provider: str | None) -> Iterator[Bench]:
        """The same bench."""
        self.meanwhile()
        with super().bench(spec, reach, provider) as found:
            yield found


@contextmanager
def _open(root: Path) -> Iterator[tuple[Library, _Interrupted]]:
    at, terminal = here(root), Terminal()
    with history_of(at, terminal) as database:
        yield library_of(at.home, database), _Interrupted(at, Queries(database), terminal)


def test_what_is_decided_while_the_page_looks_is_not_overruled_unseen(made: Desk) -> None:
    with _open(made.root) as (library, workshop):
        workshop.meanwhile = lambda: library.memory.reject([Marked(1)], at=REAL_CLOCK.now())
        view = view_asset(library, workshop, COVER)
        assert view is not None
        [attempt] = view.attempts

        with pytest.raises(StaleError):
            library.memory.decide(
                COVER, 1, Choice.SELECTED, "q1:x", at=REAL_CLOCK.now(), expected=view.version
            )
        with pytest.raises(StaleError):
            library.memory.take_rejection_back([Marked(1, attempt.version)], at=REAL_CLOCK.now())


def test_an_earlier_choice_is_told_from_the_one_that_counts(made: Desk) -> None:
    assert made("regenerate", COVER).code == 0
    with _open(made.root) as (library, workshop):
        workshop.meanwhile = lambda: None

        view = view_asset(library, workshop, COVER)

    assert view is not None
    assert [(one.generation.id, one.standing, one.shown) for one in view.attempts] == [
        (2, True, True),
        (1, False, False),
    ]


def test_a_real_doubt_is_named_behind_any_number_of_rehearsed_ones(made: Desk) -> None:
    made.change(
        "UPDATE generation SET state = 'refused', charged = 'maybe', provider = 'jimeng', cost = 2000,"
        " blob_sha256 = NULL, stored_at = NULL"
    )
    with _open(made.root) as (library, workshop):
        view = view_spending(library, workshop.settings, asked="spec", now=REAL_CLOCK.now())

    assert [item.id for item in view.doubtful] == [1]
    assert sum(group.doubtful for group in view.groups) == 1
