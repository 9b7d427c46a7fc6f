"""What the runner asks of a provider, and every answer it can get, as typed values.

Must not know a wire, a database or a clock. An answer is a value, never an exception: the runner's
decision about money depends on which of these it holds, so each is spelled out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pipeline.fingerprint import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One picture as a provider is asked for it. Pixels are those of the picture wanted."""

    model: str
    prompt: str
    width: int
    height: int
    seed: int | None = None
    params: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a provider said, or what the network did, when it was not yes. Nothing in it is secret."""

    code: str
    message: str
    http_status: int | None = None
    request_id: str | None = None


class Verdict(StrEnum):
    """What a failed submit means for the money (design, the life of a generation)."""

    NOT_SENT = "not_sent"
    """The connection was never made: certainly not accepted, may be tried again."""
    BUSY_QPS = "busy_qps"
    """50429, or a 429 without a known code: not accepted, too many calls a second."""
    BUSY_TASKS = "busy_tasks"
    """50430: not accepted, too many running tasks."""
    CLOCK = "clock"
    """The signature's time was refused: not accepted; once, with the server's time."""
    REFUSED = "refused"
    """The audit refused the prompt or an input picture: not accepted, the same will be refused."""
    FAILED = "failed"
    """Certainly not accepted and no use in repeating: bad parameters and other business codes."""
    AUTH = "auth"
    """Wrong secret, unknown key, missing rights: stops everything at once."""
    ACCESS = "access"
    """50400: the model is not open to this account, or a quota is used up: stops that model."""
    UNKNOWN = "unknown"
    """In doubt: the provider may have taken the order and may charge for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The order was taken; the task id is the only handle to a picture that is now being paid for."""

    task_id: str
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A synchronous call answered; its whole body lies in `body`, to be read with `read_answer`."""

    body: Path
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """The submit did not end in a task; `verdict` says what that means for the money."""

    verdict: Verdict
    fault: Fault


SubmitAnswer = Accepted | Answered | NotTaken


class ResultForm(StrEnum):
    """How pictures are asked for when polling."""

    URL = "url"
    BASE64 = "base64"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A submitted order: what to poll."""

    model: str
    task_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Queued or being made."""

    status: str
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Finished with pictures: by URL, or already decoded from base64. At least one of both is not empty."""

    urls: tuple[str, ...] = field(default=(), repr=False)
    pictures: tuple[bytes, ...] = field(default=(), repr=False)
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unready:
    """No usable answer yet (5xx, garbage, `done` without pictures, unknown word): free to ask again."""

    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The provider says it does not know the task (`not_found`, `expired`, 50215)."""

    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The audit refused the result. `repeatable`: the same prompt may be bought again (50511, 50519)."""

    fault: Fault
    repeatable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """A rights or signature error while polling: the task stays, the run stops (exit 5)."""

    fault: Fault


PollAnswer = Running | Done | Unready | Gone | Refused | Denied


class Provider(Protocol):
    """Someone who makes pictures. Methods are called from several threads at once."""

    @property
    def name(self) -> str:
        """The name in request keys: `jimeng`, `jimeng@127.0.0.1:8080` or `simulator`."""
        ...

    @property
    def endpoint(self) -> str:
        """`host:port` that holds the tasks; `simulator` for the simulator that a run starts itself."""
        ...

    @property
    def account(self) -> str:
        """The account that holds the tasks (`fingerprint.account_name`)."""
        ...

    def submit(self, order: Order, body: Path) -> SubmitAnswer:
        """Send one order, once. A synchronous model's answer is written whole to `body` before it is read."""
        ...

    def read_answer(self, body: Path) -> PollAnswer:
        """Read the kept body of a synchronous call; never `Running`."""
        ...

    def poll(self, task: Task, form: ResultForm) -> PollAnswer:
        """Ask for a task's state and pictures. Free."""
        ...

    def download(self, url: str, target: Path) -> Fault | None:
        """Fetch a result URL to `target` (bounded in bytes and time); a fault instead of an exception."""
        ...

    def close(self) -> None:
        """Let go of connections (and of a server that was started for this provider)."""
        ...
