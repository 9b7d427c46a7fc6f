"""Where a delivered file lies. Pure; must not touch the disk.

Names are made, never cleaned: slugs, ids and slots were checked when the spec and the catalogue were read.
"""

from pathlib import Path, PurePosixPath

from pipeline.platforms.model import Format

MANIFEST = "manifest.json"
MARKDOWN = "images.md"
SHEET = "index.html"


def spec_folder(output: Path, spec: str) -> Path:
    """A spec's folder below the output folder (`Home.output`)."""
    return output / spec


def article_folder(output: Path, spec: str, article: str) -> Path:
    """An article's folder, which its manifest stands in."""
    return spec_folder(output, spec) / article


def file_name(*, number: int, image: str, slot: str, kind: Format) -> PurePosixPath:
    """A rendition's place in its article's folder: `wechat/01-cover.cover_square.jpg`.

    `number` is the image's place in the post from 1, `slot` a full id: the platform becomes the folder.
    """
    platform, _, place = slot.partition(".")
    return PurePosixPath(platform) / f"{number:02d}-{image}.{place}.{kind.value}"
