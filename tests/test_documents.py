"""The documents of `--json`, from values; what commands print is held against the schemas in their tests."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

from pipeline.documents import dossier_document, generation_document, moment, plan_document, report_document
from pipeline.errors import ExitCode, StoppedError
from pipeline.history.records import Decision, Event
from pipeline.history.search import Dossier
from pipeline.history.states import Choice, State
from pipeline.plan.model import Plan
from pipeline.produce import Bought, Report
from pipeline.stages.outcome import AssetState, Outcome, Problem
from tests.builders import (
    NOW,
    asset_fact,
    decision,
    delivered,
    facts,
    generation,
    image,
    plan_of,
    prompted,
    spec,
    trouble,
)

SCHEMAS = sorted((Path(__file__).parents[1] / "docs" / "schemas").glob("*.schema.json"))
OTHER = "week12/lobster/inner"


def check(name: str, document: object) -> None:
    [path] = [path for path in SCHEMAS if path.name == f"{name}.schema.json"]
    Draft202012Validator(json.loads(path.read_text("utf-8"))).validate(document)


def report(plan: Plan, *outcomes: Outcome, **changes: object) -> Report:
    base = Report(
        run="a-run",
        plan=plan,
        outcomes=outcomes,
        made=(),
        bought={},
        left_over=(),
        stopped_by=None,
        interrupted=False,
        exit_code=ExitCode.OK,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def outcomes(plan: Plan, state: AssetState, problem: Problem | None = None) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(action=action, state=state, generation=None, files=(), problem=problem)
        for action in plan.actions
    )


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_every_schema_is_one_and_describes_every_field(path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    for name, part in schema["$defs"].items():
        assert part["additionalProperties"] is False, name
        assert part["required"] == list(part["properties"]), name
        for field, value in part["properties"].items():
            assert "description" in value or "$ref" in value, f"{name}.{field}"


def test_there_is_a_schema_for_every_kind_of_document() -> None:
    assert [path.name.removesuffix(".schema.json") for path in SCHEMAS] == [
        *("costs", "history", "plan", "platforms", "run", "show", "verify")
    ]


def test_a_schema_refuses_a_field_that_is_not_written_down() -> None:
    document = json.loads(json.dumps(plan_document(plan_of(facts()))))
    document["actions"][0]["colour"] = "red"

    with pytest.raises(ValidationError):
        check("plan", document)


def test_a_plan_is_an_object_for_one_spec_and_a_list_for_several() -> None:
    first, second = spec(image()), spec(image("week13/lobster/cover", prompted("板")))

    one, two = plan_document(plan_of(facts(), first)), plan_document(plan_of(facts(), first, second))

    check("plan", one)
    check("plan", two)
    assert isinstance(one, dict)
    assert isinstance(two, list)


def test_the_sum_of_a_plan_is_null_where_a_price_is_missing() -> None:
    priced, unpriced = plan_document(plan_of(facts())), plan_document(plan_of(facts(prices={})))

    assert isinstance(priced, dict)
    assert isinstance(unpriced, dict)
    assert isinstance(priced["totals"], dict)
    assert isinstance(unpriced["totals"], dict)
    assert (priced["totals"]["cost"], unpriced["totals"]["cost"]) == (2000, None)


@pytest.mark.parametrize(
    ("state", "changes", "status"),
    [
        (AssetState.DELIVERED, {}, "complete"),
        (AssetState.DRAFT, {}, "complete"),
        (AssetState.DELIVERED, {"interrupted": True}, "complete"),
        (AssetState.REFUSED, {}, "partial"),
        (AssetState.WAITING, {"interrupted": True}, "stopped"),
        (AssetState.BLOCKED, {"stopped_by": StoppedError("no")}, "stopped"),
    ],
)
def test_the_status_of_a_report(state: AssetState, changes: dict[str, object], status: str) -> None:
    plan = plan_of(facts())

    document = report_document(report(plan, *outcomes(plan, state), **changes))

    check("run", document)
    assert isinstance(document, dict)
    assert document["status"] == status


def test_a_budget_that_holds_an_asset_back_is_a_stop() -> None:
    plan = plan_of(facts())
    problem = Problem(code="budget", message="over the budget", next_step="raise it")

    document = report_document(report(plan, *outcomes(plan, AssetState.BLOCKED, problem)))

    check("run", document)
    assert isinstance(document, dict)
    assert document["status"] == "stopped"


def test_a_report_has_the_selected_assets_only_and_no_cost_without_every_price() -> None:
    plan = plan_of(facts(), spec(image(), image(OTHER, prompted("板"))))
    some = replace(plan, actions=plan.actions[:1])
    bought = {"week12": Bought(pictures=2, cost=2000, unpriced=1)}

    document = report_document(report(some, *outcomes(plan, AssetState.DELIVERED), bought=bought))

    check("run", document)
    assert isinstance(document, dict)
    assert isinstance(document["assets"], list)
    assert len(document["assets"]) == 1
    assert (document["submitted"], document["cost"]) == (2, None)


def test_a_delivered_file_is_shown_as_in_the_manifest() -> None:
    plan = plan_of(facts())
    file = delivered("output/week12/lobster/wechat/01-cover.inline.jpg", master="0" * 64, sha256="1" * 64)
    [outcome] = outcomes(plan, AssetState.DELIVERED)

    document = report_document(report(plan, replace(outcome, files=(file,), generation=generation())))

    check("run", document)
    assert isinstance(document, dict)
    assert isinstance(document["assets"], list)
    assert isinstance(document["assets"][0], dict)
    assert isinstance(document["assets"][0]["files"], list)
    shown = document["assets"][0]["files"][0]
    assert isinstance(shown, dict)
    assert (shown["format"], shown["crop"], shown["cost"]) == ("jpg", [0, 0, 2560, 1440], 2000)


@pytest.mark.parametrize("state", list(State))
def test_a_generation_in_every_state_fits_its_schema(state: State) -> None:
    found = generation(state, trouble=trouble() if state is State.REFUSED else None)
    blob = "data/blobs/00/1.png" if found.master else None

    check("history", [generation_document(found, blob=blob, decision=None)])


def test_all_about_one_fits_its_schema() -> None:
    found = generation()
    file = delivered(sha256="a" * 64)
    dossier = Dossier(
        generation=found,
        tags={"author": "amy"},
        events=(
            Event(generation=1, at=NOW, source=None, target=State.PLANNED, run="r", note=""),
            Event(generation=1, at=NOW, source=State.PLANNED, target=State.SUBMITTING, run=None, note="x"),
        ),
        decisions=(
            decision(choice=Choice.TAKEN),
            Decision(asset="", generation=1, choice=Choice.REJECTED, request="q1:x", at=NOW),
        ),
        files=(file, delivered("output/x.jpg", sha256="b" * 64)),
    )

    document = dossier_document(dossier, blob="data/blobs/00/1.png", present=(file,))

    check("show", document)
    assert isinstance(document, dict)
    assert document["decision"] == "rejected"
    assert isinstance(document["files"], list)
    assert [file["present"] for file in document["files"] if isinstance(file, dict)] == [True, False]


def test_a_moment_is_utc_to_the_second() -> None:
    assert moment(datetime(2026, 11, 24, 8, 0, 1, 999, tzinfo=UTC)) == "2026-11-24T08:00:01Z"
    assert moment(None) is None


def test_the_prompt_of_the_last_run_is_kept_beside_a_changed_one() -> None:
    before = asset_fact(of=prompted("红虾"))

    changed = plan_of(facts(assets=[before]), spec(image(source=prompted("蓝虾")))).actions[0]
    same = plan_of(facts(assets=[before]), spec(image(source=prompted("红虾")))).actions[0]

    assert changed.earlier_prompt == "红虾"
    assert same.earlier_prompt is None
