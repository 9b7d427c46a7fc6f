"""Tables that fit a terminal, and prompts that differ: counted in cells, where a Chinese sign takes two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pipeline.console.changes import changes
from pipeline.console.widths import cut, one_line_rows

HEADINGS = ("id", "asset", "size", "when", "prompt")
ROWS = [
    (
        "12",
        "week12/lobster-board/cover",
        "2304x1728",
        "2026-11-24 08:30",
        "一只卡通龙虾站在绿色电路板上,主体居中",
    ),
    ("3", "week12/a/b", "512x512", "2026-11-24 08:31", "a lobster"),
]
GIVE_WAY = ("size", "when")


@pytest.mark.parametrize(
    ("width", "headings"),
    [(120, HEADINGS), (70, ("id", "asset", "when", "prompt")), (50, ("id", "asset", "prompt"))],
)
def test_columns_give_way_one_by_one_before_the_prompt_becomes_too_short(
    width: int, headings: tuple[str, ...]
) -> None:
    lines = one_line_rows(HEADINGS, ROWS, width, GIVE_WAY)

    assert lines[0] == headings
    assert [line[1] for line in lines[1:]] == [row[1] for row in ROWS]


@pytest.mark.parametrize("width", range(40, 140, 7))
def test_a_row_never_takes_more_than_the_width_while_its_key_fits(width: int) -> None:
    lines = one_line_rows(HEADINGS, ROWS, width, GIVE_WAY)

    widths = [max(cell_len(line[place]) for line in lines) for place in range(len(lines[0]))]
    assert sum(widths) + 2 * (len(widths) - 1) <= max(width, cell_len(ROWS[0][1]) + 12)


def test_a_key_is_never_cut_however_narrow_the_terminal_is() -> None:
    lines = one_line_rows(HEADINGS, ROWS, 10, GIVE_WAY)

    assert lines[1][1] == ROWS[0][1]
    assert lines[1][-1].endswith("…")


def test_a_cut_in_the_middle_of_a_wide_sign_leaves_no_half() -> None:
    assert cut("一只龙虾", 8) == "一只龙虾"
    assert cut("一只龙虾", 7) == "一只龙…"
    assert cut("一只龙虾", 6) == "一只…"
    assert cut("ab cd", 4) == "ab…"


@given(st.text(alphabet="ab一只 ", max_size=30), st.integers(min_value=1, max_value=40))
def test_a_cut_text_fits_and_begins_as_the_whole(text: str, cells: int) -> None:
    shown = cut(text, cells)

    assert cell_len(shown) <= cells
    assert text.startswith(shown.removesuffix("…").rstrip())


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("一只红色的龙虾", "一只蓝色的龙虾", "一只[-红-]{+蓝+}色的龙虾"),
        ("a red lobster", "a blue lobster", "a [-red-]{+blue+} lobster"),
        ("龙虾,侧面", "龙虾", "龙虾[-,侧面-]"),
        ("龙虾", "龙虾,夜晚", "龙虾{+,夜晚+}"),
        ("一只龙虾", "a harbour", "[-一只龙虾-]{+a harbour+}"),
    ],
)
def test_what_changed_in_a_prompt_is_marked(before: str, after: str, shown: str) -> None:
    assert changes(before, after).plain == shown


@given(st.text(alphabet="一二ab ,", max_size=20), st.text(alphabet="一二ab ,", max_size=20))
def test_both_prompts_can_be_read_out_of_the_change(before: str, after: str) -> None:
    shown = changes(before, after)

    # Colours tell the parts apart; the marks are for terminals without.
    out = [shown.plain[span.start + 2 : span.end - 2] for span in shown.spans if span.style == "red"]
    came = [shown.plain[span.start + 2 : span.end - 2] for span in shown.spans if span.style == "green"]
    kept = len(shown.plain) - sum(map(len, out)) - sum(map(len, came)) - 4 * (len(out) + len(came))
    assert kept + sum(map(len, out)) == len(before)
    assert kept + sum(map(len, came)) == len(after)
