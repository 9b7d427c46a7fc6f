"""Pictures that were made elsewhere: taken in once, with the words that anybody wrote down."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin  # noqa: TID251 - real files, as other tools write them

from pipeline import log
from pipeline.errors import UsageError
from pipeline.history.search import Filters
from pipeline.history.states import Charged, Choice, State
from pipeline.safekeeping.clearing import clear_away
from pipeline.safekeeping.gathering import Gathered, gather, pictures_in, slug
from pipeline.safekeeping.origin import Origin, origin_of
from tests.history.book import NOW
from tests.safekeeping.ward import Ward, everything, files_of, png

GRAPH = {
    "3": {
        "class_type": "KSampler",
        "inputs": {"seed": 42, "positive": ["9", 0], "negative": ["7", 0], "model": ["4", 0]},
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "flux.safetensors"}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat on a sill"}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry"}},
    "9": {"class_type": "FluxGuidance", "inputs": {"conditioning": ["6", 0]}},
}
PARAMETERS = (
    "a cat on a sill,\nwarm light\nNegative prompt: blurry\n"
    "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1234, Size: 512x512, Model hash: ab, Model: dream_8"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of pictures that were made elsewhere; empty at first."""
    made = tmp_path / "My Sketches (2026)"
    made.mkdir()
    return made


def _gather(ward: Ward, folder: Path) -> list[Gathered]:
    return list(gather(ward.home, ward.book.database, folder, pictures_in(ward.home, folder), now=NOW))


def _png_with(**texts: str) -> bytes:
    info, out = PngImagePlugin.PngInfo(), io.BytesIO()
    for name, text in texts.items():
        info.add_itxt(name, text)
    Image.new("RGB", (8, 8), "teal").save(out, "PNG", pnginfo=info)
    return out.getvalue()


def test_a_folder_becomes_generations_that_cost_nothing(ward: Ward, folder: Path) -> None:
    (folder / "cat 1.png").write_bytes(png("cat"))
    (folder / "cat 1.txt").write_text("一只橘猫\n", "utf-8")

    (taken,) = _gather(ward, folder)

    assert (taken.asset, taken.known, taken.problem) == ("imported/My-Sketches-2026/cat-1", False, "")
    assert taken.generation is not None
    found = ward.book.read(taken.generation)
    assert (found.provider, found.state, found.charged, found.cost) == (
        "imported",
        State.STORED,
        Charged.YES,
        0,
    )
    assert (found.prompt, found.model, found.imported, found.simulated) == (
        "一只橘猫",
        "unknown",
        True,
        False,
    )
    assert found.master is not None
    assert ward.blob(found.master).read_bytes() == png("cat")
    assert ward.book.events(found.id) == [
        (None, "stored", None, "taken in from cat 1.png, prompt from cat 1.txt")
    ]
    assert ward.book.search.choices([found.id]) == {found.id: Choice.TAKEN}


def test_what_was_taken_in_counts_in_no_sum_of_money(ward: Ward, folder: Path) -> None:
    (folder / "cat.png").write_bytes(png("cat"))

    _gather(ward, folder)

    assert ward.book.search.spending("spec") == ()
    assert ward.book.queries.spent(NOW) == (0, 0, 0)


def test_a_second_time_nothing_is_written(ward: Ward, folder: Path) -> None:
    for name in ("cat", "dog"):
        (folder / f"{name}.png").write_bytes(png(name))
    _gather(ward, folder)
    before = everything(ward.path)
    (folder / "cat.png").rename(folder / "renamed.png")

    again = _gather(ward, folder)

    assert [one.known for one in again] == [True, True]
    assert {one.asset.rpartition("/")[2] for one in again} == {"cat", "dog"}
    assert everything(ward.path) == before


def test_a_picture_that_was_bought_is_known(ward: Ward, folder: Path) -> None:
    bought = ward.paint("cat")
    (folder / "cat.png").write_bytes(png("cat"))

    (found,) = _gather(ward, folder)

    assert (found.known, found.generation, found.asset) == (True, bought.id, bought.asset)


