"""A spec as its author writes it: keys, types and what an editor says about each. Resolves nothing.

Everything has a default here, also what must be there (`required`): a spec with problems is still read to
its end (see `pipeline.source.typed`).
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from pipeline.platforms.catalog import load_catalog
from pipeline.providers.models import MODELS
from pipeline.source.logo import BrandWritten, OrNone
from pipeline.source.typed import Written
from pipeline.source.types import Given, Section, Switch, Text, Whole, as_text
from pipeline.spec.looks import Color, TitleSide, TitleSize
from pipeline.spec.terms import AssetKey, FocusPoint, Label, Name, Size, Style

PROVIDERS = ("auto", "jimeng", "simulator")
SOURCES = ("prompt", "file", "use")
PROMPT_ONLY = ("style", "model", "size", "seed", "params")
MAX_SEED = 2**31 - 1


class _SlotName:
    """A slot's id as text. An editor offers the packaged ones, and takes the form of an author's own."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(as_text)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        own = {"type": "string", "pattern": r"^[a-z0-9_]+\.[a-z0-9_]+$"}
        return {"anyOf": [{"enum": list(load_catalog().slots)}, own]}


def _as_provider(value: object) -> str:
    text = as_text(value)
    if text not in PROVIDERS:
        raise ValueError(f"must be one of {', '.join(PROVIDERS)}, not {text!r}")
    return text


SlotId = Annotated[str, _SlotName()]
ModelName = Annotated[str, BeforeValidator(as_text), WithJsonSchema({"enum": list(MODELS)})]
Provider = Annotated[str, BeforeValidator(_as_provider), WithJsonSchema({"enum": list(PROVIDERS)})]
Slots = Annotated[
    tuple[SlotId, ...],
    Field(
        description="The platform slots to fill, such as [wechat.cover, xiaohongshu.note].",
        json_schema_extra={"minItems": 1, "uniqueItems": True},
    ),
]


class CropDocument(Written):
    """How one slot of an image is cropped."""

    required: ClassVar[tuple[str, ...]] = ("focus",)

    focus: Annotated[FocusPoint | None, Given()] = Field(
        None, description="What this slot's crop is centred on; as `focus` of the image."
    )


class OverlayDocument(Written):
    """A title on the picture, set when the file is made: changing it costs nothing."""

    required: ClassVar[tuple[str, ...]] = ("text",)

    text: Text = Field("", description="The words. Line breaks are kept; without any, lines are balanced.")
    at: TitleSide = Field(
        None, description="A side or a corner such as top-left; auto: where the subject leaves most room."
    )
    color: Color = Field(
        None, description='A name or "#rrggbb" in quotes; auto: white or dark, by what lies below.'
    )
    size: TitleSize = Field(
        None,
        description="small, medium, large, or a share of the shorter side. Made smaller where it must be.",
    )
    slots: Annotated[Slots | None, Given()] = Field(
        None, description="The slots it is for. Left out: all but those inside an article."
    )


class ImageDocument(Written):
    """One image: exactly one of `prompt`, `file`, `use`, and the slots to fill with it."""

    required: ClassVar[tuple[str, ...]] = ("id",)
    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [key]} for key in SOURCES],
            "dependentRequired": {"ai": ["file"], **{key: ["prompt"] for key in PROMPT_ONLY}},
        }
    )

    id: Name = Field("", description="The image's name in its article.")
    prompt: Annotated[Text | None, Given()] = Field(
        None, description="What to generate. The style is put around it."
    )
    file: Annotated[Text | None, Given()] = Field(
        None, description="A picture of your own, relative to this file. Free, and no AI label."
    )
    use: Annotated[AssetKey | None, Given()] = Field(
        None, description="The key of an old picture, spec/article/image. Free."
    )
    slots: Annotated[Slots | None, Given()] = None
    style: Annotated[Style | None, Given()] = Field(
        None, description="A style of this file or of configs/styles.yaml; none for no style."
    )
    model: Annotated[ModelName | None, Given()] = Field(None, description="The model to ask.")
    size: Annotated[Size | None, Given()] = Field(
        None, description="WIDTHxHEIGHT of the picture to buy. Left out, the plan chooses."
    )
    seed: Annotated[int | None, Whole(0, MAX_SEED)] = Field(
        None, description="A seed, for models that take one."
    )
    params: Annotated[Mapping[str, Text], Section()] = Field({}, description="More parameters of the model.")
    focus: Annotated[FocusPoint | None, Given()] = Field(
        None,
        description="What crops are centred on: auto, a side, a corner such as top-left, or [x, y] in 0..1.",
    )
    crops: Annotated[Mapping[str, CropDocument], Section()] = Field(
        {}, description="Another focus for single slots."
    )
    label: Annotated[Label | None, Given()] = Field(
        None, description="on: marked as AI-made. none: not marked, and that is your choice."
    )
    overlay: Annotated[OverlayDocument, Section()] = Field(
        OverlayDocument(), description="A title on the picture: `{text: ..., at: bottom}`."
    )
    brand: Annotated[BrandWritten, OrNone()] = Field(
        BrandWritten(), description="Another logo for this image, or none."
    )
    ai: Annotated[Switch | None, Given()] = Field(
        None, description="Whether a `file` is AI-made, so that it gets the label."
    )
    alt: Text = Field("", description="What the picture shows, for those who cannot see it.")
    draft: Switch = Field(False, description="Planned and shown, not bought.")


class ArticleDocument(Written):
    """One post and its images, in the order of the post."""

    required: ClassVar[tuple[str, ...]] = ("slug", "images")

    slug: Name = Field("", description="The article's name in asset keys and folders.")
    title: Annotated[Text | None, Given()] = Field(
        None, description="The title for people; the slug when left out."
    )
    draft: Switch = Field(False, description="All of the article is planned and shown, not bought.")
    images: tuple[ImageDocument, ...] = Field(
        (), json_schema_extra={"minItems": 1}, description="The images, in order."
    )


class DefaultsDocument(Written):
    """What holds for every image that does not say otherwise."""

    model: Annotated[ModelName | None, Given()] = Field(None, description="The model to ask.")
    style: Annotated[Style | None, Given()] = Field(
        None, description="The style put around every prompt; none for no style."
    )
    slots: Annotated[Slots | None, Given()] = None
    label: Label = Field(
        True, description="on: marked as AI-made. none: not marked, and that is your choice."
    )
    focus: Annotated[FocusPoint | None, Given()] = Field(None, description="What crops are centred on.")


class SpecDocument(Written):
    """One week: articles and the images they need."""

    required: ClassVar[tuple[str, ...]] = ("articles",)

    name: Annotated[Name | None, Given()] = Field(
        None, description="The first part of every asset key; the file's name when left out."
    )
    provider: Provider = Field(
        "auto", description="auto: jimeng where credentials are set, else the simulator."
    )
    tags: Annotated[Mapping[str, Text], Section()] = Field(
        {}, description="Free words to filter history and costs by."
    )
    defaults: Annotated[DefaultsDocument, Section()] = Field(
        DefaultsDocument(), description="What holds for every image that does not say otherwise."
    )
    brand: Annotated[BrandWritten, OrNone()] = Field(
        BrandWritten(),
        description="The logo on every picture of this file, or none; else that of the settings.",
    )
    styles: Annotated[Mapping[Name, Text], Section()] = Field(
        {}, description="Styles of this file: a text with {prompt} in it, once."
    )
    articles: tuple[ArticleDocument, ...] = Field(
        (), json_schema_extra={"minItems": 1}, description="The week's posts."
    )
