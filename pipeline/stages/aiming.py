"""Find the subject of masters that the history knows none of: once for all slots, then kept. Pays nothing."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from pathlib import Path

from pipeline.errors import PictureError
from pipeline.history.records import Master
from pipeline.plan.decide import decide
from pipeline.plan.model import Action, Facts, Wishes
from pipeline.render.find import find_subject, method
from pipeline.runner.model import Happening
from pipeline.spec.model import OwnFile, Spec
from pipeline.stages.studio import Studio
from pipeline.subject import Subject


def find_subjects(studio: Studio, specs: tuple[Spec, ...], facts: Facts, wishes: Wishes) -> Facts:
    """The facts with the subject of every master that these specs show; nothing is written.

    A subject that is known stays, whatever finds subjects now: crops that were published do not move by
    themselves. `--force` finds it anew.
    """
    if wishes.force:
        facts = replace(facts, subjects=_as_now(studio, facts))
    known = facts.known
    generations = (*known.decided.values(), *chain.from_iterable(known.attempts.values()))
    masters = {item.master.sha256 for item in generations if item.master is not None}
    masters |= {item.sha256 for item in known.own_masters.values()}
    masters &= facts.present
    masters |= {reading.master.sha256 for reading in facts.own.values() if reading.master is not None}
    if masters <= facts.subjects.keys():
        return facts
    shown: dict[str, Path] = {}
    for action in decide(specs, facts, wishes).actions:
        if action.master is not None and action.master.sha256 not in facts.subjects:
            shown[action.master.sha256] = _file_of(studio, action, action.master)
    if not shown:
        return facts
    with ThreadPoolExecutor(max_workers=studio.render_threads, thread_name_prefix="subject") as pool:
        found = {sha256: subject for sha256, subject in pool.map(_search, shown.items()) if subject}
    return replace(facts, subjects={**facts.subjects, **found})


def with_subject(studio: Studio, facts: Facts, happening: Happening) -> Facts:
    """The facts with the subject of the picture that has just come; it is kept at once."""
    master = happening.generation.master if happening.generation is not None else None
    if master is None or master.sha256 in facts.subjects:
        return facts
    _, subject = _search((master.sha256, studio.store.path(master.sha256, master.ending)))
    if subject is None:
        return facts
    studio.memory.keep_subject(master.sha256, subject, at=studio.clock.now())
    return replace(facts, subjects={**facts.subjects, master.sha256: subject})


def keep_subjects(studio: Studio, before: Mapping[str, Subject], facts: Facts) -> None:
    """Write down what was found since `before`; the masters' rows are there by now."""
    for sha256, subject in facts.subjects.items():
        if before.get(sha256) != subject:
            studio.memory.keep_subject(sha256, subject, at=studio.clock.now())


def _as_now(studio: Studio, facts: Facts) -> Mapping[str, Subject]:
    """Only what the method in force has found."""
    now = studio.queries.subjects(sorted(facts.subjects), method=method())
    return {sha256: subject for sha256, subject in now.items() if subject.method == method()}


def _file_of(studio: Studio, action: Action, master: Master) -> Path:
    """The store's copy; the author's own file as long as there is none."""
    source = action.image.source
    if isinstance(source, OwnFile) and not studio.store.has(master.sha256, master.ending):
        return source.path
    return studio.store.path(master.sha256, master.ending)


def _search(wanted: tuple[str, Path]) -> tuple[str, Subject | None]:
    """A master that does not decode has no subject; rendering it will say what is wrong with it."""
    sha256, path = wanted
    try:
        return sha256, find_subject(path)
    except (PictureError, OSError):
        return sha256, None
