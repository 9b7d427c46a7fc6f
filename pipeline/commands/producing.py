"""What `run`, `collect`, `render` and `regenerate` share: open, produce, show, exit code."""

from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.commands.opening import Opened, opened
from pipeline.commands.paying import Consent, budget_for, check_prices
from pipeline.console.progress import progress_for
from pipeline.console.reports import show_report
from pipeline.console.terminal import Terminal
from pipeline.documents import report_document, unbegun_document
from pipeline.errors import StoppedError, UsageError
from pipeline.fingerprint import Json
from pipeline.plan.model import Plan, Wishes
from pipeline.plan.selector import matches, names
from pipeline.produce import Watcher, plan_only, produce
from pipeline.runner.signals import stopping_on_signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One command that produces. `asks` False: the provider is never called."""

    command: str
    paths: tuple[Path, ...]
    wishes: Wishes
    provider: str | None
    home: Path | None
    yes: bool = False
    as_json: bool = False
    asks: bool = True
    max_cost: float | None = None
    max_images: int | None = None
    patient: bool = True


def produce_and_show(request: Request) -> int:
    """Carry the request out; returns the exit code."""
    terminal = Terminal()
    with opened(
        request.paths,
        terminal,
        home=request.home,
        provider=request.provider,
        command=request.command,
        asks=request.asks,
        may_begin=request.yes or not request.wishes.buy or terminal.interactive,
    ) as place:
        return _produce(request, place, terminal)


def _produce(request: Request, place: Opened, terminal: Terminal) -> int:
    studio, settings = place.studio, place.place.settings
    _check_selectors(request, place)
    if not request.patient:
        studio = replace(studio, patience=replace(studio.patience, silent=0.0))
    budget = budget_for(studio, settings, max_images=request.max_images, max_cost=request.max_cost)
    wishes = replace(request.wishes, budget=budget)
    consent = Consent(terminal=terminal, settings=settings, yes=request.yes)
    progress = progress_for(terminal, settings.currency)

    def accept(plan: Plan) -> None:
        check_prices(plan, budget)
        consent.accept(plan)
        progress.begin(plan)

    try:
        with stopping_on_signals(studio.bell), progress:
            report = produce(studio, place.specs, wishes, Watcher(accept=accept, news=progress.news))
    except StoppedError:
        if request.as_json:
            terminal.document(_not_begun(place, wishes))
        raise
    if request.as_json:
        terminal.document(report_document(report, selected_only=True))
    show_report(terminal, report, studio.home, settings.currency, table=not request.as_json)
    return int(report.exit_code)


def _not_begun(place: Opened, wishes: Wishes) -> Json:
    """The report of a run that the author's no (or nobody's yes) ended before it began."""
    return unbegun_document(place.studio.run, plan_only(place.studio, place.specs, wishes))


def _check_selectors(request: Request, place: Opened) -> None:
    """A name that matches nothing is a typing mistake, not an empty wish."""
    for name in names(request.wishes.only):
        if not any(matches(image, (name,)) for spec in place.specs for image in spec.images):
            known = ", ".join(article.slug for spec in place.specs for article in spec.articles)
            raise UsageError(f"--only {name}: matches no asset (articles: {known})")
