"""The sentence for each reason, and the command that helps. Pure; the only wording in the plan."""

from pipeline.history.records import Generation
from pipeline.history.states import REPEATABLE_REFUSALS
from pipeline.plan.model import Reason
from pipeline.plan.price import price_words

_SENTENCES: dict[Reason, str] = {
    Reason.NEW: "new: nothing in the history answers this prompt",
    Reason.PROMPT_CHANGED: "the prompt changed",
    Reason.MODEL_CHANGED: "the model changed",
    Reason.REQUEST_CHANGED: "size, seed, parameters or provider changed",
    Reason.AFTER_FAILURE: "the last attempt failed and cost nothing",
    Reason.LEFT_PLANNED: "an earlier run planned it and never sent it",
    Reason.RESUBMIT: "you settled the doubtful attempt with resolve --resubmit",
    Reason.ASKED: "you asked for one more picture",
    Reason.REMASTER: "a better size for its slots, as --remaster asks",
    Reason.SHARED: "asks for the same picture as {detail}: bought once",
    Reason.SAME_REQUEST: "generation {id} already answers this prompt{detail}",
    Reason.OWN_FILE: "your own picture {detail}",
    Reason.USE: "takes the picture of {detail}",
    Reason.FILES_MISSING: "the picture is there, {detail} to make",
    Reason.RECIPE_CHANGED: "crop, slot, title, logo or label changed: {detail} to make again",
    Reason.FORCED: "made again as --force asks: {detail}",
    Reason.UP_TO_DATE: "everything is in place{detail}",
    Reason.IN_FLIGHT: "generation {id} is being made (task {task})",
    Reason.OTHER_RUN: "another run is buying it (generation {id})",
    Reason.OTHER_ACCOUNT: "generation {id} was submitted with another account at {endpoint} ({account})",
    Reason.UNKNOWN: "generation {id} is in doubt: it was sent, no answer came back, it may have cost {cost}",
    Reason.REFUSED: "generation {id} was refused by the audit ({code}): {message}",
    Reason.PAID_LOST: "generation {id} was paid for and lost: the provider no longer has its task {task}",
    Reason.REJECTED: "you rejected generation {id}, and there is no other picture for it",
    Reason.TRASHED: "you threw generation {id} away, and there is no other picture for it",
    Reason.ABANDONED: "generation {id} was abandoned; it may have cost {cost}",
    Reason.PICTURE_GONE: "the picture of generation {id} is missing from the store",
    Reason.USE_MISSING: "{detail} has no picture to take",
    Reason.FILE_UNREADABLE: "{detail}",
    Reason.BUDGET: "over the budget: {detail}",
    Reason.DRAFT: "a draft: planned, not bought",
}

_NEXT: dict[Reason, str] = {
    Reason.OTHER_ACCOUNT: "type the command with the credentials of that account",
    Reason.UNKNOWN: "pipeline resolve {owner} --abandon   (or --resubmit, to let the next run buy it again)",
    Reason.REFUSED: "change the prompt in the spec, or: pipeline regenerate {asset}{flag}",
    Reason.PAID_LOST: "pipeline regenerate {asset}{flag}",
    Reason.REJECTED: "pipeline regenerate {asset}{flag}   (or: pipeline run {path} --only rejected{flag})",
    Reason.TRASHED: "pipeline trash {id} --undo   (or: pipeline regenerate {asset}{flag}; if gc removed its "
    "file: pipeline restore DIR --force)",
    Reason.ABANDONED: "pipeline regenerate {asset}{flag}",
    Reason.PICTURE_GONE: "pipeline run {path}{flag}   (in the first 12 hours it fetches it again, free; "
    "else pipeline restore DIR --force, or pipeline regenerate {asset}{flag}, which pays)",
    Reason.USE_MISSING: "name an asset that has one: pipeline history --search TEXT",
    Reason.FILE_UNREADABLE: "give the spec a PNG, JPEG or WebP picture that opens",
    Reason.BUDGET: "raise the budget, or type the command again without it",
}
_AGAIN = "pipeline run {path} --only failed{flag}   (the same prompt may pass; it is paid again)"


def sentence(code: Reason, generation: Generation | None = None, detail: str = "") -> str:
    """The reason in words."""
    trouble = generation.trouble if generation else None
    return _SENTENCES[code].format(
        id=generation.id if generation else "",
        task=generation.task_id if generation and generation.task_id else "unknown",
        endpoint=generation.endpoint if generation else "",
        account=generation.account if generation else "",
        code=trouble.code if trouble else "",
        message=trouble.message if trouble else "",
        cost=_cost(generation),
        detail=detail,
    )


def _cost(generation: Generation | None) -> str:
    if generation is None or generation.cost is None:
        return "its price"
    return "nothing" if generation.cost == 0 else price_words(generation.cost)


def next_step(
    code: Reason, asset: str, path: str, generation: Generation | None = None, *, flag: str = ""
) -> str | None:
    """The command that helps, where one does; `flag` is what keeps a rehearsal a rehearsal.

    A doubt is settled by the name of the asset that asked.
    """
    hint = _NEXT.get(code)
    if code is Reason.REFUSED and generation is not None and generation.trouble is not None:
        hint = _AGAIN if generation.trouble.code in REPEATABLE_REFUSALS else hint
    owner = generation.asset if generation else asset
    number = generation.id if generation else ""
    return hint.format(asset=asset, owner=owner, path=path, flag=flag, id=number) if hint else None
