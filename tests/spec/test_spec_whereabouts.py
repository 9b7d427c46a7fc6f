"""Where in its file a spec says something."""

from pathlib import Path

import pytest

from pipeline.platforms.catalog import load_catalog
from pipeline.providers.models import MODELS
from pipeline.spec.model import Mark, Spec
from pipeline.spec.parse import Known, parse_spec
from pipeline.spec.whereabouts import focus_marks

KNOWN = Known(catalog=load_catalog(), models=MODELS, styles={})
SLOTS = ("wechat.cover", "wechat.cover_square", "bilibili.cover")
TEXT = """\
defaults:
  slots: [wechat.cover, wechat.cover_square, bilibili.cover]
  focus: top
articles:
  - slug: one
    images:
      - {id: a, prompt: cat, focus: auto}
      - {id: b, prompt: dog}
  - slug: two
    images:
      - id: c
        prompt: fish
        focus: [0.5, 0.4]
        crops:
          wechat.cover:
            focus: left
          bilibili.cover: {focus: auto}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    path = tmp_path / "week12.yaml"
    path.write_text(TEXT, "utf-8")
    return parse_spec(path, KNOWN)


def test_a_focus_is_found_at_its_slot_its_image_or_the_defaults(spec: Spec) -> None:
    _auto, default, own = spec.images

    assert focus_marks(spec, default, SLOTS) == dict.fromkeys(SLOTS, Mark(3, 3))
    assert focus_marks(spec, own, SLOTS) == {"wechat.cover": Mark(16, 13), "wechat.cover_square": Mark(13, 9)}


def test_a_spec_that_says_nothing_of_a_focus_has_no_place_for_it(spec: Spec) -> None:
    assert focus_marks(spec, spec.images[0], SLOTS) == {}
    assert focus_marks(spec, spec.images[1], ()) == {}


@pytest.mark.parametrize("text", [None, "articles: [", ""])
def test_a_file_that_cannot_be_read_any_more_has_no_places(spec: Spec, text: str | None) -> None:
    if text is None:
        spec.path.unlink()
    else:
        spec.path.write_text(text, "utf-8")

    assert focus_marks(spec, spec.images[1], SLOTS) == {}
