"""What `run`, `collect`, `render` and `regenerate` share: open, produce, show, exit code."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.commands.deadline import expiring
from pipeline.commands.notifying import notify
from pipeline.commands.opening import Opened, Visit, opened
from pipeline.commands.paying import Consent, budget_for, check_prices
from pipeline.commands.unfinished import unfinished_report
from pipeline.console.progress import progress_for
from pipeline.console.reports import show_report
from pipeline.console.terminal import Terminal
from pipeline.documents import report_document
from pipeline.errors import (
    CredentialsError,
    ExitCode,
    PipelineError,
    UsageError,
)
from pipeline.fingerprint import Json
from pipeline.nearest import suggestion
from pipeline.plan.model import Plan, Wishes
from pipeline.plan.selector import matches, names
from pipeline.produce import Tally, Watcher, produce
from pipeline.runner.model import Happening
from pipeline.runner.signals import stopping_on_signals
from pipeline.wiring import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One command that produces. `again` is how it is typed once more, without `--yes`.

    `deadline` in seconds from the moment it begins; None: none.
    """

    command: str
    paths: tuple[Path, ...]
    wishes: Wishes
    again: str
    provider: str | None = None
    home: Path | None = None
    yes: bool = False
    as_json: bool = False
    visit: Visit = Visit.ASKS
    max_cost: float | None = None
    max_images: int | None = None
    patient: bool = True
    deadline: float | None = None


def produce_and_show(request: Request) -> int:
    """Carry the request out; returns the exit code."""
    terminal = Terminal()
    return carry_out(request, terminal, terminal.document)


def carry_out(request: Request, terminal: Terminal, publish: Callable[[Json], None]) -> int:
    """The same; its one JSON document, where one is asked for, goes to `publish`, also when it fails."""
    try:
        with opened(
            request.paths,
            terminal,
            home=request.home,
            provider=request.provider,
            command=request.command,
            visit=request.visit,
            may_begin=request.yes or not request.wishes.buy or terminal.interactive,
        ) as place:
            return _produce(request, place, terminal, publish)
    except CredentialsError as error:
        _without_credentials(request, terminal, publish, error)
        raise


def _produce(request: Request, place: Opened, terminal: Terminal, publish: Callable[[Json], None]) -> int:
    studio, settings = place.studio, place.place.settings
    check_selectors(request.wishes, place)
    if not request.patient:
        studio = replace(studio, patience=replace(studio.patience, silent=0.0))
    budget = budget_for(studio, settings, terminal, max_images=request.max_images, max_cost=request.max_cost)
    wishes = replace(request.wishes, budget=budget)
    consent = Consent(terminal=terminal, settings=settings, yes=request.yes, again=request.again)
    progress = progress_for(terminal, settings.currency)
    tally = Tally(studio.run)

    def accept(plan: Plan) -> None:
        check_prices(plan, budget)
        consent.accept(plan)
        progress.begin(plan)

    def hear(happening: Happening) -> None:
        tally.count(happening)
        progress.news(happening)

    def unfinished(error: PipelineError | None) -> None:
        if not (request.as_json or settings.notify):
            return
        early = unfinished_report(studio, place.specs, wishes, tally, error)
        if request.as_json:
            publish(report_document(early))
        if error is not None:
            notify(settings.notify, early, terminal, home=studio.home.root)

    try:
        with stopping_on_signals(studio.bell), expiring(studio.bell, request.deadline), progress:
            report = produce(studio, place.specs, wishes, Watcher(accept=accept, news=hear))
    except PipelineError as error:
        unfinished(error)
        raise
    except KeyboardInterrupt:
        unfinished(None)
        terminal.note("\ninterrupted: nothing was bought", style="yellow")
        terminal.next_step(request.again)
        return int(ExitCode.INTERRUPTED)
    if request.as_json:
        publish(report_document(report))
    notify(settings.notify, report, terminal, home=studio.home.root)
    show_report(
        terminal, report, studio.home, settings.currency, again=request.again, table=not request.as_json
    )
    return int(report.exit_code)


def _without_credentials(
    request: Request, terminal: Terminal, publish: Callable[[Json], None], error: CredentialsError
) -> None:
    """Tell that Jimeng's missing keys ended a command: every asset as it stands."""
    jimeng = Choice(simulated=False, credentials=None)
    with opened(
        request.paths,
        terminal,
        home=request.home,
        provider=None,
        command=request.command,
        visit=Visit.LOOKS,
        choice=jimeng,
    ) as place:
        studio, tally = place.studio, Tally(place.studio.run)
        report = unfinished_report(studio, place.specs, request.wishes, tally, error)
        if request.as_json:
            publish(report_document(report))
        notify(place.place.settings.notify, report, terminal, home=studio.home.root)


def check_selectors(wishes: Wishes, place: Opened) -> None:
    """A name that matches nothing is a typing mistake, not an empty wish: raises UsageError."""
    for name in names(wishes.only):
        if not any(matches(image, (name,)) for spec in place.specs for image in spec.images):
            slugs = [article.slug for spec in place.specs for article in spec.articles]
            assets = [image.key.partition("/")[2] for spec in place.specs for image in spec.images]
            near = suggestion(name, [*slugs, *assets])
            raise UsageError(f"--only {name}: matches no asset (articles: {', '.join(slugs)}){near}")
