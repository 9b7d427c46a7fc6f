"""A finished picture as a file within its limit, hidden label included. Must not crop, draw or name files.

What a limit costs, in this order: quality down to its floor, colours at half the pixels, the next format,
a progressive file. Pixels are never given up: every slot of the catalogue states its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
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
_HALVED_SAVES = 0.8
"""What halved colours leave of a JPEG of whole ones, about: a guess that spares an encode."""
_CLEARLY_OVER = 1.15
_LEAST_FOR_WHOLE = 75
"""Where less quality is wanted than this, whole colours are not worth their bytes."""
_PROGRESSIVE_GAINS = 0.88
"""A progressive JPEG is 6 to 8 % smaller and costs six plain encodes: tried where it may be just enough."""


class Chroma(StrEnum):
    """How many pixels the colours of a JPEG have; WebP always halves them, PNG never does."""

    FULL = "4:4:4"
    HALVED = "4:2:0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """The file that was kept. `quality` None: the format has none. `fits`: within the recipe's limit.

    `encodes` is how many it took to find it.
    """

    format: Format
    quality: int | None
    bytes: int
    fits: bool
    encodes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """One way to write a picture; only its quality, from `floor` up, is left open."""

    kind: Format
    floor: int
    chroma: Chroma = Chroma.HALVED
    progressive: bool = False


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
    writer = _Writer(image=image, recipe=recipe, xmp=xmp, target=target)
    for way in _ways(recipe, formats):
        best = writer.search(way)
        if best is not None:
            return writer.encoded(way, best)
    last = _Way(kind=Format.JPEG, floor=recipe.quality.floor, progressive=True)
    if Format.JPEG in formats and recipe.max_bytes is not None:
        plain = writer.least[Format.JPEG]
        best = writer.search(last) if plain * _PROGRESSIVE_GAINS <= recipe.max_bytes else None
        if best is not None:
            return writer.encoded(last, best)
    if recipe.bytes_enforced:
        raise FitError(_too_large(recipe, formats, min(writer.least.values())))
    way = _Way(kind=formats[0], floor=recipe.quality.floor)
    return writer.encoded(way, Tried(way.floor, writer.save(way, way.floor, target)), fits=False)


def _ways(recipe: Recipe, formats: tuple[Format, ...]) -> Iterator[_Way]:
    """What to try, the best first. Where a title or logo is drawn, colours are whole while there is room."""
    floor, drawn = recipe.quality.floor, recipe.overlay is not None or recipe.brand is not None
    for kind in formats:
        if kind is Format.JPEG and drawn and recipe.quality.quality >= _LEAST_FOR_WHOLE:
            # Only at the quality wanted: below it, the bytes of whole colours buy more as quality.
            yield _Way(kind=kind, floor=max(floor, recipe.quality.quality), chroma=Chroma.FULL)
        yield _Way(kind=kind, floor=floor)


@dataclass(slots=True, kw_only=True)
class _Writer:
    """Writes one picture as often as it takes; `least` remembers the smallest file of each format.

    `whole` is what it took with whole colours, where they were tried.
    """

    image: Image.Image
    recipe: Recipe
    xmp: bytes | None
    target: Path
    encodes: int = 0
    whole: int | None = None
    least: dict[Format, int] = field(default_factory=dict)

    def search(self, way: _Way) -> Tried | None:
        """The best try of one way that fits, lying in `target`; None where none does."""
        limit, start = self.recipe.max_bytes, max(self.recipe.quality.quality, way.floor)
        trial = self.target.with_name(f"{self.target.name}.try")
        tried = [] if limit is None or way.chroma is Chroma.FULL else self._guessed(way, start, limit)
        quality: int | None = way.floor if way.progressive else start
        if tried and limit is not None:
            quality = next_quality(tried, limit=limit, start=start, floor=way.floor)
        try:
            while quality is not None:
                tried.append(Tried(quality, self.save(way, quality, trial)))
                if limit is None or best_fit(tried, limit) is tried[-1]:
                    trial.replace(self.target)
                if limit is None or way.kind is Format.PNG or way.progressive:
                    break
                quality = next_quality(tried, limit=limit, start=start, floor=way.floor)
        finally:
            trial.unlink(missing_ok=True)
        return tried[0] if limit is None else best_fit(tried, limit)

    def _guessed(self, way: _Way, start: int, limit: int) -> list[Tried]:
        """What the start quality would take, where whole colours have shown that it is clearly too much."""
        if way.kind is not Format.JPEG or way.progressive or self.whole is None:
            return []
        guess = round(_HALVED_SAVES * self.whole)
        return [Tried(start, guess)] if guess > _CLEARLY_OVER * limit else []

    def save(self, way: _Way, quality: int, path: Path) -> int:
        """Encode to a real file (to memory, Pillow's JPEG encoder would hold the GIL); returns the bytes."""
        policy, xmp = self.recipe.quality, self.xmp or b""
        if way.kind is Format.JPEG:
            more = {"progressive": True, "optimize": True} if way.progressive else {}
            self.image.save(path, "JPEG", quality=quality, subsampling=way.chroma.value, xmp=xmp, **more)
        elif way.kind is Format.WEBP:
            self.image.save(path, "WEBP", quality=quality, method=policy.webp_method, xmp=xmp)
        else:
            info = PngInfo()
            if xmp:
                info.add_itxt("XML:com.adobe.xmp", xmp.decode())
            self.image.save(path, "PNG", compress_level=policy.png_level, pnginfo=info)
        size = path.stat().st_size
        self.encodes += 1
        if way.chroma is Chroma.FULL:
            self.whole = size
        self.least[way.kind] = min(size, self.least.get(way.kind, size))
        return size

    def encoded(self, way: _Way, kept: Tried, *, fits: bool = True) -> Encoded:
        """What is said about the file in `target`."""
        quality = None if way.kind is Format.PNG else kept.quality
        return Encoded(format=way.kind, quality=quality, bytes=kept.size, fits=fits, encodes=self.encodes)


def _names(formats: tuple[Format, ...]) -> str:
    return " or ".join(kind.name for kind in formats)


def _too_large(recipe: Recipe, formats: tuple[Format, ...], least: int) -> str:
    limit = bytes_in_words(recipe.max_bytes or 0)
    return (
        f"{recipe.slot}: {recipe.width}x{recipe.height} takes at least {bytes_in_words(least)} "
        f"as {_names(formats)} (quality {recipe.quality.floor}), and the platform takes {limit}; "
        "choose a calmer picture, or another crop, for this slot"
    )
