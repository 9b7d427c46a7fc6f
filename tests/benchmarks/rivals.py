"""Other ways from one master to the same twelve JPEG files, as their own manuals would have it.

Each writes every target into a folder. A way whose library is not installed is left out, and said.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image  # noqa: TID251 - Pillow by hand is one of the rivals

from pipeline.render.geometry import PixelBox

QUALITY = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One file to make: the window of the master, and the pixels of the file."""

    box: PixelBox
    size: tuple[int, int]

    @property
    def name(self) -> str:
        """The file's name, without its ending."""
        return f"{self.size[0]}x{self.size[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A way of doing it: what it is called, and the doing."""

    name: str
    run: Callable[[], object]


def rivals(master: Path, targets: tuple[Target, ...], folder: Path) -> Iterator[Rival]:
    """Every way that can be gone here; prints which cannot. `floor` is libjpeg-turbo without any resizing."""
    yield Rival(name="naive", run=lambda: _naive(master, targets, folder))
    for name, module, make in (
        ("floor", "simplejpeg", _floor),
        ("pyvips", "pyvips", _vips),
        ("OpenCV", "cv2", _opencv),
    ):
        if find_spec(module) is None:
            print(f"without the column {name}: {module} is not installed")  # noqa: T201 - as `hold` does
        else:
            yield Rival(name=name, run=make(master, targets, folder))


def _naive(master: Path, targets: tuple[Target, ...], folder: Path) -> None:
    """The loop that one would write by hand: each target from the file."""
    for target in targets:
        with Image.open(master) as opened:
            image = opened.convert("RGB").crop(target.box).resize(target.size, Image.Resampling.LANCZOS)
        image.save(folder / f"{target.name}.jpg", quality=QUALITY)


def _floor(master: Path, targets: tuple[Target, ...], folder: Path) -> Callable[[], object]:
    """Decode once and encode arrays that are ready, in one thread: what no program can go without."""
    import simplejpeg

    with Image.open(master) as opened:
        whole = opened.convert("RGB")
    ready = [
        np.asarray(whole.resize(item.size, Image.Resampling.LANCZOS, box=item.box, reducing_gap=3))
        for item in targets
    ]
    del whole

    def run() -> None:
        if master.suffix == ".jpg":
            simplejpeg.decode_jpeg(master.read_bytes(), "RGB")
        else:
            with Image.open(master) as again:
                again.load()
        for array, target in zip(ready, targets, strict=True):
            data = simplejpeg.encode_jpeg(array, QUALITY, "RGB", "420")
            (folder / f"{target.name}.jpg").write_bytes(data)

    return run


def _vips(master: Path, targets: tuple[Target, ...], folder: Path) -> Callable[[], object]:
    """One decode into memory, then crop, Lanczos, save; libvips uses its own threads."""
    import pyvips

    def run() -> None:
        whole = pyvips.Image.new_from_file(str(master), access="sequential").copy_memory()
        for target in targets:
            left, top, right, bottom = target.box
            width, height = right - left, bottom - top
            window = whole.crop(left, top, width, height)
            made = window.resize(target.size[0] / width, vscale=target.size[1] / height, kernel="lanczos3")
            made.jpegsave(str(folder / f"{target.name}.jpg"), Q=QUALITY)

    return run


def _opencv(master: Path, targets: tuple[Target, ...], folder: Path) -> Callable[[], object]:
    """One decode, then slices, area averages, save; OpenCV uses its own threads."""
    import cv2

    def run() -> None:
        whole = cv2.imread(str(master))
        assert whole is not None
        for target in targets:
            left, top, right, bottom = target.box
            made = cv2.resize(whole[top:bottom, left:right], target.size, interpolation=cv2.INTER_AREA)
            cv2.imwrite(str(folder / f"{target.name}.jpg"), made, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])

    return run
