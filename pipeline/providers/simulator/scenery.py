"""How a simulated picture is drawn: ground, creature, caption, stamp. Must not know orders, tasks or files.

Every function is deterministic: what varies comes in as `Look`, which is read from a digest.
Large soft things are drawn small and enlarged, which keeps a 2048 px picture far below 150 ms.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageFont  # noqa: TID251 - the simulator draws its own pictures

STAMP = "SIMULATED"
Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]

_WHITE: Colour = (255, 255, 255)
_INK: Colour = (38, 40, 52)
_AMBER: Colour = (255, 196, 61)
_PALETTES: tuple[tuple[Colour, Colour, Colour, Colour], ...] = (
    # left top, right bottom, glow, creature
    ((27, 42, 97), (86, 160, 211), (255, 214, 165), (240, 113, 103)),
    ((20, 83, 81), (122, 199, 166), (253, 240, 190), (242, 132, 77)),
    ((88, 39, 99), (239, 143, 143), (255, 221, 148), (95, 197, 199)),
    ((46, 54, 92), (170, 142, 214), (255, 201, 221), (255, 179, 71)),
    ((124, 60, 33), (244, 178, 102), (255, 241, 208), (72, 149, 182)),
    ((18, 58, 110), (120, 208, 223), (226, 247, 222), (235, 94, 131)),
    ((60, 76, 52), (188, 201, 122), (255, 246, 201), (214, 93, 79)),
    ((72, 32, 66), (198, 98, 138), (255, 205, 178), (122, 204, 150)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What varies from picture to picture; each number is a byte of a digest."""

    palette: int
    side: int
    lift: int
    head: int
    glows: tuple[int, ...]

    @property
    def colours(self) -> tuple[Colour, Colour, Colour, Colour]:
        """Left top, right bottom, glow, creature."""
        return _PALETTES[self.palette % len(_PALETTES)]


def look_of(seed: bytes) -> Look:
    """The look that 32 bytes of a digest stand for."""
    return Look(palette=seed[0], side=seed[1], lift=seed[2], head=seed[3], glows=tuple(seed[4:16]))


def ring_box(look: Look, width: int, height: int) -> Box:
    """Where the creature's ring lies, in pixels; always in the left or right third, never over the middle."""
    radius = round(min(width, height) * 0.19)
    share = 0.24 + (look.side >> 1) / 127 * 0.06
    x = round(width * (share if look.side & 1 else 1 - share))
    y = round(height * (0.33 + look.lift / 255 * 0.2))
    x = min(max(x, radius), width - radius)
    y = min(max(y, radius), height - radius)
    return x - radius, y - radius, x + radius, y + radius


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def ground(look: Look, width: int, height: int) -> "Image.Image":
    """A diagonal gradient with soft glows, RGB, of the whole size."""
    from PIL import Image, ImageDraw  # noqa: TID251 - the simulator draws its own pictures

    top, bottom, glow, _ = look.colours
    small = (160, max(16, round(160 * height / width)))
    corners = Image.new("RGB", (2, 2))
    middle = _mix(top, bottom, 0.5)
    corners.putdata([top, middle, middle, bottom])
    base = corners.resize(small, Image.Resampling.BICUBIC)
    for x, y, size in zip(look.glows[0:4], look.glows[4:8], look.glows[8:12], strict=True):
        reach = 14 + round(size / 255 * 34)
        disc = Image.new("L", (reach * 2, reach * 2))
        draw = ImageDraw.Draw(disc)
        for step in range(reach):
            draw.ellipse(
                (step, step, reach * 2 - step, reach * 2 - step), fill=round(90 * (step / reach) ** 1.3)
            )
        base.paste(glow, (round(x / 255 * small[0]) - reach, round(y / 255 * small[1]) - reach), disc)
    return base.resize((width, height), Image.Resampling.BICUBIC)


@lru_cache(maxsize=16)
def _font(size: int) -> "ImageFont.FreeTypeFont":
    from PIL import ImageFont  # noqa: TID251 - the simulator draws its own pictures
    from pylopdf_fonts_zh_cn import sans_path

    return ImageFont.truetype(str(sans_path()), size)


