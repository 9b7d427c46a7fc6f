"""The page in the foreground, until Ctrl-C: the home is opened once, each spec when it is needed."""

import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pipeline.commands.failing import confess
from pipeline.commands.opening import Visit, here, history_of, opened, spec_file
from pipeline.commands.paying import budget_for, check_prices
from pipeline.commands.redoing import redo_of
from pipeline.console.terminal import Terminal
from pipeline.errors import UsageError
from pipeline.history.queries import Queries
from pipeline.home import Home
from pipeline.plan.model import Redo
from pipeline.platforms.model import Catalog
from pipeline.review.library import library_of
from pipeline.review.web.server import Server
from pipeline.review.workshop import Bench, Reach
from pipeline.runner.signals import stopping_on_signals
from pipeline.settings import Settings
from pipeline.stages.studio import Studio
from pipeline.wiring import REAL_CLOCK, Place, choose, open_studio

_VISITS = {Reach.LOOK: Visit.LOOKS, Reach.WORK: Visit.WORKS, Reach.ASK: Visit.ASKS}


class HomeWorkshop:
    """Specs of one home, found by the paths that the history kept."""

    def __init__(self, at: Place, queries: Queries, terminal: Terminal) -> None:
        self._at = at
        self._queries = queries
        self._terminal = terminal

    @property
    def home(self) -> Home:
        """Where it lies."""
        return self._at.home

    @property
    def settings(self) -> Settings:
        """As its file says now."""
        return here(self.home.root).settings

    @property
    def catalog(self) -> Catalog:
        """Its slots."""
        return self._at.catalog

    @contextmanager
    def bench(self, spec: str, reach: Reach, provider: str | None) -> Iterator[Bench]:
        """The spec with a studio; its file is read again each time."""
        with opened(
            [self._path(spec)],
            self._terminal,
            home=self.home.root,
            provider=provider,
            command="review",
            visit=_VISITS[reach],
        ) as place:
            settings = place.place.settings
            budget = budget_for(place.studio, settings, self._terminal, max_images=None, max_cost=None)
            yield Bench(
                spec=place.specs[0],
                studio=place.studio,
                budget=budget,
                check=partial(check_prices, budget=budget),
            )

    def has(self, spec: str) -> bool:
        """Whether the spec's file can be read again."""
        return spec_file(self.home, self._queries, spec) is not None

    @contextmanager
    def account(self, provider: str | None) -> Iterator[Studio]:
        """A studio for what the account has, whatever it was for."""
        at = here(self.home.root)
        with (
            history_of(at, self._terminal) as database,
            open_studio(at, choose(at, provider, ()), database, command="review", asks=True) as studio,
        ):
            yield studio

    def redo(self, asset: str, *, prompt: str, model: str, size: str) -> Redo:
        """One more picture, checked as `regenerate` checks it."""
        path = self._path(asset.partition("/")[0])
        return redo_of(
            path, asset, prompt=prompt or None, model=model or None, size=size or None, home=self.home.root
        )

    def confess(self, error: Exception) -> str:
        """The traceback goes to the log."""
        confess(error, ["review", "--home", str(self.home.root)])
        return f"this is a fault of the program ({type(error).__name__}); please report the file in data/logs"

    def _path(self, spec: str) -> Path:
        kept = self._queries.spec_path(spec)
        path = None if kept is None else self.home.found(kept)
        if path is None or not path.is_file():
            where = "the history knows no such spec" if path is None else f"{path} is not there any more"
            raise UsageError(f"{spec}: {where}", next_step="put the file back, or run it from its new place")
        return path


def review_home(*, port: int, browser: bool, home: Path | None) -> None:
    """Serve the page of a home that has a history."""
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        workshop = HomeWorkshop(at, Queries(database), terminal)
        server = Server(library_of(at.home, database), workshop, port=port, now=REAL_CLOCK.now)

        def ready() -> None:
            terminal.result(server.address)
            terminal.out.file.flush()
            terminal.note("only this machine can open it; Ctrl-C ends it")
            if browser:
                webbrowser.open(server.address)

        with stopping_on_signals(server):
            server.run(ready)
