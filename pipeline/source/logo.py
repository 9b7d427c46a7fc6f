"""An author's logo as settings and specs write it. Looks whether its file is there, reads none."""

from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from pipeline.nearest import suggestion
from pipeline.source.nodes import Mapping, Scalar
from pipeline.source.report import Report
from pipeline.source.typed import Written
from pipeline.source.types import Number, Text, any_case, as_text, is_none_word

CORNERS = ("top-left", "top-right", "bottom-left", "bottom-right")
_DRAWINGS = frozenset({".svg", ".svgz", ".ai", ".eps", ".pdf"})


def as_corner(value: object) -> str:
    """One of `CORNERS`."""
    text = as_text(value)
    if text not in CORNERS:
        raise ValueError(f"must be one of {', '.join(CORNERS)}, not {text!r}{suggestion(text, CORNERS)}")
    return text


class OrNone:
    """Marks a mapping field for which the word `none` may stand; it is read as the mapping of defaults."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def empty_for_none(value: object) -> object:
            if isinstance(value, str) and not is_none_word(value):
                raise ValueError("must be `logo: ...` and more such lines, or none")
            return {} if value is None or isinstance(value, str) else value

        return core_schema.no_info_before_validator_function(empty_for_none, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [handler(schema), {"type": "null"}, any_case("none")]}


class BrandWritten(Written):
    """A logo, drawn small into a corner of every picture. Without `logo`, as after `none`: no logo."""

    required: ClassVar[tuple[str, ...]] = ("logo",)

    logo: Text = Field(
        "", description="A PNG with transparency, a WebP or a JPEG; its path is relative to this file."
    )
    at: Annotated[str, BeforeValidator(as_corner), WithJsonSchema({"enum": list(CORNERS)})] = Field(
        "top-left", description="Its corner; the AI label and a title come first, then it takes another one."
    )
    height: Annotated[float, Number(0.03, 0.3)] = Field(
        0.08, description="Its height, as a share of the picture's shorter side."
    )


def check_logo(node: Mapping, folder: Path, report: Report) -> None:
    """Note what is wrong with the logo under the key `brand` of `node`, a part of a file in `folder`."""
    brand = node.get("brand")
    logo = brand.value.get("logo") if brand is not None and isinstance(brand.value, Mapping) else None
    if logo is None or not isinstance(logo.value, Scalar):
        return
    problem = _problem(folder, logo.value.text)
    if problem is not None:
        report.add(logo.value.place, problem)


def _problem(folder: Path, logo: str) -> str | None:
    """Why the path of a logo, written in a file of `folder`, names no picture; None when it may be one."""
    path = folder / logo
    if not logo.strip():
        return "the logo's path is empty"
    if path.suffix.lower() in _DRAWINGS:
        return f"{logo!r} is a drawing; export it as PNG with a transparent background"
    try:
        if path.is_dir():
            return f"{logo!r} is a folder; name a picture in it"
        if path.is_file():
            return None
        siblings = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
    except (OSError, ValueError) as error:
        return f"{logo!r} cannot be looked at: {getattr(error, 'strerror', None) or error}"
    return f"there is no file {logo!r} in {str(folder)!r}{suggestion(path.name, siblings)}"
