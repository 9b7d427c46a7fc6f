"""`history`, `show`, `costs`: the past, found by words and filters, and what it cost."""

import io
import shutil
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from pipeline.cli import run
from pipeline.providers.simulator.server import Simulator
from tests.commands.bench import MODEL, SETTINGS, Desk, image, point_at, spec_text, vendor

COVER = "week12/lobster/cover"


def buy(home: Path) -> None:
    """Two priced pictures, then an unpriced one, one in doubt and one refused, in this order."""
    week12 = spec_text(image("cover", "一只橘猫" * 30), image("inner", "板"), head="tags: {author: amy}")
    week13 = spec_text(image("cover", "海"), image("fog", "雾"), image("no", "禁"))
    prices = f"prices: {{{MODEL}: 2000}}\n"
    for week, text, settings, names in (
        ("week12", week12, SETTINGS + prices, ("cover", "inner")),
        ("week13", week13, SETTINGS, ("cover", "fog", "no")),
    ):
        (home / "configs" / f"{week}.yaml").write_text(text, "utf-8")
        (home / "configs" / "settings.yaml").write_text(settings, "utf-8")
        for name in names:
            run(["run", str(home / "configs" / f"{week}.yaml"), "--yes", "--only", f"lobster/{name}"])


@pytest.fixture(scope="module")
def bought(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a past, to be copied."""
    home = tmp_path_factory.mktemp("past") / "home"
    (home / "configs").mkdir(parents=True)
    rules: list[dict[str, Any]] = [
        {"on": "process", "fault": "lost_reply", "prompt": "雾"},
        {"on": "process", "fault": "50412", "prompt": "禁"},
    ]
    with vendor(*rules) as server, pytest.MonkeyPatch.context() as patch:
        point_at(patch, server)
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            buy(home)
    return home


@pytest.fixture
def past(desk: Desk, bought: Path) -> Desk:
    """A home where something was bought, refused and left in doubt."""
    shutil.copytree(bought, desk.root, dirs_exist_ok=True)
    for week in ("week12", "week13"):
        (desk.root / "configs" / f"{week}.yaml").unlink()
    return desk


def test_history_lists_the_newest_first_and_names_the_next_command(past: Desk) -> None:
    said = past("history")

    rows = [line.split() for line in said.out.splitlines()]
    assert [row[0] for row in rows] == ["id", "5", "4", "3", "2", "1"]
    assert {row[2] for row in rows[1:]} == {"stored", "unknown", "refused"}
    assert said.last == "next: pipeline show 5"


@pytest.mark.parametrize("wide", [70, 80, 100, 140])
def test_history_has_one_line_a_row_however_long_the_prompt(
    past: Desk, monkeypatch: pytest.MonkeyPatch, wide: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(wide))

    said = past("history", "--spec", "week12")

    lines = said.out.splitlines()
    assert len(lines) == 3
    assert all(cell_len(line) <= wide for line in lines)
    assert "week12/lobster/cover" in lines[2]
    assert lines[2].rstrip().endswith("…")
    assert "free" not in said.out


def test_history_as_json_fits_its_schema_whatever_became_of_the_orders(past: Desk) -> None:
    documents = past.json("history", "history")
    few = past.json("history", "history", "--limit", 2, "--search", COVER)

    by_state = {item["state"]: item for item in documents}
    assert by_state["stored"]["master"]["path"].startswith("data/blobs/")
    assert by_state["unknown"]["charged"] == "maybe"
    assert by_state["refused"]["error"]["code"] == "50412"
    assert [item["cost"] for item in documents][::-1][:3] == [2000, 2000, None]
    assert [item["asset"] for item in few] == [COVER]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (("--search", "橘猫"), {1}),
        (("--spec", "week13"), {3, 4, 5}),
        (("--article", "lobster"), {1, 2, 3, 4, 5}),
        (("--state", "unknown", "--state", "refused"), {4, 5}),
        (("--model", "other"), set()),
        (("--tag", "author=amy"), {1, 2}),
        (("--slot", "wechat.inline"), {1, 2, 3}),
        (("--since", "2999-01-01"), set()),
        (("--until", f"{datetime.now(UTC):%Y}-12-31", "--since", "2020-01-01"), {1, 2, 3, 4, 5}),
    ],
)
def test_history_is_filtered(past: Desk, words: tuple[str, ...], ids: set[int]) -> None:
    documents = past.json("history", "history", *words)

    assert {item["id"] for item in documents} >= ids
    assert {item["id"] for item in documents} <= ids


def test_a_history_where_nothing_fits_says_so(past: Desk) -> None:
    said = past("history", "--search", "大象")
    documents = past.json("history", "history", "--search", "大象")

    assert (said.code, said.out) == (0, "")
    assert said.last == "nothing fits"
    assert documents == []


def test_a_list_that_was_cut_says_how_many_fit(past: Desk) -> None:
    said = past("history", "--limit", 2)

    assert "5 fit; --limit shows more" in said.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--state", "strored"), "did you mean 'stored'?"),
        (("--tag", "amy"), "--tag amy: must be NAME=VALUE"),
        (("--until", "9999-12-31"), "9999-12-31: no day that a history has"),
        (("--since", "yesterday"), "--since"),
        (("--limit", "0"), "--limit"),
    ],
)
def test_a_filter_that_means_nothing_is_a_usage_error(
    past: Desk, words: tuple[str, ...], sentence: str
) -> None:
    said = past("history", *words)

    assert said.code == 2
    assert sentence in said.err
    assert said.last == "next: pipeline history --help"


@pytest.mark.parametrize(
    "words", [("history",), ("show", "1"), ("costs",), ("reject", "1"), ("resolve", "1", "--abandon")]
)
def test_looking_back_without_a_history_begins_none(desk: Desk, words: tuple[str, ...]) -> None:
    said = desk(*words)

    assert said.code == 2
    assert f"{desk.root} has no history yet" in said.err
    assert said.last == "next: pipeline init"
    assert not (desk.root / "data").exists()


def test_show_tells_everything_about_one(past: Desk) -> None:
    said = past("show", 1)

    for words in (
        f"generation 1  {COVER}, attempt 1, run",
        "state         stored, charged: yes",
        f"model         {MODEL}, 512x512",
        "cost          0.20 CNY",
        "picture       data/blobs/",
        "tags          author=amy",
        "- -> planned",
        "planned -> submitting",
        "submitting -> stored",
        f"taken for {COVER}",
        "file          output/week12/lobster/wechat/01-cover.inline.jpg\n",
    ):
        assert words in said.out
    assert said.last == f"next: pipeline select {COVER} 1"


def test_show_explains_what_went_wrong_and_what_helps(past: Desk) -> None:
    second, first = past("show", 4), past("show", 5)

    assert "trouble       50412:" in first.out
    assert "meaning       The audit refused the prompt." in first.out
    assert "cost          -" in first.out
    assert first.last == "next: pipeline regenerate week13/lobster/no"
    assert second.last == "next: pipeline resolve 4 --abandon"
    assert "(" not in second.last


def test_show_marks_files_that_another_picture_has_replaced(past: Desk) -> None:
    (past.root / "output/week12/lobster/wechat/01-cover.inline.jpg").write_bytes(b"another picture")
    (past.root / "output/week12/lobster/wechat/02-inner.inline.jpg").unlink()

    said, gone = past("show", 1), past("show", 2)
    document = past.json("show", "show", 2)

    assert "01-cover.inline.jpg  (no longer there, or another picture)" in said.out
    assert "02-inner.inline.jpg  (no longer there, or another picture)" in gone.out
    assert [file["present"] for file in document["files"]] == [False]


def test_show_of_an_asset_is_a_list(past: Desk) -> None:
    documents = past.json("show", "show", COVER)
    one = past.json("show", "show", "4")

    assert [item["id"] for item in documents] == [1]
    assert documents[0]["tags"] == {"author": "amy"}
    assert one["id"] == 4


@pytest.mark.parametrize("name", ["77", "week99/a/b", "²"])
def test_show_of_what_there_is_not(past: Desk, name: str) -> None:
    said = past("show", name)

    assert said.code == 2
    assert said.last == "next: pipeline history"


def test_parameters_and_seed_of_a_request_are_shown(desk: Desk) -> None:
    desk("run", desk.spec(image(more="size: 512x512, seed: 7, params: {use_pre_llm: true}")))

    said = desk("show", 1)
    document = desk.json("show", "show", 1)

    assert "parameters    seed=7, use_pre_llm=True" in said.out
    assert (document["seed"], document["params"]) == (7, {"use_pre_llm": True})


def test_costs_keep_what_is_in_doubt_and_what_has_no_price_apart(past: Desk) -> None:
    said = past("costs", "--by", "spec")
    week12, week13 = past.json("costs", "costs", "--by", "spec")

    assert "free" not in said.out
    assert said.out.splitlines()[1].split()[:4] == ["week12", "2", "0.40", "CNY"]
    assert "price unknown for 1 picture" in said.out.splitlines()[2]
    assert "in doubt: generation" in said.err
    assert said.last.startswith("next: pipeline resolve ")
    assert (week12["charged"], week12["cost"], week12["unpriced"]) == (2, 4000, 0)
    assert (week13["charged"], week13["cost"]) == (1, None)
    assert (week13["doubtful"], week13["doubtful_cost"], week13["unpriced"]) == (1, None, 2)


@pytest.mark.parametrize("by", ["week", "month", "model"])
def test_costs_are_grouped(past: Desk, by: str) -> None:
    [row] = past.json("costs", "costs", "--by", by)

    assert (row["by"], row["charged"], row["doubtful"]) == (by, 3, 1)


def test_costs_by_a_tag(past: Desk) -> None:
    rows = past.json("costs", "costs", "--tag", "author")

    assert {row["group"]: row["charged"] for row in rows} == {"-": 1, "amy": 2}
    assert {row["by"] for row in rows} == {"author"}


def test_costs_of_rehearsals_are_nothing(desk: Desk) -> None:
    desk("run", desk.spec(image()))

    said = desk("costs")

    assert said.out == "nothing was bought yet (simulated pictures cost nothing)\n"
    assert said.last == "next: pipeline history"


@pytest.mark.parametrize("words", [("--by", "author"), ("--by", "tag")])
def test_costs_by_something_else_is_a_usage_error(desk: Desk, words: tuple[str, ...]) -> None:
    said = desk("costs", *words)

    assert said.code == 2


def test_a_simulated_picture_is_called_simulated_not_free(desk: Desk) -> None:
    desk("run", desk.spec(image()))

    said = desk("history")

    assert "simulated" in said.out
    assert "free" not in said.out


def test_a_task_under_way_names_collect(desk: Desk, jimeng: Simulator) -> None:
    desk("run", desk.spec(image(more="model: jimeng_t2i_v30, size: 512x512")), "--yes")

    desk.change("UPDATE generation SET state = 'submitted', stored_at = NULL, blob_sha256 = NULL")

    said = desk("show", 1)

    assert said.last == "next: pipeline collect"
