"""What a redo asks, checked against the spec and the model before anything is paid."""

import re
from pathlib import Path

from pipeline.commands.opening import at_specs
from pipeline.errors import UsageError
from pipeline.fingerprint import normal_prompt
from pipeline.nearest import suggestion
from pipeline.plan.model import Redo
from pipeline.providers.models import MODELS
from pipeline.spec.model import Image, Prompted

_SIZE = re.compile(r"(\d{1,5})[xX×](\d{1,5})")


def redo_of(
    path: Path, asset: str, *, prompt: str | None, model: str | None, size: str | None, home: Path | None
) -> Redo:
    """The redo of one asset. Raises UsageError where spec, model or size cannot be."""
    _, specs = at_specs([path], home)
    images = {image.key: image for spec in specs for image in spec.images}
    if asset not in images:
        raise UsageError(f"{asset}: {path} has no such asset{suggestion(asset, images)}")
    if images[asset].draft:
        raise UsageError(f"{asset}: is a draft", next_step="take `draft: true` out of the spec")
    prompted = _prompted_of(images[asset])
    name = model or prompted.model
    if name not in MODELS:
        raise UsageError(f"--model {name}: no such model{suggestion(name, MODELS)}")
    words = normal_prompt(prompt) if prompt is not None else None
    if words is not None and not _is_text(words):
        raise UsageError("--prompt: has bytes that are no UTF-8")
    if words is not None and not 0 < len(words) <= MODELS[name].prompt_max:
        raise UsageError(f"--prompt: {len(words)} characters, {name} takes 1 to {MODELS[name].prompt_max}")
    pixels = _pixels(size) if size else None
    asked = pixels or prompted.size
    if asked is not None and (wrong := MODELS[name].size_problem(*asked)) is not None:
        raise UsageError(f"--size {wrong}")
    return Redo(prompt=words, model=model, size=pixels)


def _prompted_of(image: Image) -> Prompted:
    if not isinstance(image.source, Prompted):
        raise UsageError(
            f"{image.key}: has no prompt of its own (it takes a file or another asset's picture)",
            next_step="give it a prompt in the spec, or regenerate the asset it takes",
        )
    return image.source


def _is_text(words: str) -> bool:
    """Whether an argument was UTF-8; other bytes come as lone surrogates, which no request can hold."""
    return not any("\ud800" <= sign <= "\udfff" for sign in words)


def _pixels(text: str) -> tuple[int, int]:
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"--size {text}: must be WIDTHxHEIGHT, such as 2304x1728")
    return int(found[1]), int(found[2])
