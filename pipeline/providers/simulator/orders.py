"""Bodies read and judged as the vendor would: an order, a question, or a refusal. Pure; must not keep a task.

Fields that the vendor's table does not have are ignored, as it does. `callback_url` is taken and never
called. `logo_info` and `aigc_meta` are checked and have no effect: neither the size of the vendor's logo
nor the place of its tag is documented.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isqrt

from pipeline.fingerprint import Json
from pipeline.providers.contract import Order
from pipeline.providers.models import MODELS, Call, Model
from pipeline.providers.simulator.pictures import order_digest

DEFAULT_AREA = 2048 * 2048
DEFAULT_SIDE = 1328
_INPUTS = {"jimeng_t2i_v40": 10, "jimeng_seedream46_cvtob": 14}
_KEPT = ("scale", "use_pre_llm", "use_sr", "image_urls")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A business code; `detail` says in the simulator's own words what it did not like."""

    code: int
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A valid order and how many pictures it will bring. Pixels are those of the picture, not of the wire."""

    order: Order
    pictures: int
    return_url: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A valid poll."""

    model: str
    task_id: str
    return_url: bool


class _InvalidError(ValueError):
    """A field that the vendor would answer with 50215; the text is the detail."""


Document = Mapping[str, Json]


def prompt_in(body: bytes) -> str:
    """The prompt of any body, empty where there is none: what a fault's filter looks at."""
    try:
        return _text(_document(body), "prompt")
    except _InvalidError:
        return ""


def read_order(body: bytes, call: Call) -> Asked | Refused:
    """The order in a submit's (or synchronous call's) body."""
    try:
        document = _document(body)
        model = _model(document, call)
        return model if isinstance(model, Refused) else _asked(document, model)
    except _InvalidError as error:
        return Refused(code=50215, detail=str(error))


def read_question(body: bytes) -> Question | Refused:
    """The task that a poll asks for, and the form of its pictures (`req_json` is a JSON string)."""
    try:
        document = _document(body)
        model = _model(document, Call.ASYNC)
        if isinstance(model, Refused):
            return model
        wishes = _nested(document, "req_json")
        return Question(
            model=model.name,
            task_id=_text(document, "task_id"),
            return_url=_wishes(wishes),
        )
    except _InvalidError as error:
        return Refused(code=50215, detail=str(error))


def _document(body: bytes) -> Document:
    try:
        value = json.loads(body)
        body.decode()
    except (ValueError, RecursionError) as error:
        raise _InvalidError("the body is not JSON") from error
    if not isinstance(value, dict):
        raise _InvalidError("the body is not a JSON object")
    return value


def _model(document: Document, call: Call) -> Model | Refused:
    model = MODELS.get(_text(document, "req_key"))
    if model is None:  # seen with a wrong req_key; the vendor does not say which key it would have known
        return Refused(code=50400, detail="unknown req_key")
    if model.call is not call:
        return Refused(code=50204, detail=f"{model.name} is asked with {model.call}")
    return model


def _asked(document: Document, model: Model) -> Asked:
    prompt = _text(document, "prompt")
    if len(prompt) > model.prompt_max:
        raise _InvalidError(f"the prompt has {len(prompt)} characters, over {model.prompt_max}")
    _check_scale(document, model)
    _check_inputs(document, model)
    width, height = _pixels(document, model)
    seed = _whole(document, "seed") if model.seed else None
    order = Order(
        model=model.name,
        prompt=prompt,
        width=width,
        height=height,
        seed=None if seed == -1 else seed,
        params={name: document[name] for name in _KEPT if name in document},
    )
    single = _flag(document, "force_single", default=False) or not model.force_single
    return Asked(order=order, pictures=1 if single else group_size(order), return_url=_wishes(document))


def group_size(order: Order) -> int:
    """How many pictures a model that may make a group makes of this order: 1 to 3, always the same."""
    return 1 + int(order_digest(order)[-2:], 16) % 3


