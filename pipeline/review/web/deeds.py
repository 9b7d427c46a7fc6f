"""What the buttons do. Each is one decision on the version that was seen, then the files are made again."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.errors import UsageError
from pipeline.history.states import Resolution
from pipeline.plan.model import Wishes
from pipeline.review.asset import brought_by, provider_for
from pipeline.review.decisions import centre, choose, generation_of, settle
from pipeline.review.web.forms import Form, number_in, posting
from pipeline.review.web.jobs import Job, Order
from pipeline.review.web.site import Site, go
from pipeline.review.words import WORDS
from pipeline.review.workshop import Reach
from pipeline.safekeeping.trash import take_out, throw_away
from pipeline.stages.outcome import AssetState

_PATIENCE = 20.0
"""Seconds that a form waits for its files, before it shows them being made."""


@dataclass(frozen=True, slots=True)
class Deeds:
    """Every change but those that pay."""

    site: Site

    def routes(self) -> Iterator[Route]:
        """Each with its address."""
        keys = self.site.keys
        yield posting("/select/{asset:path}", self.select, keys)
        yield posting("/reject/{number}", self.reject, keys)
        yield posting("/undo/{asset:path}", self.undo, keys)
        yield posting("/note/{number}", self.note, keys)
        yield posting("/note-asset/{asset:path}", self.note_asset, keys)
        yield posting("/focus/{asset:path}", self.focus, keys)
        yield posting("/resolve/{number}", self.resolve, keys)
        yield posting("/trash/{number}", self.trash, keys)
        yield posting("/restore/{number}", self.restore, keys)

    def select(self, request: Request, form: Form) -> Response:
        """An asset shows this generation from now on; its files are made at once."""
        asset = request.path_params["asset"]
        number, version, pin = form.number("generation"), form.number("version"), bool(form.text("pin"))
        library = self.site.library
        provider = brought_by(generation_of(library, number)) or provider_for(library, asset)
        with self.site.workshop.bench(_spec(asset), Reach.WORK, provider) as bench:
            choose(library, bench, asset, number, pin=pin, version=version, at=self.site.now())
        job = self._render(asset, provider)
        return self._after(job, f"/assets/{asset}", said="pinned" if pin else "selected", at=f"g{number}")

    def reject(self, request: Request, form: Form) -> Response:
        """This picture never again, for anyone."""
        number = number_in(request.path_params["number"])
        item = generation_of(self.site.library, number)
        self.site.library.memory.reject(
            number, item.request, at=self.site.now(), expected=form.number("version")
        )
        return go(f"/assets/{form.text('asset') or item.asset}", said="rejected", at=f"g{number}")

    def undo(self, request: Request, form: Form) -> Response:
        """The newest word on an asset is taken back, and its files are made as the word before has it."""
        asset = request.path_params["asset"]
        taken = self.site.library.memory.undo(asset, at=self.site.now(), expected=form.number("version"))
        if taken is None:
            return go(f"/assets/{asset}", said="nothing")
        item = generation_of(self.site.library, taken.generation)
        job = self._render(asset, brought_by(item) or provider_for(self.site.library, asset))
        return self._after(job, f"/assets/{asset}", said="undone")

    def note(self, request: Request, form: Form) -> Response:
        """Words on a generation."""
        number = number_in(request.path_params["number"])
        self.site.library.memory.note(number, form.text("text"), at=self.site.now())
        return go(f"/assets/{form.text('asset')}", said="noted", at=f"g{number}")

    def note_asset(self, request: Request, form: Form) -> Response:
        """Words on an asset."""
        asset = request.path_params["asset"]
        self.site.library.memory.note(asset, form.text("text"), at=self.site.now())
        return go(f"/assets/{asset}", said="noted", at="notes")

    def focus(self, request: Request, form: Form) -> Response:
        """A slot is centred somewhere else; its file is made at once."""
        asset, slot = request.path_params["asset"], form.text("slot")
        typed = "auto" if form.text("auto") else form.text("point")
        provider = provider_for(self.site.library, asset)
        with self.site.workshop.bench(_spec(asset), Reach.WORK, provider) as bench:
            centre(bench, asset, slot, typed, version=form.number("version"), at=self.site.now())
        return self._after(self._render(asset, provider), f"/slots/{asset}", said="centred", at=slot)

    def resolve(self, request: Request, form: Form) -> Response:
        """An order in doubt is settled as the author says."""
        number = number_in(request.path_params["number"])
        ways = {way.value: way for way in Resolution}
        if form.text("how") not in ways:
            raise UsageError("say what becomes of it")
        item = settle(self.site.library, number, ways[form.text("how")], at=self.site.now())
        return go(f"/assets/{item.asset}", said="settled", at=f"g{number}")

    def trash(self, request: Request, form: Form) -> Response:
        """Out of sight, and out of reuse."""
        del form
        number = number_in(request.path_params["number"])
        library = self.site.library
        throw_away(library.home, library.search, library.memory, [number], at=self.site.now())
        return go(f"/pictures/{number}", said="trashed")

    def restore(self, request: Request, form: Form) -> Response:
        """Back in sight."""
        del form
        number = number_in(request.path_params["number"])
        library = self.site.library
        take_out(library.home, library.search, library.memory, [number], at=self.site.now())
        return go(f"/pictures/{number}", said="restored")

    def _render(self, asset: str, provider: str | None) -> Job:
        """Make an asset's files as it stands now; nothing is bought."""
        order = Order(
            title=WORDS.rendering,
            about=asset,
            back=f"/assets/{asset}",
            provider=provider,
            reach=Reach.WORK,
            wishes=lambda _: Wishes(only=(asset,), buy=False),
        )
        return self.site.jobs.start(order)

    def _after(self, job: Job, path: str, *, said: str, at: str = "") -> Response:
        """Back to where the button was; to the job where something went wrong or takes longer."""
        self.site.jobs.wait(job, _PATIENCE)
        states = [outcome.state for outcome in job.outcomes]
        if job.report is not None and all(state is AssetState.DELIVERED for state in states):
            return go(path, said=said, at=at)
        return go(f"/work/{job.id}")


def _spec(asset: str) -> str:
    return asset.partition("/")[0]
