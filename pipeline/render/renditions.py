"""Each master, decoded once, to all the files wanted of it. Must not name or place a delivered file."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from PIL import Image  # noqa: TID251 - the render package is where pictures are rendered

from pipeline.errors import FitError, IncompleteError
from pipeline.fingerprint import file_sha256
from pipeline.platforms.model import Format
from pipeline.render.aigc import AigcLabel, xmp_packet
from pipeline.render.colour import WHITE, Colour
from pipeline.render.containers import is_whole
from pipeline.render.decode import picture_format, reading
from pipeline.render.encode import Encoded, encode, possible_formats
from pipeline.render.facts import bytes_in_words
from pipeline.render.geometry import PixelBox
from pipeline.render.marks import draw_marks
from pipeline.render.metadata import label_for, labels_in
from pipeline.render.recipe import Recipe
from pipeline.render.resample import Resampler
from pipeline.render.resize import halved, load_master, resized

_MOST_WORKERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file to make. `target` is a temporary path in an existing folder; whoever asked renames it."""

    recipe: Recipe
    target: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A file that was written, read back and found right; not yet synced to the disk.

    `quality` None: the format has none. `label` is the hidden one as read back, `label_box` the visible
    one's pixels; both None without a label. `warning`: a limit of low confidence that the file misses.
    """

    recipe: Recipe
    path: Path
    format: Format
    width: int
    height: int
    bytes: int
    sha256: str
    quality: int | None
    label: AigcLabel | None
    label_box: PixelBox | None
    warning: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """A recipe that this master cannot be made to fit; the others go on."""

    recipe: Recipe
    message: str


Rendition = Rendered | Unfit


class Press:
    """Cores and memory, shared by all masters that are rendered at the same time.

    `workers` threads make the files, of whichever master; at most `masters` pictures are decoded at once,
    and a further one waits for its turn. Any thread but these may call `render`.
    """

    def __init__(self, *, workers: int | None = None, masters: int = 2) -> None:
        threads = workers or min(os.cpu_count() or 1, _MOST_WORKERS)
        self._makers = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="make")
        # Threads of its own, not a semaphore: where each caller decodes, malloc keeps memory for every one.
        self._decoders = ThreadPoolExecutor(max_workers=masters, thread_name_prefix="decode")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Wait for what is being made, and give the threads back."""
        self._decoders.shutdown(wait=True)
        self._makers.shutdown(wait=True)

    def render(
        self,
        master: Path,
        jobs: Sequence[Job],
        *,
        background: Colour = WHITE,
        resampler: Resampler | None = None,
    ) -> tuple[Rendition, ...]:
        """As the function `render`."""
        hidden = _hidden_labels(master, jobs)
        kind = picture_format(master)
        orders = [
            _Order(place=place, job=job, hidden=label, half=halved(job.recipe, kind), resampler=resampler)
            for place, (job, label) in enumerate(zip(jobs, hidden, strict=True))
        ]
        # The biggest first: the last thread to finish then has the least left to do.
        orders.sort(key=lambda order: -order.job.recipe.width * order.job.recipe.height)
        made: dict[int, Rendition] = {}
        for half in (False, True):
            alike = [order for order in orders if order.half is half]
            if alike:
                made |= self._decoders.submit(self._decode_and_make, master, alike, background).result()
        return tuple(made[place] for place in range(len(jobs)))

    def _decode_and_make(
        self, master: Path, orders: Sequence["_Order"], background: Colour
    ) -> dict[int, Rendition]:
        """Every order of one decode. Ends only when all have, so that no thread is left with the picture."""
        first = orders[0]
        image = load_master(master, first.job.recipe, half=first.half, background=background)
        futures = [self._makers.submit(_make, image, order) for order in orders]
        wait(futures)
        return {order.place: future.result() for order, future in zip(orders, futures, strict=True)}


def render(
    master: Path,
    jobs: Sequence[Job],
    *,
    workers: int | None = None,
    background: Colour = WHITE,
    resampler: Resampler | None = None,
) -> tuple[Rendition, ...]:
    """Make every job of one master; answers in the order of the jobs. The same job gives the same bytes.

    `background` is what shows through a transparent master; `resampler` None is the fastest there is. Raises
    PictureError when the master is no whole picture, OSError when the disk refuses (wrap in
    `storage.writing`), IncompleteError when a file came out shorter than it was written. An Unfit leaves
    no file behind.
    """
    with Press(workers=workers) as press:
        return press.render(master, jobs, background=background, resampler=resampler)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """A job on its way: its place among the answers, its hidden label, how its master is decoded."""

    place: int
    job: Job
    hidden: AigcLabel | None
    half: bool
    resampler: Resampler | None


def _hidden_labels(master: Path, jobs: Sequence[Job]) -> list[AigcLabel | None]:
    if all(job.recipe.label is None for job in jobs):
        return [None] * len(jobs)
    with reading(master):
        data = master.read_bytes()
    recipes = [job.recipe for job in jobs]
    return [None if item.label is None else label_for(data, item.master, item.label) for item in recipes]


def _make(master: Image.Image, order: _Order) -> Rendition:
    job, hidden = order.job, order.hidden
    try:
        formats = possible_formats(job.recipe)
        picture = resized(master, job.recipe, order.resampler)
        label_box = draw_marks(picture, job.recipe).label_box
        encoded = encode(picture, job.recipe, formats, xmp_packet(hidden) if hidden else None, job.target)
    except FitError as error:
        job.target.unlink(missing_ok=True)
        return Unfit(recipe=job.recipe, message=error.message)
    return _read_back(job, encoded, hidden, label_box)


def _read_back(job: Job, encoded: Encoded, hidden: AigcLabel | None, label_box: PixelBox | None) -> Rendered:
    """What really lies on the disk: Pillow's JPEG writer does not notice a last write that was cut short."""
    data, recipe = job.target.read_bytes(), job.recipe
    if not is_whole(data) or tuple(found.label for found in labels_in(data)) != ((hidden,) if hidden else ()):
        message = f"{job.target}: the file was not written whole"
        raise IncompleteError(
            message, next_step="free some space on the disk, then type the same command again"
        )
    return Rendered(
        recipe=recipe,
        path=job.target,
        format=encoded.format,
        width=recipe.width,
        height=recipe.height,
        bytes=len(data),
        sha256=file_sha256(data),
        quality=encoded.quality,
        label=hidden,
        label_box=label_box,
        warning=None if encoded.fits else _over_limit(recipe, len(data)),
    )


def _over_limit(recipe: Recipe, size: int) -> str:
    limit = bytes_in_words(recipe.max_bytes or 0)
    return f"{recipe.slot}: {bytes_in_words(size)}, and the platform is said to take {limit}"
