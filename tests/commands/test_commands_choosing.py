"""`regenerate`, `select`, `reject`, `render`: one picture again, another one, never again, files again."""

from pathlib import Path

import pytest

from pipeline.providers.simulator.server import Simulator
from tests.commands.bench import MODEL, Desk, image, point_at, vendor

COVER = "week12/lobster/cover"


def shown(desk: Desk, spec: str) -> list[int]:
    """The generation that each asset of a spec shows."""
    report = desk.json("run", "render", spec)
    return [item["generation"] for item in report["assets"]]


def test_regenerate_buys_one_more_picture_and_delivers_it(desk: Desk) -> None:
    spec = desk.spec(image("cover"), image("inner", "板"))
    desk("run", spec)
    _, inner = shown(desk, spec)

    document = desk.json("run", "regenerate", COVER)

    assert [item["asset"] for item in document["assets"]] == [COVER]
    assert (document["submitted"], document["rendered"]) == (1, 1)
    assert document["assets"][0]["generation"] == 3
    assert shown(desk, spec) == [3, inner]


def test_regenerate_takes_other_words_model_and_size_this_once(desk: Desk) -> None:
    desk("run", desk.spec(image()))

    said = desk(
        *("regenerate", COVER, "--prompt", "  一只蓝色的龙虾 ", "--model", MODEL, "--size", "1024x1024")
    )

    assert said.code == 0
    newest = desk.generations()[-1]
    assert (newest.prompt, newest.width, newest.height) == ("一只蓝色的龙虾", 1024, 1024)
    assert 'prompt: "一只蓝色的龙虾"' in said.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--prompt", " "), "--prompt: 0 characters"),
        (("--prompt", "x" * 5000), "--prompt: 5000 characters"),
        (("--prompt", "\udcff"), "--prompt: has bytes that are no UTF-8"),
        (("--model", "jimeng_t2i_v4"), "no such model; did you mean 'jimeng_t2i_v40'?"),
        (("--size", "big"), "--size big: must be WIDTHxHEIGHT"),
        (("--size", "1x1"), "--size 1x1"),
    ],
)
def test_what_a_redo_cannot_ask_is_said_before_anything_is_paid(
    desk: Desk, words: tuple[str, ...], sentence: str
) -> None:
    desk("run", desk.spec(image()))

    said = desk("regenerate", COVER, *words)

    assert said.code == 2
    assert sentence in said.err
    assert len(desk.generations()) == 1


def test_only_an_asset_with_a_prompt_of_its_own_is_regenerated(desk: Desk) -> None:
    spec = desk.spec(image("cover"), f"id: used, use: {COVER}", image("later", "板", "draft: true"))
    desk("run", spec)

    used = desk("regenerate", "week12/lobster/used")
    draft = desk("regenerate", "week12/lobster/later")
    missing = desk("regenerate", "week12/lobster/covr")

    assert (used.code, draft.code, missing.code) == (2, 2, 2)
    assert "has no prompt of its own" in used.err
    assert draft.last == "next: take `draft: true` out of the spec"
    assert f"did you mean '{COVER}'?" in missing.err


def test_regenerate_asks_first_and_names_itself_after_a_no(desk: Desk, jimeng: Simulator) -> None:
    spec = desk.spec(image())
    desk("run", spec, "--yes")

    refused = desk.on_a_terminal("regenerate", COVER, "--prompt", "红 虾", answer="n\n")
    nobody = desk("regenerate", COVER, "--spec", spec)

    assert (refused.code, nobody.code) == (4, 4)
    assert refused.last == f"next: pipeline regenerate {COVER} --prompt '红 虾'"
    assert nobody.last == f"next: pipeline regenerate {COVER} --spec {spec} --yes"
    assert len(desk.generations()) == 1


