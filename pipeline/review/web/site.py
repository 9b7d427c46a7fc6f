"""What every page is made with: the library, the workshop, the templates. Knows no address."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from pipeline.review.library import Library
from pipeline.review.slots import Examiner
from pipeline.review.web.guard import Keys
from pipeline.review.web.jobs import Jobs
from pipeline.review.web.money import filters
from pipeline.review.words import WORDS
from pipeline.review.workshop import Workshop

HERE = Path(__file__).parent
SECTIONS = ("/pictures", "/assets", "/spend", "/work", "/help")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One start of the page over one home; `per_page` cards in a grid."""

    library: Library
    workshop: Workshop
    jobs: Jobs
    keys: Keys
    templates: Environment
    examine: Examiner
    now: Callable[[], datetime]
    per_page: int

    def page(self, request: Request, name: str, *, status: int = 200, **facts: object) -> HTMLResponse:
        """A template filled in; everything in it is escaped."""
        html = self.templates.get_template(name).render(
            here=request.url.path if request.url.path in SECTIONS else "",
            said=WORDS.said.get(request.query_params.get("said", "")),
            running=len(self.jobs.running()),
            form_token=self.keys.form,
            **facts,
        )
        return HTMLResponse(html, status_code=status)


def templates(currency: str) -> Environment:
    """The templates, where a name that is not there is a fault and not an empty place."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(filters(currency))
    made.globals["w"] = WORDS
    return made


def go(path: str, *, said: str = "", at: str = "") -> RedirectResponse:
    """To a page, after something was done; `said` is a name among the words."""
    query = f"?said={said}" if said else ""
    mark = f"#{at}" if at else ""
    return RedirectResponse(quote(path) + query + mark, status_code=303)