def test_a_picture_that_was_thrown_away_and_cleared_gets_its_file_back_and_stays_in_the_trash(
    ward: Ward, folder: Path
) -> None:
    (folder / "cat.png").write_bytes(png("cat"))
    (taken,) = _gather(ward, folder)
    assert taken.generation is not None
    ward.book.memory.trash([taken.generation], at=NOW)
    clear_away(ward.home, ward.book.database, history=ward.path, now=NOW)
    assert files_of(ward.home.blobs) == {}

    (found,) = _gather(ward, folder)

    assert (found.known, found.trashed, found.asset) == (True, True, taken.asset)
    assert list(files_of(ward.home.blobs).values()) == [png("cat")]


def test_the_same_picture_twice_in_a_folder_is_one(ward: Ward, folder: Path) -> None:
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(png("cat"))

    assert [one.known for one in _gather(ward, folder)] == [False, True]
    assert len(ward.book.search.generations(Filters())) == 1


def test_two_names_that_read_alike_get_a_number(ward: Ward, folder: Path) -> None:
    (folder / "more").mkdir()
    for name in ("cat 1.png", "cat-1.png", "CAT_1.png", "Cat 1.png", "more/cat 1.png"):
        (folder / name).write_bytes(png(name))

    assert {one.asset.removeprefix("imported/My-Sketches-2026") for one in _gather(ward, folder)} == {
        "/CAT_1",
        "/Cat-1",
        "/cat-1-2",
        "/cat-1-3",
        "-more/cat-1",
    }


def test_jpeg_and_webp_are_taken_and_what_does_not_open_is_said(ward: Ward, folder: Path) -> None:
    for name, kind in (("a.jpg", "JPEG"), ("b.JPEG", "JPEG"), ("c.webp", "WEBP")):
        Image.new("RGB", (8, 8), (len(name), ord(name[0]), 9)).save(folder / name, kind)
    (folder / "d.png").write_bytes(png("d")[:40])
    (folder / "e.png").write_text("no picture")
    for name in (".hidden.png", "notes.txt"):
        (folder / name).write_bytes(png("hidden"))

    found = {one.path.name: one for one in _gather(ward, folder)}

    assert sorted(found) == ["a.jpg", "b.JPEG", "c.webp", "d.png", "e.png"]
    assert [name for name, one in sorted(found.items()) if one.problem] == ["d.png", "e.png"]
    assert "cut off or damaged" in found["d.png"].problem
    assert "not a PNG, JPEG or WebP" in found["e.png"].problem


def test_a_folder_without_pictures_is_said(ward: Ward, folder: Path) -> None:
    with pytest.raises(UsageError, match="holds no PNG"):
        pictures_in(ward.home, folder)


@pytest.mark.parametrize("name", ["data/blobs", "output/week12"])
def test_the_homes_own_pictures_are_not_made_elsewhere(ward: Ward, name: str) -> None:
    own = ward.home.root / name
    own.mkdir(parents=True)
    (own / "a.png").write_bytes(png("a"))

    with pytest.raises(UsageError, match="own pictures"):
        pictures_in(ward.home, own)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("cat", "cat"),
        ("猫 与 狗!", "猫-与-狗"),
        ("  ", "x"),
        ("../..", "x"),
        ("failed", "failed-1"),
        ("a" * 100, "a" * 59),
        ("猫" * 40, "猫" * 19),
    ],
)
def test_a_name_is_as_near_to_the_files_as_names_may_be(text: str, name: str) -> None:
    assert slug(text, "x") == name


def _origin(folder: Path, data: bytes = b"", **sidecars: str) -> Origin:
    picture = folder / "cat.png"
    picture.write_bytes(data or png("cat"))
    for ending, text in sidecars.items():
        (folder / f"cat.{ending}").write_text(text, "utf-8")
    return origin_of(picture)


def test_the_block_of_parameters_is_taken_apart(folder: Path) -> None:
    assert _origin(folder, _png_with(parameters=PARAMETERS)) == Origin(
        prompt="a cat on a sill,\nwarm light",
        model="dream_8",
        seed=1234,
        params={"negative_prompt": "blurry"},
        source="PNG parameters",
    )


