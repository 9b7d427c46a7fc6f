"""Files made again after a decision, while the form that said it waits. Nothing is bought."""

from collections.abc import Callable

from starlette.responses import Response

from pipeline.plan.model import Wishes
from pipeline.review.web.jobs import Job, Order
from pipeline.review.web.site import Site, go
from pipeline.review.words import WORDS
from pipeline.review.workshop import Reach
from pipeline.stages.outcome import AssetState

_PATIENCE = 20.0
"""Seconds that a form waits for its files, before it shows them being made."""


def rendered(site: Site, asset: str, provider: str | None, back: Callable[[], Response]) -> Response:
    """Make an asset's files as it stands now, then `back`; to the job where that fails or takes longer."""
    job = site.jobs.start(
        Order(
            title=WORDS.rendering,
            about=asset,
            back=f"/assets/{asset}",
            provider=provider,
            reach=Reach.WORK,
            wishes=lambda _: Wishes(only=(asset,), buy=False),
        )
    )
    site.jobs.wait(job, _PATIENCE)
    return back() if _delivered(job) else go(f"/work/{job.id}")


def _delivered(job: Job) -> bool:
    return job.report is not None and all(outcome.state is AssetState.DELIVERED for outcome in job.outcomes)
