"""Look at the world before planning: history, locks, store, files on disk. Reads only; decides nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import PictureError
from pipeline.history.records import Delivered, Generation, Known, OwnPicture
from pipeline.plan.model import Facts, Wishes
from pipeline.plan.near import MOST, Near, Nearby
from pipeline.plan.pick import asked_of, redone
from pipeline.plan.readings import LogoReading, OwnReading, master_of
from pipeline.render.brand import read_brand
from pipeline.render.inspect import inspect
from pipeline.render.marking import Corner
from pipeline.runner.lock import living
from pipeline.spec.model import Brand, OwnFile, Prompted, Reused, Spec
from pipeline.stages.studio import Studio
from pipeline.storage import sha256_file

_HINTED = 50
"""New pictures of one plan that are compared with earlier ones; among more, nobody would read the hints."""


def survey(studio: Studio, specs: tuple[Spec, ...], wishes: Wishes) -> Facts:
    """Everything that the planner needs to know about these specs, as it stands now."""
    known = studio.queries.known(
        requests=sorted(set(_requests(studio, specs, wishes))),
        assets=sorted(set(_assets(specs))),
        specs=[spec.name for spec in specs],
    )
    own = _own_readings(studio, specs)
    disk = _disk(studio.home.root, known)
    generations = list(_generations(known))
    masters = [item.master for item in generations if item.master is not None]
    masters += [*known.own_masters.values(), *(read.master for read in own.values() if read.master)]
    return Facts(
        known=known,
        buyer=studio.buyer,
        alive=living(studio.home.runs, [item.owner for item in generations]),
        run=studio.run,
        present=frozenset(m.sha256 for m in masters if studio.store.has(m.sha256, m.ending)),
        disk={path: lies.sha256 if lies else None for path, lies in disk.items()},
        sizes={path: lies.bytes for path, lies in disk.items() if lies},
        own=own,
        prices=studio.prices,
        catalog=studio.catalog,
        label=studio.label,
        quality=studio.quality,
        stem=studio.stem,
        subjects=studio.queries.subjects([master.sha256 for master in masters]),
        logos=_logos(specs),
        brand=studio.brand,
        near=_near(studio, specs, known) if wishes.buy else {},
    )


def _near(studio: Studio, specs: tuple[Spec, ...], known: Known) -> dict[str, tuple[Near, ...]]:
    """For pictures that nobody ever asked for: those in the store with much the same words."""
    new = [
        (image.key, image.source)
        for spec in specs
        for image in spec.images
        if isinstance(image.source, Prompted)
        and not image.draft
        and asked_of(image.source, studio.buyer).request not in known.attempts
    ]
    if not new:
        return {}
    nearby = Nearby(studio.queries.past(studio.buyer.name))
    found = {key: nearby.near(source, most=2 * MOST) for key, source in new[:_HINTED]}
    shown = studio.queries.shown(sorted({hint.past.asset for hints in found.values() for hint in hints}))
    return {
        key: tuple(
            replace(hint, shown=shown.get(hint.past.asset) == hint.past.generation)
            for hint in hints
            if studio.store.has(hint.past.sha256, hint.past.ending)
        )[:MOST]
        for key, hints in found.items()
    }


def _logos(specs: Iterable[Spec]) -> dict[Brand, LogoReading]:
    images = (image for spec in specs for image in spec.images if image.branded)
    wanted = {image.brand for image in images if image.brand is not None}
    return {brand: _logo(brand) for brand in wanted}


def _logo(brand: Brand) -> LogoReading:
    try:
        return LogoReading(brand=read_brand(brand.path, at=Corner(brand.at), height=brand.height))
    except PictureError as error:
        return LogoReading(brand=None, problem=error.message)
    except OSError as error:
        return LogoReading(brand=None, problem=f"{brand.path}: {error.strerror}")


def _requests(studio: Studio, specs: tuple[Spec, ...], wishes: Wishes) -> Iterator[str]:
    for spec in specs:
        for image in spec.images:
            if isinstance(image.source, Prompted):
                yield asked_of(image.source, studio.buyer).request
                redo = wishes.redo.get(image.key)
                if redo is not None:
                    yield asked_of(redone(image.source, redo), studio.buyer).request


def _assets(specs: tuple[Spec, ...]) -> Iterator[str]:
    for spec in specs:
        for image in spec.images:
            yield image.key
            if isinstance(image.source, Reused):
                yield image.source.asset


def _generations(known: Known) -> Iterator[Generation]:
    for attempts in (*known.attempts.values(), *known.pursuits.values()):
        yield from attempts
    yield from known.decided.values()


@dataclass(frozen=True, slots=True)
class _Lying:
    """A file as it lies on the disk now."""

    sha256: str
    bytes: int


def _disk(root: Path, known: Known) -> dict[str, _Lying | None]:
    """What lies at each written path. An untouched file is known by its size and time, others are read."""
    return {path: _lies(root / path, rows[0]) for path, rows in known.written.items()}


def _lies(path: Path, newest: Delivered) -> _Lying | None:
    try:
        found = path.stat()
        if (found.st_size, found.st_mtime_ns) == (newest.bytes, newest.mtime_ns):
            return _Lying(newest.sha256, newest.bytes)
        return _Lying(sha256_file(path), found.st_size)
    except OSError:
        return None


def _own_readings(studio: Studio, specs: Iterable[Spec]) -> dict[Path, OwnReading]:
    paths = sorted(
        {image.source.path for spec in specs for image in spec.images if isinstance(image.source, OwnFile)}
    )
    cached = studio.queries.own_pictures([str(path) for path in paths]) if paths else {}
    return {path: _own_reading(path, cached.get(str(path))) for path in paths}


def _own_reading(path: Path, cached: OwnPicture | None) -> OwnReading:
    try:
        found = path.stat()
        if cached is not None and (cached.size, cached.mtime_ns) == (found.st_size, found.st_mtime_ns):
            return OwnReading(master=cached.master)
        facts = inspect(path)
    except PictureError as error:
        return OwnReading(master=None, problem=error.message)
    except OSError as error:
        return OwnReading(master=None, problem=f"{path}: {error.strerror}")
    return OwnReading(master=master_of(facts), frames=facts.frames)
