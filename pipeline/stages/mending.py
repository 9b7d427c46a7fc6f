"""Masters that are damaged or gone are fetched again while the provider still has them. Free; never submits.

A picture comes back only as the very bytes that were paid for: a master is named by its hash. What lies in
its place is moved aside, not deleted.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pipeline.fingerprint import file_sha256
from pipeline.history.records import Generation, Master
from pipeline.history.states import State
from pipeline.log import event
from pipeline.plan.model import Facts
from pipeline.providers.contract import Done, Provider, ResultForm, Task
from pipeline.stages.studio import Studio
from pipeline.storage import folder_inside, sha256_file, writing


def bring_back(studio: Studio, facts: Facts) -> Facts:
    """The facts after every missing picture that these specs may use was asked for again."""
    known = (
        *facts.known.decided.values(),
        *(item for found in facts.known.attempts.values() for item in found),
    )
    found: set[str] = set()
    for generation in known:
        master = generation.master
        if generation.state is not State.STORED or generation.rejected or master is None:
            continue
        if master.sha256 not in facts.present | found and _mended(studio, master, generation):
            found.add(master.sha256)
    return replace(facts, present=facts.present | found) if found else facts


def is_sound(studio: Studio, master: Master, generation: Generation | None) -> bool:
    """Whether a master is what its name says, or could be brought back as that."""
    path = studio.store.path(master.sha256, master.ending)
    if path.is_file() and sha256_file(path) == master.sha256:
        return True
    return generation is not None and _mended(studio, master, generation)


def _mended(studio: Studio, master: Master, generation: Generation) -> bool:
    provider = studio.provider
    if provider is None or not _may_be_there(studio, generation):
        return False
    for data in _pictures(provider, generation):
        if file_sha256(data) == master.sha256:
            temp = studio.store.temp(master.ending)
            with writing(temp):
                temp.write_bytes(data)
            _set_aside(studio, studio.store.path(master.sha256, master.ending))
            studio.store.adopt(temp, master.sha256, master.ending)
            event("mended", run=studio.run, generation=generation.id, sha256=master.sha256)
            return True
    return False


def _may_be_there(studio: Studio, generation: Generation) -> bool:
    """Whether the task is one that we may ask for, and young enough for the provider to have it."""
    ours = (generation.endpoint, generation.account) == (studio.buyer.endpoint, studio.buyer.account)
    sent = generation.submitted_at
    if not ours or generation.task_id is None or sent is None:
        return False
    return studio.clock.now() - sent < timedelta(seconds=studio.patience.task_life)


def _pictures(provider: Provider, generation: Generation) -> tuple[bytes, ...]:
    """The task's pictures as base64, which needs no second request."""
    assert generation.task_id is not None
    answer = provider.poll(Task(model=generation.model, task_id=generation.task_id), ResultForm.BASE64)
    return answer.pictures if isinstance(answer, Done) else ()


def _set_aside(studio: Studio, path: Path) -> None:
    """Keep what lies there, whatever it is, out of the store."""
    if not path.exists():
        return
    folder = folder_inside(studio.home.data, studio.home.data / "damaged")
    path.replace(folder / f"{path.parent.name}{path.name}")
