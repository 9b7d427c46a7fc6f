"""What a check can find in a file, as values. Must not find anything itself.

A fault is something that a platform or the rule on labels refuses, or that is not as it was delivered; a
warning is worth a look and refuses nothing.
"""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How much a finding weighs: only faults change the exit code."""

    FAULT = "fault"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found: a stable code, and a sentence without the file's name."""

    code: str
    message: str
    grade: Grade = Grade.FAULT
