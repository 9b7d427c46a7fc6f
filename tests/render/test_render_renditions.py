"""One master becomes every slot's file: exact pixels, the right part, the label, the same bytes."""

import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat  # noqa: TID251 - tests measure the pixels that the product writes

from pipeline.errors import IncompleteError, PictureError
from pipeline.platforms.model import Format
from pipeline.render.aigc import NAMESPACE, AigcLabel, xmp_packet
from pipeline.render.metadata import labels_in
from pipeline.render.recipe import LabelSpec, Recipe
from pipeline.render.renditions import Job, Rendered, Unfit, render
from pipeline.spec.model import Focus
from pipeline.storage import sha256_file

MakeRecipe = Callable[..., Recipe]
Busy = Callable[..., Image.Image]
SLOTS: list[tuple[int, int | None]] = [
    (900, 383),
    (500, 500),
    (360, 200),
    (1080, 1440),
    (1146, 717),
    (1080, 1920),
    (1200, 628),
    (1080, None),
]


def rendered(master: Path, *recipes: Recipe, workers: int | None = None) -> list[Rendered]:
    """Render into the master's folder and expect every file to be made."""
    folder = master.parent / "out"
    folder.mkdir(exist_ok=True)
    first = len(list(folder.iterdir()))
    jobs = [Job(recipe=item, target=folder / f"{first + place}") for place, item in enumerate(recipes)]
    results = render(master, jobs, workers=workers)
    made = [item for item in results if isinstance(item, Rendered)]
    assert [item.recipe for item in made] == list(recipes)
    return made


def opened(item: Rendered) -> Image.Image:
    with Image.open(item.path) as image:
        return image.convert("RGB")


@pytest.mark.parametrize("size", [(1536, 1536), (1728, 1296), (648, 1512), (333, 77)])
def test_every_slot_gets_its_exact_pixels(
    tmp_path: Path, busy: Busy, recipe: MakeRecipe, size: tuple[int, int]
) -> None:
    master = tmp_path / "master.jpg"
    busy(*size).save(master, quality=95)

    made = rendered(master, *(recipe(master, *wanted, label=LabelSpec()) for wanted in SLOTS))

    for item, (width, height) in zip(made, SLOTS, strict=True):
        high = round(1080 * size[1] / size[0]) if height is None else height
        assert opened(item).size == (item.width, item.height) == (width, high)
        assert item.bytes == item.path.stat().st_size
        assert item.sha256 == sha256_file(item.path)
        assert item.warning is None


@pytest.mark.parametrize("kind", list(Format))
def test_each_format_carries_exactly_one_hidden_label(master: Path, recipe: MakeRecipe, kind: Format) -> None:
    plan = recipe(master, formats=(kind,), label=LabelSpec())

    (item,) = rendered(master, plan)

    wanted = AigcLabel(label="1", content_producer="jimeng", produce_id=sha256_file(master)[:32])
    assert item.format is kind
    assert [found.label for found in labels_in(item.path.read_bytes())] == [wanted] == [item.label]
    data = item.path.read_bytes()
    assert data.count(NAMESPACE.encode()) == data.count(b'"ProduceID"') == 1


@pytest.mark.parametrize("kind", list(Format))
def test_without_a_label_nothing_is_written_or_drawn(master: Path, recipe: MakeRecipe, kind: Format) -> None:
    (item,) = rendered(master, recipe(master, formats=(kind,)))

    assert (item.label, item.label_box) == (None, None)
    assert labels_in(item.path.read_bytes()) == ()
    assert b"xmp" not in item.path.read_bytes().lower()


def test_a_label_changes_its_box_and_nothing_else(master: Path, recipe: MakeRecipe) -> None:
    plain = recipe(master, formats=(Format.PNG,))

    bare, labelled = rendered(master, plain, replace(plain, label=LabelSpec()))

    changed = ImageChops.difference(opened(bare), opened(labelled)).getbbox()
    assert changed is not None
    assert labelled.label_box is not None
    assert labelled.label_box[:2] <= changed[:2]
    assert changed[2:] <= labelled.label_box[2:]


def test_what_the_provider_wrote_is_the_only_label_of_every_rendition(
    tmp_path: Path, busy: Busy, recipe: MakeRecipe
) -> None:
    master = tmp_path / "master.jpg"
    theirs = AigcLabel(label="1", content_producer="001191310000", produce_id="T-42")
    busy().save(master, xmp=xmp_packet(theirs))

    for item in rendered(master, *(recipe(master, formats=(kind,), label=LabelSpec()) for kind in Format)):
        assert [found.label for found in labels_in(item.path.read_bytes())] == [theirs]


def test_where_the_author_was_is_not_given_away(tmp_path: Path, busy: Busy, recipe: MakeRecipe) -> None:
    master, exif = tmp_path / "phone.jpg", Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x8825] = {1: "N", 2: (31.0, 13.0, 0.0)}
    busy().save(master, exif=exif, comment=b"my house")

    for item in rendered(master, *(recipe(master, formats=(kind,)) for kind in Format)):
        data = item.path.read_bytes()
        assert not any(trace in data for trace in (b"Exif", b"eXIf", b"EXIF", b"Maker", b"my house"))


@pytest.mark.parametrize(("half", "colour"), [(0.0, (255, 0, 0)), (1.0, (0, 0, 255))])
def test_the_focus_decides_which_part_is_kept(
    tmp_path: Path, recipe: MakeRecipe, half: float, colour: tuple[int, int, int]
) -> None:
    master = tmp_path / "master.png"
    image = Image.new("RGB", (800, 400), (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, 400, 400))
    image.save(master)

    (item,) = rendered(master, recipe(master, 200, 200, focus=Focus(half, 0.5), formats=(Format.PNG,)))

    assert ImageStat.Stat(opened(item)).mean == pytest.approx(colour, abs=1)


