"""Files made again after a decision, while the form that said it waits. Nothing is bought."""

from collections.abc import Callable

from starlette.responses import Response

from pipeline.history.records import Decision, Marked
from pipeline.plan.model import Wishes
from pipeline.review.asset import provider_for
from pipeline.review.decisions import choose, generation_of
from pipeline.review.web.jobs import Kind, Order
from pipeline.review.web.site import Site, go
from pipeline.review.workshop import Reach
from pipeline.spec.names import is_foreign
from pipeline.stages.deciding import brought_by, check_key, look_after

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


def serving(site: Site, asset: str, generation: int) -> str | None:
    """The provider of whose pictures an asset's files are made when it shows a generation."""
    return brought_by(generation_of(site.library, generation)) or provider_for(site.library, asset)


def selected(
    site: Site, asset: str, seen: Marked, back: Callable[[int], Response], *, pin: bool = False
) -> Response:
    """Let an asset show a generation, make its files, then `back` with the asset's version since the word.

    `seen` has its version before. Raises StaleError, UsageError.
    """
    check_key(asset)
    provider = serving(site, asset, seen.generation)
    with site.workshop.bench(asset.partition("/")[0], Reach.WORK, provider) as bench:
        choose(site.library, bench, asset, seen.generation, pin=pin, version=seen.version, at=site.now())
    version = site.library.gallery.version_of(asset)  # before files are made: others may decide meanwhile
    return rendered(site, asset, provider, lambda: back(version))


def undone(site: Site, asset: str, word: Decision, back: Callable[[str], Response]) -> Response:
    """Make the files as the word before has it, then `back` with what was taken back and what came of it."""
    if is_foreign(asset):
        return back("undone")
    provider = serving(site, asset, word.generation)
    with site.workshop.bench(asset.partition("/")[0], Reach.LOOK, provider) as bench:
        # Looked at before the files are made: a run may take a picture anew.
        said = site.told.keep(look_after(bench.studio, bench.spec, asset, word).sentence)
    return rendered(site, asset, provider, lambda: back(said))
