"""`images.md`: ready Markdown image lines, by platform, in the order of the post. Pure."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from pipeline.delivery.manifest import FileEntry, Manifest

_SPECIAL = re.compile(r"([\\`*_\[\]<>!#])")
_SPACE = re.compile(r"\s+")


def images_markdown(manifest: Manifest, alts: Mapping[str, str]) -> str:
    """The page for one article. `alts` maps asset keys to alt texts; the image's id stands in for none."""
    lines = [f"# {_text(manifest.title)}"]
    if manifest.simulated:
        lines += ["", "Simulated pictures: a rehearsal, not for publishing."]
    platforms = dict.fromkeys(_platform(entry.slot) for entry in manifest.files)
    for platform in platforms:
        lines += ["", f"## {platform}"]
        for entry in manifest.files:
            if _platform(entry.slot) == platform:
                lines += ["", _line(entry, alts)]
    if manifest.missing:
        lines += ["", "## Not there", ""]
        lines += [f"- {_text(item.asset)} ({item.slot}): {_text(item.reason)}" for item in manifest.missing]
    return "\n".join(lines) + "\n"


def _platform(slot: str) -> str:
    return slot.partition(".")[0]


def _line(entry: FileEntry, alts: Mapping[str, str]) -> str:
    alt = alts.get(entry.asset) or entry.asset.rpartition("/")[2]
    return f"![{_text(alt)}]({_url(entry.path)})"


def _url(path: str) -> str:
    """Letters of any script as they are, everything that Markdown or a URL would read otherwise encoded."""
    return "".join(part if ord(part) > 127 else quote(part, safe="/") for part in path)


def _text(words: str) -> str:
    """One line, with what Markdown would read as its own escaped."""
    return _SPECIAL.sub(r"\\\1", _SPACE.sub(" ", words).strip())
