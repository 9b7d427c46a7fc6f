"""Many masters at the same time, and what can be asked for besides: resampler, background."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, ImageStat  # noqa: TID251 - tests measure the pixels that the product writes

from pipeline.errors import PictureError
from pipeline.render.recipe import Recipe
from pipeline.render.renditions import Job, Press, Rendered, Rendition, render
from pipeline.render.resample import Resampler, fastest

MakeRecipe = Callable[..., Recipe]
Busy = Callable[..., Image.Image]


def test_transparent_masters_lie_on_the_background(tmp_path: Path, recipe: MakeRecipe) -> None:
    master = tmp_path / "master.png"
    Image.new("RGBA", (640, 480), (255, 255, 255, 0)).save(master)
    jobs = [Job(recipe=recipe(master), target=tmp_path / "a")]

    (item,) = render(master, jobs, background=(10, 120, 30))

    assert isinstance(item, Rendered)
    with Image.open(item.path) as made:
        assert ImageStat.Stat(made).mean == pytest.approx((10, 120, 30), abs=1)


def test_either_resampler_can_be_asked_for(tmp_path: Path, master: Path, recipe: MakeRecipe) -> None:
    jobs = [Job(recipe=recipe(master), target=tmp_path / "a")]

    made = {way: render(master, jobs, resampler=way)[0] for way in (None, *Resampler)}

    sums = {way: item.sha256 for way, item in made.items() if isinstance(item, Rendered)}
    assert sums[None] == sums[fastest()]
    assert (sums[Resampler.SIMD] == sums[Resampler.PILLOW]) is (fastest() is Resampler.PILLOW)


def sums(made: Iterable[Rendition]) -> list[str]:
    return [item.sha256 for item in made if isinstance(item, Rendered)]


@pytest.mark.parametrize("masters", [1, 2])
def test_one_press_serves_many_masters_at_once_with_the_same_bytes(
    tmp_path: Path, busy: Busy, recipe: MakeRecipe, masters: int
) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(5)]
    for number, path in enumerate(paths):
        busy(400, 300, seed=number).save(path)
    jobs = {
        path: [
            Job(recipe=recipe(path, width, 200), target=tmp_path / f"{path.stem}-{width}")
            for width in (300, 260, 220)
        ]
        for path in paths
    }
    alone = [sums(render(path, jobs[path], workers=1)) for path in paths]

    with Press(workers=3, masters=masters) as press, ThreadPoolExecutor(5) as callers:
        together = list(callers.map(lambda path: sums(press.render(path, jobs[path])), paths))

    assert together == alone
    assert len({item for found in together for item in found}) == 15


def test_a_damaged_master_does_not_keep_its_place_in_the_press(
    tmp_path: Path, master: Path, recipe: MakeRecipe
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(master.read_bytes()[:2000])
    job = Job(recipe=recipe(master), target=tmp_path / "a")

    with Press(workers=1, masters=1) as press:
        with pytest.raises(PictureError, match="cut off or damaged"):
            press.render(broken, [job])
        (item,) = press.render(master, [job])

    assert isinstance(item, Rendered)
