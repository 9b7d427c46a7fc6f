"""`run` from the first plan to delivered files, with the rehearsal and with a vendor that is paid."""

from pathlib import Path

import pytest

from pipeline.history.states import Charged, State
from pipeline.providers.simulator.server import Simulator
from tests.commands.bench import Desk, image, interrupt_when, point_at, vendor


def billed(server: Simulator) -> int:
    return server._server.world.billed()


def test_a_rehearsal_delivers_everything_and_asks_nobody(desk: Desk) -> None:
    spec = desk.spec(image("cover"), image("inner", "电路板"))

    said = desk("run", spec, "--provider", "simulator")

    assert said.code == 0
    assert said.out == (
        "week12: 2 delivered, 2 bought (simulated), 0 reused, 2 files made\n"
        "  contact sheet: output/simulated/week12/index.html\n"
    )
    assert "a new history begins" in said.err
    assert said.last == "next: pipeline history --spec week12"


def test_a_second_run_has_nothing_to_do(desk: Desk) -> None:
    spec = desk.spec(image())
    desk("run", spec, "--provider", "simulator")

    said = desk("run", spec, "--provider", "simulator")

    assert said.code == 0
    assert said.out.startswith("week12: nothing to do, 1 asset in place\n")
    assert len(desk.generations()) == 1


def test_without_credentials_the_simulator_serves_loudly(desk: Desk) -> None:
    said = desk("run", desk.spec(image()))

    assert said.code == 0
    assert "no credentials were found: the SIMULATOR serves" in said.err


def test_the_document_of_a_run_is_one_object_for_one_spec_and_a_list_for_several(desk: Desk) -> None:
    first, second = desk.spec(image()), desk.spec(image(prompt="电路板"), name="week13")

    one = desk.json("run", "run", first)
    two = desk.json("run", "run", first, second)

    assert one["spec"] == "week12"
    assert (one["status"], one["submitted"], one["rendered"], one["cost"]) == ("complete", 1, 1, 0)
    assert [item["spec"] for item in two] == ["week12", "week13"]
    assert [item["submitted"] for item in two] == [0, 1]
    [file] = one["assets"][0]["files"]
    assert (desk.root / file["path"]).stat().st_size == file["bytes"]


def test_a_spec_named_twice_counts_once(desk: Desk) -> None:
    spec = desk.spec(image())

    document = desk.json("run", "run", spec, Path("configs") / ".." / spec)

    assert document["spec"] == "week12"


def test_a_real_provider_without_a_terminal_is_paid_with_yes(desk: Desk, jimeng: Simulator) -> None:
    spec = desk.spec(image())

    said = desk("run", spec, "--yes")

    assert said.code == 0
    assert said.out.startswith(
        "week12: 1 delivered, 1 bought (price unknown for 1 picture), 0 reused, 1 file made\n"
    )
    assert "free" not in said.out + said.err
    assert billed(jimeng) == 1


def test_a_run_of_unpriced_pictures_has_no_cost_in_its_document(desk: Desk, jimeng: Simulator) -> None:
    document = desk.json("run", "run", desk.spec(image()), "--yes")

    assert (document["submitted"], document["cost"]) == (1, None)


def test_the_cost_of_a_priced_run_is_in_report_progress_and_document(desk: Desk, jimeng: Simulator) -> None:
    desk.settings("prices: {jimeng_high_aes_general_v21_L: 2000}\n")
    spec = desk.spec(image())

    said = desk("run", spec, "--yes")
    document = desk.json("run", "run", desk.spec(image(), image("inner", "板")), "--yes")

    assert "1 bought (0.20 CNY)" in said.out
    assert "1 of 1 pictures" in said.err
    assert "0.20 CNY so far" in said.err
    assert document["cost"] == 2000


def test_no_history_is_begun_for_a_real_provider_silently(desk: Desk, jimeng: Simulator) -> None:
    said = desk("run", desk.spec(image()))

    assert said.code == 2
    assert "has no history yet, and a real provider is not paid without one" in said.err
    assert said.last == f"next: pipeline init {desk.root}"
    assert not (desk.root / "data").exists()


def test_nobody_to_say_yes_stops_before_anything_is_paid(desk: Desk, jimeng: Simulator) -> None:
    spec = desk.spec(image())
    desk("db", "upgrade")

    said = desk("run", spec, "--only", "lobster")
    document = desk.json("run", "run", spec, code=4)

    assert said.code == 4
    assert said.out == ""
    assert "nobody is there to say yes: 1 asset, 1 to generate (price unknown for 1 picture)" in said.err
    assert said.last == f"next: pipeline run {spec} --only lobster --yes"
    assert (document["status"], document["submitted"]) == ("stopped", 0)
    assert document["assets"][0]["state"] == "blocked"
    assert billed(jimeng) == 0


