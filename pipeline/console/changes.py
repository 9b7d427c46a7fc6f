"""What changed between two prompts, word by word. Pure; Chinese has no blanks, so each sign is a word."""

import re
from difflib import SequenceMatcher

from rich.text import Text

_WORDS = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
_ALIKE = 0.4


def changes(before: str, after: str) -> Text:
    """`after` with what was taken out as `[-...-]` and what came in as `{+...+}`.

    Prompts that have little in common are shown one after the other instead.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    steps = matcher.get_opcodes()
    if matcher.ratio() < _ALIKE:
        steps = [("replace", 0, len(old), 0, len(new))]
    shown = Text()
    for tag, old_start, old_end, new_start, new_end in steps:
        gone, came = "".join(old[old_start:old_end]), "".join(new[new_start:new_end])
        if tag == "equal":
            shown.append(came)
            continue
        shown.append(f"[-{gone}-]" if gone else "", "red")
        shown.append(f"{{+{came}+}}" if came else "", "green")
    return shown
