"""How a picture made elsewhere came to be: its prompt, model and seed, as far as anybody wrote them down.

A file of the same name beside it counts first (.json, .txt), then what the tools wrote into the picture.
Reads only; nothing that is found is ever run or followed, links included. Secrets that this process knows
are struck out of the words.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.fingerprint import Json, normal_prompt
from pipeline.log import redacted
from pipeline.render.words import words_in
from pipeline.safekeeping.naming import shown_name
from pipeline.storage import leads_out

UNKNOWN_MODEL = "unknown"
_MAX_SIDECAR = 1_000_000
_MAX_PROMPT = 20_000
_MAX_MODEL = 80
_SETTINGS = re.compile(r"^Steps: \d+, ", re.MULTILINE)
_NEGATIVE = "Negative prompt:"
_SEED = re.compile(r"\bSeed: (\d{1,19})\b")
_MODEL = re.compile(r"\bModel: ([^,\n]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is known. `source` says where the prompt was found; empty, like the prompt, where nowhere."""

    prompt: str = ""
    model: str = UNKNOWN_MODEL
    seed: int | None = None
    params: Mapping[str, Json] = field(default_factory=dict)
    source: str = ""


def is_linked(folder: Path, path: Path) -> bool:
    """Whether a path below `folder` is a link, or leads out of it: what is there may be anybody's."""
    return path.is_symlink() or leads_out(folder, path)


def origin_of(picture: Path) -> Origin:
    """The origin of a picture file. Raises OSError when the picture itself cannot be read."""
    for sidecar in _sidecars(picture):
        found = _from_sidecar(sidecar)
        if found is not None:
            return found
    words = words_in(picture.read_bytes())
    candidates = {
        "PNG parameters": words.png.get("parameters", ""),
        "PNG prompt": words.png.get("prompt", ""),
        "PNG Description": words.png.get("Description", ""),
        "EXIF comment": words.comment,
        "XMP description": words.xmp,
        "EXIF description": words.description,
    }
    for source, text in candidates.items():
        found = _read(text, source)
        if found is not None:
            return found
    return Origin()


def _sidecars(picture: Path) -> tuple[Path, ...]:
    return tuple(
        picture.with_name(base + ending)
        for ending in (".json", ".txt")
        for base in (picture.stem, picture.name)
    )


def _from_sidecar(path: Path) -> Origin | None:
    """What a file beside a picture says; None for none, and for one that holds no words."""
    try:
        if is_linked(path.parent, path) or not path.is_file() or path.stat().st_size > _MAX_SIDECAR:
            return None
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    return _read(text, shown_name(path.name))


def _read(text: str, source: str) -> Origin | None:
    """Words in whichever form: an object, a graph of nodes, a block of parameters, a plain prompt."""
    text = text.strip()
    if not text:
        return None
    if not text.startswith("{"):
        return _parameters(text, source)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return _parameters(text, source)
    return _graph(value, source) or _object(value, source)


def _parameters(text: str, source: str) -> Origin | None:
    """The block that Stable Diffusion's tools write: prompt, negative prompt, a line of settings."""
    settings = _SETTINGS.search(text)
    words, line = (text[: settings.start()], text[settings.start() :]) if settings else (text, "")
    prompt, _, negative = words.partition(_NEGATIVE)
    seed, model = _SEED.search(line), _MODEL.search(line)
    return _origin(prompt, source, model=model and model[1], seed=seed and seed[1], negative=negative)


def _object(value: Mapping[str, Any], source: str) -> Origin | None:
    """A JSON object with a prompt in it, by the names that tools use."""
    prompt = _first(value, "prompt", "positive_prompt", "positive", "caption", "description")
    return _origin(
        prompt,
        source,
        model=_first(value, "model", "model_name", "sd_model_name"),
        seed=value.get("seed"),
        negative=_first(value, "negative_prompt", "negative"),
    )


def _graph(value: Mapping[str, Any], source: str) -> Origin | None:
    """A graph of nodes, each with a class and inputs: the words that lead to the node which samples."""
    nodes = {name: node for name, node in value.items() if isinstance(node, dict) and "class_type" in node}
    for node in nodes.values():
        inputs = node.get("inputs")
        if not isinstance(inputs, dict) or "positive" not in inputs:
            continue
        seed = inputs.get("seed", inputs.get("noise_seed"))
        prompt = _words_of(nodes, inputs["positive"])
        negative = _words_of(nodes, inputs.get("negative"))
        return _origin(prompt, source, model=_checkpoint(nodes), seed=seed, negative=negative)
    return None


def _words_of(nodes: Mapping[str, Any], link: Any) -> str:
    """The text of the node that a link leads to, through nodes that only pass it on."""
    for _ in range(8):
        if isinstance(link, str):
            return link
        node = nodes.get(str(link[0])) if isinstance(link, list) and link else None
        inputs = node.get("inputs") if node else None
        if not isinstance(inputs, dict):
            return ""
        link = inputs.get("text", inputs.get("conditioning"))
    return ""


def _checkpoint(nodes: Mapping[str, Any]) -> Any:
    inputs = (node.get("inputs") for node in nodes.values())
    return next(
        (found["ckpt_name"] for found in inputs if isinstance(found, dict) and "ckpt_name" in found), None
    )


def _first(value: Mapping[str, Any], *names: str) -> str:
    return next((found for name in names if isinstance(found := value.get(name), str) and found.strip()), "")


def _origin(prompt: str, source: str, *, model: Any, seed: Any, negative: str) -> Origin | None:
    """What was found, in the forms that the history keeps; None where there is no prompt."""
    prompt = _clean(prompt)
    if not prompt:
        return None
    negative = _clean(negative)
    return Origin(
        prompt=prompt,
        model=_clean(model)[:_MAX_MODEL] if isinstance(model, str) and _clean(model) else UNKNOWN_MODEL,
        seed=_whole(seed),
        params={"negative_prompt": negative} if negative else {},
        source=source,
    )


def _clean(text: str) -> str:
    """As prompts are kept, without the control characters that a terminal would obey, and without secrets.

    The secrets go last but for the cut: no character between their letters, and no cut, may hide them.
    """
    kept = "".join(character for character in text if character in "\n\t" or character.isprintable())
    return redacted(normal_prompt(kept))[:_MAX_PROMPT].strip()


def _whole(seed: Any) -> int | None:
    try:
        number = int(seed)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if -(2**63) <= number < 2**63 else None
