"""The right name behind a mistyped one. Pure; knows no list of names of its own."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `name`, or None when none is near; case does not count."""
    by_fold = {candidate.casefold(): candidate for candidate in known}
    match = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[match[0]] if match else None


def suggestion(name: str, known: Iterable[str]) -> str:
    """What to append to "unknown ..." : `; did you mean 'x'?`, or nothing."""
    match = nearest(name, known)
    return f"; did you mean {match!r}?" if match is not None else ""
