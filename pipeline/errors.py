"""Every expected failure, and the exit code it ends in. Must not print, log or know a library.

PipelineError
 ├── UsageError          2   a flag, a key or a number that means nothing
 │    ├── SettingsError      the settings file or an environment variable
 │    └── SpecError          a spec with problems, each at its line and column
 ├── HistoryError        2   the database cannot be used as it is
 │    └── StaleError         decided on what is no longer the newest word
 ├── CredentialsError    5   missing, wrong, or without rights
 ├── StoppedError        4   a budget, or the author's no
 └── IncompleteError     3   something that was asked for is not there
      ├── PictureError       bytes that are no picture we accept
      └── FitError           a picture that cannot be made to fit its slot
"""

import shlex
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller; when several hold, `worst` picks one."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    INCOMPLETE = 3
    STOPPED = 4
    CREDENTIALS = 5
    WORK_TO_DO = 10
    INTERRUPTED = 130


_PRECEDENCE = (
    ExitCode.INTERNAL,
    ExitCode.USAGE,
    ExitCode.CREDENTIALS,
    ExitCode.INTERRUPTED,
    ExitCode.STOPPED,
    ExitCode.INCOMPLETE,
    ExitCode.WORK_TO_DO,
    ExitCode.OK,
)


def worst(*codes: ExitCode) -> ExitCode:
    """The code that wins when several are true; `OK` when none is given."""
    return min(codes, key=_PRECEDENCE.index, default=ExitCode.OK)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a file the author wrote; sorts by place. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class PipelineError(Exception):
    """An expected failure: a sentence, the exit code, and the next command worth typing."""

    exit_code = ExitCode.INCOMPLETE

    def __init__(self, message: str, *, next_step: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class UsageError(PipelineError):
    """The command as typed means nothing here."""

    exit_code = ExitCode.USAGE


class SettingsError(UsageError):
    """The settings file or an environment variable cannot be used."""


class SpecError(UsageError):
    """A spec with problems; nothing is submitted while one stands."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        files = tuple(dict.fromkeys(problem.file for problem in problems))
        count = f"{len(problems)} problem" + ("" if len(problems) == 1 else "s")
        super().__init__(f"{count} in {', '.join(files)}", next_step=f"pipeline check {shlex.join(files)}")
        self.problems = tuple(sorted(problems))


class HistoryError(PipelineError):
    """The history database cannot be used as it is; nothing was changed."""

    exit_code = ExitCode.USAGE


class StaleError(HistoryError):
    """A decision made on what somebody else has decided anew since; nothing was changed, nothing is lost."""

    def __init__(self, subject: str, name: str) -> None:
        super().__init__(
            f"{subject}: something else was decided in the meantime, so this was not done",
            next_step=f"look at it again, then decide: {shlex.join(('pipeline', 'show', name))}",
        )


class CredentialsError(PipelineError):
    """Credentials are missing, wrong, or lack the right that the call needs."""

    exit_code = ExitCode.CREDENTIALS


class StoppedError(PipelineError):
    """A budget, or the author's no, stopped the run before it paid."""

    exit_code = ExitCode.STOPPED


class IncompleteError(PipelineError):
    """Something that was asked for is not there; everything that was is kept."""


class PictureError(IncompleteError):
    """Bytes that are not a whole picture in a format we accept."""


class FitError(IncompleteError):
    """A picture that cannot be made to fit its slot's limits."""
