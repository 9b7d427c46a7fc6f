"""What `--json` prints: plain JSON values with stable field names. Pure; the schemas lie in docs/.

Money is whole numbers of 0.0001 of the currency unit, null where no price is known.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pipeline.fingerprint import Json
from pipeline.history.records import Delivered, Generation
from pipeline.history.search import Dossier
from pipeline.plan.model import Action, Kind, Plan, Reason
from pipeline.plan.model import totals as totals_of
from pipeline.produce import Bought, Report
from pipeline.stages.handover import entry_of
from pipeline.stages.outcome import AssetState, Outcome


def plan_document(plan: Plan) -> Json:
    """One object for one spec, a list for several."""
    return _one_or_list([_plan_of(plan, spec.name) for spec in plan.specs])


def _plan_of(plan: Plan, spec: str) -> Json:
    actions = plan.of(spec)
    purchases = tuple(item for item in plan.purchases if item.wanted.spec == spec)
    totals = asdict(totals_of(actions, purchases))
    if totals["unpriced"]:
        totals["cost"] = None
    return {"spec": spec, "actions": [_action(action) for action in actions], "totals": totals}


def _action(action: Action) -> Json:
    return {
        "asset": action.asset,
        "action": action.kind.value,
        "reason_code": action.code.value,
        "reason": action.reason,
        "provider": action.provider,
        "model": action.model,
        "prompt": action.prompt,
        "width": action.width,
        "height": action.height,
        "cost": action.cost,
        "near": list(action.near),
        "slots": [
            {
                "slot": plan.slot.id,
                "width": plan.fit.width,
                "height": plan.fit.height,
                "kept": round(plan.fit.kept, 4),
                "scale": round(plan.fit.scale, 4),
                "focus": plan.aim.whose.value,
                "subject_kept": None if plan.fit.subject_kept is None else round(plan.fit.subject_kept, 4),
            }
            for plan in action.slots
        ],
    }


def report_document(report: Report) -> Json:
    """What `run`, `collect`, `render` and `regenerate` print: the assets that the command was about."""
    selected = {action.asset for action in report.plan.actions}
    documents: list[Json] = []
    for spec in report.plan.specs:
        own = [o for o in report.outcomes if o.action.spec == spec.name and o.action.asset in selected]
        documents.append(_report_of(report, spec.name, own))
    return _one_or_list(documents)


def _report_of(report: Report, spec: str, found: Sequence[Outcome]) -> Json:
    bought = report.bought.get(spec, Bought())
    return {
        "run": report.run,
        "spec": spec,
        "status": _status(report, found),
        "submitted": bought.pictures,
        "reused": sum(action.kind is Kind.REUSE for action in report.plan.of(spec)),
        "rendered": sum(item.file is not None and item.file.spec == spec for item in report.made),
        "cost": None if bought.unpriced else bought.cost,
        "assets": [_asset(outcome) for outcome in found],
    }


def _status(report: Report, found: Sequence[Outcome]) -> str:
    """`stopped` where something ended the run or a budget held an asset back, unless all is there anyway."""
    if all(outcome.state in (AssetState.DELIVERED, AssetState.DRAFT) for outcome in found):
        return "complete"
    over = any(outcome.problem and outcome.problem.code == Reason.BUDGET.value for outcome in found)
    return "stopped" if over or report.ended_early or report.stopped_by is not None else "partial"


def _asset(outcome: Outcome) -> Json:
    generation, problem = outcome.generation, outcome.problem
    return {
        "asset": outcome.action.asset,
        "state": outcome.state.value,
        "generation": generation.id if generation else None,
        "task_id": generation.task_id if generation else None,
        "files": [_file(outcome, file) for file in outcome.files],
        "error": None
        if problem is None
        else {
            "code": problem.code,
            "message": problem.message,
            "request_id": problem.request_id,
            "next": problem.next_step,
        },
    }


def _file(outcome: Outcome, file: Delivered) -> Json:
    document = asdict(entry_of(outcome, file, file.path))
    document["format"] = file.format
    document["crop"] = list(file.crop)
    return document


def generation_document(generation: Generation, *, blob: str | None, decision: str | None) -> dict[str, Json]:
    """One line of `history --json`; `blob` is the master's path relative to the home."""
    master, trouble = generation.master, generation.trouble
    return {
        "id": generation.id,
        "asset": generation.asset,
        "provider": generation.provider,
        "account": generation.account,
        "model": generation.model,
        "prompt": generation.prompt,
        "width": generation.width,
        "height": generation.height,
        "state": generation.state.value,
        "charged": generation.charged.value,
        "attempt": generation.attempt,
        "task_id": generation.task_id,
        "request_id": generation.request_id,
        "submitted_at": moment(generation.submitted_at),
        "stored_at": moment(generation.stored_at),
        "cost": generation.cost,
        "master": None
        if master is None
        else {
            "sha256": master.sha256,
            "path": blob,
            "width": master.width,
            "height": master.height,
            "bytes": master.bytes,
        },
        "decision": decision,
        "trashed": generation.trashed,
        "error": None
        if trouble is None
        else {"code": trouble.code, "message": trouble.message, "request_id": trouble.request_id},
    }


def dossier_document(dossier: Dossier, *, blob: str | None, present: Sequence[Delivered]) -> Json:
    """`show --json`: one generation with its whole life; `present` are the files that still show it."""
    newest = dossier.newest
    document = generation_document(dossier.generation, blob=blob, decision=newest.value if newest else None)
    document["endpoint"] = dossier.generation.endpoint
    document["seed"] = dossier.generation.seed
    document["params"] = dict(dossier.generation.params)
    document["tags"] = dict(dossier.tags)
    document["events"] = [
        {
            "at": moment(event.at),
            "from": event.source.value if event.source else None,
            "to": event.target.value,
            "run": event.run,
            "note": event.note,
        }
        for event in dossier.events
    ]
    document["decisions"] = [
        {"at": moment(item.at), "decision": item.choice.value, "asset": item.asset or None}
        for item in dossier.decisions
    ]
    document["notes"] = [
        {"at": moment(note.at), "text": note.text, "asset": note.asset} for note in dossier.notes
    ]
    document["files"] = [
        {
            "asset": file.asset,
            "slot": file.slot,
            "path": file.path,
            "sha256": file.sha256,
            "present": file in present,
        }
        for file in dossier.files
    ]
    return document


def moment(at: datetime | None) -> str | None:
    """A moment as ISO 8601 in UTC, to the second."""
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _one_or_list(documents: Sequence[Json]) -> Json:
    return documents[0] if len(documents) == 1 else list(documents)
