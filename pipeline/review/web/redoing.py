"""One more picture of an asset: the words, the price, the author's yes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.differences import differences
from pipeline.errors import PipelineError, StaleError
from pipeline.history.states import State
from pipeline.plan.model import Plan
from pipeline.providers.errors import Explanation, explain
from pipeline.providers.models import MODELS
from pipeline.review.asset import seen_of
from pipeline.review.decisions import generation_of
from pipeline.review.redo import Offer, Price, agreed, offer_of, read_price, wishes_for
from pipeline.review.web.forms import Form, number_in, posting
from pipeline.review.web.jobs import Kind, Order
from pipeline.review.web.site import Site, go
from pipeline.review.words import WORDS
from pipeline.review.workshop import Reach
from pipeline.spec.model import Prompted

_PROVIDERS = tuple(value for value, _ in WORDS.providers)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One more picture as the form asks for it; empty: as the spec has it."""

    asset: str
    prompt: str
    model: str
    size: str
    provider: str

    @property
    def spec(self) -> str:
        return self.asset.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Redoing:
    """The form for one more picture, and what it orders."""

    site: Site

    def routes(self) -> Iterator[Route]:
        """Each with its address."""
        yield Route("/redo/{asset:path}", self.offer)
        yield posting("/redo/{asset:path}", self.redo, self.site.keys)

    def offer(self, request: Request) -> Response:
        """The form for one more picture; with a prompt in the address, its price."""
        asset = request.path_params["asset"]
        version = self.site.library.gallery.version_of(asset)  # before anything that is shown
        seen, lost = seen_of(self.site.library, self.site.workshop, asset)
        source = seen.image.source if seen is not None else None
        spoken = source if isinstance(source, Prompted) else None
        asked = self._asked(request, spoken)
        offer, problem = None, None
        if seen is not None and spoken is None:
            lost = WORDS.no_prompt
        elif seen is not None and seen.image.draft:
            lost = WORDS.a_draft
        elif request.query_params.get("prompt"):
            try:
                offer = self._offer(asked)
            except PipelineError as error:
                problem = error
        changed = spoken is not None and spoken.prompt != asked.prompt
        return self.site.page(
            request,
            "redo.html",
            asset=asset,
            lost=lost,
            asked=asked,
            models=tuple(MODELS),
            offer=offer,
            problem=problem,
            refusal=self._refusal(asked) if offer is not None else None,
            changes=differences(spoken.prompt, asked.prompt) if spoken is not None and changed else (),
            version=version,
        )

    def redo(self, request: Request, form: Form) -> Response:
        """Buy what was shown: the form with its price is the author's yes."""
        asset = request.path_params["asset"]
        provider = form.text("provider") if form.text("provider") in _PROVIDERS else ""
        asked = _Asked(asset, form.text("prompt"), form.text("model"), form.text("size"), provider)
        shown, version = read_price(form.text("shown")), form.number("version")
        self._check_version(asset, version)
        redo = self.site.workshop.redo(asset, prompt=asked.prompt, model=asked.model, size=asked.size)
        job = self.site.jobs.start(
            Order(
                kind=Kind.REDO,
                about=asset,
                back=f"/assets/{asset}",
                provider=asked.provider or None,
                reach=Reach.ASK,
                wishes=lambda bench: wishes_for(bench, asset, redo),
                accept=partial(self._accept, asset, version, shown),
                asked=(asked.prompt, asked.model, asked.size, asked.provider),
                spec=asked.spec,
            )
        )
        return go(f"/work/{job.id}")

    def _accept(self, asset: str, version: int, shown: Price, plan: Plan) -> None:
        """The last look before anything is paid."""
        self._check_version(asset, version)
        agreed(shown, plan)

    def _check_version(self, asset: str, version: int) -> None:
        if self.site.library.gallery.version_of(asset) != version:
            raise StaleError(asset, asset)

    def _asked(self, request: Request, source: Prompted | None) -> _Asked:
        """What the address asks: the words typed, else those of an attempt, else the spec's."""
        typed = request.query_params
        provider, size = typed.get("provider", ""), typed.get("size", "").strip()
        prompt, model = typed.get("prompt", ""), typed.get("model", "")
        if not prompt and typed.get("from"):
            earlier = generation_of(self.site.library, number_in(typed["from"]))
            prompt, model = earlier.prompt, model or earlier.model
        if source is not None:
            prompt, model = prompt or source.prompt, model or source.model
        asset = request.path_params["asset"]
        return _Asked(asset, prompt, model, size, provider if provider in _PROVIDERS else "")

    def _offer(self, asked: _Asked) -> Offer:
        redo = self.site.workshop.redo(asked.asset, prompt=asked.prompt, model=asked.model, size=asked.size)
        with self.site.workshop.bench(asked.spec, Reach.LOOK, asked.provider or None) as bench:
            return offer_of(bench, asked.asset, redo)

    def _refusal(self, asked: _Asked) -> Explanation | None:
        """Why the same words were refused the last time they were sent for this asset."""
        tried = self.site.library.search.of_asset(asked.asset)
        last = next((item for item in reversed(tried) if item.prompt == asked.prompt), None)
        if last is None or last.state is not State.REFUSED or last.trouble is None:
            return None
        return explain(last.trouble.code)
