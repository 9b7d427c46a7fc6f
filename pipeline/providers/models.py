"""The models that can be asked, as rows of one table: limits, listed sizes, extra fields.

Must not speak HTTP. Source of every row: the vendor's model pages as recorded in the wire facts
(85621/1817045 for 4.0, 85621/2275082 for 4.6, the 3.1, 3.0 and 2.1 pages), read 2026-11.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Call(StrEnum):
    """How a model is asked: submit and poll, or one synchronous call."""

    ASYNC = "CVSync2AsyncSubmitTask"
    SYNC = "CVProcess"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One req_key. Sizes and limits are pixels of the picture that comes back.

    `sizes` are the listed sizes to choose from (swaps are allowed too), `large_sizes` those taken only
    when a slot needs more. `upscale` is the factor between the pixels sent and the picture returned.
    `params` maps each extra body field that a spec may set to the type its value must have.
    """

    name: str
    call: Call = Call.ASYNC
    sizes: tuple[tuple[int, int], ...]
    large_sizes: tuple[tuple[int, int], ...] = ()
    min_area: int
    max_area: int
    min_side: int = 1
    max_side: int = 16384
    max_ratio: float = 3.0
    prompt_max: int = 800
    prompt_advised: int = 800
    seed: bool = False
    force_single: bool = False
    upscale: int = 1
    params: dict[str, type] = field(default_factory=dict)
    usual_seconds: float = 15.0

    def size_problem(self, width: int, height: int) -> str | None:
        """Why the provider would not take this size, or None. The one place where sizes are judged."""
        area, ratio = width * height, max(width, height) / max(1, min(width, height))
        if min(width, height) < self.min_side or max(width, height) > self.max_side:
            return f"{width}x{height}: each side must lie in {self.min_side}..{self.max_side} for {self.name}"
        if not self.min_area <= area <= self.max_area:
            return (
                f"{width}x{height} is {area} pixels; {self.name} takes {self.min_area} to {self.max_area} "
                f"(the smallest square is {int(self.min_area**0.5)})"
            )
        if ratio > self.max_ratio + 1e-9:
            return f"{width}x{height}: {self.name} takes ratios up to {self.max_ratio:g}:1"
        if width % self.upscale or height % self.upscale:
            return f"{width}x{height}: sides must be multiples of {self.upscale} for {self.name}"
        return None


_SIZES_1K = ((1328, 1328), (1472, 1104), (1584, 1056), (1664, 936), (2016, 864))
_SIZES_2K = ((2048, 2048), (2304, 1728), (2496, 1664), (2560, 1440), (3024, 1296))
_SIZES_4K = ((4096, 4096), (4694, 3520), (4992, 3328), (5404, 3040), (6198, 2656))
_SIZES_4K_46 = ((4096, 4096), (4693, 3520), (4992, 3328), (5404, 3040), (6197, 2656))

MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        Model(
            name="jimeng_t2i_v40",
            sizes=_SIZES_2K,
            large_sizes=_SIZES_4K,
            min_area=1024 * 1024,
            max_area=4096 * 4096,
            force_single=True,
            params={"scale": float},
        ),
        Model(
            name="jimeng_seedream46_cvtob",
            sizes=_SIZES_2K,
            large_sizes=_SIZES_4K_46,
            min_area=1024 * 1024,
            max_area=4096 * 4096,
            force_single=True,
            params={"scale": int},
        ),
        Model(
            name="jimeng_t2i_v31",
            sizes=_SIZES_2K,
            min_area=512 * 512,
            max_area=2048 * 2048,
            prompt_advised=120,
            seed=True,
            params={"use_pre_llm": bool},
        ),
        Model(
            name="jimeng_t2i_v30",
            sizes=_SIZES_1K,
            large_sizes=((2048, 2048),),
            min_area=512 * 512,
            max_area=2048 * 2048,
            min_side=512,
            max_side=2048,
            max_ratio=4.0,
            seed=True,
            params={"use_pre_llm": bool},
        ),
        Model(
            name="jimeng_high_aes_general_v21_L",
            call=Call.SYNC,
            sizes=((1024, 1024), (1536, 1152), (1536, 1024), (1536, 864)),
            large_sizes=((1536, 1536),),
            min_area=512 * 512,
            max_area=1536 * 1536,
            min_side=512,
            max_side=1536,
            seed=True,
            upscale=2,
            params={"use_pre_llm": bool},
            usual_seconds=8.0,
        ),
    )
}
DEFAULT_MODEL = "jimeng_t2i_v40"
