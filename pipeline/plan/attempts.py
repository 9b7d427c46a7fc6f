"""What single attempts mean: a picture, a doubt, a row left behind, money that is gone. Pure."""

from collections.abc import Sequence

from pipeline.history.records import Generation
from pipeline.history.states import Purpose, State, is_free_of_doubt
from pipeline.plan.model import Buyer, Facts, Reason


def usable(generation: Generation, facts: Facts) -> bool:
    """Stored, neither rejected nor thrown away, and its picture is present."""
    return (
        generation.state is State.STORED
        and not (generation.rejected or generation.trashed)
        and generation.master is not None
        and generation.master.sha256 in facts.present
    )


def may_be_shown(generation: Generation, buyer: Buyer) -> bool:
    """Whether a choice of this picture counts for this buyer: simulated and real ones never mix.

    One that was made elsewhere was named by the author, and is shown in a rehearsal too.
    """
    return generation.imported or generation.simulated == buyer.simulated


def is_ours(generation: Generation, buyer: Buyer) -> bool:
    """Whether its task can be polled with our credentials at our endpoint."""
    return (generation.endpoint, generation.account) == (buyer.endpoint, buyer.account)


def left_planned(asset: str, attempts: Sequence[Generation], facts: Facts) -> Generation | None:
    """A planned row whose run is dead: it belongs to whoever needs it.

    Not one of another account, whose task we could not poll, and not one that would move another asset.
    """
    return next(
        (
            item
            for item in attempts
            if item.state is State.PLANNED
            and item.owner not in facts.alive
            and is_ours(item, facts.buyer)
            and (item.purpose is Purpose.RUN or item.asset == asset)
        ),
        None,
    )


def may_be_bought_again(attempt: Generation) -> bool:
    """Whether an attempt leaves the way free for the same purchase: never sent, free, or settled so."""
    free = is_free_of_doubt(attempt.state, attempt.charged, attempt.resolution)
    return attempt.state is State.PLANNED or free


def doubt_among(attempts: Sequence[Generation]) -> Generation | None:
    """Of attempts that nobody is working on, one that may have been charged: unknown, or left half sent."""
    return next((attempt for attempt in attempts if attempt.state in (State.UNKNOWN, State.SUBMITTING)), None)


def why_barred(attempt: Generation) -> Reason:
    """Why an attempt without a usable picture keeps a plain run from buying again."""
    match attempt.state:
        case State.STORED:
            return why_unusable(attempt)
        case State.REFUSED:
            return Reason.REFUSED
        case State.FAILED:
            return Reason.PAID_LOST
        case _:
            return Reason.ABANDONED


def why_unusable(stored: Generation) -> Reason:
    """Why a stored picture is not used."""
    if stored.rejected:
        return Reason.REJECTED
    return Reason.TRASHED if stored.trashed else Reason.PICTURE_GONE