def _pixels(document: Document, model: Model) -> tuple[int, int]:
    width, height = _whole(document, "width"), _whole(document, "height")
    if (width is None) != (height is None):
        raise _InvalidError("width and height come together or not at all")
    if model.upscale > 1:
        return _enlarged(width or 512, height or 512, document, model)
    if width is None or height is None:
        side = isqrt(_area(document, model)) if model.force_single else DEFAULT_SIDE
        return side, side
    least, most = _ratios(document, model)
    if not least - 1e-9 <= width / max(1, height) <= most + 1e-9:
        raise _InvalidError(f"{width}x{height}: the ratio must lie in {least:.4g}..{most:.4g}")
    problem = replace(model, max_ratio=max(most, 1 / least)).size_problem(width, height)
    if problem is not None:
        raise _InvalidError(problem)
    return width, height


def _enlarged(width: int, height: int, document: Document, model: Model) -> tuple[int, int]:
    problem = model.size_problem(width * model.upscale, height * model.upscale)
    if problem is not None:
        raise _InvalidError(f"{problem} (half of it on the wire)")
    factor = model.upscale if _flag(document, "use_sr", default=True) else 1
    return width * factor, height * factor


def _area(document: Document, model: Model) -> int:
    size = _whole(document, "size")
    area = DEFAULT_AREA if size is None else size
    if not model.min_area <= area <= model.max_area:
        raise _InvalidError(f"size {area} is outside {model.min_area}..{model.max_area} pixels")
    return area


def _ratios(document: Document, model: Model) -> tuple[float, float]:
    if not model.force_single:
        return 1 / model.max_ratio, model.max_ratio
    least = _number(document, "min_ratio", default=1 / 3)
    most = _number(document, "max_ratio", default=3.0)
    if not 1 / 16 <= least <= most <= 16:
        raise _InvalidError("min_ratio and max_ratio must lie in 1/16..16, the first not above the second")
    return least, most


def _check_scale(document: Document, model: Model) -> None:
    kind = model.params.get("scale")
    if kind is None:
        return
    if kind is int:
        percent = _whole(document, "scale")
        if percent is not None and not 1 <= percent <= 100:
            raise _InvalidError("scale must lie in 1..100")
    elif not 0 <= _number(document, "scale", default=0.5) <= 1:
        raise _InvalidError("scale must lie in 0..1")


def _check_inputs(document: Document, model: Model) -> None:
    urls, most = document.get("image_urls"), _INPUTS.get(model.name)
    if most is None or urls is None:
        return
    if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
        raise _InvalidError("image_urls must be a list of URLs")
    if len(urls) > most:
        raise _InvalidError(f"image_urls has {len(urls)} entries, over {most}")


def _wishes(wishes: Document) -> bool:
    """Whether URLs are wanted; refuses marks that cannot be read."""
    _nested(wishes, "logo_info")
    meta = _nested(wishes, "aigc_meta")
    if "aigc_meta" in wishes and not meta.get("producer_id"):
        raise _InvalidError("aigc_meta needs a producer_id")
    return _flag(wishes, "return_url", default=False)


def _nested(document: Document, name: str) -> Document:
    """An object, or a string that holds one as JSON; empty when absent."""
    value = document.get(name)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise _InvalidError(f"{name} is not a JSON string") from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _InvalidError(f"{name} is not an object")
    return value


def _text(document: Document, name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _InvalidError(f"{name} must be text")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise _InvalidError(f"{name} holds half a character") from error
    return value


def _whole(document: Document, name: str) -> int | None:
    value = document.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise _InvalidError(f"{name} must be a whole number")
    return value


def _number(document: Document, name: str, *, default: float) -> float:
    value = document.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _InvalidError(f"{name} must be a number")
    return value


def _flag(document: Document, name: str, *, default: bool) -> bool:
    value = document.get(name, default)
    if not isinstance(value, bool):
        raise _InvalidError(f"{name} must be true or false")
    return value
