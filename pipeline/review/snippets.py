"""YAML to copy into a spec. It reads back as what it was made from, whatever `defaults` that spec has. Pure.

Texts are written in double quotes, as JSON and YAML both read them. What a spec cannot say is no YAML, "":
better nothing to copy than something that would buy another picture.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.fingerprint import Json
from pipeline.history.records import Generation
from pipeline.history.states import State
from pipeline.source.text import unwanted
from pipeline.spec.aim import spelt
from pipeline.spec.looks import COLORS, SIZES
from pipeline.spec.model import Brand, Focus, Image, Overlay, OwnFile, Prompted, Reused, Source

_WORD = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z][a-z0-9_.-]*")
"""What YAML of every version takes for a text without quotes."""
_DIGITS = 17
"""Behind the point, the most that a spec takes; as many in all say every number exactly."""
_COLORS = {rgb: name for name, rgb in COLORS.items()}
_SIZES = {share: name for name, share in SIZES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class CropYaml:
    """The `crops` of an image, one slot's point apart: a page changes it while a crop is dragged."""

    before: str
    point: str
    after: str

    @property
    def text(self) -> str:
        """The line to copy."""
        return self.before + self.point + self.after


def image_yaml(image: Image) -> str:
    """An image as its spec could have it; the prompt as it was typed, with its style beside it.

    Paths are as they were typed: relative to the spec that the image is in.
    """
    entries = [f"id: {_text(image.id)}", *_source(image.source)]
    entries += [f"slots: {_list(image.slots)}", f"focus: {focus_yaml(image.focus)}"]
    if image.crops:
        entries.append(f"crops: {_crops(image.crops)}")
    if image.overlay is not None:
        entries.append(f"overlay: {_overlay(image.overlay)}")
    if not image.branded:
        entries.append("brand: none")
    elif image.brand is not None:
        entries.append(f"brand: {_brand(image.brand)}")
    if not isinstance(image.source, OwnFile) or image.source.ai:  # what is not AI-made takes no label
        entries.append(f"label: {'on' if image.label else 'none'}")
    entries += [f"alt: {_text(image.alt)}"] if image.alt else []
    entries += ["draft: true"] if image.draft else []
    return _item(entries)


def generation_yaml(generation: Generation) -> str:
    """A generation as an image that asks for the same, and so takes its picture instead of buying one.

    Its prompt is final, so it takes no style. "" where no spec can ask for it: made elsewhere, or with a
    character in its prompt that a spec refuses.
    """
    if generation.imported or unwanted(generation.prompt) is not None:
        return ""
    asked = Prompted(
        prompt=generation.prompt,
        words=generation.prompt,
        style=None,
        model=generation.model,
        size=(generation.width, generation.height),
        seed=generation.seed,
        params=generation.params,
    )
    return _item([f"id: {_text(_last_part(generation.asset))}", *_source(asked)])


def use_yaml(generation: Generation, shown_by: Sequence[str]) -> str:
    """An image that takes this very picture: free. "" where nothing that can be named shows it.

    `shown_by`: the keys of the assets that show it now. One made elsewhere has a key of its own.
    """
    if generation.state is not State.STORED or generation.rejected or generation.trashed:
        return ""
    if generation.imported or generation.asset in shown_by:
        return use_asset_yaml(generation.asset)
    return use_asset_yaml(shown_by[0]) if shown_by else ""


def use_asset_yaml(asset: str) -> str:
    """An image that takes whatever picture an asset shows: free."""
    return _item([f"id: {_text(_last_part(asset))}", *_source(Reused(asset=asset))])


def crop_yaml(image: Image, slot: str, focus: Focus) -> CropYaml:
    """The whole `crops` of an image, in which one slot is centred anew and the others stay as they are."""
    others = dict(image.crops)
    slots = list(others | {slot: focus})
    place = slots.index(slot)
    before = "".join(f"{_crop(one, others[one])}, " for one in slots[:place])
    after = "".join(f", {_crop(one, others[one])}" for one in slots[place + 1 :])
    return CropYaml(
        before=f"crops: {{{before}{_word(slot)}: {{focus: ", point=focus_yaml(focus), after=f"}}{after}}}"
    )


def focus_yaml(focus: Focus) -> str:
    """A focus as YAML takes it: its word, or a pair of numbers."""
    word = spelt(focus)
    # A pair is written anew: `spelt` rounds it.
    return f"[{_number(focus.x)}, {_number(focus.y)}]" if "," in word else word


def _source(source: Source) -> list[str]:
    match source:
        case Prompted():
            return _prompted(source)
        case OwnFile():
            return [f"file: {_text(source.written)}", *(["ai: true"] if source.ai else [])]
        case Reused():
            return [f"use: {_text(source.asset)}"]


def _prompted(source: Prompted) -> list[str]:
    entries = [f"prompt: {_text(source.words)}", f"model: {_word(source.model)}"]
    entries.append("style: none" if source.style is None else f"style: {_word(source.style)}")
    entries += [f"size: {source.size[0]}x{source.size[1]}"] if source.size else []
    entries += [f"seed: {source.seed}"] if source.seed is not None else []
    if source.params:
        entries.append(f"params: {_mapping({name: _json(value) for name, value in source.params.items()})}")
    return entries


def _crops(crops: Mapping[str, Focus]) -> str:
    return f"{{{', '.join(_crop(slot, focus) for slot, focus in crops.items())}}}"


def _crop(slot: str, focus: Focus) -> str:
    return f"{_word(slot)}: {{focus: {focus_yaml(focus)}}}"


def _overlay(overlay: Overlay) -> str:
    written = {"text": _text(overlay.text)}
    if overlay.at is not None:
        written["at"] = spelt(Focus(*overlay.at, said=True))
    if overlay.color is not None:
        written["color"] = _COLORS.get(overlay.color) or _text("#{:02x}{:02x}{:02x}".format(*overlay.color))
    if overlay.size is not None:
        written["size"] = _SIZES.get(overlay.size) or _number(overlay.size)
    return _mapping(written | {"slots": _list(overlay.slots)})


def _brand(brand: Brand) -> str:
    return _mapping({"logo": _text(brand.written), "at": brand.at, "height": _number(brand.height)})


def _item(entries: Sequence[str]) -> str:
    """One item of a list of images."""
    return "- " + "\n  ".join(entries) + "\n"


def _mapping(entries: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{_word(name)}: {value}' for name, value in entries.items())}}}"


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(map(_word, words))}]"


def _last_part(asset: str) -> str:
    return asset.rpartition("/")[2]


def _word(text: str) -> str:
    """A text that is often one word: without quotes where it is."""
    return text if _WORD.fullmatch(text) else _text(text)


def _json(value: Json) -> str:
    return _number(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """A number as a spec takes it, and exactly."""
    text = repr(value)
    behind = text.partition(".")[2].partition("e")[0]
    return text if len(behind) <= _DIGITS else f"{value:.{_DIGITS - 1}e}"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
