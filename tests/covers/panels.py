"""Contact sheets: pictures in rows of one height, each over its caption. Must not make a cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont  # noqa: TID251 - the sheets are drawn here

from pipeline.platforms.model import Slot
from pipeline.render.facts import PictureFacts
from pipeline.render.placement import View
from pipeline.render.recipe import make_recipe
from pipeline.subject import Subject
from pipeline.typeface import typeface_path

MOST_BYTES = 400_000
_WIDTH, _GAP, _LINE = 1600, 24, 26
_PAPER, _INK, _FAINT = (246, 246, 244), (32, 34, 38), (112, 116, 122)
_COLOURS = ((230, 57, 70), (29, 120, 210), (250, 176, 5), (30, 150, 90), (140, 80, 200))


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture of a sheet and the two lines under it."""

    image: Image.Image
    head: str
    line: str


def sheet(panels: Sequence[Panel], height: int) -> Image.Image:
    """The panels in rows of about `height` pixels, each row as wide as the sheet but for the last."""
    made = [_row(row, height, last=row is rows[-1]) for rows in [_rows(panels, height)] for row in rows]
    canvas = Image.new("RGB", (_WIDTH, sum(row.height for row in made) + _GAP), _PAPER)
    top = _GAP
    for row in made:
        canvas.paste(row, (0, top))
        top += row.height
    return canvas


def save(image: Image.Image, path: Path) -> None:
    """Write a sheet as JPEG in the best quality that stays under `MOST_BYTES`."""
    for quality in range(90, 40, -4):
        image.save(path, "JPEG", quality=quality, optimize=True, progressive=True)
        if path.stat().st_size <= MOST_BYTES:
            return
    raise AssertionError(f"{path}: over {MOST_BYTES} bytes")


def crops(master: Path, facts: PictureFacts, subject: Subject, slots: Sequence[Slot]) -> Image.Image:
    """A master with the window of each slot drawn on it, and a light frame around the subject's core."""
    with Image.open(master) as opened:
        image = opened.convert("RGB")
    veil = Image.new("RGB", image.size, "black")
    core = View(subject=subject, window=(0, 0, 1, 1), width=image.width, height=image.height).core() or (
        0,
        0,
        *image.size,
    )
    lit = image.crop(core)
    image = Image.blend(image, veil, 0.25)
    image.paste(lit, core[:2])
    draw, unit = ImageDraw.Draw(image), image.height / 100
    draw.rectangle(core, outline="white", width=round(0.5 * unit))
    for slot, colour in zip(slots, _COLOURS, strict=True):
        left, top, right, bottom = make_recipe(
            master=facts, slot=slot, focus=None, subject=subject, label=None
        ).box
        draw.rectangle((left, top, right - 1, bottom - 1), outline=colour, width=round(0.8 * unit))
    return image


def legend(slots: Sequence[Slot]) -> Image.Image:
    """Which colour stands for which slot."""
    image = Image.new("RGB", (900, 150 * (len(slots) + 1)), "white")
    draw, face = ImageDraw.Draw(image), ImageFont.truetype(typeface_path(), 52)
    rows = [(slot.id, colour) for slot, colour in zip(slots, _COLOURS, strict=True)]
    for place, (text, colour) in enumerate([*rows, ("light: the subject's core", _INK)]):
        top = 150 * place + 40
        draw.rectangle((60, top, 150, top + 70), outline=colour, width=12)
        draw.text((190, top + 35), text, font=face, fill=_INK, anchor="lm")
    return image


def _rows(panels: Sequence[Panel], height: int) -> list[list[Panel]]:
    rows: list[list[Panel]] = [[]]
    for panel in panels:
        wide = sum(_wide(item, height) + _GAP for item in [*rows[-1], panel])
        if rows[-1] and wide > _WIDTH - _GAP + _wide(panel, height) / 2:
            rows.append([])
        rows[-1].append(panel)
    return rows


def _row(panels: Sequence[Panel], height: int, *, last: bool) -> Image.Image:
    room = _WIDTH - _GAP * (len(panels) + 1)
    ratio = sum(item.image.width / item.image.height for item in panels)
    high = min(height, int(room / ratio)) if last else int(room / ratio)
    row = Image.new("RGB", (_WIDTH, high + 2 * _LINE + _GAP), _PAPER)
    draw, left = ImageDraw.Draw(row), _GAP
    for panel in panels:
        wide = _wide(panel, high)
        row.paste(panel.image.resize((wide, high), Image.Resampling.LANCZOS), (left, 0))
        _caption(draw, panel, left, high, wide)
        left += wide + _GAP
    return row


def _wide(panel: Panel, height: int) -> int:
    return int(panel.image.width * height / panel.image.height)


def _caption(draw: ImageDraw.ImageDraw, panel: Panel, left: int, top: int, wide: int) -> None:
    for text, size, colour, down in ((panel.head, 18, _INK, 4), (panel.line, 16, _FAINT, 4 + _LINE)):
        face = ImageFont.truetype(typeface_path(), size)
        shown = text
        while shown and face.getlength(shown) > wide + _GAP / 2:
            shown = shown[:-2].rstrip() + "…"
        draw.text((left, top + down), shown, font=face, fill=colour)
