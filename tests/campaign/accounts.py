"""A shop's books beside the ledger of those who bought there, and beside their limits. Pure."""

from collections import Counter
from collections.abc import Sequence

from pipeline.history.records import Generation
from pipeline.history.states import State
from pipeline.providers.simulator import billing
from pipeline.providers.simulator.tasks import Task


def paid_twice(tasks: Sequence[Task]) -> list[str]:
    """Prompts that the shop sold more than once."""
    return [line.prompt for line in billing.lines(tasks) if len(line.task_ids) > 1]


def lost(tasks: Sequence[Task], rows: Sequence[Generation]) -> set[str]:
    """Ids of tasks that no row knows.

    An order of the same words stands for one that has no number: it was ever in doubt, or answered at once.
    """
    known = {row.task_id for row in rows}
    nameless = Counter(row.prompt for row in rows if row.task_id is None and _may_stand_for_one(row))
    missing = set()
    for task in tasks:
        if task.id in known:
            continue
        if nameless[task.order.prompt]:
            nameless[task.order.prompt] -= 1
        else:
            missing.add(task.id)
    return missing


def _may_stand_for_one(row: Generation) -> bool:
    return row.state is State.STORED or was_in_doubt(row)


def was_in_doubt(row: Generation) -> bool:
    """Whether nobody knew its fate, at the end or until the author settled it."""
    return row.state is State.UNKNOWN or row.resolution is not None


def most_running(tasks: Sequence[Task]) -> int:
    """How many tasks were out at the same time, at most."""
    steps = [(task.submitted_at, 1) for task in tasks] + [(task.ready_at, -1) for task in tasks]
    running = most = 0
    for _, step in sorted(steps):
        running += step
        most = max(most, running)
    return most


def most_within(tasks: Sequence[Task], seconds: float) -> int:
    """How many orders came within so many seconds, wherever those begin, at most."""
    moments = sorted(task.submitted_at for task in tasks)
    first = most = 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
