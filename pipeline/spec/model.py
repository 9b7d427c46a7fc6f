"""A spec as the rest of the program sees it: resolved, typed, frozen. Must not read a file or know YAML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.fingerprint import Json


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the spec's file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Focus:
    """The point a crop is centred on, in 0..1 of the master from its left top; `said` by the author?"""

    x: float = 0.5
    y: float = 0.5
    said: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompted:
    """A picture to generate. `prompt` is final: style applied, NFC, trimmed; `words` is what was typed."""

    prompt: str
    words: str
    style: str | None
    model: str
    size: tuple[int, int] | None = None
    seed: int | None = None
    params: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    """The author's own picture; `path` absolute, `written` as the spec has it, `ai` as the author says."""

    path: Path
    written: str
    ai: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reused:
    """An old picture for a new place: the key of the asset that has it."""

    asset: str


Source = Prompted | OwnFile | Reused


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A title: its lines (NFC, trimmed, at least one), and the slots that get it.

    `at` is a side, across and down in 0..1, None where the subject decides; `color` red, green, blue, None by
    what lies below; `size` a share of the shorter side, None as it reads well.
    """

    text: str
    at: tuple[float, float] | None = None
    color: tuple[int, int, int] | None = None
    size: float | None = None
    slots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A logo: `path` absolute, `written` as in the spec; its corner; its height by the shorter side."""

    path: Path
    written: str
    at: str
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One asset. `number` is its place in the article from 1; `crops` maps slot ids to their own focus.

    `branded` False: the author wants no logo; else it is `brand`, or the settings' one where that is None.
    """

    key: str
    id: str
    number: int
    source: Source
    slots: tuple[str, ...]
    focus: Focus = Focus()
    crops: Mapping[str, Focus] = field(default_factory=dict)
    label: bool = True
    overlay: Overlay | None = None
    brand: Brand | None = None
    branded: bool = True
    alt: str = ""
    draft: bool = False
    mark: Mark = Mark(1, 1)

    def focus_for(self, slot: str) -> Focus:
        """The focus of one slot: its own where the spec says one, else the image's."""
        return self.crops.get(slot, self.focus)

    def overlay_for(self, slot: str) -> Overlay | None:
        """The title of one slot's file."""
        return self.overlay if self.overlay is not None and slot in self.overlay.slots else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One post: its images in the order of the post."""

    slug: str
    title: str
    images: tuple[Image, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One week. `path` is absolute, `digest` the file's SHA-256; `provider` auto, jimeng or simulator.

    `shown` is the path as the author typed it, for commands to type next.
    """

    name: str
    path: Path
    digest: str
    provider: str
    articles: tuple[Article, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    shown: str = "SPEC"

    @property
    def images(self) -> tuple[Image, ...]:
        """Every asset in the order of the file."""
        return tuple(image for article in self.articles for image in article.images)
