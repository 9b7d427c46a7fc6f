"""Rendering near what the machine can do: time against the codec alone and others, memory, quality."""

import io
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image  # noqa: TID251 - what Pillow makes is the reference

from pipeline.platforms.model import Format
from pipeline.render.encode import encode
from pipeline.render.find import find_subject
from pipeline.render.recipe import LabelSpec
from pipeline.render.renditions import render
from pipeline.render.resample import Resampler, fastest
from pipeline.render.resize import halved, load_master, resized
from tests.benchmarks.bench import ROOT, hold
from tests.benchmarks.masters import KINDS
from tests.benchmarks.renders import jobs, made
from tests.benchmarks.rivals import Rival, Target, rivals

pytestmark = pytest.mark.benchmark
_ROUNDS = 5
_NAMES = [kind.name for kind in KINDS]


@pytest.fixture(scope="module")
def masters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every master at 2048 and 4096, as JPEG of quality 95 and as PNG."""
    folder = tmp_path_factory.mktemp("masters")
    for kind in KINDS:
        for side in (2048, 4096):
            image = kind.make(side)
            image.save(folder / f"{kind.name}-{side}.jpg", quality=95)
            image.save(folder / f"{kind.name}-{side}.png")
    return folder


def interleaved(ways: Iterable[Rival], rounds: int = _ROUNDS) -> dict[str, float]:
    """The best seconds of each way. They take turns, so that what else the machine does meets all alike."""
    best: dict[str, float] = {}
    turns = list(ways)
    for _ in range(rounds):
        for way in turns:
            begun = time.perf_counter()
            way.run()
            seconds = time.perf_counter() - begun
            best[way.name] = min(seconds, best.get(way.name, seconds))
    return best


def at_least(name: str, measured: float, bound: float, *, unit: str) -> None:
    """As `hold`, for what must not be under its bound."""
    print(f"{name}: {measured:.4g} {unit}, at least {bound:g} {unit}")  # noqa: T201 - as `hold` does
    assert measured >= bound, f"{name}: {measured:.4g} {unit} is under {bound:g} {unit}"


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize(
    ("side", "ending", "over_floor", "faster"),
    [(2048, "jpg", 2.0, 7.0), (4096, "jpg", 1.5, 15.0), (2048, "png", 1.5, 7.0)],
)
def test_twelve_files_of_one_master_take_little_more_than_the_codec(
    masters: Path, tmp_path: Path, name: str, side: int, ending: str, over_floor: float, faster: float
) -> None:
    if fastest() is not Resampler.SIMD:
        pytest.skip("the extra `fast` is not installed")
    master, wanted = masters / f"{name}-{side}.{ending}", jobs(side, tmp_path)
    targets = tuple(Target(box=job.recipe.box, size=(job.recipe.width, job.recipe.height)) for job in wanted)
    ours = Rival(name="ours", run=lambda: made(master, wanted))
    pillow = Rival(name="Pillow only", run=lambda: render(master, wanted, resampler=Resampler.PILLOW))

    best = interleaved([ours, pillow, *rivals(master, targets, tmp_path)])

    what = f"{name} {side} {ending}"
    print("\n" + what, {way: f"{seconds * 1000:.0f} ms" for way, seconds in best.items()})  # noqa: T201 - as `hold` does
    at_least(f"{what}, naive over ours", best["naive"] / best["ours"], faster, unit="x")
    if "floor" in best:
        hold(f"{what}, ours over the floor", best["ours"] / best["floor"], over_floor, unit="x")


def test_subject_labels_and_metadata_add_at_most_half(masters: Path, tmp_path: Path) -> None:
    master = masters / "photographs-2048.jpg"
    bare, labelled = jobs(2048, tmp_path), jobs(2048, tmp_path, label=LabelSpec())
    find_subject(master)  # what it loads once is not its work

    best = interleaved(
        [
            Rival(name="bare", run=lambda: made(master, bare)),
            Rival(name="labelled", run=lambda: (find_subject(master), made(master, labelled))),
        ]
    )

    hold("with subject and labels over bare", best["labelled"] / best["bare"], 1.5, unit="x")


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize(
    ("count", "side", "ending", "megabytes"),
    [(1, 2048, "jpg", 110), (1, 4096, "jpg", 110), (1, 4096, "png", 190), (8, 4096, "png", 280)],
)
def test_rendering_alone_takes_little_memory_however_many_masters_wait(
    masters: Path, tmp_path: Path, count: int, side: int, ending: str, megabytes: int
) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.renders"]
    arguments = [str(masters / f"photographs-{side}.{ending}"), str(side), str(tmp_path), str(count)]

    ended = subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)

    hold(f"peak memory, {count} x {side} {ending}", float(ended.stdout), megabytes, unit="MB")


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize(("side", "ending", "decibels"), [(2048, "png", 50), (4096, "jpg", 38)])
def test_no_picture_is_worse_than_full_lanczos_by_what_can_be_seen(
    masters: Path, tmp_path: Path, name: str, side: int, ending: str, decibels: float
) -> None:
    # The 4K JPEG is decoded at half its size. What that changes is less than the encoder will: some 35 dB.
    metrics = pytest.importorskip("skimage.metrics")
    master, kind = masters / f"{name}-{side}.{ending}", Format(ending)
    with Image.open(master) as opened:
        whole = opened.convert("RGB")
    peaks, likenesses = [], []

    for job in jobs(side, tmp_path):
        size = (job.recipe.width, job.recipe.height)
        wanted = np.asarray(whole.resize(size, Image.Resampling.LANCZOS, box=job.recipe.box))
        image = load_master(master, job.recipe, half=halved(job.recipe, kind))
        have = np.asarray(resized(image, job.recipe))
        peaks.append(float(metrics.peak_signal_noise_ratio(wanted, have)))
        likenesses.append(float(metrics.structural_similarity(wanted, have, channel_axis=2)))

    what = f"{name} {side} {ending} against full Lanczos"
    at_least(f"{what}, worst PSNR (mean {statistics.mean(peaks):.1f})", min(peaks), decibels, unit="dB")
    mean = statistics.mean(likenesses)
    at_least(f"{what}, worst SSIM (mean {mean:.4f})", min(likenesses), 0.99, unit="of 1")


def test_limits_are_met_near_the_best_quality_in_few_encodes(masters: Path, tmp_path: Path) -> None:
    wanted = [job for job in jobs(2048, tmp_path) if job.recipe.width in (900, 1080, 1146)]
    encodes, below, used = [], [], []

    for name in _NAMES:
        master = masters / f"{name}-2048.jpg"
        image = load_master(master, wanted[0].recipe, half=False)
        for job in wanted:
            picture = resized(image, job.recipe)
            sizes = {quality: _jpeg_bytes(picture, quality) for quality in range(60, 91)}
            for share in (0.02, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95):
                limit = round(sizes[60] + (sizes[90] - sizes[60]) * share)
                recipe = replace(job.recipe, max_bytes=limit)
                encoded = encode(picture, recipe, (Format.JPEG,), None, job.target)
                assert encoded.fits
                assert encoded.quality is not None
                assert encoded.bytes == job.target.stat().st_size <= limit
                encodes.append(encoded.encodes)
                below.append(max(q for q, size in sizes.items() if size <= limit) - encoded.quality)
                used.append(encoded.bytes / limit)

    at_least(f"{len(encodes)} limits that bind, share met", len(used) / len(encodes), 1, unit="of 1")
    hold("encodes, mean", statistics.mean(encodes), 4, unit="encodes", more=f"(most {max(encodes)})")
    mean = statistics.mean(below)
    hold("quality below the best, worst", max(below), 2, unit="steps", more=f"(mean {mean:.2f})")
    at_least("limit used, mean", statistics.mean(used), 0.95, unit="of 1")


def _jpeg_bytes(image: Image.Image, quality: int) -> int:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, subsampling="4:2:0")
    return file.tell()
