"""What each slot's file needs: kept, made, or held back because it is not ours to replace. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.history.records import IMPORTED, Delivered, Master
from pipeline.plan.model import Facts, SlotPlan, Wishes, Work
from pipeline.platforms.model import Format, Slot
from pipeline.render.facts import PictureFacts
from pipeline.render.geometry import fit
from pipeline.render.marking import Brand, Overlay
from pipeline.render.recipe import LabelSpec, Recipe, make_recipe
from pipeline.spec.aim import Aim, aim_of
from pipeline.spec.model import Image
from pipeline.subject import Subject

_NAMED = frozenset({"own", IMPORTED})
"""Where pictures come from that the spec names one by one: these and bought ones take each other's place."""
_BUYERS = frozenset({"jimeng", "simulator"})


def slots_of(image: Image, facts: Facts) -> tuple[Slot, ...]:
    """The catalogue's entries for an image's slots, in the spec's order."""
    return tuple(facts.catalog[slot] for slot in image.slots)


def unmade(image: Image, facts: Facts, width: int, height: int) -> tuple[SlotPlan, ...]:
    """Slots of a picture that is not there, and is not bought now: how it would fit."""
    return tuple(_unmade(image, slot, facts, width, height, Work.NONE) for slot in slots_of(image, facts))


def to_come(image: Image, facts: Facts, wishes: Wishes, width: int, height: int) -> tuple[SlotPlan, ...]:
    """Slots of a picture that is bought now. A file changed by hand is told before anything is paid."""
    plans = []
    for slot in slots_of(image, facts):
        plan = _unmade(image, slot, facts, width, height, Work.RENDER)
        rows = _written(plan.stem, slot, facts)
        edited = rows and facts.disk[rows[0].path] not in {row.sha256 for row in rows}
        if edited and not wishes.overwrite:
            plan = replace(plan, work=Work.HELD_EDITED, path=rows[0].path)
        plans.append(plan)
    return tuple(plans)


def _unmade(image: Image, slot: Slot, facts: Facts, width: int, height: int, work: Work) -> SlotPlan:
    aim = _aim(image, slot, facts, None)
    return SlotPlan(
        slot=slot,
        fit=fit(width, height, slot.width, slot.height, aim.focus),
        work=work,
        aim=aim,
        stem=facts.stem(image, slot),
    )


def planned(
    image: Image, master: Master, provider: str, facts: Facts, wishes: Wishes, *, ai: bool
) -> tuple[SlotPlan, ...]:
    """Every slot of a picture that is there, with its recipe and what its file needs."""
    return tuple(
        _slot_plan(image, slot, master, provider, facts, wishes, ai=ai) for slot in slots_of(image, facts)
    )


def recipe_of(image: Image, slot: Slot, master: Master, provider: str, facts: Facts, *, ai: bool) -> Recipe:
    """The recipe of one slot. AI pictures are labelled unless the author said otherwise."""
    return make_recipe(
        master=PictureFacts(
            sha256=master.sha256,
            format=Format(master.ending),
            width=master.width,
            height=master.height,
            bytes=master.bytes,
        ),
        slot=slot,
        focus=_aim(image, slot, facts, facts.subjects.get(master.sha256)).focus,
        subject=facts.subjects.get(master.sha256),
        label=_label(provider, facts) if ai and image.label else None,
        overlay=_overlay(image, slot),
        brand=_brand(image, facts),
        quality=facts.quality,
    )


def _aim(image: Image, slot: Slot, facts: Facts, subject: Subject | None) -> Aim:
    return aim_of(image, slot.id, facts.known.focus_points.get(image.key, ()), subject)


def _label(provider: str, facts: Facts) -> LabelSpec:
    """The label; a picture made elsewhere was not made by those whose name stands there by default."""
    if provider == IMPORTED and facts.label.producer in _BUYERS:
        return replace(facts.label, producer=IMPORTED)
    return facts.label


def _overlay(image: Image, slot: Slot) -> Overlay | None:
    title = image.overlay_for(slot.id)
    if title is None:
        return None
    return Overlay(text=title.text, at=title.at, color=title.color, size=title.size)


def _brand(image: Image, facts: Facts) -> Brand | None:
    """The logo of an image: the spec's where it names one, else the home's, or none."""
    if not image.branded:
        return None
    return facts.logos[image.brand].brand if image.brand is not None else facts.brand


def _slot_plan(
    image: Image, slot: Slot, master: Master, provider: str, facts: Facts, wishes: Wishes, *, ai: bool
) -> SlotPlan:
    recipe = recipe_of(image, slot, master, provider, facts, ai=ai)
    stem = facts.stem(image, slot)
    rows = _written(stem, slot, facts)
    work, path = _work(recipe, provider, rows, facts, wishes)
    subject = facts.subjects.get(master.sha256)
    aim = _aim(image, slot, facts, subject)
    size = (master.width, master.height, slot.width, slot.height)
    return SlotPlan(
        slot=slot,
        fit=fit(*size, aim.focus, subject=subject, keep_in=slot.keep_in),
        work=work,
        aim=aim,
        recipe=recipe,
        stem=stem,
        path=path,
    )


def _written(stem: str, slot: Slot, facts: Facts) -> Sequence[Delivered]:
    """The rows of the slot's file that was written last and still lies there, in whichever format."""
    written = facts.known.written
    paths = [f"{stem}.{ending.value}" for ending in slot.formats]
    there = [written[path] for path in paths if path in written and facts.disk[path] is not None]
    return max(there, key=lambda rows: rows[0].at, default=())


def _work(
    recipe: Recipe, provider: str, rows: Sequence[Delivered], facts: Facts, wishes: Wishes
) -> tuple[Work, str | None]:
    """Compare the wanted recipe with what was written last and with what lies on the disk now."""
    if not rows:
        return Work.RENDER, None
    lies = facts.disk[rows[0].path]
    ours = next((row for row in rows if row.sha256 == lies), None)
    if ours is None:
        if wishes.overwrite:
            return Work.RENDER, None
        same = rows[0].rendition == recipe.key
        return (Work.KEEP_EDITED if same else Work.HELD_EDITED), rows[0].path
    if ours.rendition == recipe.key and not wishes.force:
        return Work.KEEP, ours.path
    foreign = ours.provider != provider and _NAMED.isdisjoint((ours.provider, provider))
    if foreign and not wishes.overwrite:
        return Work.HELD_FOREIGN, ours.path
    return Work.RENDER, ours.path
