"""A finished picture as a file within its limit, hidden label included. Must not crop, draw or name files."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image  # noqa: TID251 - the render package is where pictures are encoded
from PIL.PngImagePlugin import PngInfo  # noqa: TID251 - the same

from pipeline.errors import FitError
from pipeline.platforms.model import Format
from pipeline.render.decode import MAX_PIXELS
from pipeline.render.facts import bytes_in_words
from pipeline.render.recipe import Recipe
from pipeline.render.search import Tried, best_fit, next_quality

_MAX_SIDE = {Format.JPEG: 65_500, Format.WEBP: 16_383, Format.PNG: 2**31 - 1}
"""What the formats themselves can hold (libjpeg's and libwebp's own limits)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """The file that was kept. `quality` None: the format has none. `fits`: within the recipe's limit."""

    format: Format
    quality: int | None
    bytes: int
    fits: bool


def possible_formats(recipe: Recipe) -> tuple[Format, ...]:
    """The recipe's formats that can hold so many pixels; FitError when none can (a very long strip)."""
    longest, area = max(recipe.width, recipe.height), recipe.width * recipe.height
    formats = tuple(kind for kind in recipe.formats if longest <= _MAX_SIDE[kind] and area <= MAX_PIXELS)
    if not formats:
        size, names = f"{recipe.width}x{recipe.height}", _names(recipe.formats)
        raise FitError(f"{recipe.slot}: {size} is more than {names} can hold here; cut the picture in parts")
    return formats


def encode(
    image: Image.Image, recipe: Recipe, formats: tuple[Format, ...], xmp: bytes | None, target: Path
) -> Encoded:
    """Write `target` in the first of `formats` that fits, at the highest quality that does.

    A limit that is not enforced is missed rather than refused: then the preferred format is kept at its
    floor. Raises FitError when an enforced limit cannot be met; OSError from the disk.
    """
    writer = _Writer(image=image, recipe=recipe, xmp=xmp)
    least: list[int] = []
    for kind in formats:
        tried = writer.search(kind, target)
        least.append(min(item.size for item in tried))
        best = tried[0] if recipe.max_bytes is None else best_fit(tried, recipe.max_bytes)
        if best is not None:
            return Encoded(format=kind, quality=_stated(kind, best.quality), bytes=best.size, fits=True)
    if recipe.bytes_enforced:
        raise FitError(_too_large(recipe, formats, min(least)))
    floor = recipe.quality.floor
    size = writer.save(formats[0], floor, target)
    return Encoded(format=formats[0], quality=_stated(formats[0], floor), bytes=size, fits=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    image: Image.Image
    recipe: Recipe
    xmp: bytes | None

    def search(self, kind: Format, target: Path) -> list[Tried]:
        """Search one format; where a try fits, `target` holds the best of them."""
        policy, limit = self.recipe.quality, self.recipe.max_bytes
        trial = target.with_name(f"{target.name}.try")
        tried: list[Tried] = []
        quality: int | None = policy.quality
        try:
            while quality is not None:
                tried.append(Tried(quality, self.save(kind, quality, trial)))
                if limit is None or best_fit(tried, limit) is tried[-1]:
                    trial.replace(target)
                if limit is None or kind is Format.PNG:
                    break
                quality = next_quality(tried, limit=limit, start=policy.quality, floor=policy.floor)
        finally:
            trial.unlink(missing_ok=True)
        return tried

    def save(self, kind: Format, quality: int, path: Path) -> int:
        """Encode to a real file (to memory, Pillow's JPEG encoder would hold the GIL); returns the bytes."""
        policy, xmp = self.recipe.quality, self.xmp or b""
        if kind is Format.JPEG:
            self.image.save(path, "JPEG", quality=quality, subsampling="4:2:0", xmp=xmp)
        elif kind is Format.WEBP:
            self.image.save(path, "WEBP", quality=quality, method=policy.webp_method, xmp=xmp)
        else:
            info = PngInfo()
            if xmp:
                info.add_itxt("XML:com.adobe.xmp", xmp.decode())
            self.image.save(path, "PNG", compress_level=policy.png_level, pnginfo=info)
        return path.stat().st_size


def _stated(kind: Format, quality: int) -> int | None:
    return None if kind is Format.PNG else quality


def _names(formats: tuple[Format, ...]) -> str:
    return " or ".join(kind.name for kind in formats)


def _too_large(recipe: Recipe, formats: tuple[Format, ...], least: int) -> str:
    limit = bytes_in_words(recipe.max_bytes or 0)
    return (
        f"{recipe.slot}: {recipe.width}x{recipe.height} takes at least {bytes_in_words(least)} "
        f"as {_names(formats)} (quality {recipe.quality.floor}), and the platform takes {limit}; "
        "choose a calmer picture, or another crop, for this slot"
    )
