"""Names from outside as they may be shown and kept: words of the author where they can be read, no commands.

A file's name is bytes that anybody chose. It may be in another encoding, and it may hold what a terminal
obeys or what looks like a line of ours.
"""

import os
import unicodedata
from pathlib import PurePath

_OLDER = "gb18030"
"""What Chinese archives and systems wrote their names in before UTF-8."""


def visible(text: str) -> str:
    """The text with everything that is no visible sign written as an escape, line breaks too."""
    return "".join(sign if _shows(sign) else sign.encode("unicode_escape").decode() for sign in text)


def shown_name(name: str) -> str:
    """The name of a file or a folder, as Python gives it, in characters that can be read, printed, kept."""
    data = os.fsencode(name)
    for encoding in ("utf-8", _OLDER):
        try:
            return visible(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    return visible(data.decode("utf-8", "replace"))


def shown_path(path: PurePath) -> str:
    """A path part by part, with forward slashes."""
    return "/".join(shown_name(part) for part in path.as_posix().split("/"))


def _shows(sign: str) -> bool:
    # The wide blank of Chinese text is no printable sign to Python; line and paragraph marks are not blanks.
    return sign.isprintable() or unicodedata.category(sign) == "Zs"
