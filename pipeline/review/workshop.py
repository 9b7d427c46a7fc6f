"""What the page needs opened for it: a spec in its home, ready to look, to work or to ask the provider.

Built where commands are; nothing here knows how.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from pipeline.home import Home
from pipeline.plan.model import Plan, Redo
from pipeline.plan.price import Budget
from pipeline.platforms.model import Catalog
from pipeline.settings import Settings
from pipeline.spec.model import Spec
from pipeline.stages.studio import Studio


class Reach(Enum):
    """What a spec is opened for: to look only, to work with what is there, or to ask the provider."""

    LOOK = auto()
    WORK = auto()
    ASK = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One spec with an open studio. `check` raises where the budget and the prices do not go together."""

    spec: Spec
    studio: Studio
    budget: Budget
    check: Callable[[Plan], None]


class Workshop(Protocol):
    """One home."""

    @property
    def home(self) -> Home:
        """Where it lies."""
        ...

    @property
    def settings(self) -> Settings:
        """What it is set to now."""
        ...

    @property
    def catalog(self) -> Catalog:
        """Its slots."""
        ...

    def bench(self, spec: str, reach: Reach, provider: str | None) -> AbstractContextManager[Bench]:
        """The spec of that name. `provider` None: as the spec says. Raises PipelineError."""
        ...

    def has(self, spec: str) -> bool:
        """Whether the file of the spec of that name is where the history saw it."""
        ...

    def account(self, provider: str | None) -> AbstractContextManager[Studio]:
        """A studio without a spec, which asks the provider. Raises PipelineError."""
        ...

    def redo(self, asset: str, *, prompt: str, model: str, size: str) -> Redo:
        """One more picture with these words, checked against the model; empty: as the spec has it."""
        ...

    def confess(self, error: Exception) -> str:
        """Write a fault of ours to the log; returns what to tell the author. Never raises."""
        ...
