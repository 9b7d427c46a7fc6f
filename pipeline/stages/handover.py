"""Put the paper beside the pictures: manifests, Markdown, the contact sheet; take away what is left over."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.delivery.layout import MANIFEST, MARKDOWN, SHEET, article_folder, spec_folder
from pipeline.delivery.manifest import FileEntry, Manifest, MissingEntry, read_manifest, write_manifest
from pipeline.delivery.markdown import images_markdown
from pipeline.delivery.sheet import Sheet, SheetArticle, SheetAsset, SheetFile, SheetMissing, sheet_html
from pipeline.errors import PipelineError
from pipeline.failpoint import reach
from pipeline.history.records import Delivered
from pipeline.plan.model import Facts
from pipeline.plan.price import UNIT
from pipeline.platforms.model import Format
from pipeline.spec.model import Article, Prompted, Spec
from pipeline.stages.outcome import AssetState, Outcome
from pipeline.stages.studio import Studio
from pipeline.storage import folder_inside, leads_out, write_atomic


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """Files of earlier deliveries that nothing wants any more: removed, or kept because they were edited."""

    removed: tuple[str, ...]
    kept: tuple[str, ...]


def hand_over(studio: Studio, spec: Spec, found: Sequence[Outcome], facts: Facts) -> LeftOver:
    """Write everything that lies beside the pictures of one spec. What has not changed is not rewritten."""
    shown = [outcome for outcome in found if outcome.action.spec == spec.name]
    folder = spec_folder(studio.output, spec.name)
    if folder.exists():
        folder_inside(studio.output, folder)
    left = _clean(studio, spec, facts, frozenset(file.path for item in shown for file in item.files))
    reach("cleaned")
    failures: list[PipelineError] = []
    for article in spec.articles:
        own = [outcome for outcome in shown if outcome.action.article == article.slug]
        if any(outcome.state is not AssetState.DRAFT for outcome in own):
            try:
                _article(studio, spec, article, own)
            except (
                PipelineError
            ) as error:  # one folder that cannot be written keeps no other from its manifest
                failures.append(error)
    if folder.is_dir():
        _write(folder / SHEET, sheet_html(_sheet(studio, spec, shown)).encode())
        reach("sheet")
    if failures:
        raise failures[0]
    return left


def entry_of(outcome: Outcome, file: Delivered, path: str) -> FileEntry:
    """A delivered file as the manifest and `--json` show it, under the given path."""
    generation = (
        outcome.generation if outcome.generation and outcome.generation.id == file.generation else None
    )
    return FileEntry(
        asset=file.asset,
        slot=file.slot,
        path=path,
        width=file.width,
        height=file.height,
        bytes=file.bytes,
        format=Format(file.format),
        sha256=file.sha256,
        crop=file.crop,
        scale=file.scale,
        generation=file.generation,
        task_id=generation.task_id if generation else None,
        cost=generation.cost if generation else None,
        master=file.master,
        label=file.label,
    )


def _article(studio: Studio, spec: Spec, article: Article, found: Sequence[Outcome]) -> None:
    folder = article_folder(studio.output, spec.name, article.slug)
    folder_inside(studio.output, folder)
    inside = studio.home.relative(folder) + "/"
    manifest = Manifest(
        spec=spec.name,
        article=article.slug,
        title=article.title,
        simulated=studio.buyer.simulated,
        files=tuple(
            entry_of(outcome, file, file.path.removeprefix(inside))
            for outcome in found
            for file in outcome.files
        ),
        missing=tuple(
            MissingEntry(
                asset=outcome.action.asset,
                slot=slot,
                state=outcome.state.value,
                reason=outcome.unmade.get(slot) or _reason(outcome),
            )
            for outcome in found
            for slot in outcome.missing
        ),
    )
    write_manifest(folder / MANIFEST, manifest)
    reach("manifest")
    alts = {outcome.action.asset: outcome.action.image.alt for outcome in found}
    _write(folder / MARKDOWN, images_markdown(manifest, alts).encode())


def _reason(outcome: Outcome) -> str:
    return outcome.problem.message if outcome.problem else outcome.action.reason


def _write(path: Path, data: bytes) -> None:
    if not path.is_file() or path.read_bytes() != data:
        write_atomic(path, data)


def _clean(studio: Studio, spec: Spec, facts: Facts, shown: frozenset[str]) -> LeftOver:
    """Remove our own files that nothing wants; list the edited ones. `shown` are the paths in use."""
    folder = spec_folder(studio.output, spec.name)
    prefix = studio.home.relative(folder) + "/"
    wanted = {studio.stem(image, facts.catalog[slot]) for image in spec.images for slot in image.slots}
    wanted -= {_stem(path) for path in shown}  # a file of an earlier format goes when the new one is there
    removed, kept = [], []
    for path, rows in facts.known.written.items():
        if not path.startswith(prefix) or facts.disk[path] is None:
            continue
        if path in shown or _stem(path) in wanted:
            continue
        if leads_out(studio.output, (studio.home.root / path).parent):
            continue  # whatever lies behind a link is not ours to take away
        if any(row.sha256 == facts.disk[path] for row in rows):
            (studio.home.root / path).unlink(missing_ok=True)
            studio.memory.forget_written(path)
            removed.append(path)
        else:
            kept.append(path)
    for path in removed:
        platform = (studio.home.root / path).parent
        if platform.is_dir() and not any(platform.iterdir()):
            platform.rmdir()
    _drop_articles(folder, spec)
    return LeftOver(removed=tuple(removed), kept=tuple(kept))


def _stem(path: str) -> str:
    return path.rpartition(".")[0]


def _drop_articles(folder: Path, spec: Spec) -> None:
    """Remove the papers and folders of articles that the spec no longer has, where nothing else is left."""
    slugs = {article.slug for article in spec.articles}
    gone = [place for place in folder.glob("*/") if place.name not in slugs and not place.is_symlink()]
    for place in gone:
        _drop_papers(place, spec.name)
        if not any(place.iterdir()):
            place.rmdir()


def _drop_papers(folder: Path, spec: str) -> None:
    manifest = read_manifest(folder / MANIFEST)
    rest = {item.name for item in folder.iterdir()} - {MANIFEST, MARKDOWN}
    if (
        isinstance(manifest, Manifest)
        and (manifest.spec, manifest.article) == (spec, folder.name)
        and not rest
    ):
        (folder / MANIFEST).unlink()
        (folder / MARKDOWN).unlink(missing_ok=True)


def _sheet(studio: Studio, spec: Spec, found: Sequence[Outcome]) -> Sheet:
    prefix = studio.home.relative(spec_folder(studio.output, spec.name)) + "/"
    articles = tuple(
        SheetArticle(
            slug=article.slug,
            title=article.title,
            assets=tuple(
                _sheet_asset(studio, outcome, prefix)
                for outcome in found
                if outcome.action.article == article.slug
            ),
        )
        for article in spec.articles
    )
    bought = {o.generation.id: o.generation.cost for o in found if o.generation and o.files}
    total = sum(cost for cost in bought.values() if cost is not None)
    return Sheet(
        spec=spec.name,
        simulated=studio.buyer.simulated,
        articles=articles,
        cost=f"{len(bought)} pictures, {money(total, studio.currency)}"
        if total
        else f"{len(bought)} pictures",
    )


def money(cost: int, currency: str) -> str:
    """0.0001 units as an amount with its currency."""
    return f"{cost / UNIT:.2f} {currency}"


def _sheet_asset(studio: Studio, outcome: Outcome, prefix: str) -> SheetAsset:
    action, generation = outcome.action, outcome.generation
    source = action.image.source
    cost = ""
    if generation is not None and generation.cost:
        cost = money(generation.cost, studio.currency)
    return SheetAsset(
        key=action.asset,
        alt=action.image.alt,
        prompt=generation.prompt if generation else source.prompt if isinstance(source, Prompted) else "",
        model=(generation.model if generation else action.model) or "",
        state=outcome.state.value,
        reason=_reason(outcome) if outcome.state is not AssetState.DELIVERED else "",
        cost=cost,
        generation=generation.id if generation else None,
        task_id=generation.task_id if generation else None,
        files=tuple(
            SheetFile(
                slot=file.slot,
                path=file.path.removeprefix(prefix),
                width=file.width,
                height=file.height,
                bytes=file.bytes,
                format=file.format,
            )
            for file in outcome.files
        ),
        missing=tuple(
            SheetMissing(slot=slot, reason=outcome.unmade.get(slot) or _reason(outcome))
            for slot in outcome.missing
        ),
    )
