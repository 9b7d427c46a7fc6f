"""`plan` and `run --dry-run`: what a run would do, shown, and nothing done."""

from pathlib import Path

import pytest

from pipeline.providers.simulator.server import Simulator
from tests.commands.bench import MODEL, Desk, image


def written(desk: Desk) -> list[Path]:
    return sorted(path for path in desk.root.rglob("*") if "configs" not in path.parts)


def test_a_plan_says_what_is_done_for_every_asset_and_what_it_costs(desk: Desk, jimeng: Simulator) -> None:
    desk.settings(f"prices: {{{MODEL}: 2000}}\n")
    spec = desk.spec(image("cover"), image("later", "板", "draft: true"))

    said = desk("plan", spec)

    assert said.code == 0
    rows = said.out.splitlines()
    assert rows[1].split()[:5] == ["week12/lobster/cover", "generate", "512x512", "0.20", "CNY"]
    assert rows[2].split()[:2] == ["week12/lobster/later", "draft"]
    assert rows[-1] == "2 assets, 1 to generate (0.20 CNY), 1 draft, 1 file to make"


@pytest.mark.parametrize("words", [("plan",), ("run", "--dry-run")])
def test_looking_at_a_plan_writes_nothing_and_begins_no_history(desk: Desk, words: tuple[str, ...]) -> None:
    said = desk(*words, desk.spec(image()))

    assert said.code == 0
    assert "1 to generate" in said.out
    assert written(desk) == []


def test_what_the_plan_shows_is_what_the_run_does(desk: Desk) -> None:
    spec = desk.spec(image("cover"), image("again"), image("inner", "电路板"))

    plan = desk.json("plan", "plan", spec)
    report = desk.json("run", "run", spec)

    assert [item["action"] for item in plan["actions"]] == ["generate", "reuse", "generate"]
    assert plan["totals"]["generate"] == report["submitted"]
    assert plan["totals"]["reuse"] == report["reused"]
    assert plan["totals"]["files"] == report["rendered"]
    assert [item["asset"] for item in plan["actions"]] == [item["asset"] for item in report["assets"]]


def test_the_next_command_carries_out_just_this_plan(desk: Desk, jimeng: Simulator) -> None:
    desk.settings(f"prices: {{{MODEL}: 2000}}\n")
    spec = desk.spec(image(), name="week 12", head="name: week12")

    words = ("--only", "lob*", "--provider", "jimeng", "--max-cost", "1.5", "--max-images", "3")
    said = desk("plan", spec, *words, "--remaster", "--overwrite")

    assert said.last == (
        "next: pipeline run 'configs/week 12.yaml' --only 'lob*' --provider jimeng --remaster "
        "--max-cost 1.5 --max-images 3 --overwrite"
    )


