"""Where files lie is a contract with the author's other tools."""

from pathlib import Path

import pytest

from pipeline.delivery.layout import article_folder, file_name, spec_folder
from pipeline.platforms.model import Format


@pytest.mark.parametrize(
    ("number", "image", "slot", "kind", "wanted"),
    [
        (1, "cover", "wechat.cover_square", Format.JPEG, "wechat/01-cover.cover_square.jpg"),
        (12, "接线图", "x.post", Format.PNG, "x/12-接线图.post.png"),
        (100, "step", "weibo.post_tall", Format.WEBP, "weibo/100-step.post_tall.webp"),
    ],
)
def test_a_file_is_named_by_its_place_in_the_post_and_its_slot(
    number: int, image: str, slot: str, kind: Format, wanted: str
) -> None:
    assert file_name(number=number, image=image, slot=slot, kind=kind).as_posix() == wanted


def test_files_sort_in_the_order_of_the_post() -> None:
    names = [str(file_name(number=n, image="a", slot="x.post", kind=Format.JPEG)) for n in (1, 2, 10, 99)]

    assert sorted(names) == names


def test_an_article_lies_below_its_spec() -> None:
    assert spec_folder(Path("output"), "week12") == Path("output/week12")
    assert article_folder(Path("output"), "week12", "lobster") == Path("output/week12/lobster")