def test_a_budget_in_the_settings_pays_without_a_terminal_up_to_its_ceiling(
    desk: Desk, jimeng: Simulator
) -> None:
    desk.settings("budget: {run_images: 1}\n")
    spec = desk.spec(image(), image("inner", "电路板"))
    desk("db", "upgrade")

    document = desk.json("run", "run", spec, code=4)

    assert document["status"] == "stopped"
    assert [item["state"] for item in document["assets"]] == ["delivered", "blocked"]
    assert document["assets"][1]["error"]["code"] == "budget"
    assert billed(jimeng) == 1


@pytest.mark.parametrize("answer", ["y\n", "YES\n", "是\n"])
def test_a_yes_on_the_terminal_buys_after_showing_the_plan(
    desk: Desk, jimeng: Simulator, answer: str
) -> None:
    said = desk.on_a_terminal("run", desk.spec(image()), answer=answer)

    assert said.code == 0
    assert "generate" in said.err
    assert "1 to generate (price unknown for 1 picture)" in said.err
    assert said.err.count("Buy these pictures? [y/N]") == 1
    assert billed(jimeng) == 1


@pytest.mark.parametrize("answer", ["n\n", "\n", "what?\n", "\x04"])
def test_anything_but_a_yes_buys_nothing(desk: Desk, jimeng: Simulator, answer: str) -> None:
    spec = desk.spec(image())

    said = desk.on_a_terminal("run", spec, "--max-images", 3, answer=answer)

    assert said.code == 4
    assert "nothing was bought, as you said" in said.err
    assert said.last == f"next: pipeline run {spec} --max-images 3"
    assert billed(jimeng) == 0


def test_yes_as_a_flag_skips_the_question(desk: Desk, jimeng: Simulator) -> None:
    said = desk.on_a_terminal("run", desk.spec(image()), "--yes")

    assert said.code == 0
    assert "[y/N]" not in said.err
    assert billed(jimeng) == 1


def test_the_simulator_never_asks_on_a_terminal(desk: Desk) -> None:
    said = desk.on_a_terminal("run", desk.spec(image()), "--provider", "simulator")

    assert said.code == 0
    assert "[y/N]" not in said.err


def test_ctrl_c_at_the_question_ends_the_command_with_nothing_bought(desk: Desk, jimeng: Simulator) -> None:
    spec = desk.spec(image())

    said = desk.on_a_terminal("run", spec, "--json", interrupted_at="[y/N]")

    assert said.code == 130
    assert "interrupted: nothing was bought" in said.err
    assert said.last == f"next: pipeline run {spec}"
    assert '"status": "stopped"' in said.out
    assert billed(jimeng) == 0


