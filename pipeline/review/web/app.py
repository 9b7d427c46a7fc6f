"""Every address of the page, and what an error looks like. Knows no rule of its own."""

from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from pipeline.errors import PipelineError, StaleError, UsageError
from pipeline.review.spending import view_spending
from pipeline.review.web.deeds import Deeds
from pipeline.review.web.grids import Grids
from pipeline.review.web.guard import Guard
from pipeline.review.web.images import Images
from pipeline.review.web.marking import Marking
from pipeline.review.web.redoing import Redoing
from pipeline.review.web.singles import Singles
from pipeline.review.web.site import HERE, Site, go
from pipeline.review.web.works import Works
from pipeline.review.words import WORDS


def routes_of(site: Site) -> tuple[BaseRoute, ...]:
    """Every address of the page."""
    changes = (Deeds(site), Marking(site), Redoing(site), Works(site))
    return *_pages(site), *(route for found in changes for route in found.routes())


def make_app(site: Site) -> Guard:
    """The page over one home, behind its guard."""
    app = Starlette(
        routes=routes_of(site),
        exception_handlers={
            PipelineError: lambda request, error: _problem(site, request, error),
            HTTPException: lambda request, error: _missing(site, request, error),
            Exception: lambda _, error: _fault(site, error),
        },
    )
    return Guard(app, site.keys)


def _pages(site: Site) -> Iterator[Route | Mount]:
    grids, singles, images = Grids(site), Singles(site), Images(site)
    yield Route("/", lambda request: _enter(site, request))
    yield Route("/pictures", grids.pictures)
    yield Route("/pictures/{number}", singles.picture)
    yield Route("/assets", grids.assets)
    yield Route("/assets/{asset:path}", singles.asset)
    yield Route("/slots/{asset:path}", singles.slots)
    yield Route("/thumbs/{sha256}.webp", images.thumb)
    yield Route("/blobs/{sha256}", images.blob)
    yield Route("/files/{spec}/{sha256}", images.file)
    yield Route("/spend", lambda request: _spend(site, request))
    yield Route("/help", lambda request: site.page(request, "help.html"))
    yield Mount("/static", StaticFiles(directory=HERE / "static"))


def _enter(site: Site, request: Request) -> Response:
    """The printed address: its key becomes a cookie, so that it stands in no other address."""
    if not site.keys.opens(request.query_params.get("key", "")):
        if site.keys.opens(request.cookies.get(site.keys.cookie, "")):
            return go("/pictures")
        return PlainTextResponse(WORDS.refused_key + "\n", status_code=403)
    answer = go("/pictures")
    answer.set_cookie(site.keys.cookie, site.keys.entry, httponly=True, samesite="strict")
    return answer


def _spend(site: Site, request: Request) -> Response:
    asked = request.query_params.get("by", "")
    view = view_spending(site.library, site.workshop.settings, asked=asked, now=site.now())
    return site.page(request, "spend.html", view=view)


def _problem(site: Site, request: Request, error: Exception) -> Response:
    """An expected failure: what it is, and what to do."""
    assert isinstance(error, PipelineError)
    stale = isinstance(error, StaleError)
    return site.page(
        request,
        "error.html",
        status=409 if stale else 400 if isinstance(error, UsageError) else 422,
        title=WORDS.stale if stale else WORDS.went_wrong,
        message=error.message,
        step=None if stale else error.next_step,
        stale=stale,
        back=_back(request),
    )


def _back(request: Request) -> str:
    """Where a refused form came from: what the browser says, as far as it is a page of ours."""
    parts = urlsplit(request.headers.get("referer", ""))
    if parts.netloc == request.headers.get("host") and parts.path.startswith("/") and parts.path != "/":
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    if "asset" in request.path_params:
        return quote(f"/assets/{request.path_params['asset']}")
    if "number" in request.path_params:
        return f"/pictures/{request.path_params['number']}"
    return "/pictures"


def _missing(site: Site, request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return site.page(
        request,
        "error.html",
        status=status,
        title=WORDS.not_there,
        message=request.url.path,
        step=None,
        stale=False,
        back="/pictures",
    )


def _fault(site: Site, error: Exception) -> Response:
    return PlainTextResponse(site.workshop.confess(error) + "\n", status_code=500)
