"""The recipe: everything that decides a rendition's bytes, and its key. Pure; must not import Pillow."""

import math
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from pipeline.errors import SettingsError
from pipeline.fingerprint import Json, rendition_key
from pipeline.platforms.model import Box, Format, Slot
from pipeline.render.facts import PictureFacts
from pipeline.render.geometry import Fit, PixelBox, Point, fit
from pipeline.render.marking import Brand, Corner, Overlay, Side
from pipeline.render.placement import View, brand_corner, label_corner, title_side
from pipeline.subject import Subject

RENDERER = "2"
"""Raised whenever the same recipe would give other bytes, so that renditions are made again."""

MIN_LETTERS = 16
MIN_LETTER_SHARE = 0.05
MIN_OPACITY = 0.6
DEFAULT_LABEL = "AI生成"
_WHOLE = Box(0.0, 0.0, 1.0, 1.0)
_CODE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSpec:
    """The label as the settings want it; SettingsError where it would not count as one.

    `text` is drawn; `opacity` (0.6..1) is its plate's: below 0.6 white letters fall under a contrast of
    4.5 on a white picture. `corner` None: where the label hides least. `producer` goes into the hidden label
    when the master brings none.
    """

    text: str = DEFAULT_LABEL
    opacity: float = 0.65
    corner: Corner | None = None
    producer: str = "jimeng"

    def __post_init__(self) -> None:
        if "AI" not in self.text or "生成" not in self.text or "\n" in self.text:
            raise SettingsError(
                f"label text {self.text!r}: one line with both AI and 生成, such as {DEFAULT_LABEL}"
            )
        if not MIN_OPACITY <= self.opacity <= 1:
            raise SettingsError(
                f"label opacity {self.opacity:g}: must lie in {MIN_OPACITY:g}..1, to stay legible"
            )
        if not _CODE.fullmatch(self.producer):
            raise SettingsError(f"label producer {self.producer!r}: a code of ASCII letters without spaces")


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPolicy:
    """JPEG and WebP quality to start from and never to go under; PNG level; WebP method."""

    quality: int = 90
    floor: int = 60
    png_level: int = 3
    webp_method: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One rendition, to be made from the master that `master` names (SHA-256; its upright pixels beside it).

    `box` is the window in the upright master, `width` and `height` the pixels to write. `max_bytes` holds
    for the finished file, hidden label included. `clear` is the part of the rendition, in its pixels,
    that the platform neither cuts off nor covers: everything that is drawn stands in there.

    What depends on the subject is decided here: the title's side, the corners of label and logo, and `core`,
    the part of the rendition, in its pixels, that a title keeps away from where it can.
    """

    master: str
    master_width: int
    master_height: int
    slot: str
    width: int
    height: int
    box: PixelBox
    formats: tuple[Format, ...]
    max_bytes: int | None
    bytes_enforced: bool
    quality: QualityPolicy
    label: LabelSpec | None
    clear: PixelBox
    label_corner: Corner = Corner.BOTTOM_RIGHT
    overlay: Overlay | None = None
    brand: Brand | None = None
    core: PixelBox | None = None
    renderer: str = RENDERER

    @property
    def scale(self) -> float:
        """Rendition over window; over 1 = enlarged."""
        return self.width / (self.box[2] - self.box[0])

    @property
    def key(self) -> str:
        """`r1:` the same for two slots that want the same file."""
        decides: dict[str, Json] = {
            "master": self.master,
            "box": list(self.box),
            "width": self.width,
            "height": self.height,
            "formats": [item.value for item in self.formats],
            "max_bytes": self.max_bytes,
            "bytes_enforced": self.bytes_enforced,
            "quality": dict(asdict(self.quality)),
            "label": None if self.label is None else _label_part(self.label, self.label_corner),
            "overlay": None if self.overlay is None else _overlay_part(self.overlay, self.core),
            "brand": None if self.brand is None else _brand_part(self.brand),
            "clear": list(self.clear) if self.label or self.overlay or self.brand else None,
            "renderer": self.renderer,
        }
        return rendition_key(decides)


def _label_part(label: LabelSpec, corner: Corner) -> Json:
    return {
        "text": label.text,
        "opacity": label.opacity,
        "producer": label.producer,
        "corner": corner.value,
    }


def _overlay_part(overlay: Overlay, core: PixelBox | None) -> Json:
    return {
        "text": overlay.text,
        "at": list(overlay.at) if overlay.at else None,
        "color": list(overlay.color) if overlay.color else None,
        "size": overlay.size,
        "core": list(core) if core else None,
    }


def _brand_part(brand: Brand) -> Json:
    """The logo by its bytes: where its file lies decides nothing."""
    return {"logo": brand.logo.sha256, "at": brand.at.value, "height": brand.height}


def make_recipe(
    *,
    master: PictureFacts,
    slot: Slot,
    focus: Point | None,
    subject: Subject | None = None,
    label: LabelSpec | None,
    overlay: Overlay | None = None,
    brand: Brand | None = None,
    quality: QualityPolicy | None = None,
) -> Recipe:
    """The recipe of one master in one slot; `label` None: nothing is drawn and nothing is written.

    `focus` None: the crop keeps the subject. With a subject known, marks stand where they hide least of it.
    """
    fitted = fit(
        master.width, master.height, slot.width, slot.height, focus, subject=subject, keep_in=slot.keep_in
    )
    clear = _pixels(clear_part(slot.keep_in, slot.covered), fitted.width, fitted.height)
    view = _view(fitted, master, subject)
    side = None if overlay is None else overlay.at or title_side(view, clear)
    corner = Corner.BOTTOM_RIGHT
    if label is not None:
        size = _label_size(label.text, fitted.width, fitted.height)
        corner = label.corner or label_corner(view, clear, size, side, brand.at if brand else None)
    return Recipe(
        master=master.sha256,
        master_width=master.width,
        master_height=master.height,
        slot=slot.id,
        width=fitted.width,
        height=fitted.height,
        box=fitted.box,
        formats=slot.formats,
        max_bytes=slot.max_bytes,
        bytes_enforced=slot.bytes_enforced,
        quality=quality or QualityPolicy(),
        label=label,
        clear=clear,
        label_corner=corner,
        overlay=overlay and replace(overlay, at=side),
        brand=brand and replace(brand, at=_logos_corner(brand, corner if label else None, side, view, clear)),
        core=view.core() if overlay is not None else None,
    )


def _logos_corner(
    brand: Brand, label: Corner | None, title: Side | None, view: View, clear: PixelBox
) -> Corner:
    side = round(brand.height * min(view.width, view.height))
    return brand_corner(brand.at, label, title, view, clear, side)


def _view(fitted: Fit, master: PictureFacts, subject: Subject | None) -> View:
    left, top, right, bottom = fitted.box
    return View(
        subject=subject,
        window=(
            left / master.width,
            top / master.height,
            right / master.width,
            bottom / master.height,
        ),
        width=fitted.width,
        height=fitted.height,
    )


def _label_size(text: str, width: int, height: int) -> tuple[int, int]:
    """About what a label takes with its plate; its letters are measured only when it is drawn."""
    letters = letter_height(width, height)
    wide = sum(1.4 if ord(character) > 0x2E7F else 0.8 for character in text)
    return round(letters * (wide + 1)), 2 * letters


def letter_height(width: int, height: int) -> int:
    """The least height, in pixels, of the letters AI drawn on a rendition of these pixels (GB 45438, 5.2)."""
    return max(MIN_LETTERS, math.ceil(MIN_LETTER_SHARE * min(width, height)))


def clear_part(keep_in: Box | None, covered: Iterable[Box]) -> Box:
    """The part that must stay clear, as one box: for each covered part, the cut that loses the least."""
    part = keep_in or _WHOLE
    for box in covered:
        if (
            box.left >= part.right
            or box.right <= part.left
            or box.top >= part.bottom
            or box.bottom <= part.top
        ):
            continue
        cuts = (
            Box(part.left, part.top, part.right, max(part.top, box.top)),
            Box(part.left, min(part.bottom, box.bottom), part.right, part.bottom),
            Box(part.left, part.top, max(part.left, box.left), part.bottom),
            Box(min(part.right, box.right), part.top, part.right, part.bottom),
        )
        part = max(cuts, key=_area)
    return part


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)


def _pixels(box: Box, width: int, height: int) -> PixelBox:
    """Whole pixels that lie inside the box (a hair of tolerance for the fractions in the catalogue)."""
    return (
        math.ceil(box.left * width - 1e-6),
        math.ceil(box.top * height - 1e-6),
        math.floor(box.right * width + 1e-6),
        math.floor(box.bottom * height + 1e-6),
    )
