"""What is known about a picture file once it was read whole. Must not open one."""

from dataclasses import dataclass

from pipeline.platforms.model import Format


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFacts:
    """A picture that decodes whole. `width` and `height` are those of the upright picture, in pixels.

    `frames` over 1: it is animated, and its first frame is the picture that is used.
    """

    sha256: str
    format: Format
    width: int
    height: int
    bytes: int
    frames: int = 1

    @property
    def ending(self) -> str:
        """The file's ending, without a dot."""
        return self.format.value


def bytes_in_words(count: int) -> str:
    """Bytes as platforms state their limits: in KB or MB of 1024, one decimal where it tells something."""
    kilo = count / 1024
    return f"{kilo / 1024:.1f} MB" if kilo >= 1000 else f"{kilo:.0f} KB" if kilo >= 10 else f"{kilo:.1f} KB"
