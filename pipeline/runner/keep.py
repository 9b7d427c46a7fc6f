"""From bytes that were paid for to a master in the store and its row. The order is: file, then row."""

from pathlib import Path

from pipeline.errors import PictureError
from pipeline.failpoint import reach
from pipeline.history.records import Generation, Master
from pipeline.history.states import State
from pipeline.plan.readings import master_of
from pipeline.providers.contract import Done, Fault, Task, Unready
from pipeline.providers.contract import ResultForm as Form
from pipeline.render.inspect import inspect
from pipeline.runner.model import News
from pipeline.runner.tools import Tools
from pipeline.storage import writing


def keep(tools: Tools, generation: Generation, done: Done) -> Fault | None:
    """Fetch, check, store and record what a finished task holds. A fault: nothing usable came, ask again.

    The first picture becomes the master; the others of a group were paid for too and are kept beside it.
    """
    masters: list[Master] = []
    fault: Fault | None = None
    for url in done.urls:
        temp = tools.store.temp()
        fault = tools.provider.download(url, temp) or _take_in(tools, temp, masters)
        if fault is not None:
            break
    if fault is not None or not done.urls:
        fault = _from_bytes(tools, _bytes_of(tools, generation, done), masters) or (
            None if masters else fault
        )
    if not masters:
        return fault or Fault(code="no_pictures", message="the task is done, but no picture came with it")
    note = _note(generation, masters, pictures=max(len(done.urls), len(done.pictures), len(masters)))
    twin = tools.ledger.same_bytes(generation, masters[0])
    if twin is not None:
        note = "; ".join(
            filter(None, (note, f"the same file as generation {twin}, which asked for another picture"))
        )
    reach("adopted")
    recorded = tools.ledger.stored(generation.id, masters[0], at=tools.clock.now(), note=note)
    reach("stored")
    # Another run may have been quicker with the same task: its picture serves us as well.
    if recorded or tools.ledger.generation(generation.id).state is State.STORED:
        tools.succeeded = True
        tools.say(News.STORED, generation, note)
    return None


def _bytes_of(tools: Tools, generation: Generation, done: Done) -> tuple[bytes, ...] | Fault:
    """The pictures as base64: given already, or asked for again because a download failed."""
    if done.pictures or generation.task_id is None:
        return done.pictures
    answer = tools.provider.poll(Task(model=generation.model, task_id=generation.task_id), Form.BASE64)
    if isinstance(answer, Done):
        return answer.pictures
    return (
        answer.fault if isinstance(answer, Unready) else Fault(code="no_pictures", message="no picture came")
    )


def _from_bytes(tools: Tools, pictures: tuple[bytes, ...] | Fault, masters: list[Master]) -> Fault | None:
    if isinstance(pictures, Fault):
        return pictures
    for data in pictures[len(masters) :]:
        temp = tools.store.temp()
        try:
            with writing(temp):
                temp.write_bytes(data)
            fault = _take_in(tools, temp, masters)
        finally:
            temp.unlink(missing_ok=True)
        if fault is not None:
            return fault
    return None


def _take_in(tools: Tools, temp: Path, masters: list[Master]) -> Fault | None:
    """Check one file by decoding it whole, and give it its place in the store."""
    try:
        reach("fetched")
        facts = inspect(temp)
        tools.store.adopt(temp, facts.sha256, facts.ending)
    except PictureError as error:
        return Fault(code="bad_picture", message=error.message)
    finally:
        temp.unlink(missing_ok=True)
    masters.append(master_of(facts))
    return None


def _note(generation: Generation, masters: list[Master], *, pictures: int) -> str:
    first = masters[0]
    notes = []
    if (first.width, first.height) != (generation.width, generation.height):
        notes.append(f"{first.width}x{first.height} came instead of {generation.width}x{generation.height}")
    if pictures > 1:
        others = ", ".join(f"{master.sha256[:12]}.{master.ending}" for master in masters[1:]) or "none"
        notes.append(f"{len(masters)} of {pictures} pictures came; also in the store: {others}")
    return "; ".join(notes)