def test_ctrl_c_while_a_picture_is_made_keeps_it_for_the_same_command(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = desk.spec(image(more="model: jimeng_t2i_v30, size: 512x512"))
    with vendor(latency=30.0) as server:
        point_at(monkeypatch, server)
        interrupt_when(lambda: billed(server) > 0)

        document = desk.json("run", "run", spec, "--yes", "--only", "lobster", code=130)

        assert document["status"] == "stopped"
        assert document["assets"][0]["state"] == "waiting"
        assert document["assets"][0]["task_id"] == desk.generations()[0].task_id
        assert billed(server) == 1


def test_missing_credentials_end_with_5_and_still_print_the_document(desk: Desk) -> None:
    spec = desk.spec(image(), image("later", "板", "draft: true"))

    said = desk("run", spec, "--provider", "jimeng", "--yes")
    document = desk.json("run", "run", spec, "--provider", "jimeng", "--yes", code=5)

    assert said.code == 5
    assert "set VOLC_ACCESSKEY and VOLC_SECRETKEY" in said.last
    assert [item["state"] for item in document["assets"]] == ["blocked", "draft"]
    assert document["status"] == "stopped"


def test_half_a_key_pair_ends_with_5_and_still_prints_the_document(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOLC_ACCESSKEY", "AKLTEXAMPLE")

    document = desk.json("run", "run", desk.spec(image()), "--yes", code=5)

    assert document["status"] == "stopped"


def test_a_spec_with_real_pictures_is_not_silently_rehearsed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, jimeng: Simulator
) -> None:
    spec = desk.spec(image())
    desk("run", spec, "--yes")
    monkeypatch.delenv("VOLC_SECRETKEY")
    monkeypatch.delenv("VOLC_ACCESSKEY")

    without = desk("run", spec)
    document = desk.json("run", "run", spec, code=5)
    planned = desk.json("plan", "plan", spec, code=5)
    shown = desk("plan", spec)
    rehearsed = desk("run", spec, "--provider", "simulator")
    rendered = desk("render", spec)

    assert without.code == 5
    assert "VOLC_ACCESSKEY and VOLC_SECRETKEY are missing" in without.err
    assert document["assets"][0]["state"] == "delivered"
    assert planned["actions"][0]["action"] == "keep"
    assert (shown.code, shown.out) == (5, "")
    assert rehearsed.code == 0
    assert rendered.code == 0


def test_a_wrong_secret_ends_with_5_and_its_document_says_why(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, jimeng: Simulator
) -> None:
    monkeypatch.setenv("VOLC_SECRETKEY", "not-the-secret")

    document = desk.json("run", "run", desk.spec(image()), "--yes", code=5)

    assert document["assets"][0]["state"] == "failed"
    assert document["assets"][0]["error"]["code"] == "SignatureDoesNotMatch"
    assert billed(jimeng) == 0


def test_a_refused_prompt_ends_with_3_and_says_what_helps(desk: Desk) -> None:
    spec = desk.spec(image(prompt="simulate:50412"))

    said = desk("run", spec)
    document = desk.json("run", "run", spec, code=3)

    assert said.code == 3
    assert "week12/lobster/cover: refused (50412)" in said.err
    assert said.last.startswith("next: pipeline regenerate week12/lobster/cover")
    assert document["status"] == "partial"
    assert document["assets"][0]["state"] == "refused"
    assert "pipeline regenerate week12/lobster/cover" in document["assets"][0]["error"]["next"]


def test_an_order_in_doubt_ends_with_3_and_names_resolve(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with vendor({"on": "process", "fault": "lost_reply"}) as server:
        point_at(monkeypatch, server)

        document = desk.json("run", "run", desk.spec(image()), "--yes", code=3)

    assert document["assets"][0]["state"] == "unknown"
    assert "pipeline resolve week12/lobster/cover" in document["assets"][0]["error"]["next"]
    assert document["submitted"] == 1
    [order] = desk.generations()
    assert (order.state, order.charged) == (State.UNKNOWN, Charged.MAYBE)


def test_files_that_cannot_be_written_are_told_before_anything_is_paid(desk: Desk, jimeng: Simulator) -> None:
    spec = desk.spec(image())
    (desk.root / "output").write_text("in the way")

    document = desk.json("run", "run", spec, "--yes", code=3)

    assert document["submitted"] == 0
    assert desk.generations() == ()
    assert billed(jimeng) == 0


def test_only_takes_articles_images_and_globs(desk: Desk) -> None:
    spec = desk.spec(image("cover"), image("inner", "电路板"), image("outer", "虾"))

    document = desk.json("run", "run", spec, "--only", "lobster/*er", "--only", "lobster/inner")

    assert [item["asset"].rpartition("/")[2] for item in document["assets"]] == ["cover", "inner", "outer"]
    assert len(desk.generations()) == 3


def test_a_selector_that_matches_nothing_is_a_mistake_with_a_suggestion(desk: Desk) -> None:
    said = desk("run", desk.spec(image()), "--only", "lobster/covr")
    planned = desk("plan", desk.spec(image()), "--only", "lobstre")

    assert said.code == 2
    assert "--only lobster/covr: matches no asset (articles: lobster)" in said.err
    assert "did you mean 'lobster/cover'?" in said.err
    assert planned.code == 2
    assert said.last == "next: pipeline run --help"


def test_only_failed_buys_once_more_what_may_pass(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.settings("prices: {jimeng_high_aes_general_v21_L: 2000}\n")
    spec = desk.spec(image(), image("inner", "电路板"))
    with vendor({"on": "process", "fault": "50511", "at": [1], "prompt": "龙虾"}) as server:
        point_at(monkeypatch, server)

        first = desk("run", spec, "--yes")
        plain = desk("run", spec, "--yes")
        again = desk.json("run", "run", spec, "--yes", "--only", "failed")

    assert (first.code, plain.code) == (3, 3)
    assert [item["state"] for item in again["assets"]] == ["delivered"]
    assert again["submitted"] == 1


def test_an_edited_file_is_kept_and_named(desk: Desk) -> None:
    spec = desk.spec(image())
    [file] = desk.json("run", "run", spec)["assets"][0]["files"]
    (desk.root / file["path"]).write_bytes(b"by hand")
    desk.spec(image(more="size: 512x512, label: none"))

    said = desk("run", spec)
    over = desk("run", spec, "--overwrite")

    assert said.code == 3
    assert "is not ours to replace" in said.err
    assert said.last == f"next: pipeline run {spec} --provider simulator --overwrite"
    assert over.code == 0


def test_specs_of_different_providers_are_run_one_by_one(desk: Desk) -> None:
    first = desk.spec(image(), head="provider: simulator")
    second = desk.spec(image(), name="week13", head="provider: jimeng")

    said = desk("run", first, second)

    assert said.code == 2
    assert "these specs name different providers (jimeng, simulator)" in said.err


def test_an_unknown_provider_is_a_usage_error(desk: Desk) -> None:
    said = desk("run", desk.spec(image()), "--provider", "dalle")

    assert said.code == 2
    assert "--provider dalle: must be auto, jimeng or simulator" in said.err
