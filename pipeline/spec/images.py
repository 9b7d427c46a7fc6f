"""One image of a spec: from what was typed to what is meant. Looks at files of the author's, reads none."""

from pathlib import Path

from pipeline.fingerprint import Json, normal_prompt
from pipeline.nearest import suggestion
from pipeline.providers.models import Model
from pipeline.source.logo import check_logo
from pipeline.source.nodes import Mapping as Tree
from pipeline.source.nodes import Scalar, find, key_place
from pipeline.source.types import as_number, as_switch, as_whole
from pipeline.spec.document import PROMPT_ONLY, SOURCES, ImageDocument
from pipeline.spec.model import Focus, Image, Mark, OwnFile, Prompted, Reused, Source
from pipeline.spec.overlays import resolve_brand, resolve_overlay
from pipeline.spec.scope import Scope
from pipeline.spec.styles import check_comment, styled

_READERS = {int: as_whole, float: as_number, bool: as_switch}
_CALLED = {"prompt": "a prompt", "file": "a file of your own", "use": "a used picture"}


def resolve_image(
    document: ImageDocument, node: Tree, scope: Scope, *, article: str, number: int, draft: bool
) -> Image:
    """The image, every problem noted in the scope's report; with problems the result is not to be used."""
    _check_sources(node, scope)
    slots = _slots(document, node, scope)
    default_focus = scope.defaults.focus or Focus()
    alt = find(node, "alt")
    if isinstance(alt, Scalar):
        check_comment(alt, scope.report, tight=True)
    check_logo(node, scope.folder, scope.report)
    brand, branded = resolve_brand(document.brand, node, scope.folder, above=(scope.brand, scope.branded))
    return Image(
        key=f"{scope.name}/{article}/{document.id}",
        id=document.id,
        number=number,
        source=_source(document, node, scope),
        slots=slots,
        focus=document.focus or default_focus,
        crops=_crops(document, node, scope, slots),
        label=_label(document, node, scope),
        overlay=resolve_overlay(document.overlay, node, scope, slots),
        brand=brand,
        branded=branded,
        alt=document.alt.strip(),
        draft=document.draft or draft,
        mark=Mark(node.place.line, node.place.column),
    )


def _check_sources(node: Tree, scope: Scope) -> None:
    typed = [key for key in SOURCES if node.typed(key)]
    if not typed:
        scope.report.add(node.place, "an image needs one of prompt, file, use")
    for extra in typed[1:]:
        scope.report.add(
            key_place(node, extra), f"{extra!r} stands beside {typed[0]!r}; an image has only one of both"
        )
    if len(typed) != 1:
        return
    for key in PROMPT_ONLY if typed != ["prompt"] else ():
        if node.get(key) is not None:
            scope.report.add(
                key_place(node, key), f"{key!r} goes with a prompt; {_CALLED[typed[0]]} is taken as it is"
            )
    if typed != ["file"] and node.get("ai") is not None:
        scope.report.add(
            key_place(node, "ai"), f"'ai' goes with a file of your own, not with {_CALLED[typed[0]]}"
        )


def _slots(document: ImageDocument, node: Tree, scope: Scope) -> tuple[str, ...]:
    if node.typed("slots"):
        return scope.slots(document, node)
    if scope.defaults.slots is None and not scope.slots_spoilt:
        scope.report.add(node.place, "no slots to fill; add `slots: [...]` here or under `defaults`")
    return tuple(dict.fromkeys(scope.defaults.slots or ()))


def _crops(document: ImageDocument, node: Tree, scope: Scope, slots: tuple[str, ...]) -> dict[str, Focus]:
    for slot in document.crops:
        if slot not in slots and slot not in (document.slots or ()) and "slots" not in node.spoilt:
            near = suggestion(slot, slots)
            scope.report.add(
                key_place(node, "crops", slot), f"{slot!r} is not among the slots of this image{near}"
            )
    return {slot: crop.focus for slot, crop in document.crops.items() if crop.focus is not None}


def _label(document: ImageDocument, node: Tree, scope: Scope) -> bool:
    own = document.file is not None and not document.ai
    if own and document.label:
        scope.report.add(
            find(node, "label").place,
            "the label says AI-made; add `ai: true` if this file is, else take it out",
        )
    said = scope.defaults.label if document.label is None else document.label
    return said and not own


def _source(document: ImageDocument, node: Tree, scope: Scope) -> Source:
    if document.file is not None:
        return _own_file(document.file, document, node, scope)
    if document.use is not None:
        return Reused(asset=document.use)
    return _prompted(document, node, scope)


def _own_file(written: str, document: ImageDocument, node: Tree, scope: Scope) -> OwnFile:
    path, place = scope.folder / written, find(node, "file").place
    try:
        if path.is_dir():
            scope.report.add(place, f"{written!r} is a folder; name a picture in it")
        elif not path.is_file():
            siblings = (sibling.name for sibling in path.parent.iterdir()) if path.parent.is_dir() else ()
            near = suggestion(path.name, siblings)
            scope.report.add(place, f"there is no file {written!r} in {str(scope.folder)!r}{near}")
    except (OSError, ValueError) as error:
        scope.report.add(
            place, f"{written!r} cannot be looked at: {getattr(error, 'strerror', None) or error}"
        )
    return OwnFile(path=Path(path), written=written, ai=bool(document.ai))


def _prompted(document: ImageDocument, node: Tree, scope: Scope) -> Prompted:
    words = normal_prompt(document.prompt or "")
    model, style = scope.model(document, node), scope.style(document, node)
    prompt = normal_prompt(styled(scope.styles[style], words)) if style is not None else words
    typed = find(node, "prompt")
    if isinstance(typed, Scalar) and document.prompt is not None:
        check_comment(typed, scope.report)
        if not words:
            scope.report.add(typed.place, "the prompt is empty")
        elif model is not None and len(prompt) > model.prompt_max:
            scope.report.add(
                typed.place,
                f"the prompt has {len(prompt)} characters with its style; "
                f"{model.name} takes at most {model.prompt_max}",
            )
    return Prompted(
        prompt=prompt,
        words=words,
        style=style,
        model=model.name if model is not None else "",
        size=_size(document, node, scope, model),
        seed=_seed(document, node, scope, model),
        params=_params(document, node, scope, model),
    )


def _size(document: ImageDocument, node: Tree, scope: Scope, model: Model | None) -> tuple[int, int] | None:
    problem = model.size_problem(*document.size) if model is not None and document.size is not None else None
    if problem is not None:
        scope.report.add(find(node, "size").place, problem)
    return document.size


def _seed(document: ImageDocument, node: Tree, scope: Scope, model: Model | None) -> int | None:
    if document.seed is not None and model is not None and not model.seed:
        able = ", ".join(other.name for other in scope.known.models.values() if other.seed)
        scope.report.add(key_place(node, "seed"), f"{model.name} takes no seed; these do: {able}")
    return document.seed


def _params(document: ImageDocument, node: Tree, scope: Scope, model: Model | None) -> dict[str, Json]:
    typed: dict[str, Json] = {}
    if model is None:
        return typed
    for name, text in document.params.items():
        kind = model.params.get(name)
        if kind is None:
            near = suggestion(name, model.params) or f"; it takes {', '.join(model.params) or 'none'}"
            scope.report.add(key_place(node, "params", name), f"{model.name} has no parameter {name!r}{near}")
            continue
        try:
            typed[name] = _READERS[kind](text)
        except ValueError as error:
            scope.report.add(find(node, "params", name).place, f"{name}: {error}")
    return typed
