"""Picture files as they read now, as the plan knows them. Values; must not read a file."""

from dataclasses import dataclass

from pipeline.history.records import Master
from pipeline.render.facts import PictureFacts
from pipeline.render.marking import Brand


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReading:
    """The author's own file as it reads now: its master, or what is wrong with it.

    `frames` over 1: it moves, and only its first frame is used. Known when the file was read just now.
    """

    master: Master | None
    problem: str = ""
    frames: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoReading:
    """A logo's file as it reads now, or what is wrong with it."""

    brand: Brand | None
    problem: str = ""


def master_of(facts: PictureFacts) -> Master:
    """The master that a picture file becomes in the store."""
    return Master(
        sha256=facts.sha256,
        ending=facts.ending,
        width=facts.width,
        height=facts.height,
        bytes=facts.bytes,
    )