def stamp(picture: "Image.Image") -> None:
    """The word SIMULATED over the whole picture, diagonal and repeated, so that no crop is without it."""
    from PIL import Image, ImageDraw  # noqa: TID251 - the simulator draws its own pictures

    size = max(14, round(min(picture.size) * 0.042))
    font = _font(size)
    word = Image.new("L", (round(font.getlength(STAMP)) + size, size * 2))
    ImageDraw.Draw(word).text((size // 2, size // 4), STAMP, font=font, fill=58)
    slanted = word.rotate(24, Image.Resampling.BICUBIC, expand=True)
    step_x, step_y = slanted.width + size, slanted.height + size
    for row, y in enumerate(range(-step_y // 2, picture.height, step_y)):
        for x in range(-step_x // 2 if row % 2 else -step_x // 8, picture.width, step_x):
            picture.paste(_WHITE, (x, y), slanted)


def creature(picture: "Image.Image", look: Look, box: Box) -> None:
    """A friendly creature on a pale disc with a ring, filling `box`; drawn twice as large, then reduced."""
    from PIL import Image, ImageDraw  # noqa: TID251 - the simulator draws its own pictures

    side = box[2] - box[0]
    unit = side * 2 / 100
    tile = Image.new("RGB", (side * 2, side * 2), look.colours[3])
    shape = Image.new("L", tile.size)
    ImageDraw.Draw(shape).ellipse((0, 0, side * 2 - 1, side * 2 - 1), fill=255)
    draw = ImageDraw.Draw(tile)

    def ellipse(x: float, y: float, wide: float, high: float, fill: Colour) -> None:
        draw.ellipse(((x - wide) * unit, (y - high) * unit, (x + wide) * unit, (y + high) * unit), fill=fill)

    body = look.colours[3]
    shade = _mix(body, _INK, 0.28)
    ellipse(50, 50, 50, 50, _WHITE)
    ellipse(50, 50, 46.5, 46.5, look.colours[0])
    ellipse(50, 50, 44, 44, _mix(look.colours[2], _WHITE, 0.35))
    ellipse(50, 84, 24, 4, _mix(look.colours[2], _INK, 0.18))
    for sign in (-1, 1):
        tip_x, tip_y = 50 + sign * (10 + look.head % 8), 17 + look.head % 5
        draw.line(
            (round((50 + sign * 7) * unit), round(34 * unit), round(tip_x * unit), round(tip_y * unit)),
            fill=shade,
            width=max(1, round(1.8 * unit)),
        )
        ellipse(tip_x, tip_y, 3.4, 3.4, _AMBER)
        ellipse(50 + sign * 29, 56, 7, 9.5, shade)
        ellipse(50 + sign * 11, 80, 7, 4.5, shade)
    ellipse(50, 55, 27, 26, body)
    ellipse(50, 66, 17, 12, _mix(body, _WHITE, 0.45))
    for sign in (-1, 1):
        ellipse(50 + sign * 10, 48, 7.2, 8, _WHITE)
        ellipse(50 + sign * 9, 49, 3.8, 4.6, _INK)
        ellipse(50 + sign * 9 + 1.4, 47.2, 1.3, 1.5, _WHITE)
    draw.arc(
        (43 * unit, 55 * unit, 57 * unit, 66 * unit), 20, 160, fill=_INK, width=max(1, round(1.4 * unit))
    )
    smooth = tile.resize((side, side), Image.Resampling.BOX)
    picture.paste(smooth, box[:2], shape.resize((side, side), Image.Resampling.BOX))


def _wrapped(text: str, font: "ImageFont.FreeTypeFont", width: int, lines: int) -> list[str]:
    """`text` broken to `width` pixels between characters, Latin ones between words where there is one.

    At most `lines` lines; the last ends in an ellipsis where they are not enough.
    """
    broken: list[str] = []
    line = ""
    for character in " ".join(text.split()):
        if line and font.getlength(line + character) > width:
            if len(broken) == lines - 1:
                return [*broken, line[:-1].rstrip() + "…"]
            kept, space, word = line.rpartition(" ")
            whole = space and character.isascii() and word.isascii() and character != " "
            broken.append(kept if whole else line)
            line = word if whole else ""
        line = (line + character).lstrip()
    return [*broken, line]


def caption(picture: "Image.Image", prompt: str) -> None:
    """A dark band along the bottom with the stamp as its headline and at most two lines of the prompt."""
    from PIL import Image, ImageDraw  # noqa: TID251 - the simulator draws its own pictures

    size = max(12, round(min(picture.size) * 0.034))
    margin, leading = size, round(size * 1.45)
    lines = _wrapped(prompt, _font(size), picture.width - 2 * margin, 2)
    height = margin * 2 + leading * (len(lines) + 1)
    top = picture.height - height
    band = picture.crop((0, top, picture.width, picture.height))
    band = Image.blend(band, Image.new("RGB", band.size, _INK), 0.72)
    draw = ImageDraw.Draw(band)
    draw.rectangle((0, 0, band.width, max(2, size // 6)), fill=_AMBER)
    draw.text((margin, margin * 0.75), STAMP, font=_font(size), fill=_AMBER)
    for number, line in enumerate(lines, start=1):
        draw.text((margin, margin * 0.75 + number * leading), line, font=_font(size), fill=_WHITE)
    picture.paste(band, (0, top))
