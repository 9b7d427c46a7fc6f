"""A simulated picture as a pure function of the order and of how often it was made. Must not keep anything.

The same order, count and index give the same bytes on every machine that has the same Pillow; another
count gives another picture, as a real model would. Pillow is loaded by the first picture, not before.
"""

import hashlib
import io

from pipeline.fingerprint import generation_key, request_key
from pipeline.providers.contract import Order
from pipeline.providers.simulator import scenery


def order_digest(order: Order) -> str:
    """The name of an order, pixels included, by which the simulator counts how often it was made."""
    request = request_key(
        provider="simulator",
        model=order.model,
        prompt=order.prompt,
        seed=order.seed,
        params=order.params,
    )
    return generation_key(request, order.width, order.height)


def _look(digest: str, nth: int, index: int) -> scenery.Look:
    return scenery.look_of(hashlib.sha256(f"{digest}/{nth}/{index}".encode()).digest())


def subject_box(
    digest: str, nth: int, width: int, height: int, *, index: int = 0
) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the creature's ring in pixels of the picture.

    `digest` is `order_digest(order)`; `nth` counts from 0; `index` is the place within a group.
    """
    return scenery.ring_box(_look(digest, nth, index), width, height)


def picture(order: Order, nth: int, *, index: int = 0, form: str = "PNG") -> bytes:
    """The picture of the `nth` purchase of `order`, counted from 0, encoded as `form` (PNG or JPEG)."""
    digest = order_digest(order)
    look = _look(digest, nth, index)
    canvas = scenery.ground(look, order.width, order.height)
    scenery.stamp(canvas)
    scenery.creature(canvas, look, subject_box(digest, nth, order.width, order.height, index=index))
    scenery.caption(canvas, order.prompt)
    data = io.BytesIO()
    if form == "JPEG":
        canvas.save(data, form, quality=90)
    else:
        canvas.save(data, form, compress_level=1)
    return data.getvalue()
