"""What takes a while: one more picture, its price first; bringing in what is paid for; progress."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.differences import differences
from pipeline.errors import PipelineError, StaleError
from pipeline.history.search import Filters
from pipeline.history.states import State
from pipeline.plan.model import Wishes
from pipeline.providers.models import MODELS
from pipeline.review.asset import seen_of
from pipeline.review.decisions import generation_of
from pipeline.review.redo import Offer, agreed, offer_of, read_price, wishes_for
from pipeline.review.web.forms import Form, number_in, posting
from pipeline.review.web.jobs import Job, Order
from pipeline.review.web.site import Site, go
from pipeline.review.words import WORDS
from pipeline.review.workshop import Reach
from pipeline.spec.model import Prompted

_PROVIDERS = tuple(value for value, _ in WORDS.providers)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One more picture as the form asks for it."""

    asset: str
    prompt: str
    model: str
    provider: str

    @property
    def spec(self) -> str:
        return self.asset.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Works:
    """Jobs and their pages."""

    site: Site

    def routes(self) -> Iterator[Route]:
        """Each with its address."""
        keys = self.site.keys
        yield Route("/redo/{asset:path}", self.offer)
        yield posting("/redo/{asset:path}", self.redo, keys)
        yield posting("/collect/{spec}", self.collect, keys)
        yield posting("/stop/{job}", self.stop, keys)
        yield Route("/work", self.work)
        yield Route("/work/{job}.json", self.progress)
        yield Route("/work/{job}", self.job)

    def offer(self, request: Request) -> Response:
        """The form for one more picture; with a prompt in the address, its price."""
        asked = self._asked(request)
        earlier = self._spec_prompt(asked.asset)
        offer, problem = None, None
        if request.query_params.get("prompt"):
            try:
                offer = self._offer(asked)
            except PipelineError as error:
                problem = error
        changed = earlier is not None and earlier != asked.prompt
        return self.site.page(
            request,
            "redo.html",
            asset=asked.asset,
            prompt=asked.prompt,
            model=asked.model,
            models=tuple(MODELS),
            provider=asked.provider,
            offer=offer,
            problem=problem,
            changes=differences(earlier or "", asked.prompt) if changed else (),
            version=self.site.library.gallery.version_of(asked.asset),
        )

    def redo(self, request: Request, form: Form) -> Response:
        """Buy what was shown: the form with its price is the author's yes."""
        asset = request.path_params["asset"]
        provider = form.text("provider") if form.text("provider") in _PROVIDERS else ""
        asked = _Asked(asset, form.text("prompt"), form.text("model"), provider)
        shown = read_price(form.text("shown"))
        if self.site.library.gallery.version_of(asset) != form.number("version"):
            raise StaleError(asset, asset)
        redo = self.site.workshop.redo(asset, prompt=asked.prompt, model=asked.model)
        job = self.site.jobs.start(
            Order(
                title=WORDS.redoing,
                about=asset,
                back=f"/assets/{asset}",
                provider=asked.provider or None,
                reach=Reach.ASK,
                wishes=lambda bench: wishes_for(bench, asset, redo),
                accept=partial(agreed, shown),
            )
        )
        return go(f"/work/{job.id}")

    def collect(self, request: Request, form: Form) -> Response:
        """Bring in what is paid for; nothing is bought."""
        spec = request.path_params["spec"]
        provider = "simulator" if form.text("provider") == "simulator" else "jimeng"
        asset = form.text("asset")
        job = self.site.jobs.start(
            Order(
                title=WORDS.collecting,
                about=spec,
                back=f"/assets/{asset}" if asset else "/work",
                provider=provider,
                reach=Reach.ASK,
                wishes=lambda _: Wishes(buy=False),
            )
        )
        return go(f"/work/{job.id}")

    def stop(self, request: Request, form: Form) -> Response:
        """Send nothing more."""
        del form
        job = self._job(request)
        job.stop()
        return go(f"/work/{job.id}")

    def work(self, request: Request) -> Response:
        """What goes on here, and what is stuck."""
        states = (State.UNKNOWN, State.SUBMITTED)
        stuck = self.site.library.search.generations(Filters(states=states, limit=100))
        return self.site.page(request, "work.html", jobs=self.site.jobs.running(), stuck=stuck)

    def job(self, request: Request) -> Response:
        """One job as it stands."""
        return self.site.page(request, "job.html", job=self._job(request))

    def progress(self, request: Request) -> Response:
        """The same for the script: what was said so far, and whether it is done."""
        job = self._job(request)
        return JSONResponse({"done": job.done, "lines": job.lines})

    def _job(self, request: Request) -> Job:
        job = self.site.jobs.get(request.path_params["job"])
        if job is None:
            raise HTTPException(404)
        return job

    def _asked(self, request: Request) -> _Asked:
        """What the address asks: the words typed, else those of an attempt, else the spec's."""
        asset, typed = request.path_params["asset"], request.query_params
        provider = typed.get("provider", "")
        prompt, model = typed.get("prompt", ""), typed.get("model", "")
        if not prompt and typed.get("from"):
            earlier = generation_of(self.site.library, number_in(typed["from"]))
            prompt, model = earlier.prompt, model or earlier.model
        source = self._source(asset) if not (prompt and model) else None
        if source is not None:
            prompt, model = prompt or source.prompt, model or source.model
        return _Asked(asset, prompt, model, provider if provider in _PROVIDERS else "")

    def _source(self, asset: str) -> Prompted | None:
        seen, _ = seen_of(self.site.library, self.site.workshop, asset)
        source = None if seen is None else seen.image.source
        return source if isinstance(source, Prompted) else None

    def _spec_prompt(self, asset: str) -> str | None:
        source = self._source(asset)
        return None if source is None else source.prompt

    def _offer(self, asked: _Asked) -> Offer:
        redo = self.site.workshop.redo(asked.asset, prompt=asked.prompt, model=asked.model)
        with self.site.workshop.bench(asked.spec, Reach.LOOK, asked.provider or None) as bench:
            return offer_of(bench, asked.asset, redo)
