"""What changed between two prompts, as a terminal shows it. Must not compare."""

from rich.text import Text

from pipeline.differences import Change, differences

_SIGNS = {Change.SAME: ("", "", ""), Change.GONE: ("[-", "-]", "red"), Change.NEW: ("{+", "+}", "green")}


def changes(before: str, after: str) -> Text:
    """`after` with what was taken out as `[-...-]` and what came in as `{+...+}`."""
    shown = Text()
    for part in differences(before, after):
        opened, closed, style = _SIGNS[part.change]
        shown.append(f"{opened}{part.text}{closed}", style)
    return shown
