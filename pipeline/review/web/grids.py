"""The two grids: every generation, and every asset. What they show stands in the address."""

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.history.gallery import Counts, Facets
from pipeline.plan.price import UNIT
from pipeline.review.web.lookup import SORTS, Address, look_of, read_address, senseless
from pipeline.review.web.marking import undoing_of
from pipeline.review.web.site import Site

_MOST_OPTIONS = 300
"""Of one filter: a longer list is searched by text, not by scrolling."""


class Grids:
    """Pages of many pictures."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def pictures(self, request: Request) -> Response:
        """Every generation that fits, with the counts beside each filter."""
        address = _address(request)
        if (short := _shortened(request, address)) is not None:
            return short
        look = look_of(address, limit=self._site.per_page)
        page, facets = self._site.library.gallery.pictures(look)
        return self._site.page(
            request,
            "pictures.html",
            address=address,
            page=page,
            lists=_lists(facets),
            sorts=SORTS,
            senseless=senseless(address),
            undoing=undoing_of(request),
        )

    def assets(self, request: Request) -> Response:
        """Every asset with a picture that fits; the counts are of the pictures."""
        address = _address(request)
        if (short := _shortened(request, address)) is not None:
            return short
        look = look_of(address, limit=self._site.per_page)
        page, facets = self._site.library.gallery.assets(look)
        return self._site.page(
            request,
            "assets.html",
            address=address,
            page=page,
            lists=_lists(facets),
            sorts=tuple(word for word in SORTS if word != "dearest"),
            senseless=senseless(address),
        )


def _address(request: Request) -> Address:
    return read_address(request.url.path, parse_qsl(request.url.query))


def _shortened(request: Request, address: Address) -> Response | None:
    """A form sends its empty fields too: the address is made one to keep and to share."""
    given = parse_qsl(request.url.query, keep_blank_values=True)
    if any(not value.strip() for _, value in given):
        return RedirectResponse(str(address), status_code=303)
    return None


def _lists(facets: Facets) -> dict[str, Counts]:
    """The choices of each filter, as an address says them."""
    names = ("spec", "article", "platform", "slot", "model", "tag", "state", "decision", "month")
    found = {name: getattr(facets, name)[:_MOST_OPTIONS] for name in names}
    costs = ((f"{int(cost) / UNIT:g}", count) for cost, count in facets.cost[:_MOST_OPTIONS])
    return found | {"cost": tuple(costs)}
