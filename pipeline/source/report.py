"""Collecting the problems of one file, so that all of them are said in one run. Decides nothing."""

from pipeline.errors import Problem, SettingsError
from pipeline.source.nodes import Place

_MOST = 200
_LONGEST = 400


class Report:
    """The problems of one file, in any order until they are asked for.

    More than `_MOST` of them help nobody: the first ones by place are kept, and the rest is counted. What a
    message quotes is cut, as a quoted number may fill the whole file.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._problems: set[Problem] = set()

    def add(self, place: Place, message: str) -> None:
        """Note one problem; the same one at the same place counts once."""
        if len(message) > _LONGEST:
            message = f"{message[: _LONGEST * 3 // 4]} … {message[-_LONGEST // 4 :]}"
        self._problems.add(Problem(self.file, place.line, place.column, message))

    def has(self, line: int, message: str) -> bool:
        """Whether this very message was noted somewhere in `line`."""
        return any(problem.line == line and problem.message == message for problem in self._problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found so far, sorted by place."""
        found = sorted(self._problems)
        if len(found) <= _MOST:
            return tuple(found)
        last = found[_MOST]
        rest = f"and {len(found) - _MOST} more problems from here on; mend the ones above first"
        return (*found[:_MOST], Problem(self.file, last.line, last.column, rest))

    def raise_settings(self) -> None:
        """Raise a `SettingsError` with one line a problem, if there is one."""
        if self._problems:
            raise SettingsError("\n".join(str(problem) for problem in self.problems))
