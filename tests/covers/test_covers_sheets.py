"""The contact sheets in docs/ come from one command, are small, and are the ones that the page shows."""

import re
from pathlib import Path

from PIL import Image  # noqa: TID251 - the tests look at the sheets

from tests.covers.panels import MOST_BYTES
from tests.covers.scenes import draw_scenes
from tests.write_sheets import HEIGHTS, IMAGES, PHOTOGRAPHS, ROOT, write_sheets

PAGE = ROOT / "docs" / "covers.md"


def test_the_command_makes_every_sheet_and_none_is_large(tmp_path: Path) -> None:
    written = write_sheets(tmp_path)

    names = {path.name for path in written}
    expected = {f"covers-{name}.jpg" for name in (*HEIGHTS, "crops")}
    assert expected - names <= {f"covers-{PHOTOGRAPHS}.jpg"}
    assert names <= expected
    for path in written:
        assert path.stat().st_size <= MOST_BYTES
        with Image.open(path) as sheet:
            assert sheet.width == 1600
            assert sheet.height > 800


def test_the_page_shows_every_sheet_and_nothing_that_is_not_there() -> None:
    shown = re.findall(r"\]\((images/[^)]+)\)", PAGE.read_text("utf-8"))

    assert sorted(shown) == sorted(f"images/{path.name}" for path in IMAGES.glob("covers-*.jpg"))
    assert len(shown) == len(HEIGHTS) + 1


def test_a_scene_is_the_same_picture_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    for folder in (first, second):
        folder.mkdir()
        draw_scenes(folder)

    names = sorted(path.name for path in first.iterdir())
    assert "logo.png" in names
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)
