"""Masters that are damaged or gone are fetched again while the provider still has them. Free; never submits.

A picture comes back only as the very bytes that were paid for: a master is named by its hash. What lies in
its place is moved aside, not deleted. The author's own picture is copied again from its file.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pipeline.errors import PipelineError
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
        if studio.bell.ended:
            break
        master = generation.master
        unwanted = generation.rejected or generation.trashed
        if generation.state is not State.STORED or unwanted or master is None:
            continue
        # While it can be had again for nothing, a picture is read whole: later, damage could not be mended.
        there = master.sha256 in facts.present | found
        sound = there and (not may_be_fetched(studio, generation) or _is_whole(studio, master))
        if not sound and _is_back(studio, master, generation):
            found.add(master.sha256)
    return replace(facts, present=facts.present | found) if found else facts


def _is_back(studio: Studio, master: Master, generation: Generation) -> bool:
    """What keeps one picture from its place is said when it is needed; the others go on."""
    try:
        return _mended(studio, master, generation)
    except PipelineError as error:
        event("not_mended", level=logging.WARNING, generation=generation.id, reason=error.message)
        return False


class Mender:
    """Makes sure of masters just before they are rendered, for several threads at once."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._one_at_a_time = threading.Lock()

    def is_sound(self, master: Master, generation: Generation | None, own: Path | None) -> bool:
        """Whether a master is what its name says, or could be brought back as that.

        `own`: the author's file that it is a copy of.
        Raises IncompleteError when the store cannot be written.
        """
        studio = self._studio
        if _is_whole(studio, master):
            return True
        # Assets that share a master meet here: the second finds what the first has put back.
        with self._one_at_a_time:
            return (
                _is_whole(studio, master)
                or (own is not None and _copied(studio, master, own))
                or (generation is not None and _mended(studio, master, generation))
            )


def may_be_fetched(studio: Studio, generation: Generation) -> bool:
    """Whether the task is one that we may ask for, and young enough for the provider to have it."""
    ours = (generation.endpoint, generation.account) == (studio.buyer.endpoint, studio.buyer.account)
    sent = generation.submitted_at
    if not ours or generation.task_id is None or sent is None:
        return False
    return studio.clock.now() - sent < timedelta(seconds=studio.patience.task_life)


def _is_whole(studio: Studio, master: Master) -> bool:
    """A file that the disk cannot read to its end is damaged too."""
    try:
        return sha256_file(studio.store.path(master.sha256, master.ending)) == master.sha256
    except OSError:
        return False


def _copied(studio: Studio, master: Master, own: Path) -> bool:
    try:
        data = own.read_bytes()
    except OSError:
        return False
    return _put_back(studio, master, data)


def _mended(studio: Studio, master: Master, generation: Generation) -> bool:
    provider = studio.provider
    if provider is None or not may_be_fetched(studio, generation):
        return False
    if any(_put_back(studio, master, data) for data in _pictures(studio, provider, generation)):
        event("mended", run=studio.run, generation=generation.id, sha256=master.sha256)
        return True
    return False


def _pictures(studio: Studio, provider: Provider, generation: Generation) -> Iterator[bytes]:
    """The task's pictures by URL, as they came, then as base64: the two may not have the same bytes."""
    assert generation.task_id is not None
    task = Task(model=generation.model, task_id=generation.task_id)
    answer = provider.poll(task, ResultForm.URL)
    if not isinstance(answer, Done):
        return
    yield from answer.pictures
    temp = studio.store.temp()
    try:
        for url in answer.urls:
            if provider.download(url, temp) is None:
                yield temp.read_bytes()
    finally:
        temp.unlink(missing_ok=True)
    again = provider.poll(task, ResultForm.BASE64)
    if isinstance(again, Done):
        yield from again.pictures


def _put_back(studio: Studio, master: Master, data: bytes) -> bool:
    """Give a master its place again, if these are its bytes."""
    if file_sha256(data) != master.sha256:
        return False
    temp = studio.store.temp(master.ending)
    try:
        with writing(temp):
            temp.write_bytes(data)
        if not _is_whole(studio, master):  # another run may have been quicker
            _set_aside(studio, studio.store.path(master.sha256, master.ending))
        studio.store.adopt(temp, master.sha256, master.ending)
    finally:
        temp.unlink(missing_ok=True)
    return True


def _set_aside(studio: Studio, path: Path) -> None:
    """Keep what lies there, whatever it is, out of the store."""
    if not path.exists():
        return
    folder = folder_inside(studio.home.data, studio.home.data / "damaged")
    with writing(folder), suppress(FileNotFoundError):  # another run moved it first
        path.replace(folder / f"{path.parent.name}{path.name}")