def test_a_sideways_photo_is_cropped_upright(tmp_path: Path, recipe: MakeRecipe) -> None:
    master, exif = tmp_path / "phone.jpg", Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGB", (400, 800), "white")
    image.paste("black", (0, 0, 400, 400))
    image.transpose(Image.Transpose.ROTATE_90).save(master, exif=exif, quality=95)

    top, bottom = rendered(
        master,
        *(recipe(master, 200, 100, focus=Focus(0.5, place), formats=(Format.PNG,)) for place in (0.0, 1.0)),
    )

    assert max(ImageStat.Stat(opened(top)).mean) < 5
    assert min(ImageStat.Stat(opened(bottom)).mean) > 250


def test_a_large_jpeg_decoded_at_half_size_looks_the_same_and_needs_no_company(
    tmp_path: Path, busy: Busy, recipe: MakeRecipe
) -> None:
    master = tmp_path / "master.jpg"
    busy(1200, 800, noise=0.05).resize((3600, 2502), Image.Resampling.BICUBIC).save(master, quality=95)
    small = recipe(master, 900, 383, formats=(Format.PNG,))
    large = recipe(master, 2000, 2000, formats=(Format.PNG,))

    alone, beside, _ = (*rendered(master, small), *rendered(master, small, large, workers=2))

    assert alone.sha256 == beside.sha256
    with Image.open(master) as whole:
        wanted = whole.convert("RGB").resize((900, 383), Image.Resampling.LANCZOS, box=small.box)
    error = ImageStat.Stat(ImageChops.difference(opened(alone), wanted)).rms
    assert max(error) < 2.55  # 40 dB


@pytest.mark.parametrize("size", [(3602, 2502), (3601, 2502)], ids=["even sides", "an odd side"])
def test_a_large_sideways_jpeg_lies_where_it_lay(
    tmp_path: Path, busy: Busy, recipe: MakeRecipe, size: tuple[int, int]
) -> None:
    master, exif = tmp_path / "master.jpg", Image.Exif()
    exif[0x0112] = 6
    upright = busy(size[0] // 3, size[1] // 3, noise=0.05).resize(size, Image.Resampling.BICUBIC)
    upright.transpose(Image.Transpose.ROTATE_90).save(master, quality=95, exif=exif)
    plan = recipe(master, 900, 900, focus=Focus(1.0, 1.0), formats=(Format.PNG,))

    (item,) = rendered(master, plan)

    wanted = upright.resize((900, 900), Image.Resampling.LANCZOS, box=plan.box)
    assert max(ImageStat.Stat(ImageChops.difference(opened(item), wanted)).rms) < 2.55  # 40 dB


@pytest.mark.parametrize("kind", list(Format))
def test_the_same_recipe_gives_the_same_bytes(master: Path, recipe: MakeRecipe, kind: Format) -> None:
    plan = recipe(master, 500, 400, formats=(kind,), label=LabelSpec())

    one, two, three = (*rendered(master, plan, workers=1), *rendered(master, plan, plan, workers=2))

    assert one.sha256 == two.sha256 == three.sha256


def test_a_slot_that_cannot_fit_does_not_stop_the_others(
    tmp_path: Path, master: Path, recipe: MakeRecipe
) -> None:
    hopeless, fine = recipe(master, max_bytes=900), recipe(master)
    jobs = [Job(recipe=hopeless, target=tmp_path / "a"), Job(recipe=fine, target=tmp_path / "b")]

    unfit, made = render(master, jobs)

    assert isinstance(unfit, Unfit)
    assert unfit.recipe is hopeless
    assert "the platform takes 0.9 KB" in unfit.message
    assert isinstance(made, Rendered)
    assert not (tmp_path / "a").exists()


def test_a_doubtful_limit_that_is_missed_is_a_warning(master: Path, recipe: MakeRecipe) -> None:
    (item,) = rendered(master, recipe(master, max_bytes=900, sure=False))

    assert item.quality == 60
    assert item.warning is not None
    assert "the platform is said to take 0.9 KB" in item.warning


def test_no_jobs_need_no_work(master: Path) -> None:
    assert render(master, []) == ()


def test_a_master_that_changed_since_the_plan_is_refused(
    tmp_path: Path, master: Path, recipe: MakeRecipe
) -> None:
    plan = recipe(master)
    Image.new("RGB", (64, 64)).save(master)

    with pytest.raises(PictureError, match="64x64 instead of 640x480"):
        render(master, [Job(recipe=plan, target=tmp_path / "a")])


def test_a_master_that_is_gone_is_said_plainly(tmp_path: Path, master: Path, recipe: MakeRecipe) -> None:
    job = Job(recipe=recipe(master, label=LabelSpec()), target=tmp_path / "a")
    master.unlink()

    with pytest.raises(PictureError, match="no such picture"):
        render(master, [job])


@pytest.mark.parametrize("kind", list(Format))
def test_a_file_that_the_disk_cut_short_is_noticed(
    tmp_path: Path, master: Path, recipe: MakeRecipe, kind: Format
) -> None:
    job = Job(recipe=recipe(master, formats=(kind,)), target=tmp_path / "a")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))

    try:
        with pytest.raises((IncompleteError, OSError), match=r"not written whole|File too large"):
            render(master, [job])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
