"""Next week's spec from this one's."""

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.platforms.catalog import load_catalog
from pipeline.providers.models import MODELS
from pipeline.spec.model import Spec
from pipeline.spec.parse import Known, parse_spec
from pipeline.spec.skeleton import new_week
from pipeline.spec.styles import load_styles

ROOT = Path(__file__).parents[2]
KNOWN = Known(catalog=load_catalog(), models=MODELS, styles=load_styles(ROOT / "configs" / "styles.yaml"))


def _parsed(folder: Path, text: str, name: str) -> Spec:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    return parse_spec(path, KNOWN)


def test_the_header_stays_as_it_was_typed_and_the_first_article_becomes_a_draft(tmp_path: Path) -> None:
    old = (ROOT / "configs" / "week12.yaml").read_text("utf-8")

    made = new_week(old, "week14")

    assert made.startswith(old[: old.index("articles:")])
    spec = _parsed(tmp_path, made, "week14")
    assert spec.name == "week14"
    assert [article.slug for article in spec.articles] == ["article-1"]
    assert [image.id for image in spec.images] == ["cover", "wiring", "bench"]
    assert spec.images[0].slots == (
        "wechat.cover",
        "wechat.cover_square",
        "xiaohongshu.note",
        "bilibili.cover",
    )
    assert spec.images[1].slots == ("wechat.inline", "zhihu.inline")
    assert all(image.draft for image in spec.images)


def test_what_follows_the_articles_stays_with_its_comments(tmp_path: Path) -> None:
    old = (
        "# mine\nname: week12   # old\narticles:  # all\n  - slug: a\n    images:\n"
        "      - {id: b, prompt: x, slots: [x.post]}\n\n# the words below\ntags: {a: b}  # tags\n"
    )

    made = new_week(old, "第13周")

    assert made.startswith("# mine\nname: 第13周\narticles:\n  - slug: article-1\n")
    assert made.endswith("        slots: [x.post]\n\n# the words below\ntags: {a: b}  # tags\n")
    assert _parsed(tmp_path, made, "anything").name == "第13周"


@pytest.mark.parametrize("image", ['"null"', '"-"', "on", "12"])
def test_an_image_keeps_an_id_that_needs_quotes(tmp_path: Path, image: str) -> None:
    old = f"articles: [{{slug: a, images: [{{id: {image}, prompt: x, slots: [x.post]}}]}}]\n"

    spec = _parsed(tmp_path, new_week(old, "next"), "next")

    assert [made.id for made in spec.images] == [image.strip('"')]


def test_line_ends_a_byte_order_mark_and_indentation_are_those_of_the_old_file(tmp_path: Path) -> None:
    old = "\ufeff  defaults: {slots: [x.post]}\r\n  name:\r\n    old\r\n  articles: []\r\n"

    made = new_week(old, "next")

    assert made.startswith(
        "  defaults: {slots: [x.post]}\r\n  name: next\r\n  articles:\r\n    - slug: article-1\r\n"
    )
    assert "\n" not in made.replace("\r\n", "")
    assert [image.id for image in _parsed(tmp_path, made, "next").images] == ["cover"]


def test_a_spec_without_images_gives_a_cover_to_fill_in() -> None:
    made = new_week("articles: [{slug: a, images: []}]\n", "next")

    assert "      - id: cover\n" in made


def test_a_spec_on_a_single_line_cannot_be_copied_and_says_so() -> None:
    with pytest.raises(UsageError, match="the spec to copy:1:2: this key must begin its line"):
        new_week("{articles: []}", "next")


def test_a_spec_with_problems_is_not_copied() -> None:
    with pytest.raises(UsageError, match="did you mean 'articles'"):
        new_week("articels: []\n", "next")


@pytest.mark.parametrize("name", ["a b", "", "failed"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        new_week("articles: []\n", name)
