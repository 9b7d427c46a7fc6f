"""The small picture of a master: made once, whole or not at all."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image  # noqa: TID251 - pictures are made and looked at

from pipeline.errors import IncompleteError, PictureError
from pipeline.render.thumbnail import SIDE, thumbnail

HASH = "ab" + "0" * 62


def picture(folder: Path, size: tuple[int, int], ending: str = "png", **how: Any) -> Path:
    """A file with a blue picture."""
    path = folder / f"master.{ending}"
    Image.new("RGB", size, (20, 60, 200)).save(path, **how)
    return path


@pytest.mark.parametrize(
    ("size", "ending", "small"),
    [
        ((2304, 1728), "png", (SIDE, 288)),
        ((1728, 2304), "jpg", (288, SIDE)),
        ((5404, 3040), "jpg", (SIDE, 216)),
        ((200, 100), "webp", (200, 100)),
    ],
)
def test_the_longer_side_is_brought_down_and_never_up(
    tmp_path: Path, size: tuple[int, int], ending: str, small: tuple[int, int]
) -> None:
    made = thumbnail(picture(tmp_path, size, ending), tmp_path / "thumbs", HASH)

    assert made == tmp_path / "thumbs" / "ab" / f"{'0' * 62}.webp"
    with Image.open(made) as image:
        assert (image.format, image.size) == ("WEBP", small)
        assert image.convert("RGB").getpixel((50, 50))[2] > 180  # type: ignore[index] # RGB has three


def test_a_picture_that_lies_on_its_side_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    made = thumbnail(picture(tmp_path, (800, 400), "jpg", exif=exif), tmp_path / "thumbs", HASH)

    with Image.open(made) as image:
        assert image.size == (192, SIDE)


def test_it_is_made_once(tmp_path: Path) -> None:
    master = picture(tmp_path, (800, 400))
    made = thumbnail(master, tmp_path / "thumbs", HASH)
    master.unlink()

    assert thumbnail(master, tmp_path / "thumbs", HASH) == made


def test_a_master_that_is_cut_off_leaves_nothing_behind(tmp_path: Path) -> None:
    master = picture(tmp_path, (800, 400))
    master.write_bytes(master.read_bytes()[:200])

    with pytest.raises(PictureError):
        thumbnail(master, tmp_path / "thumbs", HASH)

    assert not (tmp_path / "thumbs").exists()


def test_a_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "thumbs").mkdir()
    (tmp_path / "thumbs" / "ab").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(IncompleteError):
        thumbnail(picture(tmp_path, (800, 400)), tmp_path / "thumbs", HASH)

    assert list((tmp_path / "elsewhere").iterdir()) == []
