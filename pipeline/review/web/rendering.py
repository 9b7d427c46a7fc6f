"""Files made again after a decision, while the form that said it waits. Nothing is bought."""

from collections.abc import Callable

from starlette.responses import Response

from pipeline.history.records import Decision
from pipeline.plan.model import Wishes
from pipeline.review.asset import provider_for
from pipeline.review.decisions import generation_of
from pipeline.review.web.jobs import Kind, Order
from pipeline.review.web.site import Site, go
from pipeline.review.workshop import Reach
from pipeline.spec.names import is_foreign
from pipeline.stages.deciding import brought_by, look_after

_PATIENCE = 20.0
"""Seconds that a form waits for its files, before it shows them being made."""


def rendered(site: Site, asset: str, provider: str | None, back: Callable[[], Response]) -> Response:
    """Make an asset's files as it stands now, then `back`; to the job where that fails or takes longer.

    The key of a picture that was made elsewhere has no files of its own.
    """
    if is_foreign(asset):
        return back()
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


def taken_back(site: Site, asset: str, version: int | None) -> Decision | None:
    """Take the newest word on an asset back; None: there is none. Raises StaleError."""
    return site.library.memory.undo(asset, at=site.now(), expected=version)


def undone(site: Site, asset: str, word: Decision, back: Callable[[str], Response]) -> Response:
    """Make the files as the word before has it, then `back` with what was taken back and what came of it."""
    if is_foreign(asset):
        return back("undone")
    item = generation_of(site.library, word.generation)
    provider = brought_by(item) or provider_for(site.library, asset)
    with site.workshop.bench(asset.partition("/")[0], Reach.LOOK, provider) as bench:
        # Looked at before the files are made: a run may take a picture anew.
        said = site.told.keep(look_after(bench.studio, bench.spec, asset, word).sentence)
    return rendered(site, asset, provider, lambda: back(said))
