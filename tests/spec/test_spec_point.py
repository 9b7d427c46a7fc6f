"""A focus as it is typed on a command line."""

import pytest

from pipeline.errors import UsageError
from pipeline.spec.model import Focus
from pipeline.spec.point import read_point
from pipeline.spec.terms import FOCUS_WORDS


@pytest.mark.parametrize(
    ("text", "x", "y"),
    [
        ("0.5,0.4", 0.5, 0.4),
        (" 0.5, 0.4 ", 0.5, 0.4),
        ("0.5 0.4", 0.5, 0.4),
        (".5,1.", 0.5, 1.0),
        ("0,1", 0.0, 1.0),
        ("50%,40%", 0.5, 0.4),
        ("33.3%,0.25", 0.333, 0.25),
        ("100 % , 0 %", 1.0, 0.0),
        ("０．５，４０％", 0.5, 0.4),
    ],
)
def test_two_shares_are_a_point(text: str, x: float, y: float) -> None:
    assert read_point(text) == Focus(x, y, said=True)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("top", "top"),
        ("Left Top", "top-left"),
        ("top-left", "top-left"),
        ("bottom,right", "bottom-right"),
        ("right_bottom", "bottom-right"),
        ("center", "center"),
        ("centre", "center"),
        ("center left", "left"),
        ("top center", "top"),
    ],
)
def test_sides_and_corners_are_taken_in_any_order(text: str, word: str) -> None:
    assert read_point(text) == FOCUS_WORDS[word]


def test_auto_is_no_point() -> None:
    assert read_point("auto") is None
    assert read_point(" AUTO ") is None


@pytest.mark.parametrize("text", ["1.01,0.5", "0.5,101%", "512,300", "50,40"])
def test_what_lies_outside_of_the_picture_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(UsageError, match=r"shares of the picture, in 0\.\.1 .or 0%\.\.100%."):
        read_point(text)


@pytest.mark.parametrize(
    "text", ["", " ", "0.5", "-0.1,0.4", "0.5,0.4,0.3", "nan,0.4", "1e-1,0", "top bottom", "auto center", "x"]
)
def test_what_is_no_point_is_refused_with_what_one_looks_like(text: str) -> None:
    with pytest.raises(UsageError, match=r"must be X,Y such as 0\.5,0\.4 or 50%,40%, or one of auto, center"):
        read_point(text)


def test_a_mistyped_side_is_recognised() -> None:
    with pytest.raises(UsageError, match="did you mean 'bottom'"):
        read_point("botom")
