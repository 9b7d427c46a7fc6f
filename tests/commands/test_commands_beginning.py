"""`init`, `new`, `check`, `schema`, `platforms`: before anything is bought."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.commands.bench import Desk, image


def test_init_makes_a_home_that_a_rehearsal_runs_in(desk: Desk) -> None:
    said = desk("init", "my pictures")
    again = desk("init", "my pictures")
    spec = desk.root / "my pictures" / "configs" / "week12.yaml"
    planned = desk("plan", spec)

    assert said.code == 0
    assert "a new history begins" in said.err
    assert said.last == "next: pipeline run 'my pictures/configs/week12.yaml' --provider simulator"
    assert again.code == 0
    assert again.err.count("is there already, left as it is") == 4
    assert planned.out.splitlines()[-1].startswith("12 assets, 12 to generate")


def test_init_in_a_place_that_cannot_be_a_folder_says_so(desk: Desk) -> None:
    (desk.root / "taken").write_text("a file")

    said = desk("init", "taken")

    assert said.code == 3
    assert "cannot be written" in said.err


def test_new_writes_the_next_week_beside_this_one(desk: Desk) -> None:
    spec = desk.spec(image("cover"), image("inner", "板"))

    said = desk("new", "week13", "--from", spec)
    checked = desk("check", "configs/week13.yaml")
    again = desk("new", "week13", "--from", spec)

    assert said.code == 0
    assert said.out == "configs/week13.yaml\n"
    assert said.err == "fill it in, then:\nnext: pipeline plan configs/week13.yaml\n"
    assert checked.code == 0
    assert (again.code, again.last) == (2, "next: choose another name")


def test_new_keeps_the_line_ends_of_the_old_week(desk: Desk) -> None:
    path = desk.root / desk.spec(image())
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    desk("new", "week13", "--from", path)

    written = (desk.root / "configs" / "week13.yaml").read_bytes()
    assert written.count(b"\r\n") == written.count(b"\n")


@pytest.mark.parametrize(
    ("name", "source", "sentence"),
    [
        ("week 13", "configs/week12.yaml", "week 13: "),
        ("week13", "configs/week11.yaml", "configs/week11.yaml: no such spec"),
        ("week13", "configs", "configs: no such spec"),
        ("week13", "configs/broken.yaml", "configs/broken.yaml:1:"),
    ],
)
def test_new_says_what_stands_in_its_way(desk: Desk, name: str, source: str, sentence: str) -> None:
    desk.spec(image())
    (desk.root / "configs" / "broken.yaml").write_bytes(b"articles: \xff\n")

    said = desk("new", name, "--from", source)

    assert said.code == 2
    assert sentence in said.err
    assert not (desk.root / "configs" / "week13.yaml").exists()


def test_check_says_that_a_spec_is_fine(desk: Desk) -> None:
    spec = desk.spec(image("cover"), image("inner", "板"))

    said = desk("check", spec)

    assert said.code == 0
    assert said.out == f"{spec}: no problem (1 article, 2 images, 2 files)\n"
    assert said.err == f"next: pipeline plan {spec}\n"
    assert not (desk.root / "data").exists()


def test_check_puts_every_problem_of_every_spec_on_stdout(desk: Desk) -> None:
    first = desk.spec(image(more="size: 5x5, slots: [wechat.covr]"))
    second = desk.spec("id: x", name="week13")

    said = desk("check", first, second)

    assert said.code == 3
    lines = said.out.splitlines()
    assert all(line.startswith(("configs/week12.yaml:7:", "configs/week13.yaml:7:")) for line in lines)
    assert any("did you mean 'wechat.cover'" in line for line in lines)
    assert said.err.splitlines()[0] == f"error: {len(lines)} problems in {first}, {second}"
    assert said.last == f"next: pipeline check {first} {second}"


def test_a_copied_week_with_the_old_name_is_found_by_check_and_run(desk: Desk) -> None:
    spec = desk.spec(image())
    desk("run", spec)
    (desk.root / "copy").mkdir()
    fine = desk("check", spec)
    copied = desk.root / "copy" / "week12.yaml"
    copied.write_bytes((desk.root / spec).read_bytes())

    checked = desk("check", "copy/week12.yaml")
    run = desk("run", "copy/week12.yaml")

    assert (fine.code, checked.code, run.code) == (0, 3, 2)
    assert f"the name week12 belongs to {desk.root}/{spec}" in checked.out
    assert f"the name week12 belongs to {desk.root}/{spec}" in run.err


def test_check_of_a_file_that_is_not_there_is_a_usage_error(desk: Desk) -> None:
    said = desk("check", "nowhere/week12.yaml")

    assert said.code == 2
    assert said.last == "next: pipeline init"


def test_schema_prints_what_the_example_holds_against(desk: Desk) -> None:
    said = desk("schema")

    schema = json.loads(said.out)
    Draft202012Validator.check_schema(schema)
    assert said.out == (Path(__file__).parents[2] / "configs" / "spec.schema.json").read_text("utf-8")


def test_platforms_lists_the_slots(desk: Desk) -> None:
    said = desk("platforms", "wechat")
    documents = desk.json("platforms", "platforms")
    few = desk.json("platforms", "platforms", "wechat")

    assert "wechat.cover" in said.out
    assert "900x383" in said.out
    assert "xiaohongshu" not in said.out
    assert {item["id"].partition(".")[0] for item in documents} > {"wechat", "xiaohongshu"}
    assert {item["id"].partition(".")[0] for item in few} == {"wechat"}


def test_a_mistyped_platform_gets_a_suggestion(desk: Desk) -> None:
    said = desk("platforms", "wechta")

    assert said.code == 2
    assert "wechta: no such platform; did you mean 'wechat'?" in said.err


def test_check_opens_the_authors_own_files_and_says_where_one_is_no_picture(desk: Desk) -> None:
    (desk.root / "configs" / "own.png").write_bytes(b"\x89PNG\r\n\x1a\nno picture")
    path = desk.root / "configs" / "week30.yaml"
    path.write_text(
        "articles:\n  - slug: a\n    images:\n      - {id: own, file: own.png, slots: [wechat.thumb]}\n",
        "utf-8",
    )

    said = desk("check", path)

    assert said.code == 3
    assert "week30.yaml:4:9: " in said.out
    assert "own.png" in said.out
