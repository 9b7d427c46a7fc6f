"""How well a master serves its slots, which stored one to take, and which size to ask for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.history.records import Generation, Master
from pipeline.platforms.model import Slot
from pipeline.providers.models import Model
from pipeline.render.geometry import fit
from pipeline.spec.model import Image

GOOD_SHARE = 0.5
"""A crop that keeps less than half of the master serves its slot badly."""


@dataclass(frozen=True, slots=True)
class Service:
    """How a master of some pixels serves a set of slots; compares by what the author loses."""

    largest_scale: float
    least_kept: float
    mean_kept: float
    area: int

    @property
    def upscales(self) -> bool:
        """Whether a slot must be enlarged."""
        return self.largest_scale > 1 + 1e-9

    @property
    def good(self) -> bool:
        """Whether every slot is served without enlarging and without losing more than half."""
        return not self.upscales and self.least_kept >= GOOD_SHARE

    @property
    def rank(self) -> tuple[float, float, float, float]:
        """Larger is better: no (or the least) enlarging, then kept shares, then the least area."""
        enlarging = round(self.largest_scale, 6) if self.upscales else 1.0
        return (-enlarging, round(self.least_kept, 6), round(self.mean_kept, 6), -self.area)


def service(slots: Sequence[tuple[Image, Slot]], width: int, height: int) -> Service:
    """Judge a master for slots of one or several images. Free-height slots count for scale only."""
    fitted = [
        (slot, fit(width, height, slot.width, slot.height, image.focus_for(slot.id))) for image, slot in slots
    ]
    kept = [found.kept for slot, found in fitted if slot.height is not None]
    return Service(
        largest_scale=max((found.scale for _, found in fitted), default=0.0),
        least_kept=min(kept, default=1.0),
        mean_kept=sum(kept) / len(kept) if kept else 1.0,
        area=width * height,
    )


def choose_size(model: Model, slots: Sequence[tuple[Image, Slot]]) -> tuple[int, int]:
    """The size to ask a model for: its listed ones and their swaps, the large ones only where needed."""
    usual = _with_swaps(model.sizes)
    best = max(usual, key=lambda size: service(slots, *size).rank)
    if not service(slots, *best).upscales or not model.large_sizes:
        return best
    return max(usual + _with_swaps(model.large_sizes), key=lambda size: service(slots, *size).rank)


def best_stored(
    slots: Sequence[tuple[Image, Slot]],
    stored: Sequence[tuple[Generation, Master]],
    last_selected: int | None,
) -> tuple[Generation, Master] | None:
    """The stored master to take: of those that serve well the last selected or the newest, else the best.

    Among equals the same order: the last selected, then the newest.
    """
    if not stored:
        return None
    judged = [
        (service(slots, master.width, master.height), generation, master) for generation, master in stored
    ]
    best = max(found.rank for found, _, _ in judged)
    good = [item for item in judged if item[0].good]
    equals = good or [item for item in judged if item[0].rank == best]
    _, generation, master = max(equals, key=lambda item: (item[1].id == last_selected, item[1].id))
    return generation, master


def _with_swaps(sizes: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Each size and its portrait swap, each once, in the order of the list (ties go to the earlier one)."""
    return tuple(
        dict.fromkeys(size for width, height in sizes for size in ((width, height), (height, width)))
    )
