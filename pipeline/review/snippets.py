"""YAML to copy into a spec. Pure; strings are written in double quotes, as JSON and YAML both read them."""

import json

from pipeline.history.records import Generation
from pipeline.spec.aim import spelt
from pipeline.spec.model import Focus, Image, OwnFile, Prompted, Reused


def image_yaml(image: Image) -> str:
    """An image as its spec could have it; the prompt as it was typed, with its style beside it."""
    lines = [f"- id: {_text(image.id)}"]
    match image.source:
        case Prompted() as source:
            lines += [f"  prompt: {_text(source.words)}", f"  model: {source.model}"]
            lines.append(f"  style: {_text(source.style) if source.style else 'none'}")
            lines += _asked(source.size, source.seed)
        case OwnFile() as source:
            lines.append(f"  file: {_text(source.written)}")
            lines += ["  ai: true"] if source.ai else []
        case Reused() as source:
            lines.append(f"  use: {_text(source.asset)}")
    lines.append(f"  slots: [{', '.join(image.slots)}]")
    if image.focus.said:
        lines.append(f"  focus: {focus_yaml(image.focus)}")
    if image.crops:
        crops = (f"{slot}: {{focus: {focus_yaml(focus)}}}" for slot, focus in image.crops.items())
        lines.append(f"  crops: {{{', '.join(crops)}}}")
    lines += [f"  alt: {_text(image.alt)}"] if image.alt else []
    return "\n".join(lines) + "\n"


def generation_yaml(generation: Generation) -> str:
    """A generation as an image that would ask for the same; its prompt is final, so it takes no style."""
    name = generation.asset.rpartition("/")[2]
    lines = [f"- id: {_text(name)}", f"  prompt: {_text(generation.prompt)}", "  style: none"]
    lines += [f"  model: {generation.model}", *_asked((generation.width, generation.height), generation.seed)]
    return "\n".join(lines) + "\n"


def use_yaml(asset: str) -> str:
    """An image that takes the picture of an asset: free."""
    return f"- id: {_text(asset.rpartition('/')[2])}\n  use: {_text(asset)}\n"


def crop_yaml(slot: str, focus: Focus) -> str:
    """The line that centres one slot."""
    return f"crops: {{{slot}: {{focus: {focus_yaml(focus)}}}}}"


def focus_yaml(focus: Focus) -> str:
    """A focus as YAML takes it: its word, or a pair of numbers."""
    written = spelt(focus)
    return f"[{written.replace(',', ', ')}]" if "," in written else written


def _asked(size: tuple[int, int] | None, seed: int | None) -> list[str]:
    lines = [f"  size: {size[0]}x{size[1]}"] if size else []
    return lines + ([f"  seed: {seed}"] if seed is not None else [])


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
