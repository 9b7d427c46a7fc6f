"""Both resamplers give the same picture; who computes it is a matter of what is installed."""

import math
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image, ImageChops, ImageStat  # noqa: TID251 - tests make the pictures that are resized

from pipeline.platforms.catalog import load_catalog
from pipeline.render import resample as module
from pipeline.render.geometry import fit
from pipeline.render.resample import Resampler, Window, fastest, resample
from pipeline.spec.model import Focus

Busy = Callable[..., Image.Image]

needs_simd = pytest.mark.skipif(fastest() is Resampler.PILLOW, reason="the extra `fast` is not installed")
_SHAPES = sorted({(slot.width, slot.height or 1440) for slot in load_catalog().slots.values()})


def decibels(one: Image.Image, other: Image.Image) -> float:
    """The peak signal-to-noise ratio over all channels."""
    difference = ImageStat.Stat(ImageChops.difference(one, other))
    error = sum(value * value for value in difference.rms) / 3
    return math.inf if error == 0 else 10 * math.log10(255 * 255 / error)


@needs_simd
@pytest.mark.parametrize("side", [700, 2100])
def test_both_give_the_same_picture_at_every_slot_of_the_catalogue(busy: Busy, side: int) -> None:
    image = busy(side, side)

    for width, height in _SHAPES:
        window: Window = fit(side, side, width, height, Focus()).box
        simd, pillow = (resample(image, window, (width, height), way) for way in Resampler)
        assert simd.size == pillow.size == (width, height)
        assert decibels(simd, pillow) >= 50, (width, height)


@needs_simd
@pytest.mark.parametrize(
    "window",
    [
        (0.0, 0.0, 799.5, 600.0),
        (0.25, 100.75, 640.5, 460.875),
        (33.3, 0.1, 533.4, 599.9),
        (10.5, 20.5, 110.25, 95.75),
    ],
)
@pytest.mark.parametrize("size", [(400, 300), (90, 70), (900, 383)])
def test_both_count_parts_of_a_pixel(busy: Busy, window: Window, size: tuple[int, int]) -> None:
    image = busy(800, 600, noise=0.1)

    simd, pillow = (resample(image, window, size, way) for way in Resampler)

    assert decibels(simd, pillow) >= 50


@pytest.mark.parametrize("way", list(Resampler))
def test_a_window_a_hair_outside_is_pushed_inside(busy: Busy, way: Resampler) -> None:
    image = busy(200, 100)

    beside, inside = (
        resample(image, window, (50, 25), way)
        for window in ((-1e-9, -1e-9, 200 + 1e-9, 100.5), (0.0, 0.0, 200.0, 100.0))
    )

    assert beside.tobytes() == inside.tobytes()


@pytest.mark.parametrize("way", list(Resampler))
def test_the_picture_itself_is_only_read(busy: Busy, way: Resampler) -> None:
    image = busy(200, 100)
    before = image.tobytes()

    made = resample(image, (0.0, 0.0, 200.0, 100.0), (200, 100), way)

    assert image.tobytes() == before
    assert made is not image
    assert made.mode == "RGB"


@pytest.mark.parametrize("way", list(Resampler))
def test_threads_that_share_a_picture_get_the_same_bytes(busy: Busy, way: Resampler) -> None:
    image = busy(900, 700)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: resample(image, (3.5, 4.5, 880.0, 690.0), (300, 200), way), range(16)))

    assert len({item.tobytes() for item in made}) == 1


@needs_simd
def test_the_fastest_is_taken_unless_another_is_asked_for(busy: Busy) -> None:
    image, window, size = busy(400, 300), (0.0, 0.0, 400.0, 300.0), (120, 90)

    made = {way: resample(image, window, size, way).tobytes() for way in (None, *Resampler)}

    assert made[None] == made[Resampler.SIMD] != made[Resampler.PILLOW]


@pytest.fixture
def without_simd(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without the extra `fast`."""
    monkeypatch.setitem(sys.modules, "cykooz_resizer", None)
    module._simd.cache_clear()
    yield
    module._simd.cache_clear()


@pytest.mark.usefixtures("without_simd")
def test_without_the_extra_pillow_does_all(busy: Busy) -> None:
    image, window, size = busy(400, 300), (0.0, 0.0, 400.0, 300.0), (120, 90)

    made = {way: resample(image, window, size, way).tobytes() for way in (None, *Resampler)}

    assert fastest() is Resampler.PILLOW
    assert len(set(made.values())) == 1
