"""A manifest's entries, spelled out once."""

from collections.abc import Callable

import pytest

from pipeline.delivery.manifest import FileEntry, Manifest, MissingEntry
from pipeline.platforms.model import Format

MakeEntry = Callable[..., FileEntry]


@pytest.fixture
def entry() -> MakeEntry:
    """A delivered file; what a test is about is told by name."""

    def make(
        *,
        asset: str = "week12/lobster/cover",
        slot: str = "wechat.cover",
        path: str = "wechat/01-cover.cover.jpg",
    ) -> FileEntry:
        return FileEntry(
            asset=asset,
            slot=slot,
            path=path,
            width=900,
            height=383,
            bytes=51_291,
            format=Format.JPEG,
            sha256="ab" * 32,
            crop=(0, 588, 2048, 1460),
            scale=0.439453125,
            generation=17,
            task_id="7392616336519610409",
            cost=2000,
            master="cd" * 32,
            label="AI生成",
        )

    return make


@pytest.fixture
def manifest(entry: MakeEntry) -> Manifest:
    """Two files and one that is missing."""
    return Manifest(
        spec="week12",
        article="lobster",
        title="给龙虾装上电路板",
        simulated=False,
        files=(entry(), entry(slot="xiaohongshu.note", path="xiaohongshu/01-cover.note.jpg")),
        missing=(
            MissingEntry(
                asset="week12/lobster/step", slot="wechat.inline", state="unknown", reason="in doubt"
            ),
        ),
    )
