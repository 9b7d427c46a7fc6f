"""Specs from files: every problem of a file in one run, sorted by place. Pays nothing, knows no history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Problem, SpecError
from pipeline.fingerprint import file_sha256
from pipeline.nearest import suggestion
from pipeline.source.compose import read_tree
from pipeline.source.logo import check_logo
from pipeline.source.nodes import Mapping as Tree
from pipeline.source.nodes import Place, Scalar, Sequence, find
from pipeline.source.report import Report
from pipeline.source.text import read_bytes
from pipeline.source.typed import Reading, read
from pipeline.spec.document import ArticleDocument, SpecDocument
from pipeline.spec.images import resolve_image
from pipeline.spec.model import Article, Reused, Source, Spec
from pipeline.spec.names import folded, normal_name, spec_name_problem
from pipeline.spec.overlays import resolve_brand
from pipeline.spec.scope import Known, Scope
from pipeline.spec.styles import check_comment, read_styles

__all__ = ["Known", "load_specs", "parse_spec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parsed:
    """A spec, usable only without problems, and where its name was typed."""

    spec: Spec
    problems: tuple[Problem, ...]
    named_at: Place


def parse_spec(path: Path, known: Known) -> Spec:
    """The spec in the file `path`. Raises SpecError with all its problems, sorted."""
    parsed = _parsed(path, known)
    if parsed.problems:
        raise SpecError(parsed.problems)
    return parsed.spec


def load_specs(paths: Iterable[Path], known: Known) -> tuple[Spec, ...]:
    """The specs of several files, in order; a file given twice counts once.

    Raises SpecError with the problems of all of them; two specs of one name are a problem too.
    """
    unique = {path.resolve(): path for path in paths}
    parsed = {path: _parsed(path, known) for path in unique.values()}
    problems = [problem for one in parsed.values() for problem in one.problems]
    first: dict[str, Path] = {}
    for path, one in parsed.items():
        holder = first.setdefault(folded(one.spec.name), path)
        if holder != path:
            message = f"the name {one.spec.name!r} is taken by {holder}; add another `name:` here"
            problems.append(Problem(str(path), one.named_at.line, one.named_at.column, message))
    if problems:
        raise SpecError(tuple(problems))
    return tuple(one.spec for one in parsed.values())


def _parsed(path: Path, known: Known) -> _Parsed:
    report = Report(str(path))
    data = read_bytes(path, report)
    root = read_tree(data, report) if data is not None else None
    # A file that could not be read to its end is not judged further: what is missing may be in the rest.
    broken = root is None and bool(report.problems)
    reading = read(root, SpecDocument, Report(str(path)) if broken else report)
    name = _name(path, reading, report)
    scope = _scope(name, path, known, reading, report)
    spec = Spec(
        name=name,
        path=path.resolve(),
        digest=file_sha256(data or b""),
        provider=reading.value.provider,
        articles=_articles(reading, scope),
        tags=dict(reading.value.tags),
    )
    _check_uses(spec, reading.node, report)
    return _Parsed(spec=spec, problems=report.problems, named_at=find(reading.node, "name").place)


def _name(path: Path, reading: Reading[SpecDocument], report: Report) -> str:
    if (said := reading.value.name) is not None:
        if (problem := spec_name_problem(said)) is not None:
            report.add(find(reading.node, "name").place, problem)
        return said
    problem = spec_name_problem(path.stem)
    if problem is not None and not reading.node.typed("name"):
        report.add(
            Place(), f"the file's name cannot name the spec ({problem}); add `name: ...` as the first line"
        )
    return normal_name(path.stem)


def _scope(name: str, path: Path, known: Known, reading: Reading[SpecDocument], report: Report) -> Scope:
    own, defaults = _section(reading.node, "styles"), _section(reading.node, "defaults")
    folder = path.resolve().parent
    brand, branded = resolve_brand(reading.value.brand, reading.node, folder, above=(None, True))
    check_logo(reading.node, folder, report)
    scope = Scope(
        name=name,
        folder=folder,
        known=known,
        styles={**known.styles, **read_styles(own, report)},
        defaults=reading.value.defaults,
        report=report,
        slots_spoilt="defaults" in reading.node.spoilt or "slots" in defaults.spoilt,
        brand=brand,
        branded=branded,
    )
    # What is wrong with a default is said where it is typed, once, not at every image.
    scope.model(scope.defaults, defaults)
    scope.style(scope.defaults, defaults)
    scope.slots(scope.defaults, defaults)
    return scope


def _section(node: Tree, key: str) -> Tree:
    """The mapping below `key`, empty where none was typed."""
    entry = node.get(key)
    return (
        entry.value
        if entry is not None and isinstance(entry.value, Tree)
        else Tree(by_key={}, place=node.place)
    )


def _articles(reading: Reading[SpecDocument], scope: Scope) -> tuple[Article, ...]:
    made = []
    slugs: dict[str, Place] = {}
    for index, document in enumerate(reading.value.articles):
        node = find(reading.node, "articles", index)
        assert isinstance(node, Tree)
        _check_unique(document.slug, find(node, "slug").place, slugs, scope.report)
        made.append(_article(document, node, scope))
    _check_not_empty(reading.node, "articles", "article", scope.report)
    return tuple(made)


def _article(document: ArticleDocument, node: Tree, scope: Scope) -> Article:
    title = find(node, "title")
    if isinstance(title, Scalar):
        check_comment(title, scope.report, tight=True)
    images = []
    ids: dict[str, Place] = {}
    for index, image in enumerate(document.images):
        inner = find(node, "images", index)
        assert isinstance(inner, Tree)
        _check_unique(image.id, find(inner, "id").place, ids, scope.report)
        images.append(
            resolve_image(image, inner, scope, article=document.slug, number=index + 1, draft=document.draft)
        )
    _check_not_empty(node, "images", "image", scope.report)
    return Article(slug=document.slug, title=document.title or document.slug, images=tuple(images))


def _check_unique(name: str, place: Place, taken: dict[str, Place], report: Report) -> None:
    if not name:
        return
    first = taken.setdefault(folded(name), place)
    if first != place:
        report.add(place, f"{name!r} is taken in line {first.line} (upper and lower case count as the same)")


def _check_not_empty(node: Tree, key: str, noun: str, report: Report) -> None:
    typed = find(node, key)
    if isinstance(typed, Sequence) and typed.is_empty:
        report.add(typed.place, f"the list of {key} is empty; write at least one {noun}")


def _check_uses(spec: Spec, node: Tree, report: Report) -> None:
    """Note `use:` of an asset of this very spec that is not there, or that leads back to itself."""
    own = {image.key: image.source for image in spec.images}
    for a, article in enumerate(spec.articles):
        for i, image in enumerate(article.images):
            if not isinstance(image.source, Reused) or not _is_of(image.source.asset, spec.name):
                continue
            place = find(node, "articles", a, "images", i, "use").place
            used = image.source.asset
            if used not in own:
                report.add(place, f"there is no asset {used!r} in this spec{suggestion(used, own)}")
            elif _leads_back(image.key, own):
                report.add(
                    place, f"{used!r} leads back to this image itself; one of them needs a prompt or a file"
                )


def _is_of(key: str, name: str) -> bool:
    return folded(key.partition("/")[0]) == folded(name)


def _leads_back(start: str, sources: Mapping[str, Source]) -> bool:
    key, seen = start, set()
    while key not in seen:
        seen.add(key)
        source = sources.get(key)
        if not isinstance(source, Reused):
            return False
        key = source.asset
    return key == start
