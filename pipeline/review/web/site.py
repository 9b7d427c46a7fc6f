"""What every page is made with: the library, the workshop, the templates. Knows no address."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

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
_MOST_TOLD = 100
SECTIONS = ("/pictures", "/assets", "/spend", "/work", "/help")


class Told:
    """Sentences for the next page, by a name that an address can carry; the newest hundred."""

    def __init__(self) -> None:
        self._sentences: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, sentence: str) -> str:
        """Keep a sentence; returns its name."""
        name = uuid4().hex[:12]
        with self._lock:
            self._sentences[name] = sentence
            while len(self._sentences) > _MOST_TOLD:
                self._sentences.popitem(last=False)
        return name

    def read(self, name: str) -> str | None:
        """The sentence of a name."""
        return self._sentences.get(name)


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
    told: Told = field(default_factory=Told)

    def page(self, request: Request, name: str, *, status: int = 200, **facts: object) -> HTMLResponse:
        """A template filled in; everything in it is escaped."""
        said = request.query_params.get("said", "")
        html = self.templates.get_template(name).render(
            here=request.url.path if request.url.path in SECTIONS else "",
            said=WORDS.said.get(said) or self.told.read(said),
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
    """To a page, after something was done; `said` is a name among the words, or of what was told."""
    query = f"?said={said}" if said else ""
    mark = f"#{at}" if at else ""
    return RedirectResponse(quote(path) + query + mark, status_code=303)
