"""A file that only takes up room: dropped when the disk is full, so that a task id can still be written.

A full disk must not cost the only handle to a picture that is being paid for.
"""

import os
from dataclasses import dataclass
from pathlib import Path

SIZE = 1 << 20
"""Bytes; some hundred rows of the ledger with their journal."""


@dataclass(frozen=True, slots=True)
class Ballast:
    """The file at `path`, in a folder that exists."""

    path: Path

    def lay(self) -> bool:
        """Take the room up; False where there is none, which is no reason to stop."""
        try:
            with self.path.open("ab") as file:
                missing = SIZE - file.tell()
                if missing > 0:
                    # Written, not reserved: a hole in a file keeps no room.
                    file.write(os.urandom(missing))
                    file.flush()
                    os.fsync(file.fileno())
        except OSError:
            self.drop()
            return False
        return True

    def drop(self) -> None:
        """Give the room back."""
        self.path.unlink(missing_ok=True)
