"""A plan as typed values. What `plan` shows is exactly what `run` carries out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pipeline.history.records import Generation, Known, Master, Wanted
from pipeline.plan.near import Near
from pipeline.plan.price import NO_BUDGET, Budget
from pipeline.plan.readings import LogoReading, OwnReading
from pipeline.platforms.model import Catalog, Slot
from pipeline.render.geometry import Fit
from pipeline.render.marking import Brand
from pipeline.render.recipe import LabelSpec, QualityPolicy, Recipe
from pipeline.spec.aim import CENTRED, Aim
from pipeline.spec.model import Brand as SpecBrand
from pipeline.spec.model import Image, Spec
from pipeline.subject import Subject


class Kind(StrEnum):
    """What is done for one asset."""

    GENERATE = "generate"
    REUSE = "reuse"
    RENDER = "render"
    KEEP = "keep"
    WAIT = "wait"
    BLOCKED = "blocked"
    DRAFT = "draft"


class Reason(StrEnum):
    """Why; the sentence for each is in `reasons`."""

    NEW = "new"
    PROMPT_CHANGED = "prompt_changed"
    MODEL_CHANGED = "model_changed"
    REQUEST_CHANGED = "request_changed"
    AFTER_FAILURE = "after_failure"
    LEFT_PLANNED = "left_planned"
    RESUBMIT = "resubmit"
    ASKED = "asked"
    REMASTER = "remaster"
    SHARED = "shared"
    SAME_REQUEST = "same_request"
    OWN_FILE = "own_file"
    USE = "use"
    FILES_MISSING = "files_missing"
    RECIPE_CHANGED = "recipe_changed"
    FORCED = "forced"
    UP_TO_DATE = "up_to_date"
    IN_FLIGHT = "in_flight"
    OTHER_RUN = "other_run"
    OTHER_ACCOUNT = "other_account"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    PAID_LOST = "paid_lost"
    REJECTED = "rejected"
    TRASHED = "trashed"
    ABANDONED = "abandoned"
    PICTURE_GONE = "picture_gone"
    USE_MISSING = "use_missing"
    FILE_UNREADABLE = "file_unreadable"
    BUDGET = "budget"
    DRAFT = "draft"


class Work(StrEnum):
    """What is done for one slot of one asset."""

    RENDER = "render"
    KEEP = "keep"
    KEEP_EDITED = "keep_edited"
    HELD_EDITED = "held_edited"
    HELD_FOREIGN = "held_foreign"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """In whose name a run asks. `simulated` pictures are stamped and kept apart."""

    name: str
    endpoint: str
    account: str
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Redo:
    """One more paid picture for an asset, as `regenerate` asks for it. None: as the spec has it."""

    prompt: str | None = None
    model: str | None = None
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the author asked of this plan beyond the specs."""

    only: tuple[str, ...] = ()
    remaster: bool = False
    force: bool = False
    overwrite: bool = False
    buy: bool = True
    redo: Mapping[str, Redo] = field(default_factory=dict)
    budget: Budget = NO_BUDGET


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The world as it stands. `alive` are run ids, `present` hashes in the store, `disk` what lies at a path.

    `disk` maps the path of every file that was written (relative to the home) to the SHA-256 of what lies
    there now, None where nothing does, `sizes` to its bytes. `stem` names a slot's file without its ending.
    `subjects` by the hash of a master; `logos` by what the specs say, `brand` is the home's; `near` by asset
    the earlier pictures with much the same words.
    """

    known: Known
    buyer: Buyer
    alive: frozenset[str]
    run: str
    present: frozenset[str]
    disk: Mapping[str, str | None]
    sizes: Mapping[str, int] = field(default_factory=dict)
    own: Mapping[Path, OwnReading]
    prices: Mapping[str, int]
    catalog: Catalog
    label: LabelSpec
    quality: QualityPolicy
    stem: Callable[[Image, Slot], str]
    subjects: Mapping[str, Subject] = field(default_factory=dict)
    logos: Mapping[SpecBrand, LogoReading] = field(default_factory=dict)
    brand: Brand | None = None
    near: Mapping[str, tuple[Near, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPlan:
    """One slot of one asset. `recipe` None while there is no master.

    `path` is that of the file that lies there: kept, held back, or ours and to be made again.

    `aim`: where the crop is centred, and who says so.
    """

    slot: Slot
    fit: Fit
    work: Work
    aim: Aim = CENTRED
    recipe: Recipe | None = None
    stem: str = ""
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """One picture to buy, for one or several assets. `takes_over` is a planned row that a dead run left."""

    wanted: Wanted
    assets: tuple[str, ...]
    forced: bool
    exact: bool
    takes_over: Generation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What is done for one asset, and why.

    `asked` is what the spec asks for now (a request key, or a generation key where it gives a size): a
    selection holds while it stays the same. `generation` is the one used, waited for, or in the way.
    `earlier_prompt` is what the last run saw, where `prompt` differs from it.
    `width`, `height` are the master's, or those that will be asked for. `cost` in 0.0001 units; None: no
    price is known. `near` are generations with much the same words, which are never taken by themselves.
    """

    spec: str
    article: str
    image: Image
    kind: Kind
    code: Reason
    reason: str
    asked: str = ""
    request: str | None = None
    provider: str | None = None
    model: str | None = None
    prompt: str | None = None
    earlier_prompt: str | None = None
    width: int | None = None
    height: int | None = None
    cost: int | None = 0
    slots: tuple[SlotPlan, ...] = ()
    generation: Generation | None = None
    master: Master | None = None
    ai: bool = True
    next_step: str | None = None
    shown: str = "SPEC"
    flag: str = ""
    advice: tuple[str, ...] = ()
    near: tuple[int, ...] = ()

    @property
    def asset(self) -> str:
        """The asset's key."""
        return self.image.key

    @property
    def to_render(self) -> tuple[SlotPlan, ...]:
        """The slots whose files must be made."""
        return tuple(slot for slot in self.slots if slot.work is Work.RENDER)

    @property
    def held(self) -> tuple[SlotPlan, ...]:
        """The slots whose new files wait, because what lies there is not ours to replace."""
        return tuple(slot for slot in self.slots if slot.work in (Work.HELD_EDITED, Work.HELD_FOREIGN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """A plan in numbers. `cost` in 0.0001 units; `unpriced` pictures have no known price."""

    assets: int
    generate: int
    reuse: int
    render: int
    keep: int
    wait: int
    blocked: int
    draft: int
    files: int
    cost: int
    unpriced: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that one run will do over its specs."""

    specs: tuple[Spec, ...]
    buyer: Buyer
    actions: tuple[Action, ...]
    purchases: tuple[Purchase, ...]

    @property
    def totals(self) -> Totals:
        """The numbers over all actions."""
        return totals(self.actions, self.purchases)

    def of(self, spec: str) -> tuple[Action, ...]:
        """The actions of one spec."""
        return tuple(action for action in self.actions if action.spec == spec)

    @property
    def has_work(self) -> bool:
        """Whether a run would do anything."""
        return any(
            action.kind is Kind.GENERATE
            or (action.kind is Kind.WAIT and action.code is not Reason.OTHER_ACCOUNT)
            or action.to_render
            for action in self.actions
        )


def totals(actions: tuple[Action, ...], purchases: tuple[Purchase, ...]) -> Totals:
    """Count actions by kind, the files to make, and the money of the purchases."""
    count = {kind: sum(action.kind is kind for action in actions) for kind in Kind}
    costs = [purchase.wanted.cost for purchase in purchases]
    return Totals(
        assets=len(actions),
        generate=count[Kind.GENERATE],
        reuse=count[Kind.REUSE],
        render=count[Kind.RENDER],
        keep=count[Kind.KEEP],
        wait=count[Kind.WAIT],
        blocked=count[Kind.BLOCKED],
        draft=count[Kind.DRAFT],
        files=sum(
            len(action.slots) if action.kind in (Kind.GENERATE, Kind.WAIT) else len(action.to_render)
            for action in actions
        ),
        cost=sum(cost for cost in costs if cost is not None),
        unpriced=sum(cost is None for cost in costs),
    )
