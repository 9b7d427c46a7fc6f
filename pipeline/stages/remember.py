"""Write down what a run is about before it pays: specs, assets, the author's own pictures."""

from dataclasses import replace
from pathlib import Path

from pipeline.errors import IncompleteError
from pipeline.fingerprint import file_sha256
from pipeline.history.records import AssetFact, FocusPoint, Master, OwnPicture
from pipeline.plan.model import Facts
from pipeline.plan.pick import asked_of
from pipeline.spec.aim import overtaken, said
from pipeline.spec.model import Image, OwnFile, Prompted, Spec
from pipeline.stages.studio import Studio
from pipeline.storage import folder_inside, writing


def remember(studio: Studio, specs: tuple[Spec, ...], facts: Facts) -> Facts:
    """Keep where the specs lie, what they ask, and the author's own pictures; returns the facts with them."""
    now = studio.clock.now()
    present = set(facts.present)
    for path, reading in facts.own.items():
        if reading.master is not None:
            _keep_own(studio, path, reading.master)
            present.add(reading.master.sha256)
    for spec in specs:
        seen = tuple(
            replace(_asset_fact(spec, image, studio, facts), title=article.title or None)
            for article in spec.articles
            for image in article.images
        )
        _take_back(studio, spec, facts)
        studio.memory.saw_spec(spec.name, studio.home.kept(spec.path), spec.digest, seen, at=now)
    return replace(facts, present=frozenset(present))


def _take_back(studio: Studio, spec: Spec, facts: Facts) -> None:
    """A crop that the spec says anew is the author's newest word, also when the spec is edited back later."""
    for image in spec.images:
        for slot in overtaken(image, facts.known.focus_points.get(image.key, ())):
            point = FocusPoint(asset=image.key, slot=slot, spec_said=said(image, slot), at=studio.clock.now())
            studio.memory.point_at(point)


def _asset_fact(spec: Spec, image: Image, studio: Studio, facts: Facts) -> AssetFact:
    match image.source:
        case Prompted() as prompted:
            return AssetFact(
                key=image.key,
                spec=spec.name,
                request=asked_of(prompted, studio.buyer).request,
                model=prompted.model,
                prompt=prompted.prompt,
            )
        case OwnFile(path=path, ai=ai):
            master = facts.own[path].master
            return AssetFact(
                key=image.key, spec=spec.name, own_sha256=master.sha256 if master else None, ai=ai
            )
        case _:
            return AssetFact(key=image.key, spec=spec.name)


def _keep_own(studio: Studio, own: Path, master: Master) -> None:
    """Copy the author's picture into the store: it is a master like any other. File first, then row."""
    if not studio.store.has(master.sha256, master.ending):
        folder_inside(studio.home.data, studio.home.blobs)
        data = own.read_bytes()
        if file_sha256(data) != master.sha256:
            raise IncompleteError(
                f"{own} changed while it was being read", next_step="type the same command again"
            )
        temp = studio.store.temp(master.ending)
        with writing(temp):
            temp.write_bytes(data)
        studio.store.adopt(temp, master.sha256, master.ending)
    found = own.stat()
    studio.memory.keep_own(
        OwnPicture(path=str(own), size=found.st_size, mtime_ns=found.st_mtime_ns, master=master),
        at=studio.clock.now(),
    )
