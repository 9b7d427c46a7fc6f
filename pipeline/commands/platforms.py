"""`platforms`: every slot with its pixels and limits."""

from typing import Annotated

import typer

from pipeline.commands import options


def platforms(
    name: Annotated[
        str | None, typer.Argument(metavar="PLATFORM", help="Only this platform's slots, such as wechat.")
    ] = None,
    as_json: options.JsonFlag = False,
    home: options.HomeOption = None,
) -> None:
    """List the slots that a spec may name. configs/platforms.yaml adds to them or overrides them.

    Example:
      pipeline platforms wechat
    """
    from pipeline.commands.opening import here
    from pipeline.console.slots import show_slots, slots_document
    from pipeline.console.terminal import Terminal
    from pipeline.errors import UsageError
    from pipeline.nearest import suggestion

    terminal = Terminal()
    catalog = here(home).catalog
    slots = [slot for slot in catalog.slots.values() if name in (None, slot.platform)]
    if not slots:
        known = sorted({slot.platform for slot in catalog.slots.values()})
        raise UsageError(f"{name}: no such platform{suggestion(name or '', known)}")
    if as_json:
        terminal.document(slots_document(slots))
    else:
        show_slots(terminal, slots)
