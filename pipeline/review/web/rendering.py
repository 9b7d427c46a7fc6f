"""Files made again after a decision, while the form that said it waits. Nothing is bought."""

from collections.abc import Callable

from starlette.responses import Response

from pipeline.plan.model import Wishes
from pipeline.review.web.jobs import Kind, Order
from pipeline.review.web.site import Site, go
from pipeline.review.workshop import Reach

_PATIENCE = 20.0
"""Seconds that a form waits for its files, before it shows them being made."""


def rendered(site: Site, asset: str, provider: str | None, back: Callable[[], Response]) -> Response:
    """Make an asset's files as it stands now, then `back`; to the job where that fails or takes longer."""
    job = site.jobs.start(
        Order(
            kind=Kind.RENDER,
            about=asset,
            back=f"/assets/{asset}",
            provider=provider,
            reach=Reach.WORK,
            wishes=lambda _: Wishes(only=(asset,), buy=False),
            spec=asset.partition("/")[0],
        )
    )
    site.jobs.wait(job, _PATIENCE)
    return back() if job.well else go(f"/work/{job.id}")
