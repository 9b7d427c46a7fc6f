"""What an author should know about an action that is not wrong: crops, enlargements, other words. Pure."""

from collections.abc import Iterable, Sequence

from pipeline.history.records import Generation, Master
from pipeline.plan.masters import GOOD_SHARE
from pipeline.plan.model import SlotPlan, Work
from pipeline.plan.near import Near
from pipeline.spec.model import Image, Prompted

_SHORT = 40
"""Characters of another picture's prompt that a hint shows."""


def advice_for(image: Image, slots: Sequence[SlotPlan]) -> tuple[str, ...]:
    """Warnings about how the master fits the files that are still to be made; never a reason to stop."""
    to_make = [plan for plan in slots if plan.work in (Work.RENDER, Work.NONE)]
    large = [plan for plan in to_make if plan.fit.scale > 1 + 1e-9]
    poor = [plan for plan in to_make if plan.slot.height is not None and plan.fit.kept < GOOD_SHARE]
    lines = []
    if large:
        lines.append("enlarged: " + _listed(f"{plan.slot.id} {plan.fit.scale:.2f} times" for plan in large))
    if poor:
        lines.append(
            "keeps of the picture: " + _listed(f"{plan.slot.id} {plan.fit.kept:.0%}" for plan in poor)
        )
    cut = [plan for plan in to_make if _cuts_the_subject(plan)]
    if cut:
        kept = _listed(f"{plan.slot.id} {plan.fit.subject_kept:.0%}" for plan in cut)
        lines.append(f"keeps of the subject: {kept}; if it lies elsewhere: pipeline focus {image.key} X,Y")
    if poor and len(poor) < len(slots) and isinstance(image.source, Prompted):
        lines.append(_two_images(image, poor))
    for plan in slots:
        if plan.work is Work.KEEP_EDITED:
            lines.append(f"{plan.path}: changed by hand, left as it is")
        elif plan.work is Work.HELD_EDITED:
            lines.append(f"{plan.path}: changed by hand; the new file waits for --overwrite")
        elif plan.work is Work.HELD_FOREIGN:
            lines.append(f"{plan.path}: made from another provider; the new file waits for --overwrite")
    return tuple(lines)


def _cuts_the_subject(plan: SlotPlan) -> bool:
    return plan.fit.subject_kept is not None and plan.fit.subject_kept < GOOD_SHARE


def picture_advice(generation: Generation, master: Master, same_bytes: Sequence[int]) -> tuple[str, ...]:
    """What is odd about a picture that was paid for and is used: other pixels, or another prompt's file."""
    lines = []
    if (master.width, master.height) != (generation.width, generation.height):
        came, asked = f"{master.width}x{master.height}", f"{generation.width}x{generation.height}"
        lines.append(f"generation {generation.id} came as {came} pixels, {asked} were asked for")
    others = [str(number) for number in same_bytes if number != generation.id]
    if others:
        lines.append(
            f"generation {generation.id} is the very file that {', '.join(others)} brought for other words; "
            "look at it before you publish"
        )
    return tuple(lines)


def better_size_advice(size: tuple[int, int], price: str) -> str:
    """That another size would serve better, and what it would cost."""
    return f"a {size[0]}x{size[1]} picture would serve these slots better: --remaster buys it ({price})"


def other_prompt_advice(image: Image, used: Generation) -> str | None:
    """That the selected picture answers other words than the spec, with the YAML that would say so."""
    if not isinstance(image.source, Prompted) or used.prompt == image.source.prompt:
        return None
    if used.imported:
        return (
            f"shows generation {used.id}, which was made elsewhere; to keep it, write in {image.key}:\n"
            f"    use: {used.asset}"
        )
    return (
        f"shows generation {used.id}, which was asked with other words; to keep them, write in {image.key}:\n"
        f"    prompt: {_quoted(used.prompt)}\n    style: none"
    )


def near_advice(asset: str, near: Sequence[Near]) -> tuple[str, ...]:
    """That earlier pictures have much the same words, each with what would take it instead, free."""
    return tuple(
        f"generation {hint.past.generation} was asked with much the same words ({hint.likeness:.0%} alike: "
        f"{_short(hint.past.prompt)}); {_taking(asset, hint)}"
        for hint in near
    )


def _taking(asset: str, hint: Near) -> str:
    if hint.shown and hint.past.asset != asset:
        return f"to take it instead, free, write in place of the prompt:\n    use: {hint.past.asset}"
    return f"to take it instead, free: pipeline select {asset} {hint.past.generation}"


def _short(text: str) -> str:
    """The beginning of a prompt, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[:_SHORT]}…"


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def _two_images(image: Image, poor: Sequence[SlotPlan]) -> str:
    slots = _listed(plan.slot.id for plan in poor)
    assert isinstance(image.source, Prompted)
    return (
        "one picture cannot serve slots of such different shapes well; a second image would:\n"
        f"    - id: {image.id}-2\n      prompt: {_quoted(image.source.words)}\n"
        f"      style: {image.source.style or 'none'}\n      slots: [{slots}]"
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
