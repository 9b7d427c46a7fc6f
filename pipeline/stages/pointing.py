"""The author's word on where crops are centred, as the command and the page both write it. Stores nothing."""

from datetime import datetime

from pipeline.history.records import FocusPoint
from pipeline.spec.aim import EVERY_SLOT, said
from pipeline.spec.model import Focus, Image


def word_on(image: Image, slot: str | None, point: Focus | None, *, at: datetime) -> FocusPoint:
    """A word about one slot, or all where `slot` is None; `point` None takes the word before back.

    It remembers what the spec says now, so that the spec's next word is the newer one.
    """
    named = slot or EVERY_SLOT
    return FocusPoint(
        asset=image.key,
        slot=named,
        x=None if point is None else point.x,
        y=None if point is None else point.y,
        spec_said=said(image, named),
        at=at,
    )