def test_a_graph_of_nodes_is_followed_to_its_words(folder: Path) -> None:
    assert _origin(folder, _png_with(prompt=json.dumps(GRAPH))) == Origin(
        prompt="a cat on a sill",
        model="flux.safetensors",
        seed=42,
        params={"negative_prompt": "blurry"},
        source="PNG prompt",
    )


@pytest.mark.parametrize(
    "graph",
    [
        {"3": {"class_type": "KSampler", "inputs": {"positive": ["3", 0], "text": None}}},
        {"3": {"class_type": "KSampler", "inputs": {"positive": ["8", 0]}}},
        {"3": {"class_type": "KSampler", "inputs": {"positive": []}}},
        {"3": {"class_type": "KSampler", "inputs": []}},
        {"3": {"class_type": "KSampler"}, "4": {"class_type": "X", "inputs": {"positive": ["3", 0]}}},
        {"3": 7},
        {"seed": 5},
    ],
)
def test_a_graph_that_leads_nowhere_says_nothing(folder: Path, graph: dict[str, Any]) -> None:
    assert _origin(folder, _png_with(prompt=json.dumps(graph))) == Origin()


def test_a_graph_that_leads_in_a_circle_says_nothing(folder: Path) -> None:
    graph = {
        "1": {"class_type": "KSampler", "inputs": {"positive": ["2", 0]}},
        "2": {"class_type": "X", "inputs": {"conditioning": ["2", 0]}},
    }

    assert _origin(folder, _png_with(prompt=json.dumps(graph))) == Origin()


def test_a_file_beside_the_picture_counts_first(folder: Path) -> None:
    said = _origin(
        folder,
        _png_with(parameters=PARAMETERS),
        json=json.dumps({"prompt": "两只橘猫", "model": "other", "seed": "7", "negative_prompt": "模糊"}),
        txt="three cats",
    )

    assert said == Origin(
        prompt="两只橘猫", model="other", seed=7, params={"negative_prompt": "模糊"}, source="cat.json"
    )


def test_a_text_beside_the_picture_is_its_prompt(folder: Path) -> None:
    assert _origin(folder, txt="\ufeff一只橘猫\n") == Origin(prompt="一只橘猫", source="cat.txt")


def test_a_file_beside_it_that_says_nothing_is_passed_over(folder: Path) -> None:
    (folder / "cat.png.txt").write_bytes(b"\xff\xfe\x00")

    assert _origin(folder, _png_with(prompt="a cat"), json="{}", txt=" ").prompt == "a cat"


def test_a_json_that_cannot_be_read_is_taken_as_words(folder: Path) -> None:
    assert _origin(folder, txt="{a cat|a dog} on a sill").prompt == "{a cat|a dog} on a sill"