def test_regenerate_does_not_pass_over_an_order_in_doubt(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = desk.spec(image())
    with vendor({"on": "process", "fault": "lost_reply", "at": [1]}) as server:
        point_at(monkeypatch, server)
        desk("run", spec, "--yes")

        said = desk("regenerate", COVER, "--yes")

    assert said.code == 3
    assert said.last.startswith(f"next: pipeline resolve {COVER}")
    assert len(desk.generations()) == 1


def test_select_shows_an_older_picture_again(desk: Desk) -> None:
    spec = desk.spec(image())
    desk("run", spec)
    desk("regenerate", COVER)

    said = desk("select", COVER, 1)

    assert said.code == 0
    assert said.out.splitlines()[0] == f"{COVER} shows generation 1"
    assert shown(desk, spec) == [1]


def test_a_pinned_picture_holds_when_the_spec_asks_for_something_else(desk: Desk) -> None:
    desk("run", desk.spec(image()))
    said = desk("select", COVER, 1, "--pin")
    spec = desk.spec(image(prompt="虾"))

    report = desk.json("run", "run", spec)

    assert said.out.splitlines()[0] == f"{COVER} shows generation 1, pinned"
    assert report["submitted"] == 0
    assert report["assets"][0]["generation"] == 1


def test_what_cannot_be_selected_is_said_with_the_reason(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = desk.spec(image("cover"), image("no", "simulate:50412"))
    desk("run", spec)
    [blob] = (desk.root / "data" / "blobs").rglob("*.png")

    unknown = desk("select", COVER, 99)
    refused = desk("select", COVER, 2)
    elsewhere = desk("select", "week12/lobster/gone", 1)
    blob.unlink()
    lost = desk("select", COVER, 1)

    assert {said.code for said in (unknown, refused, elsewhere, lost)} == {2}
    assert "there is no generation 99" in unknown.err
    assert "generation 2 has no picture: it is refused" in refused.err
    assert refused.last == "next: pipeline show 2"
    assert "has no such asset" in elsewhere.err
    assert "is missing from the store" in lost.err
    assert lost.last == "next: pipeline restore DIR --force"


def test_an_asset_that_is_the_authors_own_file_takes_no_selection(desk: Desk) -> None:
    spec = desk.spec(image())
    [file] = desk.json("run", "run", spec)["assets"][0]["files"]
    (desk.root / "configs" / "own.jpg").write_bytes((desk.root / file["path"]).read_bytes())
    desk("run", desk.spec("id: cover, file: own.jpg"))

    said = desk("select", COVER, 1)

    assert said.code == 2
    assert f"{COVER}: shows your own file, whatever is selected" in said.err


def test_a_rejected_picture_is_not_used_again_and_its_files_are_named(desk: Desk) -> None:
    spec = desk.spec(image())
    [file] = desk.json("run", "run", spec)["assets"][0]["files"]

    said = desk("reject", 1)
    planned = desk.json("plan", "plan", spec)
    again = desk.json("run", "run", spec, "--only", "rejected")
    later = desk("reject", 1)

    assert said.out == "generation 1 is rejected: it is not used again\n"
    assert f"{file['path']} still shows it" in said.err
    assert said.last == f"next: pipeline regenerate {COVER}"
    assert planned["actions"][0]["reason_code"] == "rejected"
    assert again["submitted"] == 1
    assert "still shows it" not in later.err


@pytest.mark.parametrize("number", ["0", "9" * 30, "one"])
def test_a_generation_is_a_number_that_a_database_can_hold(desk: Desk, number: str) -> None:
    desk("db", "upgrade")

    rejected = desk("reject", number)
    shown_one = desk("show", number)

    assert (rejected.code, shown_one.code) == (2, 2)
    assert rejected.last == "next: pipeline reject --help"


def test_render_makes_files_again_without_the_provider(desk: Desk, jimeng: Simulator) -> None:
    spec = desk.spec(image("cover"), image("inner", "板"))
    desk("run", spec, "--yes", "--only", "lobster/cover")
    before = jimeng._server.world.billed()

    same = desk.json("run", "render", spec, "--only", "lobster/cover")
    forced = desk.json("run", "render", spec, "--force", code=3)

    assert (same["status"], same["rendered"]) == ("complete", 0)
    assert (forced["status"], forced["rendered"]) == ("partial", 1)
    assert [item["state"] for item in forced["assets"]] == ["delivered", "blocked"]
    assert jimeng._server.world.billed() == before == 1


def test_an_asset_command_finds_its_spec_where_the_history_saw_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spec = Path(desk.spec(image()))
    desk("run", spec)
    monkeypatch.chdir(tmp_path)
    moved = tmp_path / "week12.yaml"

    found = desk("regenerate", COVER, "--home", desk.root)
    spec_there = desk.root / spec
    spec_there.rename(moved)
    lost = desk("regenerate", COVER, "--home", desk.root)
    named = desk("regenerate", COVER, "--spec", moved, "--home", desk.root)
    mistyped = desk("regenerate", "cover")
    unheard = desk("regenerate", "week99/a/b", "--home", desk.root)
    nowhere = desk("regenerate", COVER)

    assert found.code == 0
    assert lost.last == "next: name it with --spec PATH"
    assert named.code == 0
    assert "an asset is named SPEC/ARTICLE/IMAGE" in mistyped.err
    assert "the history knows no spec named week99" in unheard.err
    assert unheard.last == f"next: pipeline history --home {desk.root}"
    assert f"{tmp_path} has no history yet" in nowhere.err
