"""What `--only` means: an article, an article/image, a glob, or the words `failed` and `rejected`. Pure."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from pipeline.spec.model import Image

STATE_WORDS = ("failed", "rejected")


def names(only: Sequence[str]) -> tuple[str, ...]:
    """The selectors that are names or globs."""
    return tuple(word for word in only if word not in STATE_WORDS)


def matches(image: Image, only: Sequence[str]) -> bool:
    """Whether an asset is among the named ones; no name means all."""
    wanted = names(only)
    return not wanted or any(_matches(image, name) for name in wanted)


def _matches(image: Image, name: str) -> bool:
    _, article, short = image.key.split("/", 2)
    spellings = (image.key, f"{article}/{short}", article)
    return any(fnmatchcase(spelling, name) for spelling in spellings)
