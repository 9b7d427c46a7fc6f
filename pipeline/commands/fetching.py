"""Bring the tasks of an account into the store without any spec: what was paid for needs no YAML."""

from dataclasses import replace

from pipeline.commands.opening import history_of
from pipeline.console.progress import progress_for
from pipeline.console.terminal import Terminal
from pipeline.plan.model import Wishes
from pipeline.produce import Watcher, produce
from pipeline.runner.model import Happening, News
from pipeline.runner.signals import stopping_on_signals
from pipeline.wiring import Place, choose, open_studio


def fetch_tasks(at: Place, provider: str, terminal: Terminal, *, patient: bool) -> int:
    """Collect every task of the account that nobody follows; returns how many pictures came."""
    progress = progress_for(terminal, at.settings.currency)
    stored: set[int] = set()

    def hear(happening: Happening) -> None:
        progress.news(happening)
        if happening.news is News.STORED and happening.generation is not None:
            stored.add(happening.generation.id)

    with (
        history_of(at, terminal) as database,
        open_studio(at, choose(at, provider, ()), database, command="collect", asks=True) as opened,
    ):
        silent = opened.patience.silent if patient else 0.0
        studio = replace(opened, patience=replace(opened.patience, silent=silent))
        with stopping_on_signals(studio.bell), progress:
            produce(studio, (), Wishes(buy=False), Watcher(accept=progress.begin, news=hear))
    return len(stored)
