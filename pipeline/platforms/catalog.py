"""The catalogue: the slots that come with the program, and those of the author's own. Judges no picture."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from pipeline.platforms.model import Box, Catalog, Confidence, Format, Slot

Row = Mapping[str, Any]


def load_catalog(overrides: Path | None = None) -> Catalog:
    """All slots; where `overrides` (a home's `configs/platforms.yaml`) exists, it adds or changes some.

    Raises SettingsError with one `file:line:column: message` a line when that file has problems.
    """
    rows = _packaged()
    if overrides is not None and overrides.exists():
        # Costs an import of pydantic, which a home without slots of its own need not pay.
        from pipeline.platforms.overrides import read_overrides

        rows = {**rows, **read_overrides(overrides, rows)}
    return Catalog(slots={slot_id: slot_from(slot_id, row) for slot_id, row in rows.items()})


@cache
def _packaged() -> Mapping[str, Row]:
    import yaml  # noqa: TID251 - the packaged catalogue, our own file

    # The C loader is six times as fast; it is for our own file only, never for an author's.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("pipeline.platforms").joinpath("catalog.yaml").read_text("utf-8")
    return cast("Mapping[str, Row]", yaml.load(text, loader))  # noqa: S506 - either loader is a safe one


def slot_from(slot_id: str, row: Row) -> Slot:
    """A slot from the fields of its entry: `auto` and `none` become None, a ratio its central box."""
    width, height = int(row["width"]), None if row["height"] == "auto" else int(row["height"])
    limit = row["max_bytes"]
    return Slot(
        id=slot_id,
        name=row["name"],
        width=width,
        height=height,
        formats=tuple(Format(name) for name in row["formats"]),
        max_bytes=None if limit in {None, "none"} else int(limit),
        keep_in=_kept(row.get("keep_in"), width, height),
        covered=tuple(Box(*box) for box in row.get("covered", ())),
        confidence=Confidence(row["confidence"]),
        bytes_confidence=Confidence(row["bytes_confidence"]),
        source=row["source"],
        checked=row["checked"],
        note=row.get("note", ""),
    )


def _kept(said: object, width: int, height: int | None) -> Box | None:
    if said is None or height is None:
        return None
    if isinstance(said, str):
        across, _, down = said.partition(":")
        return central_box(width / height, int(across) / int(down))
    return Box(*cast("tuple[float, float, float, float]", tuple(cast("Any", said))))


def central_box(ratio: float, inner: float) -> Box:
    """The largest central part of ratio `inner` in a picture of `ratio` (width by height)."""
    if inner < ratio:
        margin = (1 - inner / ratio) / 2
        return Box(margin, 0.0, 1 - margin, 1.0)
    margin = (1 - ratio / inner) / 2
    return Box(0.0, margin, 1.0, 1 - margin)
