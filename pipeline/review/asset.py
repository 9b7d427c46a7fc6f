"""One asset with all that was ever tried for it: what differs, what was decided, where it is used."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from pipeline.differences import Part, differences
from pipeline.errors import PipelineError, Problem, SpecError
from pipeline.history.records import Decision, Delivered, Generation, Note
from pipeline.history.search import Dossier
from pipeline.history.states import Choice
from pipeline.plan.decide import decide
from pipeline.plan.model import Action, Facts, Wishes
from pipeline.providers.errors import Explanation, explain
from pipeline.review.library import Library
from pipeline.review.snippets import generation_yaml, image_yaml, use_asset_yaml, use_yaml
from pipeline.review.workshop import Bench, Reach, Workshop
from pipeline.spec.model import Image, Spec
from pipeline.stages.deciding import assets_showing, provider_of
from pipeline.stages.outcome import Outcome, outcomes
from pipeline.stages.survey import survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An asset as its spec has it now. Made with `look_at`; the studio it was made with may be closed."""

    spec: Spec
    image: Image
    action: Action
    outcome: Outcome
    facts: Facts
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try. `version` is what a decision about it must carry; `changes` mark its prompt against `against`.

    `standing`: some asset was given it last, so that a choice of it is no earlier one. `used_by`: other
    assets that show it. `files` were written from it for any asset.
    """

    generation: Generation
    decision: Choice | None
    standing: bool
    version: int
    against: int | None
    changes: tuple[Part, ...]
    explanation: Explanation | None
    used_by: tuple[str, ...]
    files: tuple[Delivered, ...]
    notes: tuple[Note, ...]
    shown: bool
    yaml: str
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetView:
    """All about an asset, attempts newest first. `seen` None: its spec cannot be read, `problem` says why.

    `version` is what a decision about the asset must carry; `yaml` is the asset as its spec has it.
    """

    asset: str
    version: int
    seen: Seen | None
    problem: str
    attempts: tuple[Attempt, ...]
    notes: tuple[Note, ...]
    yaml: str
    use: str
    undoable: Decision | None


def look_at(bench: Bench, asset: str) -> Seen | None:
    """What a spec wants of one of its assets now; None where the spec has no such asset."""
    image = next((image for image in bench.spec.images if image.key == asset), None)
    if image is None:
        return None
    wishes = Wishes(only=(asset,), buy=False)
    facts = survey(bench.studio, (bench.spec,), wishes)
    plan = decide((bench.spec,), facts, wishes)
    [outcome] = outcomes(plan, plan, facts, (), {})
    return Seen(
        spec=bench.spec,
        image=image,
        action=outcome.action,
        outcome=outcome,
        facts=facts,
        simulated=bench.studio.buyer.simulated,
    )


def provider_for(library: Library, asset: str) -> str | None:
    """Whose files an asset's page is about: of whom its newest picture came; None where there is none."""
    return provider_of(library.search.of_asset(asset))


def seen_of(library: Library, workshop: Workshop, asset: str) -> tuple[Seen | None, str]:
    """The asset as its spec has it, or nothing and why."""
    return _seen(workshop, asset, provider_for(library, asset))


def view_asset(library: Library, workshop: Workshop, asset: str) -> AssetView | None:
    """Everything about an asset; None where neither the history nor its spec knows it."""
    # Versions come with, or before, all that is shown: a word said meanwhile is never overruled unseen.
    story = library.search.story(asset)
    found = [dossier.generation for dossier in story.dossiers]
    seen, problem = _seen(workshop, asset, provider_of(found))
    if not found and seen is None:
        return None
    shown = _shown(seen, story.dossiers, asset)
    elsewhere = assets_showing(library.queries, story.dossiers)
    attempts = [
        _attempt(
            asset,
            dossier,
            before,
            shown=dossier.generation.id == shown,
            elsewhere=elsewhere.get(dossier.generation.id, ()),
        )
        for before, dossier in zip((None, *story.dossiers), story.dossiers, strict=False)
    ]
    return AssetView(
        asset=asset,
        version=story.version,
        seen=seen,
        problem=problem,
        attempts=tuple(reversed(attempts)),
        notes=story.notes,
        yaml=image_yaml(seen.image) if seen is not None else generation_yaml(found[-1]),
        use=use_asset_yaml(asset),
        undoable=library.queries.undoable(asset),
    )


def _seen(workshop: Workshop, asset: str, provider: str | None) -> tuple[Seen | None, str]:
    try:
        with workshop.bench(asset.partition("/")[0], Reach.LOOK, provider) as bench:
            seen = look_at(bench, asset)
    except SpecError as error:
        return None, "\n".join(_at_its_place(problem) for problem in error.problems)
    except PipelineError as error:
        return None, error.message
    return seen, "" if seen is not None else f"{bench.spec.path} has no asset {asset}"


def _at_its_place(problem: Problem) -> str:
    """A problem without the folders of this machine."""
    return f"{PurePath(problem.file).name}:{problem.line}:{problem.column}: {problem.message}"


def _shown(seen: Seen | None, dossiers: Sequence[Dossier], asset: str) -> int | None:
    """The generation that the asset shows: the spec's, else the newest that was decided for it."""
    if seen is not None:
        action = seen.action
        return action.generation.id if action.generation is not None and action.master is not None else None
    words = [word for dossier in dossiers for word in dossier.decisions if word.asset == asset]
    return max(words, key=lambda word: word.at).generation if words else None


def _attempt(
    asset: str, dossier: Dossier, before: Dossier | None, *, shown: bool, elsewhere: Sequence[str]
) -> Attempt:
    item = dossier.generation
    earlier = None if before is None else before.generation
    changed = earlier is not None and earlier.prompt != item.prompt
    assets = (word.asset for word in dossier.decisions if word.asset not in ("", asset))
    return Attempt(
        generation=item,
        decision=dossier.newest,
        standing=dossier.standing,
        version=dossier.version,
        against=earlier.id if earlier is not None and changed else None,
        changes=differences(earlier.prompt, item.prompt) if earlier is not None and changed else (),
        explanation=explain(item.trouble.code) if item.trouble is not None else None,
        used_by=tuple(
            dict.fromkeys((*assets, *(file.asset for file in dossier.files if file.asset != asset)))
        ),
        files=dossier.files,
        notes=tuple(note for note in dossier.notes if note.generation == item.id),
        shown=shown,
        yaml=generation_yaml(item),
        # What this asset shows is the plan's to say, what others show the history's.
        use=use_yaml(item, [*([asset] if shown else ()), *(key for key in elsewhere if key != asset)]),
    )