def test_the_next_command_stays_in_the_home_that_was_named(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "other home"
    other.mkdir()

    said = desk("plan", desk.spec(image()), "--home", other)
    equal = desk("plan", desk.spec(image()), f"--home={other}")

    assert said.last == f"next: pipeline run configs/week12.yaml --home '{other}'"
    assert equal.last == said.last


def test_a_plan_with_nothing_to_do_names_no_next_command(desk: Desk) -> None:
    spec = desk.spec(image())
    desk("run", spec)

    said = desk("plan", spec)
    document = desk.json("plan", "plan", spec)

    assert "next:" not in said.err
    assert document["actions"][0]["action"] == "keep"
    assert document["totals"]["files"] == 0


def test_detailed_exit_codes_tell_work_from_none(desk: Desk) -> None:
    spec = desk.spec(image())

    before = desk("plan", spec, "--detailed-exitcode")
    desk("run", spec)
    after = desk("plan", spec, "--detailed-exitcode")
    dry = desk("run", spec, "--dry-run")

    assert (before.code, after.code, dry.code) == (10, 0, 0)


def test_several_specs_make_a_list(desk: Desk) -> None:
    first, second = desk.spec(image()), desk.spec(image(prompt="板"), name="week13")

    documents = desk.json("plan", "plan", first, second)

    assert [item["spec"] for item in documents] == ["week12", "week13"]
    assert [item["totals"]["assets"] for item in documents] == [1, 1]


def test_a_plan_of_unpriced_pictures_has_no_sum(desk: Desk, jimeng: Simulator) -> None:
    document = desk.json("plan", "plan", desk.spec(image()))

    assert document["actions"][0]["cost"] is None
    assert (document["totals"]["cost"], document["totals"]["unpriced"]) == (None, 1)


def test_the_kinds_of_a_plan_fit_its_schema(desk: Desk) -> None:
    own = desk.root / "configs" / "own.jpg"
    desk("run", desk.spec(image("cover"), image("gone", "虾")))
    [file] = desk.json("run", "run", desk.spec(image("cover")))["assets"][0]["files"]
    own.write_bytes((desk.root / file["path"]).read_bytes())
    spec = desk.spec(
        image("cover", more="size: 512x512, slots: [wechat.inline, zhihu.inline]"),
        "id: own, file: own.jpg",
        "id: used, use: week12/lobster/cover",
        "id: missing, use: week09/lobster/cover",
        image("later", "板", "draft: true"),
    )

    document = desk.json("plan", "plan", spec)

    kinds = {item["asset"].rpartition("/")[2]: item["action"] for item in document["actions"]}
    assert kinds == {
        "cover": "render",
        "own": "reuse",
        "used": "reuse",
        "missing": "blocked",
        "later": "draft",
    }


def test_prompts_are_shown_with_what_changed_since_the_last_run(desk: Desk) -> None:
    desk("run", desk.spec(image("cover", "一只红色的龙虾"), image("inner", "板")))
    spec = desk.spec(image("cover", "一只蓝色的龙虾"), image("inner", "a quiet harbour at dawn"))

    said = desk("plan", spec, "--prompts")

    assert (
        f"week12/lobster/cover  ({MODEL})\n  一只蓝色的龙虾\n  changed: 一只[-红-]{{+蓝+}}色的龙虾\n"
        in said.out
    )
    assert "  changed: [-板-]{+a quiet harbour at dawn+}\n" in said.out


def test_an_unchanged_prompt_is_shown_without_a_change(desk: Desk) -> None:
    spec = desk.spec(image())
    desk("run", spec)

    said = desk("plan", spec, "--prompts")

    assert "\n  龙虾\n" in said.out
    assert "changed:" not in said.out


def test_run_and_plan_keep_the_same_ceilings(desk: Desk, jimeng: Simulator) -> None:
    spec = desk.spec(image("cover"), image("inner", "板"))

    planned = desk.json("plan", "plan", spec, "--max-images", 1)
    dry = desk.json("plan", "run", spec, "--dry-run", "--max-images", 1)
    report = desk.json("run", "run", spec, "--yes", "--max-images", 1, code=4)

    assert planned == dry
    assert [item["action"] for item in planned["actions"]] == ["generate", "blocked"]
    assert [item["state"] for item in report["assets"]] == ["delivered", "blocked"]


def test_a_limit_of_money_without_a_price_is_an_error(desk: Desk, jimeng: Simulator) -> None:
    spec = desk.spec(image())

    planned = desk("plan", spec, "--max-cost", 1)
    run = desk("run", spec, "--yes", "--max-cost", 1)
    desk.settings("budget: {month_cost: 10000}\n")
    month = desk("run", spec, "--yes")

    for said in (planned, run, month):
        assert said.code == 2
        assert f"a cost limit was set, but there is no price for {MODEL}" in said.err
        assert "write it under prices: in configs/settings.yaml" in said.last


def test_a_limit_of_money_holds_back_what_goes_over_it(desk: Desk, jimeng: Simulator) -> None:
    desk.settings(f"prices: {{{MODEL}: 2000}}\n")
    spec = desk.spec(image("cover"), image("inner", "板"))

    report = desk.json("run", "run", spec, "--yes", "--max-cost", 0.39, code=4)

    assert [item["state"] for item in report["assets"]] == ["delivered", "blocked"]
    assert "max-cost" in report["assets"][1]["error"]["message"]


@pytest.mark.parametrize("amount", ["nan", "inf"])
def test_an_amount_that_is_no_number_is_an_error(desk: Desk, amount: str) -> None:
    said = desk("plan", desk.spec(image()), "--max-cost", amount)

    assert said.code == 2
    assert "--max-cost" in said.err


def test_what_was_bought_this_month_counts_against_the_month(desk: Desk, jimeng: Simulator) -> None:
    desk.settings(f"prices: {{{MODEL}: 2000}}\nbudget: {{month_images: 2, month_cost: 10000}}\n")
    desk("run", desk.spec(image("cover"), image("inner", "板")), "--yes")

    report = desk.json("run", "run", desk.spec(image(prompt="虾"), name="week13"), "--yes", code=4)

    assert "month_images" in report["assets"][0]["error"]["message"]


def test_pictures_of_the_month_without_a_price_are_said(desk: Desk, jimeng: Simulator) -> None:
    desk("run", desk.spec(image()), "--yes")
    desk.settings(f"prices: {{{MODEL}: 2000}}\nbudget: {{month_cost: 10000}}\n")

    said = desk("run", desk.spec(image(prompt="虾"), name="week13"))

    assert said.code == 0
    assert "month_cost counts without 1 picture that had no price" in said.err


def test_missing_specs_and_settings_are_usage_errors(desk: Desk) -> None:
    spec = desk.spec(image())

    missing = desk("plan", "configs/week21.yaml")
    desk.settings("endpont: x\nqps: many\n")
    settings = desk("plan", spec)

    assert missing.code == 2
    assert "configs/week21.yaml: no such spec; did you mean 'configs/week12.yaml'?" in missing.err
    assert settings.code == 2
    lines = settings.err.splitlines()
    assert lines[0].startswith(f"{desk.root}/configs/settings.yaml:3:1: ")
    assert lines[1].startswith(f"{desk.root}/configs/settings.yaml:4:6: ")
    assert lines[2] == "error: 2 problems in the settings"
    assert lines[3] == "next: pipeline plan --help"


def test_problems_of_a_spec_are_said_at_their_lines_before_anything_else(desk: Desk) -> None:
    path = desk.root / "configs" / "week 12.yaml"
    path.write_text("articles: []\nstyle: none\n")

    said = desk("plan", "configs/week 12.yaml")

    assert said.code == 2
    assert said.err.splitlines()[0].startswith("configs/week 12.yaml:1:")
    assert said.last == "next: pipeline check 'configs/week 12.yaml'"
