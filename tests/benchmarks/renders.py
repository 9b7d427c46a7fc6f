"""The twelve files of the render benchmark as jobs of ours. As a program: what memory they take."""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.platforms.model import Confidence, Format, Slot
from pipeline.render.facts import PictureFacts
from pipeline.render.recipe import LabelSpec, make_recipe
from pipeline.render.renditions import Job, Press, Rendered, render
from pipeline.spec.model import Focus

SIZES = (
    (900, 383),
    (200, 200),
    (1080, 1440),
    (1242, 1660),
    (1080, 1920),
    (1146, 717),
    (1280, 720),
    (1200, 630),
    (1080, 1080),
    (1600, 900),
    (800, 450),
    (640, 360),
)


def jobs(side: int, folder: Path, *, label: LabelSpec | None = None) -> list[Job]:
    """One job for each size, of a square master that nobody has to read for it."""
    master = PictureFacts(sha256="0" * 64, format=Format.JPEG, width=side, height=side, bytes=1)
    recipes = [
        make_recipe(master=master, slot=_slot(width, height), focus=Focus(), label=label)
        for width, height in SIZES
    ]
    return [Job(recipe=item, target=folder / f"{item.width}x{item.height}.jpg") for item in recipes]


def made(master: Path, wanted: Sequence[Job]) -> tuple[Rendered, ...]:
    """Render them all, and expect every one."""
    results = tuple(item for item in render(master, wanted) if isinstance(item, Rendered))
    assert len(results) == len(wanted)
    return results


def peak_megabytes() -> float:
    """The most memory that this process ever held, as the kernel counts it (Linux)."""
    status = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _slot(width: int, height: int) -> Slot:
    return Slot(
        id=f"bench.{width}x{height}",
        name="",
        width=width,
        height=height,
        formats=(Format.JPEG,),
        max_bytes=None,
        confidence=Confidence.HIGH,
        bytes_confidence=Confidence.HIGH,
        source="",
        checked="",
    )


def _main(master: Path, side: int, folder: Path, masters: int) -> None:
    """Render the same master as if it were several, all at once, as a run does."""
    folders = [folder / str(number) for number in range(masters)]
    for each in folders:
        each.mkdir()
    with Press() as press, ThreadPoolExecutor(masters) as callers:
        list(callers.map(lambda each: press.render(master, jobs(side, each)), folders))
    print(peak_megabytes())  # noqa: T201 - the answer of this program


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
