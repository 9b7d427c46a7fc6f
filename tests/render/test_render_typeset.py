"""Lines break as Chinese is set: punctuation stays with its words, words stay whole, lines are alike."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.render.typeset import CLOSING, OPENING, advance, broken, ink, longest_piece, pieces, roughness

CHINESE = "给龙虾装上电路板一周做完的"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("给龙虾", ["给", "龙", "虾"]),
        ("你好，世界！", ["你", "好，", "世", "界！"]),
        ("“慢”——《工作法》（一）", ["“慢”——", "《工", "作", "法》", "（一）"]),
        ("iPhone 17 Pro测评", ["iPhone", "17", "Pro", "测", "评"]),
        ("AI:整理,3.5%的¥3,500元", ["AI:", "整", "理,", "3.5%的", "¥3,500元"]),
        ("AI(测试)版", ["AI", "(测", "试)", "版"]),
        ("it’s 好 ，的", ["it’s", "好，的"]),
        ("学 .NET（ 上 ）", ["学", ".NET", "（上）"]),
        ("e\u0301te\u0301 好\u0301", ["e\u0301te\u0301", "好\u0301"]),
        ("整理一年的书 了", ["整", "理", "一年的", "书", "了"]),
        ("十二个人, 3 个人", ["十", "二个", "人,", "3", "个", "人"]),
        ("  \u3000 ", []),
    ],
)
def test_a_text_comes_in_pieces_that_are_never_broken(text: str, expected: list[str]) -> None:
    assert [piece.text for piece in pieces(text)] == expected


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("给龙虾装上电路板", 8, ("给龙虾装上电路板",)),
        ("给龙虾装上电路板", 7, ("给龙虾", "装上电路板")),
        ("会端咖啡的机械臂", 5, ("会端咖啡的", "机械臂")),
        ("给植物写日记的第 365 天", 8, ("给植物写日记的", "第 365 天")),
        ("一二三四五六七", 3, ("一二", "三四", "五六七")),
        ("旧笔记本改家庭服务器，花了多少钱？", 13, ("旧笔记本改家庭服务器，", "花了多少钱？")),
        ("给龙虾\n装上电路板", 20, ("给龙虾", "装上电路板")),
        ("  用 AI   整理 ", 20, ("用 AI 整理",)),
        ("用 AI 整理", 2.5, ("用 AI", "整理")),
    ],
)
def test_lines_are_as_few_as_can_be_and_alike(text: str, width: float, lines: tuple[str, ...]) -> None:
    assert broken(text, width, 5) == lines


@pytest.mark.parametrize(
    ("lines", "rough"),
    [
        (("给龙虾",), 0),
        (("一杯咖啡，", "一台旧笔记本"), 0),
        (("给龙虾", "装上", "电路板"), 2),
        (("会端咖", "啡的机械臂"), 3),
        (("给龙虾", "", "电路板"), 0),
    ],
)
def test_lines_are_rough_where_they_end_within_a_phrase_and_more_so_within_a_word(
    lines: tuple[str, ...], rough: int
) -> None:
    assert roughness(lines) == rough


def test_the_longest_piece_is_that_of_any_paragraph() -> None:
    assert longest_piece("给龙虾\n装 NAS") == advance("NAS")
    assert longest_piece(" ") == 0


def test_a_line_of_one_character_is_avoided() -> None:
    for count in range(5, 13):
        for width in range(4, 8):
            lines = broken(CHINESE[:count], width, 5)
            assert lines is not None
            assert min(map(len, lines)) > 1


def test_a_word_is_taken_apart_only_where_it_is_longer_than_a_line() -> None:
    assert broken("好 Supercalifragilistic 词", 9.5, 3) == ("好", "Supercalifragilistic", "词")

    apart = broken("好Supercalifragilistic!", 4, 9)

    assert apart is not None
    assert "".join(apart) == "好Supercalifragilistic!"
    assert apart[-1] != "!"
    assert len(apart) > 2


def test_brackets_rather_leave_no_way_to_break_than_stand_wrongly() -> None:
    assert broken("（《一》）（《二》）", 5, 2) == ("（《一》）", "（《二》）")
    assert broken("（《一》）（《二》）", 4.9, 9) is None


@pytest.mark.parametrize(
    ("text", "width", "most"),
    [("给龙虾装上电路板", 4, 1), ("一\n二\n三", 9, 2), ("一\n\n", 9, 2), ("字", 0.5, 3)],
)
def test_a_text_that_needs_more_lines_than_it_may_have_is_not_broken(
    text: str, width: float, most: int
) -> None:
    assert broken(text, width, most) is None


@given(
    st.lists(
        st.sampled_from(
            [
                *"给龙虾装上电路板",
                "，",
                "。",
                "！",
                "》",
                "《",
                "（",
                "）",
                "—",
                "…",
                " ",
                "AI",
                "3.5%",
                "Rust",
            ]
        ),
        max_size=30,
    ).map("".join),
    st.integers(8, 16),
)
def test_no_line_begins_or_ends_wrongly_or_is_too_long_and_no_word_is_lost(text: str, width: int) -> None:
    whole = [piece.text for piece in pieces(text)]
    narrow = all(advance(piece) <= width for piece in whole)
    lines = broken(text, width, 40)

    if lines is None:
        assert not narrow  # a word with more punctuation than a line holds: no break would be right
        return
    assert "".join(lines).replace(" ", "") == "".join(whole)
    assert all(advance(line) <= width + 1e-9 for line in lines)
    assert all(line == line.strip() for line in lines)
    assert not narrow or all(line[0] not in CLOSING for line in lines[1:])
    assert not narrow or all(line[-1] not in OPENING for line in lines[:-1])


def test_ink_ends_where_the_ink_ends_and_is_bold() -> None:
    mask = ink(("龙虾",), 100, 0.5)

    assert mask.mode == "L"
    assert mask.getbbox() == (0, 0, *mask.size)
    assert 185 <= mask.width <= 206
    assert 85 <= mask.height <= 105


def test_lines_stand_at_their_side() -> None:
    lines = ("龙虾龙虾", "龙")

    left, right = (ink(lines, 60, side).crop((0, 80, 240, 140)).getbbox() for side in (0.0, 1.0))

    assert left is not None
    assert right is not None
    assert left[0] < 10
    assert right[0] > 150


def test_an_empty_line_takes_its_place() -> None:
    assert ink(("龙", "", "虾"), 50, 0.5).height > ink(("龙", "虾"), 50, 0.5).height + 50


def test_threads_get_the_same_ink() -> None:
    def drawn(size: int) -> bytes:
        return ink(("给龙虾装上电路板",), size, 0.5).tobytes()

    sizes = [*range(20, 60, 4)] * 3
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(drawn, sizes))

    assert together == [drawn(size) for size in sizes]