def test_comments_of_a_jpeg_are_its_prompt(folder: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + PARAMETERS.encode("utf-16-be")
    Image.new("RGB", (8, 8)).save(folder / "a.jpg", exif=exif)
    exif = Image.Exif()
    exif[0x010E] = "a dog"
    Image.new("RGB", (8, 8)).save(folder / "b.jpg", exif=exif)

    assert origin_of(folder / "a.jpg").seed == 1234
    assert origin_of(folder / "b.jpg") == Origin(prompt="a dog", source="EXIF description")


@pytest.mark.parametrize("seed", [2**63, "many", None, float("inf"), [1]])
def test_a_seed_that_is_none_is_left_out(folder: Path, seed: object) -> None:
    assert _origin(folder, json=json.dumps({"prompt": "a cat", "seed": seed})).seed is None


def test_what_a_terminal_would_obey_is_taken_out_of_a_prompt(folder: Path) -> None:
    assert _origin(folder, txt="a \x1b[31mcat\x07").prompt == "a [31mcat"


def _named(folder: Path, name: bytes, data: bytes) -> None:
    """A file whose name is these bytes."""
    with open(os.fsencode(folder) + b"/" + name, "wb") as file:  # noqa: PTH123 - a path of bytes
        file.write(data)


def test_a_name_in_another_encoding_is_read_where_it_can_be(ward: Ward, folder: Path) -> None:
    _named(folder, "龙虾.png".encode("gbk"), png("lobster"))
    _named(folder, "龙虾.txt".encode("gbk"), "一只龙虾".encode())
    _named(folder, b"caf\xe9.png", png("coffee"))
    _named(folder, "猫.png".encode(), png("cat"))

    found = _gather(ward, folder)

    assert {one.shown: one.asset.rpartition("/")[2] for one in found} == {
        "龙虾.png": "龙虾",
        "caf\ufffd.png": "caf",
        "猫.png": "猫",
    }
    assert all(not one.problem for one in found)
    assert {ward.book.read(one.generation or 0).prompt for one in found} == {"", "一只龙虾"}
    notes = [note for (note,) in ward.rows("SELECT note FROM event ORDER BY note")]
    assert notes[-1] == "taken in from 龙虾.png, prompt from 龙虾.txt"


def test_a_folder_in_another_encoding_gives_its_name_too(ward: Ward, tmp_path: Path) -> None:
    made = tmp_path / os.fsdecode("素材".encode("gbk"))
    made.mkdir()
    (made / "cat.png").write_bytes(png("cat"))
    (made / "broken.png").write_bytes(png("cat")[:40])

    broken, taken = _gather(ward, made)

    assert taken.asset == "imported/素材/cat"
    assert broken.problem.startswith("broken.png: ")
    for path in made.iterdir():
        path.unlink()
    with pytest.raises(UsageError, match="/素材 holds no PNG"):
        pictures_in(ward.home, made)


def test_a_name_that_a_terminal_would_obey_is_shown_as_signs(ward: Ward, folder: Path) -> None:
    evil = "a\x1b]0;x\x07\n9 pictures taken in\u202e.png"
    (folder / evil).write_bytes(png("cat"))
    (folder / f"b{evil}").write_bytes(png("dog")[:40])
    (folder / "全角\u3000空格.png").write_bytes(png("bird"))

    taken, broken, plain = _gather(ward, folder)

    assert taken.shown == "a\\x1b]0;x\\x07\\n9 pictures taken in\\u202e.png"
    assert broken.problem.startswith("ba\\x1b]0;x\\x07\\n9 pictures taken in\\u202e.png: ")
    assert plain.shown == "全角\u3000空格.png"
    assert broken.problem.isprintable()
    assert ward.rows("SELECT note FROM event")[0] == (f"taken in from {taken.shown}",)


def test_a_link_beside_a_picture_is_never_read(ward: Ward, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("secret_access_key = 7f3a")
    (folder / "robot.png").write_bytes(png("robot"))
    (folder / "robot.txt").symlink_to(tmp_path / "credentials")
    (folder / "robot.png.json").symlink_to(tmp_path / "credentials")

    (taken,) = _gather(ward, folder)

    assert taken.origin == Origin()


def test_a_picture_that_is_a_link_is_not_taken(ward: Ward, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "diary.png").write_bytes(png("diary"))
    (folder / "a.png").symlink_to(tmp_path / "diary.png")
    (folder / "b.png").symlink_to(tmp_path / "nowhere.png")
    (folder / "c.png").write_bytes(png("cat"))

    found = _gather(ward, folder)

    assert [one.problem for one in found] == [
        "a.png: a link, which is not followed",
        "b.png: a link, which is not followed",
        "",
    ]


def test_a_folder_that_is_itself_a_link_is_taken_in(ward: Ward, folder: Path, tmp_path: Path) -> None:
    (folder / "cat.png").write_bytes(png("cat"))
    (tmp_path / "shortcut").symlink_to(folder)

    (taken,) = _gather(ward, tmp_path / "shortcut")

    assert taken.asset == "imported/My-Sketches-2026/cat"


@pytest.mark.parametrize("words", ["a cat {} b", "{}", "a\n{}", "x" * 19_990 + "{}"])
def test_a_secret_of_this_process_is_in_no_prompt(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setattr(log, "_hidden", set())
    log.hide("wJalrXUtnFEMI-K7MDENG")
    text = words.format("wJalrXUtn\u200bFEMI-\x1bK7MDENG")

    found = _origin(folder, json=json.dumps({"prompt": text, "model": text, "negative_prompt": text}))

    assert "***"[: len(found.prompt)] in found.prompt
    assert "wJalr" not in repr(found)
