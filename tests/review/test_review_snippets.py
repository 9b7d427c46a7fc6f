"""YAML to copy: it reads back as what it was made from."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.platforms.catalog import load_catalog
from pipeline.providers.models import MODELS
from pipeline.review.snippets import crop_yaml, focus_yaml, generation_yaml, image_yaml, use_yaml
from pipeline.spec.model import Focus, Image, OwnFile, Prompted, Reused
from pipeline.spec.parse import load_specs
from pipeline.spec.scope import Known
from tests.builders import generation, image, prompted

SLOTS = ("wechat.cover", "xiaohongshu.note")


def read_back(folder: Path, snippet: str, slots: str = "") -> Image:
    """The image that a spec with this snippet has."""
    lines = ["defaults: {slots: [wechat.inline]}", "articles:", "  - slug: lobster", "    images:"]
    lines += [f"      {line}" for line in snippet.splitlines()]
    path = folder / "week12.yaml"
    path.write_text("\n".join(lines) + slots + "\n", "utf-8")
    [spec] = load_specs(
        [path], Known(catalog=load_catalog(), models=MODELS, styles={"flat-tech": "{prompt},扁平"})
    )
    return spec.images[0]


@pytest.mark.parametrize(
    "words", ["一只龙虾", 'a "quoted" word: and # a sign', "two\nlines", "- dash", "'single'", "反斜杠\\n"]
)
def test_a_prompted_image_reads_back_with_every_key_it_had(tmp_path: Path, words: str) -> None:
    source = prompted(f"{words},扁平", words=words, style="flat-tech", size=(2304, 1728))
    before = image("week12/lobster/cover", source, *SLOTS, focus=Focus(0.0, 0.5, said=True), alt="一只")
    before = replace(before, crops={"wechat.cover": Focus(0.25, 0.4, said=True)})

    after = read_back(tmp_path, image_yaml(before))

    assert isinstance(after.source, Prompted)
    assert (after.source.words, after.source.style, after.source.size) == (words, "flat-tech", (2304, 1728))
    assert (after.slots, after.focus, dict(after.crops), after.alt) == (
        SLOTS,
        before.focus,
        dict(before.crops),
        "一只",
    )


def test_own_files_and_used_pictures_read_back(tmp_path: Path) -> None:
    (tmp_path / "wiring.png").write_bytes(b"not looked into")
    own = OwnFile(path=tmp_path / "wiring.png", written="wiring.png", ai=True)

    assert read_back(tmp_path, image_yaml(image("week12/lobster/a", own))).source == own
    assert read_back(tmp_path, use_yaml("week09/robot/step-2")).source == Reused(asset="week09/robot/step-2")


def test_a_generation_reads_back_as_a_request_for_the_same(tmp_path: Path) -> None:
    item = generation(of=prompted("一只龙虾,扁平插画风格"), size=(2304, 1728))

    source = read_back(tmp_path, generation_yaml(item)).source

    assert isinstance(source, Prompted)
    assert (source.prompt, source.model, source.size) == (item.prompt, item.model, (2304, 1728))


def test_a_focus_is_written_as_a_word_where_there_is_one() -> None:
    assert focus_yaml(Focus(0.5, 0.0, said=True)) == "top"
    assert (
        crop_yaml("wechat.cover", Focus(0.25, 0.4, said=True))
        == "crops: {wechat.cover: {focus: [0.25, 0.4]}}"
    )
