"""Which size is asked for, and which stored picture serves best."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.masters import best_stored, choose_size, service
from pipeline.platforms.model import Slot
from pipeline.providers.models import MODELS
from pipeline.spec.model import Focus, Image
from tests.builders import CATALOG, generation, image, master

V40, V46 = "jimeng_t2i_v40", "jimeng_seedream46_cvtob"
V31, V30, V21 = "jimeng_t2i_v31", "jimeng_t2i_v30", "jimeng_high_aes_general_v21_L"

COVER, INLINE = CATALOG["wechat.cover"], CATALOG["wechat.inline"]
NOTE, NOTE_WIDE = CATALOG["xiaohongshu.note"], CATALOG["xiaohongshu.wide"]
SQUARE, BILIBILI = CATALOG["xiaohongshu.square"], CATALOG["bilibili.cover"]
STORY = CATALOG["instagram.story"]
POSTER = replace(COVER, id="print.poster", width=4000, height=3000)


def _pairs(slots: Sequence[Slot]) -> list[tuple[Image, Slot]]:
    return [(image(), slot) for slot in slots]


@pytest.mark.parametrize(
    ("model", "slots", "size"),
    [
        # Worked by hand. A crop of ratio s out of a picture of ratio r keeps min(s/r, r/s).
        # A 2.35:1 cover alone: 21:9 keeps 0.99.
        (V40, [COVER], (3024, 1296)),
        # A 3:4 note alone: the swap of 4:3 keeps all; so do many of them.
        (V40, [NOTE], (1728, 2304)),
        (V40, [NOTE, NOTE, NOTE], (1728, 2304)),
        # Cover and note: 1:1 keeps 0.43 of the cover, 3:2 half of the note, 4:3 at least 0.56 of both.
        (V40, [COVER, NOTE], (2304, 1728)),
        (V40, [COVER, SQUARE, NOTE, BILIBILI], (2304, 1728)),
        # 16:9 keeps 0.76 of the cover, and 0.9 of 1.6:1; 3:2 only 0.64 of the cover.
        (V40, [COVER, BILIBILI], (2560, 1440)),
        # Free height cuts nothing, so the least area wins; beside a slot it does not count.
        (V40, [INLINE], (2560, 1440)),
        (V40, [INLINE, INLINE, NOTE], (1728, 2304)),
        # 4:3 and 1:1 keep at least 0.75 with a mean of 0.875 either way: the smaller area wins.
        (V40, [SQUARE, NOTE_WIDE], (2304, 1728)),
        # Two squares: the same smallest share, a larger mean for the square.
        (V40, [SQUARE, SQUARE, NOTE_WIDE], (2048, 2048)),
        # Tall and wide: only the square keeps 0.75 of both.
        (V40, [NOTE, NOTE_WIDE], (2048, 2048)),
        # 4000 wide: no 2K size reaches it, 4:3 at 4K keeps all but a pixel.
        (V40, [POSTER], (4694, 3520)),
        (V46, [POSTER], (4693, 3520)),
        (V40, [POSTER, NOTE], (4096, 4096)),
        # 3.1 has nothing over 2K: the least enlarging is 4000/2304.
        (V31, [POSTER], (2304, 1728)),
        (V31, [STORY], (1440, 2560)),
        # 3.0 has 1K sizes; 1080x1920 needs more, and only 2048x2048 has it.
        (V30, [COVER], (2016, 864)),
        (V30, [NOTE], (1104, 1472)),
        (V30, [STORY], (2048, 2048)),
        # 2.1 has no 21:9; 16:9 keeps 0.76 of the cover.
        (V21, [COVER], (1536, 864)),
        (V21, [NOTE], (1152, 1536)),
        # All its sizes enlarge a story 1.25 times at least; 9:16 then keeps the most.
        (V21, [STORY], (864, 1536)),
    ],
)
def test_the_size_that_is_asked_for(model: str, slots: list[Slot], size: tuple[int, int]) -> None:
    assert choose_size(MODELS[model], _pairs(slots)) == size


@pytest.mark.parametrize("model", MODELS)
@given(slots=st.lists(st.sampled_from(list(CATALOG.slots.values())), min_size=1, max_size=6))
def test_a_chosen_size_is_one_that_the_model_takes_and_no_order_of_slots_changes_it(
    model: str, slots: list[Slot]
) -> None:
    size = choose_size(MODELS[model], _pairs(slots))

    assert MODELS[model].size_problem(*size) is None
    assert choose_size(MODELS[model], _pairs(slots[::-1])) == size


@given(slots=st.lists(st.sampled_from(list(CATALOG.slots.values())), min_size=1, max_size=6))
def test_no_listed_2k_size_serves_better_than_the_chosen_one_where_it_does_not_enlarge(
    slots: list[Slot],
) -> None:
    model, pairs = MODELS[V31], _pairs(slots)
    chosen = service(pairs, *choose_size(model, pairs))

    for width, height in model.sizes:
        for size in ((width, height), (height, width)):
            other = service(pairs, *size)
            assert other.upscales or not chosen.upscales
            if not other.upscales:
                assert round(other.least_kept, 6) <= round(chosen.least_kept, 6)


def test_a_slot_served_by_half_of_the_master_is_served_well_and_by_less_is_not() -> None:
    half = replace(SQUARE, width=500, height=1000)
    less = replace(SQUARE, width=499, height=1000)

    assert service(_pairs([half]), 2000, 2000).good
    assert not service(_pairs([less]), 2000, 2000).good


def test_enlarging_is_not_serving_well_and_the_exact_size_is() -> None:
    assert service(_pairs([NOTE]), 1080, 1440).good
    assert not service(_pairs([NOTE]), 1079, 1439).good


def test_slots_of_free_height_count_for_enlarging_only() -> None:
    found = service(_pairs([INLINE]), 540, 2000)

    assert (found.largest_scale, found.least_kept, found.mean_kept) == (2.0, 1.0, 1.0)


def test_the_focus_moves_a_crop_and_never_changes_what_it_keeps() -> None:
    corner = image(focus=Focus(0.0, 0.0, said=True))

    assert service([(corner, NOTE)], 2048, 2048) == service([(image(), NOTE)], 2048, 2048)


@pytest.mark.parametrize(
    ("slots", "sizes", "last_selected", "taken"),
    [
        # Both serve: the newest, unless the other was selected last.
        ([NOTE], [(1728, 2304), (2048, 2048)], None, 2),
        ([NOTE], [(1728, 2304), (2048, 2048)], 1, 1),
        # Only the first serves (21:9 keeps a third of a note), however new or selected the other is.
        ([NOTE], [(1728, 2304), (3024, 1296)], None, 1),
        ([NOTE], [(1728, 2304), (3024, 1296)], 2, 1),
        # None serves: the one that cuts least, then the last selected, then the newest of equals.
        ([COVER], [(2048, 2048), (1728, 2304)], 2, 1),
        ([COVER], [(2048, 2048), (2048, 2048), (2048, 2048)], 2, 2),
        ([COVER], [(2048, 2048), (2048, 2048)], None, 2),
        # Enlarging weighs more than cutting.
        ([NOTE], [(540, 720), (3024, 1296)], None, 2),
    ],
)
def test_the_stored_picture_that_is_taken(
    slots: list[Slot], sizes: list[tuple[int, int]], last_selected: int | None, taken: int
) -> None:
    stored = [
        (generation(number=number, size=size), master(number, width=size[0], height=size[1]))
        for number, size in enumerate(sizes, 1)
    ]

    found = best_stored(_pairs(slots), stored, last_selected)

    assert found == stored[taken - 1]


def test_without_a_stored_picture_none_is_taken() -> None:
    assert best_stored(_pairs([NOTE]), [], 1) is None
