"""YAML to copy: it reads back as what it was made from, and what it asks for is not paid for again."""

from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image as Picture  # noqa: TID251 - a picture that was made elsewhere

from pipeline.fingerprint import Json, normal_prompt
from pipeline.history.records import IMPORTED, Generation
from pipeline.history.states import State
from pipeline.platforms.catalog import load_catalog
from pipeline.providers.models import MODELS
from pipeline.review.snippets import (
    CropYaml,
    crop_yaml,
    focus_yaml,
    generation_yaml,
    image_yaml,
    use_asset_yaml,
    use_yaml,
)
from pipeline.source.compose import compose
from pipeline.source.logo import CORNERS, BrandWritten
from pipeline.source.nodes import plain
from pipeline.source.report import Report
from pipeline.source.text import unwanted
from pipeline.spec.document import CropDocument, ImageDocument, OverlayDocument
from pipeline.spec.looks import COLORS, SIZES
from pipeline.spec.model import Brand, Focus, Image, Overlay, OwnFile, Prompted, Reused, Source
from pipeline.spec.parse import Known, load_specs
from pipeline.spec.styles import styled
from pipeline.spec.terms import FOCUS_WORDS
from tests.builders import ASSET, generation, image, prompted, request_of
from tests.commands.bench import Desk

SLOTS = ("wechat.cover", "xiaohongshu.note", "zhihu.inline")
STYLES = {
    "flat-tech": "{prompt},扁平",
    "yes": "a {prompt}",
    "1e3": "{prompt} # not a comment",
    "海报": "{prompt}",
}
KNOWN = Known(catalog=load_catalog(), models=MODELS, styles=STYLES)
BARE = ""
OTHER_DEFAULTS = (
    "defaults: {model: jimeng_t2i_v31, style: flat-tech, slots: [x.post], label: none, focus: bottom-left}"
)
WORDS = """
yes no on null ~ none 1e3 010 12 0.5 2026-11-24 << = .inf # #3 ? | > % @at `tick` *star &and !tag {prompt}
[] {} --- ... 'single' it's "double" back\\slash\\n “全角”，：【】 🦞👨‍👩‍👧 한국어
"""
TEXTS = """
colon: and # a sign
- dash
100 %
a "quoted" word
{a: b}
[1, 2]
"""
TRICKY = (
    *WORDS.split(),
    *TEXTS.strip().split("\n"),
    *(
        "two\nlines",
        "\r\nthree\n\nlines",
        "tab\there",
        " a blank before",
        "a blank after ",
        "\u3000wide\u3000",
    ),
    *("\u00a0hard", "\ufefffirst", "e\u0301", "x" * 500),
)
FILE, LOGO = ' 接线 #1: "a" 100%.png ', "it's: our logo #2.png"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where specs lie, with the pictures that they name; nothing looks into these."""
    made = tmp_path_factory.mktemp("home").resolve()
    for name in (FILE, LOGO):
        (made / name).write_bytes(b"")
    return made


def read_back(folder: Path, snippet: str, above: str = BARE, known: Known = KNOWN) -> Image:
    """The image that a spec with this snippet has."""
    lines = [above, "articles:", "  - slug: lobster", "    images:"]
    lines += [f"      {line}" for line in snippet.removesuffix("\n").split("\n")]
    path = folder / "week12.yaml"
    path.write_text("\n".join(lines) + "\n", "utf-8", newline="")
    [spec] = load_specs([path], known)
    return spec.images[0]


def tree_of(snippet: str) -> Any:
    """The only image of a snippet as plain values."""
    report = Report("snippet")
    node = compose(snippet, report)
    assert node is not None
    assert report.problems == ()
    items = plain(node)
    assert isinstance(items, list)
    assert len(items) == 1
    return items[0]


def styled_source(words: str, style: str | None, **changes: Any) -> Prompted:
    """A prompt as the parser makes it of what was typed."""
    typed = normal_prompt(words)
    prompt = normal_prompt(styled(STYLES[style], typed)) if style is not None else typed
    return prompted(prompt, words=typed, style=style, **changes)


def full(folder: Path, source: Source, *, label: bool = False) -> Image:
    """An image with every key that its source allows."""
    return image(
        ASSET,
        source,
        *SLOTS,
        focus=Focus(0.123456789012, 1e-05, said=True),
        crops={"zhihu.inline": Focus(), "wechat.cover": Focus(0.25, 0.4, said=True)},
        label=label,
        overlay=Overlay(
            text='他说: "yes" # 1\n100 %',
            at=(0.5, 1.0),
            color=(18, 52, 86),
            size=0.123,
            slots=("wechat.cover", "zhihu.inline"),
        ),
        brand=Brand(path=folder / LOGO, written=LOGO, at="bottom-right", height=0.1),
        alt='一只 "龙虾": # 1',
        draft=True,
    )


def full_ones(folder: Path) -> tuple[Image, ...]:
    """One of each source with all that it takes, and one that wants no logo."""
    asked = styled_source(
        "一只龙虾: #1",
        "flat-tech",
        model="jimeng_t2i_v31",
        size=(1024, 768),
        seed=0,
        params={"use_pre_llm": False},
    )
    every: tuple[Source, ...] = (
        asked,
        OwnFile(path=folder / FILE, written=FILE),
        OwnFile(path=folder / FILE, written=FILE, ai=True),
        Reused(asset="week09/robot-arm/步骤-2"),
    )
    made = tuple(full(folder, source) for source in every)
    return (*made, replace(made[0], brand=None, branded=False))


@pytest.mark.parametrize("above", [BARE, OTHER_DEFAULTS], ids=["no defaults", "other defaults"])
def test_an_image_with_every_key_reads_back_as_it_was(folder: Path, above: str) -> None:
    for before in full_ones(folder):
        after = read_back(folder, image_yaml(before), above)

        assert replace(after, mark=before.mark) == before


@pytest.mark.parametrize("kind", [Image, Prompted, OwnFile, Reused, Overlay, Brand, Focus])
def test_no_field_of_an_image_is_left_out_of_that(folder: Path, kind: type[Any]) -> None:
    ones = full_ones(folder)
    aims = [point for one in ones for point in (one.focus, *one.crops.values())]
    parts = [
        *ones,
        *(one.source for one in ones),
        *(one.overlay for one in ones),
        *(one.brand for one in ones),
    ]
    found = [part for part in (*parts, *aims) if isinstance(part, kind)]

    for field in fields(kind):
        usual = field.default if field.default_factory is MISSING else field.default_factory()
        said = [getattr(part, field.name) for part in found]
        # A new field: write it in `pipeline.review.snippets`, then give it a value in `full_ones`.
        assert field.name == "mark" or any(value != usual for value in said), field.name


def test_every_key_that_a_spec_takes_for_an_image_can_be_written(folder: Path) -> None:
    trees = [tree_of(image_yaml(one)) for one in full_ones(folder)]

    assert set().union(*trees) == set(ImageDocument.model_fields)
    assert set(trees[0]["overlay"]) == set(OverlayDocument.model_fields)
    assert set(trees[0]["brand"]) == set(BrandWritten.model_fields)
    assert set(trees[0]["crops"]["wechat.cover"]) == set(CropDocument.model_fields)


def test_an_image_with_nothing_but_what_it_needs_reads_back_too(folder: Path) -> None:
    before = image(ASSET, prompted("一只龙虾"))

    for above in (BARE, OTHER_DEFAULTS):
        assert replace(read_back(folder, image_yaml(before), above), mark=before.mark) == before


@pytest.mark.parametrize("words", TRICKY)
def test_no_text_is_changed(folder: Path, words: str) -> None:
    source = styled_source(words, "yes")
    before = image(ASSET, source, alt=words.strip())

    after = read_back(folder, image_yaml(before))

    assert (after.source, after.alt) == (source, before.alt)


texts = st.sampled_from(TRICKY) | st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)
texts = texts.filter(lambda text: unwanted(text) is None)
# Below 1e-99 a spec takes no number.
shares = st.just(0.0) | st.floats(1e-90, 1)
points = st.sampled_from([*FOCUS_WORDS.values()]) | st.builds(Focus, shares, shares, said=st.just(True))
titles = st.lists(
    st.text("龙虾abc :#\"'\\%{}[]-,yes019.", min_size=1, max_size=9).map(str.strip).filter(bool),
    min_size=1,
    max_size=5,
).map("\n".join)
colors = st.none() | st.sampled_from([*COLORS.values()]) | st.tuples(*[st.integers(0, 255)] * 3)


@st.composite
def sources(draw: st.DrawFn, folder: Path) -> Source:
    """Where a picture can come from."""
    kind = draw(st.sampled_from(("prompt", "file", "use")))
    if kind == "file":
        return OwnFile(path=folder / FILE, written=FILE, ai=draw(st.booleans()))
    if kind == "use":
        return Reused(
            asset="/".join(draw(st.tuples(*[st.sampled_from(("yes", "1e3", "龙虾", "a-b_c"))] * 3)))
        )
    model = MODELS[draw(st.sampled_from([*MODELS]))]
    values: dict[type, st.SearchStrategy[Json]] = {
        int: st.integers(-(10**17), 10**17),
        float: st.floats(-1e15, 1e15).filter(lambda value: value == 0 or abs(value) > 1e-90),
        bool: st.booleans(),
    }
    return styled_source(
        draw(texts.filter(normal_prompt)),
        draw(st.none() | st.sampled_from([*STYLES])),
        model=model.name,
        size=draw(st.none() | st.sampled_from(model.sizes)),
        seed=draw(st.none() | st.integers(0, 2**31 - 1)) if model.seed else None,
        params=draw(st.fixed_dictionaries({}, optional={k: values[v] for k, v in model.params.items()})),
    )


@st.composite
def images(draw: st.DrawFn, folder: Path) -> Image:
    """Any image that a spec can ask for."""
    source = draw(sources(folder))
    slots = tuple(draw(st.lists(st.sampled_from(SLOTS), min_size=1, unique=True)))
    titled = draw(st.lists(st.sampled_from(slots), min_size=1, unique=True))
    overlay = st.builds(
        Overlay,
        text=titles,
        at=st.none() | st.sampled_from([(one.x, one.y) for one in FOCUS_WORDS.values()]),
        color=colors,
        size=st.sampled_from([*SIZES.values()]) | st.floats(0.045, 0.4),
        slots=st.just(tuple(slot for slot in slots if slot in titled)),
    )
    brand = st.builds(
        Brand,
        path=st.just(folder / LOGO),
        written=st.just(LOGO),
        at=st.sampled_from(CORNERS),
        height=st.floats(0.03, 0.3),
    )
    branded = draw(st.booleans())
    return image(
        f"week12/lobster/{draw(st.sampled_from(('cover', 'yes', '1e3', '010', '龙虾', 'a-b_c')))}",
        source,
        *slots,
        focus=draw(points),
        crops=draw(st.dictionaries(st.sampled_from(slots), points)),
        label=draw(st.booleans()) and not (isinstance(source, OwnFile) and not source.ai),
        overlay=draw(st.none() | overlay),
        brand=draw(st.none() | brand) if branded else None,
        branded=branded,
        alt=draw(st.just("") | texts.map(str.strip)),
        draft=draw(st.booleans()),
    )


@settings(max_examples=150, deadline=None)
@given(data=st.data(), above=st.sampled_from((BARE, OTHER_DEFAULTS)))
def test_any_image_reads_back_as_it_was(folder: Path, data: st.DataObject, above: str) -> None:
    before = data.draw(images(folder))

    after = read_back(folder, image_yaml(before), above)

    assert replace(after, mark=before.mark) == before


@settings(max_examples=100, deadline=None)
@given(
    words=texts.map(normal_prompt).filter(bool), scale=st.floats(-1e15, 1e15).filter(lambda x: abs(x) > 1e-90)
)
@example(words="%", scale=0.00012345678901234567)
@example(words="yes", scale=2.0)
def test_a_generation_reads_back_as_the_very_same_request(folder: Path, words: str, scale: float) -> None:
    item = generation(of=prompted(words, params={"scale": scale}), size=(2304, 1728))

    source = read_back(folder, generation_yaml(item), OTHER_DEFAULTS + "\n").source

    assert isinstance(source, Prompted)
    assert source.size == (2304, 1728)
    assert request_of(source) == item.request


def test_a_model_reads_back_as_text_whatever_its_name(folder: Path) -> None:
    for name in ("SD: xl #1", "yes", "1e3", "~", "null", "2.1", '"x"', "[a]"):
        model = replace(MODELS["jimeng_t2i_v40"], name=name)
        known = replace(KNOWN, models={name: model, **MODELS})
        item = generation(of=prompted(model=name))

        source = read_back(folder, generation_yaml(item), OTHER_DEFAULTS, known).source

        assert isinstance(source, Prompted)
        assert source.model == name


def test_parameters_that_no_model_takes_yet_are_still_written_as_they_are() -> None:
    params: dict[str, Json] = {"yes": "no", "loras": [{"name": "a: #1", "weight": 0.5}], "on top": None}
    item = generation(of=prompted(params=params))

    assert tree_of(generation_yaml(item))["params"] == {
        "yes": "no",
        "loras": [{"name": "a: #1", "weight": "0.5"}],
        "on top": None,
    }


def test_what_no_spec_can_ask_for_has_no_yaml() -> None:
    made_elsewhere = generation(provider=IMPORTED, asset="imported/sketches/robot", model="SD: xl #1")
    sent_by_hand = generation(of=prompted("a\u2028b"))

    assert generation_yaml(made_elsewhere) == ""
    assert generation_yaml(sent_by_hand) == ""


def spec_with(desk: Desk, snippet: str, name: str) -> str:
    """A spec that somebody pasted a snippet into."""
    lines = ["defaults: {style: poster, slots: [wechat.inline]}", "styles: {poster: '{prompt},海报'}"]
    lines += ["articles:", "  - slug: lobster", "    images:"]
    lines += [f"      {line}" for line in snippet.splitlines()]
    path = f"configs/{name}.yaml"
    (desk.root / path).write_text("\n".join(lines) + "\n", "utf-8")
    return path


def planned(desk: Desk, spec: str) -> str:
    """What a plan does for the only asset of a spec."""
    [action] = desk.json("plan", "plan", spec)["actions"]
    return str(action["action"])


def test_an_attempt_that_is_pasted_into_another_spec_is_not_paid_again(desk: Desk) -> None:
    source = "prompt: '一只龙虾: 50%', style: poster, size: 512x512, seed: 7, params: {use_pre_llm: no}"
    desk("run", desk.spec(f"id: cover, {source}", head="styles: {poster: '{prompt},海报'}"))
    [item] = desk.generations()
    spec = spec_with(desk, generation_yaml(item), "week13")

    before = planned(desk, spec)
    report = desk.json("run", "run", spec)

    assert (item.seed, item.params, item.prompt) == (7, {"use_pre_llm": False}, "一只龙虾: 50%,海报")
    assert before == "reuse"
    assert (report["submitted"], report["reused"], report["assets"][0]["generation"]) == (0, 1, item.id)
    assert [one.id for one in desk.generations()] == [item.id]
    without = generation_yaml(replace(item, params={}))
    assert planned(desk, spec_with(desk, without, "week14")) == "generate"


def test_an_image_that_is_pasted_into_another_spec_is_not_paid_again(desk: Desk) -> None:
    first = desk.spec("id: cover, prompt: 一只龙虾, size: 512x512, params: {use_pre_llm: yes}, label: none")
    desk("run", first)
    [item] = desk.generations()
    [spec] = load_specs([desk.root / first], KNOWN)

    report = desk.json("run", "run", spec_with(desk, image_yaml(spec.images[0]), "week13"))

    assert (report["submitted"], report["reused"], report["assets"][0]["generation"]) == (0, 1, item.id)


def test_a_picture_from_elsewhere_is_used_by_its_own_key(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "sketches").mkdir()
    Picture.new("RGB", (1600, 1200), "teal").save(tmp_path / "sketches" / "robot.png")
    desk("import", tmp_path / "sketches")
    [item] = desk.generations()

    report = desk.json("run", "run", spec_with(desk, use_yaml(item, ()), "week13"))

    assert (report["submitted"], report["assets"][0]["generation"]) == (0, item.id)


OWN, OTHER = ASSET, "week13/robot/first"


@pytest.mark.parametrize(
    ("shown_by", "used"),
    [((OWN,), OWN), ((OTHER, OWN), OWN), ((OTHER, "week14/a/b"), OTHER), ((), None)],
    ids=["its own asset", "its own among others", "the first of others", "nobody"],
)
def test_a_picture_is_used_by_an_asset_that_shows_it(
    folder: Path, shown_by: tuple[str, ...], used: str | None
) -> None:
    snippet = use_yaml(generation(), shown_by)

    if used is None:
        assert snippet == ""
    else:
        # A spec of the asset's own name would look for it in itself.
        above = f"name: other\n{OTHER_DEFAULTS}"
        assert read_back(folder, snippet, above).source == Reused(asset=used)


@pytest.mark.parametrize(
    "item",
    [
        generation(State.SUBMITTED),
        generation(State.FAILED),
        generation(trashed=True),
        generation(rejected=True),
        generation(provider=IMPORTED, trashed=True),
        generation(provider=IMPORTED, rejected=True),
    ],
    ids=[
        "under way",
        "failed",
        "thrown away",
        "rejected",
        "imported and thrown away",
        "imported and rejected",
    ],
)
def test_what_is_no_picture_to_show_cannot_be_used(item: Generation) -> None:
    assert use_yaml(item, (item.asset,)) == ""


def test_an_asset_as_a_whole_can_be_used(folder: Path) -> None:
    after = read_back(folder, use_asset_yaml("week09/robot/step-2"), OTHER_DEFAULTS)

    assert (after.id, after.source) == ("step-2", Reused(asset="week09/robot/step-2"))


def test_a_focus_is_written_as_a_word_where_there_is_one() -> None:
    assert focus_yaml(Focus(0.5, 0.0, said=True)) == "top"
    assert focus_yaml(Focus(0.5, 0.5, said=True)) == "center"
    assert focus_yaml(Focus()) == "auto"
    assert focus_yaml(Focus(0.123456789012, 0.4, said=True)) == "[0.123456789012, 0.4]"


NEW = Focus(0.25, 0.4, said=True)


@pytest.mark.parametrize(
    ("slot", "line"),
    [
        ("wechat.cover", "crops: {wechat.cover: {focus: [0.25, 0.4]}, zhihu.inline: {focus: auto}}"),
        ("zhihu.inline", "crops: {wechat.cover: {focus: top}, zhihu.inline: {focus: [0.25, 0.4]}}"),
        (
            "x.post",
            "crops: {wechat.cover: {focus: top}, zhihu.inline: {focus: auto}, x.post: {focus: [0.25, 0.4]}}",
        ),
    ],
)
def test_a_slot_is_centred_anew_and_the_other_slots_keep_their_points(slot: str, line: str) -> None:
    crops = {"wechat.cover": FOCUS_WORDS["top"], "zhihu.inline": Focus()}

    made = crop_yaml(image(ASSET, None, *crops, "x.post", crops=crops), slot, NEW)

    assert made.text == line
    assert (made.point, made.before[-8:], made.after[0]) == ("[0.25, 0.4]", "{focus: ", "}")


def test_the_first_point_of_an_image_stands_alone() -> None:
    assert crop_yaml(image(), "wechat.inline", FOCUS_WORDS["top-left"]) == CropYaml(
        before="crops: {wechat.inline: {focus: ", point="top-left", after="}}"
    )


@settings(max_examples=60, deadline=None)
@given(data=st.data(), point=points, slot=st.sampled_from(SLOTS))
def test_pasted_over_the_crops_of_its_image_it_changes_that_slot_alone(
    folder: Path, data: st.DataObject, point: Focus, slot: str
) -> None:
    crops = data.draw(st.dictionaries(st.sampled_from(SLOTS), points))
    before = image(ASSET, prompted(), *SLOTS, crops=crops)
    without = image_yaml(replace(before, crops={}))

    after = read_back(folder, f"{without}  {crop_yaml(before, slot, point).text}\n")

    assert dict(after.crops) == {**crops, slot: point}
