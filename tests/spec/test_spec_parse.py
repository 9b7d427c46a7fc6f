"""What a good spec becomes, and how several of them are read together."""

import hashlib
from pathlib import Path

import pytest

from pipeline.errors import ExitCode, SpecError
from pipeline.history.records import IMPORTED
from pipeline.platforms.catalog import load_catalog
from pipeline.providers.models import DEFAULT_MODEL, MODELS
from pipeline.spec.model import Brand, Focus, Image, Mark, Overlay, OwnFile, Prompted, Reused, Spec
from pipeline.spec.names import FOREIGN
from pipeline.spec.parse import Known, load_specs, parse_spec
from pipeline.spec.styles import load_styles

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus" / "good"
KNOWN = Known(catalog=load_catalog(), models=MODELS, styles={"flat-tech": "{prompt},科技感"})


def _written(folder: Path, text: str, name: str = "week12.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _one(folder: Path, keys: str, above: str = "") -> Image:
    """The only image of a spec with these `keys`."""
    text = f"{above}\narticles: [{{slug: a, images: [{{id: b, slots: [x.post, x.card], {keys}}}]}}]\n"
    return parse_spec(_written(folder, text), KNOWN).images[0]


def _everything() -> Spec:
    return parse_spec(CORPUS / "everything.yaml", KNOWN)


def test_a_spec_keeps_its_file_its_digest_and_its_tags_as_text() -> None:
    path = CORPUS / "everything.yaml"

    spec = _everything()

    assert spec.name == "第12周"
    assert spec.path == path.resolve()
    assert spec.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert spec.provider == "simulator"
    assert spec.tags == {"author": "amy", "year": "2026", "sold": "no"}


def test_articles_and_images_come_in_the_order_of_the_file_with_their_keys_and_places() -> None:
    spec = _everything()

    assert [(article.slug, article.title) for article in spec.articles] == [
        ("lobster-board", "给龙虾装上电路板"),
        ("2026", "2026"),
    ]
    assert [image.key for image in spec.images][:2] == [
        "第12周/lobster-board/cover",
        "第12周/lobster-board/robot",
    ]
    assert [image.number for image in spec.images] == [1, 2, 3, 4, 5, 1, 2, 3]
    assert spec.images[0].mark == Mark(20, 9)


def test_what_an_image_says_of_itself_wins_over_the_defaults() -> None:
    image = _everything().images[0]

    assert image.source == Prompted(
        prompt="一只龙虾 #红色, 注意：画面中不要文字",
        words="一只龙虾 #红色, 注意：画面中不要文字",
        style=None,
        model="jimeng_t2i_v31",
        size=(2304, 1728),
        seed=42,
        params={"use_pre_llm": False},
    )
    assert image.slots == ("wechat.cover", "wechat.cover_square", "xiaohongshu.note")
    assert image.focus == Focus(0.0, 0.0, said=True)
    assert image.focus_for("wechat.cover") == Focus(0.5, 0.4, said=True)
    assert image.focus_for("xiaohongshu.note") == Focus(0.5, 1.0, said=True)
    assert image.focus_for("wechat.cover_square") == image.focus
    assert not image.label
    assert image.draft


def test_what_an_image_does_not_say_is_taken_from_the_defaults(tmp_path: Path) -> None:
    above = (
        "defaults: {model: jimeng_t2i_v30, style: flat-tech, slots: [zhihu.cover], "
        "label: none, focus: right}\n"
        "articles: [{slug: a, images: [{id: b, prompt: 龙虾}]}]\n"
    )

    image = parse_spec(_written(tmp_path, above), KNOWN).images[0]

    assert isinstance(image.source, Prompted)
    assert (image.source.model, image.source.style, image.source.prompt) == (
        "jimeng_t2i_v30",
        "flat-tech",
        "龙虾,科技感",
    )
    assert image.slots == ("zhihu.cover",)
    assert image.focus == Focus(1.0, 0.5, said=True)
    assert not image.label


def test_without_any_defaults_the_programs_own_hold(tmp_path: Path) -> None:
    image = _one(tmp_path, "prompt: 龙虾")

    assert image.source == Prompted(prompt="龙虾", words="龙虾", style=None, model=DEFAULT_MODEL)
    assert image.focus == Focus()
    assert image.label
    assert (image.alt, image.draft, image.crops) == ("", False, {})


def test_the_final_prompt_is_trimmed_nfc_with_the_style_around_it(tmp_path: Path) -> None:
    image = _one(tmp_path, 'prompt: " cafe\u0301 \\n", style: s', above='styles: {s: "  一张{prompt}的画 "}')

    assert isinstance(image.source, Prompted)
    assert image.source.words == "caf\u00e9"
    assert image.source.prompt == "一张caf\u00e9的画"


def test_a_style_of_the_file_wins_over_the_shared_one_of_its_name(tmp_path: Path) -> None:
    image = _one(tmp_path, "prompt: x, style: flat-tech", above='styles: {flat-tech: "{prompt},mine"}')

    assert isinstance(image.source, Prompted)
    assert image.source.prompt == "x,mine"


def test_a_number_typed_as_a_prompt_stays_the_text_that_was_typed() -> None:
    last = _everything().images[-1]

    assert isinstance(last.source, Prompted)
    assert last.source.words == "010"
    assert last.source.params == {"scale": 70}


@pytest.mark.parametrize("typed", ["none", '"none"', "None"])
def test_none_means_no_style_bare_or_quoted(tmp_path: Path, typed: str) -> None:
    image = _one(tmp_path, f"prompt: x, style: {typed}", above="defaults: {style: flat-tech}")

    assert isinstance(image.source, Prompted)
    assert image.source.style is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("on", True),
        ('"on"', True),
        ("true", True),
        ("none", False),
        ('"none"', False),
        ("off", False),
        ("no", False),
    ],
)
def test_a_label_is_on_or_none_bare_or_quoted(tmp_path: Path, typed: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert _one(tmp_path, f"prompt: x, label: {typed}").label is expected


@pytest.mark.parametrize(
    ("typed", "x", "y"),
    [("center", 0.5, 0.5), ("top", 0.5, 0), ("left", 0, 0.5), ("bottom-right", 1, 1), ("[0.25, 1]", 0.25, 1)],
)
def test_a_focus_is_a_word_or_a_point(tmp_path: Path, typed: str, x: float, y: float) -> None:
    assert _one(tmp_path, f"prompt: x, focus: {typed}").focus == Focus(x, y, said=True)


def test_an_authors_own_file_is_found_beside_the_spec_and_has_no_label_unless_ai_made() -> None:
    own, plain = _everything().images[3:5]

    assert own.source == OwnFile(path=CORPUS.resolve() / "picture.png", written="picture.png", ai=True)
    assert own.label
    assert own.alt == "on"
    assert isinstance(plain.source, OwnFile)
    assert plain.source.written == "./picture.png"
    assert not plain.label


def test_an_old_picture_of_another_spec_is_not_looked_up_here() -> None:
    assert _everything().images[1].source == Reused(asset="week09/robot-arm/step-2")


def test_a_title_is_for_all_slots_but_those_inside_an_article() -> None:
    everywhere, chosen, inside, bare = parse_spec(CORPUS / "titles.yaml", KNOWN).images

    assert everywhere.overlay == Overlay(
        text="给龙虾\n装上电路板",
        at=(0.0, 0.0),
        color=(255, 221, 0),
        size=0.14,
        slots=("wechat.cover", "xiaohongshu.note"),
    )
    assert everywhere.overlay_for("wechat.cover") == everywhere.overlay
    assert everywhere.overlay_for("wechat.inline") is None
    assert chosen.overlay == Overlay(text="2026", slots=("wechat.inline",))
    assert inside.overlay is not None
    assert (inside.overlay.text, inside.overlay.size) == ("慢工\n出细活", 0.2)
    assert inside.overlay.slots == ("wechat.inline",)
    assert bare.overlay is None
    assert bare.overlay_for("wechat.cover") is None


@pytest.mark.parametrize(
    ("typed", "side"),
    [
        ("auto", None),
        ("center", (0.5, 0.5)),
        ("bottom", (0.5, 1.0)),
        ("left", (0.0, 0.5)),
        ("top-right", (1.0, 0.0)),
    ],
)
def test_a_title_stands_at_the_sides_that_a_focus_has(
    tmp_path: Path, typed: str, side: tuple[float, float] | None
) -> None:
    overlay = _one(tmp_path, f"prompt: x, overlay: {{text: 标题, at: {typed}}}").overlay

    assert overlay is not None
    assert overlay.at == side


@pytest.mark.parametrize(
    ("typed", "color"),
    [
        ("auto", None),
        ("white", (255, 255, 255)),
        ("gold", (255, 215, 0)),
        ('"#0F0"', (0, 255, 0)),
        ("'#12aBef'", (18, 171, 239)),
    ],
)
def test_a_colour_is_a_name_or_numbers(
    tmp_path: Path, typed: str, color: tuple[int, int, int] | None
) -> None:
    overlay = _one(tmp_path, f"prompt: x, overlay: {{text: 标题, color: {typed}}}").overlay

    assert overlay is not None
    assert overlay.color == color


@pytest.mark.parametrize(
    ("typed", "size"), [("auto", None), ("small", 0.07), ("medium", 0.1), ("large", 0.14), ("0.25", 0.25)]
)
def test_a_size_is_a_word_or_a_share(tmp_path: Path, typed: str, size: float | None) -> None:
    overlay = _one(tmp_path, f"prompt: x, overlay: {{text: 标题, size: {typed}}}").overlay

    assert overlay is not None
    assert overlay.size == size


def test_a_title_is_kept_in_nfc(tmp_path: Path) -> None:
    overlay = _one(tmp_path, 'prompt: x, overlay: {text: "cafe\u0301"}').overlay

    assert overlay is not None
    assert overlay.text == "caf\u00e9"


def test_a_logo_is_the_images_else_the_files_else_the_settings() -> None:
    files = Brand(path=CORPUS.resolve() / "picture.png", written="picture.png", at="top-left", height=0.08)
    own = Brand(path=files.path, written="./picture.png", at="bottom-right", height=0.1)

    images = parse_spec(CORPUS / "titles.yaml", KNOWN).images
    without = _everything().images[0]

    assert [(image.brand, image.branded) for image in images] == [
        (files, True),
        (None, False),
        (own, True),
        (files, True),
    ]
    assert (without.brand, without.branded) == (None, True)


def test_a_file_without_a_logo_may_have_one_on_a_single_image(tmp_path: Path) -> None:
    (tmp_path / "us.png").write_bytes(b"")

    none = _one(tmp_path, "prompt: x", above="brand: none")
    one = _one(tmp_path, "prompt: x, brand: {logo: us.png}", above="brand: none")

    assert (none.brand, none.branded) == (None, False)
    assert one.branded
    assert one.brand is not None
    assert one.brand.path == tmp_path.resolve() / "us.png"


def test_a_draft_article_makes_drafts_of_its_images(tmp_path: Path) -> None:
    text = "articles:\n- slug: a\n  draft: on\n  images: [{id: b, prompt: x, slots: [x.post], draft: off}]\n"

    assert parse_spec(_written(tmp_path, text), KNOWN).images[0].draft


def test_names_are_kept_in_nfc_however_they_were_typed(tmp_path: Path) -> None:
    text = "articles: [{slug: cafe\u0301, images: [{id: b, prompt: x, slots: [x.post]}]}]\n"

    spec = parse_spec(_written(tmp_path, text, "e\u0301te.yaml"), KNOWN)

    assert spec.images[0].key == "\u00e9te/caf\u00e9/b"


@pytest.mark.parametrize("stem", ["week 12", "failed"])
def test_a_file_whose_name_cannot_be_a_name_needs_one_inside(tmp_path: Path, stem: str) -> None:
    text = "articles: [{slug: a, images: [{id: b, prompt: x, slots: [x.post]}]}]\n"

    with pytest.raises(SpecError) as raised:
        parse_spec(_written(tmp_path, text, f"{stem}.yaml"), KNOWN)

    (problem,) = raised.value.problems
    assert (problem.line, problem.column) == (1, 1)
    assert "add `name: ...`" in problem.message
    assert parse_spec(_written(tmp_path, f"name: w\n{text}", f"{stem}.yaml"), KNOWN).name == "w"


@pytest.mark.parametrize(("above", "stem"), [("name: imported\n", "w"), ("", "Imported")])
def test_no_spec_is_called_as_the_pictures_that_were_made_elsewhere(
    tmp_path: Path, above: str, stem: str
) -> None:
    text = f"{above}articles: [{{slug: a, images: [{{id: b, prompt: x, slots: [x.post]}}]}}]\n"

    with pytest.raises(SpecError) as raised:
        parse_spec(_written(tmp_path, text, f"{stem}.yaml"), KNOWN)

    (problem,) = raised.value.problems
    assert "names the pictures that `import` takes in" in problem.message


def test_the_rule_and_the_history_mean_the_same_pictures() -> None:
    assert FOREIGN == IMPORTED


def test_a_wrong_name_inside_is_said_once_even_where_the_files_name_would_not_do_either(
    tmp_path: Path,
) -> None:
    text = "name: a b\narticles: [{slug: a, images: [{id: b, prompt: x, slots: [x.post]}]}]\n"

    with pytest.raises(SpecError) as raised:
        parse_spec(_written(tmp_path, text, "c d.yaml"), KNOWN)

    assert [(problem.line, problem.column) for problem in raised.value.problems] == [(1, 7)]


def test_the_length_of_a_prompt_is_that_with_its_style(tmp_path: Path) -> None:
    limit = MODELS[DEFAULT_MODEL].prompt_max
    above = 'styles: {s: "{prompt}1234"}'

    fits = _one(tmp_path, f"prompt: {'龙' * (limit - 4)}, style: s", above)
    with pytest.raises(SpecError) as raised:
        _one(tmp_path, f"prompt: {'龙' * (limit - 3)}, style: s", above)

    assert isinstance(fits.source, Prompted)
    assert len(fits.source.prompt) == limit
    assert f"has {limit + 1} characters with its style; {DEFAULT_MODEL} takes at most {limit}" in str(
        raised.value.problems[0]
    )


def test_a_file_that_is_not_there_is_a_problem_of_the_spec(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as raised:
        parse_spec(tmp_path / "week12.yaml", KNOWN)

    assert str(raised.value.problems[0]) == f"{tmp_path}/week12.yaml:1:1: there is no such file"
    assert raised.value.exit_code is ExitCode.USAGE


def test_a_picture_whose_path_no_system_takes_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as raised:
        _one(tmp_path, f"file: {'x' * 300}")

    assert "cannot be looked at" in raised.value.problems[0].message


def test_refused_default_slots_are_said_once_and_not_at_every_image(tmp_path: Path) -> None:
    images = "articles: [{slug: a, images: [{id: b, prompt: x}]}]\n"

    for above in ("defaults: {slots: x.post}\n", "defaults: x\n", "defaults: {slots: [x.post，x.card]}\n"):
        with pytest.raises(SpecError) as raised:
            parse_spec(_written(tmp_path, above + images), KNOWN)

        assert [problem.line for problem in raised.value.problems] == [1]


def test_several_specs_are_read_in_order_and_one_given_twice_counts_once(tmp_path: Path) -> None:
    text = "articles: [{slug: a, images: [{id: b, prompt: x, slots: [x.post]}]}]\n"
    first, second = _written(tmp_path, text, "b.yaml"), _written(tmp_path, text, "a.yaml")

    specs = load_specs([first, second, tmp_path / "." / "b.yaml"], KNOWN)

    assert [spec.name for spec in specs] == ["b", "a"]


def test_the_problems_of_all_specs_are_said_in_one_run(tmp_path: Path) -> None:
    first, second = _written(tmp_path, "a: 1\n", "a.yaml"), _written(tmp_path, "b: 1\n", "b.yaml")

    with pytest.raises(SpecError) as raised:
        load_specs([second, first], KNOWN)

    assert {Path(problem.file).name for problem in raised.value.problems} == {"a.yaml", "b.yaml"}
    assert list(raised.value.problems) == sorted(raised.value.problems)


def test_two_specs_of_one_name_are_refused_where_the_second_is_named(tmp_path: Path) -> None:
    text = "articles: [{slug: a, images: [{id: b, prompt: x, slots: [x.post]}]}]\n"
    first, second = (
        _written(tmp_path, text, "week12.yaml"),
        _written(tmp_path, f"tags: \nname: Week12\n{text}", "b.yaml"),
    )

    with pytest.raises(SpecError) as raised:
        load_specs([first, second], KNOWN)

    (problem,) = raised.value.problems
    assert str(problem) == f"{second}:2:7: the name 'Week12' is taken by {first}; add another `name:` here"


def test_the_example_weeks_are_good_and_of_the_promised_size() -> None:
    known = Known(catalog=load_catalog(), models=MODELS, styles=load_styles(ROOT / "configs" / "styles.yaml"))

    twelve, thirteen = load_specs([ROOT / "configs" / f"week{n}.yaml" for n in (12, 13)], known)

    assert (len(twelve.articles), len(twelve.images)) == (4, 12)
    assert 25 <= sum(len(image.slots) for image in twelve.images) <= 35
    bought = {image.source.prompt for image in twelve.images if isinstance(image.source, Prompted)}
    assert len(bought) == 12
    used = [image.source.asset for image in thirteen.images if isinstance(image.source, Reused)]
    assert set(used) <= {image.key for image in twelve.images}
    again = {image.source.prompt for image in thirteen.images if isinstance(image.source, Prompted)}
    assert (len(used), len(again & bought), len(again - bought)) == (2, 1, 3)
    for week in (12, 13):
        first = (ROOT / "configs" / f"week{week}.yaml").read_text("utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=spec.schema.json"
