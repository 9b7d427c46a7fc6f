"""The pages of one thing: an asset, its slots, a generation."""

from collections.abc import Iterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline.history.gallery import Look
from pipeline.history.records import Generation
from pipeline.history.search import Dossier
from pipeline.providers.errors import explain
from pipeline.render.facts import bytes_in_words
from pipeline.review.asset import seen_of, view_asset
from pipeline.review.slots import view_slots
from pipeline.review.snippets import generation_yaml, use_yaml
from pipeline.review.web.forms import number_in
from pipeline.review.web.site import Site
from pipeline.review.words import WORDS
from pipeline.stages.deciding import assets_showing


class Singles:
    """Pages about one picture or one asset."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def asset(self, request: Request) -> Response:
        """Every attempt at an asset, side by side."""
        asset = request.path_params["asset"]
        view = view_asset(self._site.library, self._site.workshop, asset)
        if view is None:
            raise HTTPException(404)
        newest = view.attempts[0].generation.id if view.attempts else None
        at = number_in(request.query_params["at"]) if "at" in request.query_params else newest
        return self._site.page(request, "asset.html", view=view, next_undecided=self._next(asset, at))

    def slots(self, request: Request) -> Response:
        """Every file of an asset as its platform shows it, and its crop."""
        asset = request.path_params["asset"]
        seen, problem = seen_of(self._site.library, self._site.workshop, asset)
        if seen is None and not self._site.library.search.of_asset(asset):
            raise HTTPException(404)
        home = self._site.library.home
        return self._site.page(
            request,
            "slots.html",
            asset=asset,
            problem=problem,
            view=None if seen is None else view_slots(home, seen, self._site.examine),
            reason="" if seen is None else seen.action.reason,
            path="" if seen is None else home.kept(seen.spec.path),
        )

    def picture(self, request: Request) -> Response:
        """Everything about one generation."""
        number = number_in(request.path_params["number"])
        library = self._site.library
        known = library.search.dossier(number)
        if known is None:
            raise HTTPException(404)
        # The versions come before, or with, what is shown: a word said meanwhile is not overruled unseen.
        asset_version = library.gallery.version_of(known.generation.asset)
        dossier = library.search.dossier(number) or known
        item = dossier.generation
        showing = () if item.rejected else assets_showing(library.queries, [dossier]).get(number, ())
        return self._site.page(
            request,
            "picture.html",
            item=item,
            dossier=dossier,
            asset_version=asset_version,
            notes=tuple(note for note in dossier.notes if note.generation == number),
            explanation=explain(item.trouble.code) if item.trouble is not None else None,
            facts=_facts(dossier),
            yaml=generation_yaml(item),
            shown=bool(showing),
            use=use_yaml(item, showing),
        )

    def _next(self, asset: str, at: int | None) -> Generation | None:
        """The next older picture, of another asset, of which nothing was decided yet; the newest after all.

        `at` is the generation that is looked at, so that one who goes on meets each of them once.
        """
        starts = (None,) if at is None else (str(at), None)
        undecided = (item for start in starts for item in self._undecided(start))
        return next((item for item in undecided if item.asset != asset), None)

    def _undecided(self, after: str | None) -> Iterator[Generation]:
        """Every picture after a cursor of which nothing was decided, newest first."""
        while True:
            page = self._site.library.gallery.page(Look(decisions=("unreviewed",), after=after))
            yield from (card.generation for card in page.cards)
            if page.after is None:
                return
            after = page.after


def _facts(dossier: Dossier) -> list[tuple[str, str]]:
    item = dossier.generation
    asked = {**({"seed": item.seed} if item.seed is not None else {}), **item.params}
    facts = [
        (WORDS.prompt, item.prompt),
        (WORDS.model, item.model),
        (WORDS.size, f"{item.width}×{item.height}"),
        (WORDS.provider, f"{item.provider}, {item.endpoint}"),
        (WORDS.account, item.account),
        (WORDS.charged, item.charged.value),
    ]
    if asked:
        facts.append((WORDS.parameters, ", ".join(f"{name}={value}" for name, value in asked.items())))
    if item.task_id:
        facts.append((WORDS.task, item.task_id))
    if item.request_id:
        facts.append((WORDS.request, item.request_id))
    if item.trouble is not None:
        facts.append((WORDS.trouble, f"{item.trouble.code}: {item.trouble.message}"))
    if item.master is not None:
        master = item.master
        said = f"{master.width}×{master.height}, {bytes_in_words(master.bytes)}, {master.sha256}"
        facts.append((WORDS.picture, said))
    if dossier.tags:
        facts.append((WORDS.tags, ", ".join(f"{name}={value}" for name, value in dossier.tags.items())))
    return facts
