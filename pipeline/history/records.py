"""What the history gives out: frozen values, free of the database. Times are aware, in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.fingerprint import Json
from pipeline.history.states import Charged, Choice, Purpose, Resolution, State

IMPORTED = "imported"
"""The provider, the endpoint and the first part of the key of pictures that were made elsewhere."""
LARGEST_NUMBER = 2**63 - 1
"""The largest number that a generation, or a word about it, can have."""
UNPAID = ("simulator", IMPORTED)
"""Providers whose pictures count in no sum of money and in no budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """An immutable picture in the store; pixels are upright. `ending` is the file's, without a dot."""

    sha256: str
    ending: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What went wrong with a generation, in the provider's words."""

    code: str
    message: str
    http_status: int | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A generation before it exists: all that its row needs. `cost` in 0.0001 units, None: no price known."""

    request: str
    generation_key: str
    attempt: int
    asset: str
    spec: str
    provider: str
    endpoint: str
    account: str
    model: str
    prompt: str
    width: int
    height: int
    seed: int | None = None
    params: Mapping[str, Json] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    cost: int | None = None
    purpose: Purpose = Purpose.RUN
    for_request: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One attempt to buy a picture. `owner` is the run that moves it; `rejected` the newest word on it.

    `trashed`: thrown away, and so neither used again nor shown.
    """

    id: int
    request: str
    generation_key: str
    attempt: int
    asset: str
    spec: str
    provider: str
    endpoint: str
    account: str
    model: str
    prompt: str
    width: int
    height: int
    seed: int | None
    params: Mapping[str, Json]
    state: State
    charged: Charged
    resolution: Resolution | None
    purpose: Purpose
    task_id: str | None
    request_id: str | None
    cost: int | None
    owner: str | None
    trouble: Trouble | None
    planned_at: datetime
    sent_at: datetime | None
    submitted_at: datetime | None
    done_at: datetime | None
    stored_at: datetime | None
    master: Master | None
    rejected: bool = False
    trashed: bool = False

    @property
    def simulated(self) -> bool:
        """Bought from the simulator: never delivered where real pictures go."""
        return self.provider == "simulator"

    @property
    def imported(self) -> bool:
        """Made elsewhere and taken in: shown where it was named, never in place of a purchase."""
        return self.provider == IMPORTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided for one asset, and the request that its spec had then."""

    asset: str
    generation: int
    choice: Choice
    request: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Marked:
    """A generation that a word is about. `version`: the newest word on it that the author saw, None: any."""

    generation: int
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the author noted, on a generation or on an asset: one of the two."""

    asset: str | None = None
    generation: int | None = None
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One move in a generation's life. `source` None: the row was made."""

    generation: int
    at: datetime
    source: State | None
    target: State
    run: str | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFact:
    """An asset as the last run saw it; `own_sha256` for the author's own file, `request` for a prompt.

    `title` is its article's, where that has one.
    """

    key: str
    spec: str
    request: str | None = None
    model: str | None = None
    prompt: str | None = None
    own_sha256: str | None = None
    ai: bool = True
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A file that was written: where (relative to the home), for whom, from what. Sizes in bytes."""

    path: str
    sha256: str
    bytes: int
    mtime_ns: int
    spec: str
    asset: str
    slot: str
    rendition: str
    generation: int | None
    provider: str
    master: str
    width: int
    height: int
    format: str
    crop: tuple[int, int, int, int]
    scale: float
    label: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusPoint:
    """The author's word on where an asset's crops are centred, in 0..1 of the master from its left top.

    `slot` is empty for all slots; x and y are None where the word before is taken back. `spec_said` is what
    the spec said then, as `pipeline.spec.aim.said` writes it.
    """

    asset: str
    slot: str = ""
    x: float | None = None
    y: float | None = None
    spec_said: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPicture:
    """The author's own file as it was last read: a cache by path, size and time of change."""

    path: str
    size: int
    mtime_ns: int
    master: Master


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Sums over generations: pictures charged and in doubt, and their cost in 0.0001 units.

    `unpriced` of all, and `doubtful_unpriced` of those in doubt, have no known price: a cost is without them.
    """

    group: str
    charged: int
    doubtful: int
    cost: int
    doubtful_cost: int
    unpriced: int
    doubtful_unpriced: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What was learnt of an account: None where nothing was."""

    concurrency: int | None = None
    qps: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything the history says about some specs' assets and requests.

    `attempts` by request, oldest first; `decisions` by asset, newest first; `decided` the generations they
    name; `pursuits` by asset what the author asked for and is under way; `last_selected` by request;
    `written` all rows by path, newest first; `own_masters` by hash; `same_bytes` by hash the generations
    that came back as one and the same file though their prompts differ; `focus_points` by asset, newest
    first.
    """

    attempts: Mapping[str, tuple[Generation, ...]] = field(default_factory=dict)
    decisions: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)
    decided: Mapping[int, Generation] = field(default_factory=dict)
    pursuits: Mapping[str, tuple[Generation, ...]] = field(default_factory=dict)
    last_selected: Mapping[str, int] = field(default_factory=dict)
    assets: Mapping[str, AssetFact] = field(default_factory=dict)
    written: Mapping[str, tuple[Delivered, ...]] = field(default_factory=dict)
    own_masters: Mapping[str, Master] = field(default_factory=dict)
    same_bytes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    focus_points: Mapping[str, tuple[FocusPoint, ...]] = field(default_factory=dict)
