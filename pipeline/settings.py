"""What a home is set to: flag over environment over `configs/settings.yaml` over default. Knows no secret.

Flags are not known here: a command puts them over what this module returns.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationError

from pipeline.errors import SettingsError
from pipeline.home import Home
from pipeline.source.compose import load_tree
from pipeline.source.logo import BrandWritten, OrNone, as_corner, check_logo
from pipeline.source.nodes import find
from pipeline.source.report import Report
from pipeline.source.typed import Written, read
from pipeline.source.types import Number, Section, Text, Whole, as_text, is_none_word
from pipeline.typeface import character_in_words, missing_character

DEFAULT_ENDPOINT = "https://visual.volcengineapi.com"
LOG_LEVELS = ("debug", "info", "warning", "error")
VARIABLES = {
    "JIMENG_ENDPOINT": "endpoint",
    "PIPELINE_CONCURRENCY": "concurrency",
    "PIPELINE_QPS": "qps",
    "PIPELINE_SUBMIT_TIMEOUT": "submit_timeout",
    "PIPELINE_LOG_LEVEL": "log_level",
    "PIPELINE_DATABASE_URL": "database_url",
}
_MONEY = Whole(0, 10**12)
_COUNT = Whole(0, 10**6, none=True)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def as_endpoint(value: object) -> str:
    """`https://host[:port]`, or `http://` of this machine; without a path, so without a slash at the end."""
    text = as_text(value).strip().rstrip("/")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or port == 0 or text != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
        raise ValueError("must be https://host or https://host:port, with nothing after it")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError(
            "must begin with https://; http:// is for this machine only, as in http://127.0.0.1:8080"
        )
    return text


def as_log_level(value: object) -> str:
    """One of `LOG_LEVELS`, in any case."""
    text = as_text(value)
    if text.lower() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}, not {text!r}")
    return text.lower()


def _text_or_none(value: object) -> str | None:
    return None if is_none_word(value) else as_text(value)


def as_label_text(value: object) -> str:
    """The visible label: it must name AI and say that the picture was generated."""
    text = as_text(value).strip()
    if "AI" not in text or "生成" not in text:
        raise ValueError("must contain AI and 生成, such as AI生成")
    unknown = missing_character(text)
    if unknown is not None:
        raise ValueError(f"the typeface has no {character_in_words(unknown)}")
    return text


def as_producer(value: object) -> str:
    """The hidden label's ContentProducer: visible ASCII without quotes and backslash."""
    text = as_text(value)
    if not text or not all("!" <= character <= "~" and character not in "\"'\\" for character in text):
        raise ValueError("must be plain ASCII without spaces, quotes or backslash, such as jimeng")
    return text


def as_label_corner(value: object) -> str | None:
    """One of `CORNERS`, or `auto` for None: where the label hides the least."""
    text = as_text(value)
    if text == "auto":
        return None
    try:
        return as_corner(text)
    except ValueError as error:
        raise ValueError(f"{error}, or auto") from None


class Budget(Written):
    """Ceilings that no run goes over by itself; unknown purchases count as spent."""

    run_images: Annotated[int | None, _COUNT] = Field(None, description="Pictures one run may buy, or none.")
    month_images: Annotated[int | None, _COUNT] = Field(
        None, description="Pictures a calendar month may buy, or none."
    )
    month_cost: Annotated[int | None, Whole(0, 10**12, none=True)] = Field(
        None, description="What a calendar month may cost, in 0.0001 of the currency, or none."
    )


class LabelSettings(Written):
    """The AI label, visible and hidden."""

    text: Annotated[str, BeforeValidator(as_label_text)] = Field("AI生成", description="The visible words.")
    opacity: Annotated[float, Number(0.6, 1)] = Field(
        0.85, description="Of the visible label's plate, 0.6 to 1."
    )
    corner: Annotated[str | None, BeforeValidator(as_label_corner)] = Field(
        None, description="One corner for all pictures, or auto: where the label hides the least."
    )
    producer: Annotated[str, BeforeValidator(as_producer)] = Field(
        "jimeng", description="The hidden ContentProducer."
    )


class JpegSettings(Written):
    """How JPEG files are written."""

    quality: Annotated[int, Whole(1, 95)] = Field(90, description="What every file starts with.")
    floor: Annotated[int, Whole(1, 95)] = Field(60, description="What a byte limit may press it down to.")


class SimulatorSettings(Written):
    """The simulator that a run starts by itself."""

    latency: Annotated[float, Number(0, 600)] = Field(0.5, description="Seconds a picture takes.")
    concurrency: Annotated[int, Whole(1, 64)] = Field(4, description="Tasks it runs at the same time.")


class Settings(Written):
    """Everything that can be set. Seconds and counts are plain numbers; money is in 0.0001 of `currency`."""

    endpoint: Annotated[str, BeforeValidator(as_endpoint)] = DEFAULT_ENDPOINT
    concurrency: Annotated[int, Whole(1, 64)] = 1
    qps: Annotated[float | None, Number(0.01, 1000, none=True)] = None
    submit_timeout: Annotated[float, Number(1, 600)] = 60.0
    connect_timeout: Annotated[float, Number(1, 120)] = 10.0
    log_level: Annotated[str, BeforeValidator(as_log_level)] = "info"
    database_url: Annotated[str | None, BeforeValidator(_text_or_none)] = Field(None, repr=False)
    currency: Text = "CNY"
    prices: Annotated[Mapping[str, Annotated[int, _MONEY]], Section()] = {}
    budget: Annotated[Budget, Section()] = Budget()
    label: Annotated[LabelSettings, Section()] = LabelSettings()
    brand: Annotated[BrandWritten, OrNone()] = BrandWritten()
    jpeg: Annotated[JpegSettings, Section()] = JpegSettings()
    render_threads: Annotated[int | None, Whole(1, 256, none=True)] = None
    notify: tuple[Text, ...] = ()
    simulator: Annotated[SimulatorSettings, Section()] = SimulatorSettings()


def load_settings(home: Home, environ: Mapping[str, str]) -> Settings:
    """The settings of a home under an environment. An unset or empty variable says nothing.

    Raises SettingsError naming `file:line:column`, or the variable, of everything that is wrong.
    """
    settings = _from_file(home)
    said: dict[str, Any] = {}
    wrong: list[str] = []
    for variable, field in VARIABLES.items():
        if not environ.get(variable):
            continue
        try:
            said[field] = getattr(Settings.model_validate({field: environ[variable]}), field)
        except ValidationError as error:
            context = error.errors(include_url=False, include_input=False)[0].get("ctx", {})
            wrong.append(f"{variable}: {context.get('error')}")
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings.model_copy(update=said)


def _from_file(home: Home) -> Settings:
    path = home.configs / "settings.yaml"
    if not path.exists():
        return Settings()
    report = Report(str(path))
    root = load_tree(path, report)
    reading = read(root, Settings, report)
    if reading.value.jpeg.floor > reading.value.jpeg.quality:
        report.add(find(reading.node, "jpeg").place, "jpeg: floor must not lie above quality")
    check_logo(reading.node, home.configs, report)
    report.raise_settings()
    return reading.value
