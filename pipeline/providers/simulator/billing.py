"""What the simulator would have billed, added up from its tasks. Pure; knows no price.

A task is billed for each of its pictures when it is accepted, whatever happens to it afterwards: whether
the vendor charges for an output that its audit refuses is not documented, so the dearer case is counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.fingerprint import Json
from pipeline.providers.simulator.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One order with all its purchases; more than one task for one wish is a double payment."""

    digest: str
    model: str
    prompt: str
    width: int
    height: int
    task_ids: tuple[str, ...]
    pictures: int


def total(tasks: Iterable[Task]) -> int:
    """Pictures billed."""
    return sum(task.pictures for task in tasks)


def lines(tasks: Iterable[Task]) -> tuple[Line, ...]:
    """One line an order, in the order of their first purchase."""
    bought: dict[str, list[Task]] = {}
    for task in tasks:
        bought.setdefault(task.digest, []).append(task)
    return tuple(
        Line(
            digest=digest,
            model=group[0].order.model,
            prompt=group[0].order.prompt,
            width=group[0].order.width,
            height=group[0].order.height,
            task_ids=tuple(task.id for task in group),
            pictures=total(group),
        )
        for digest, group in bought.items()
    )


def document(tasks: tuple[Task, ...]) -> Json:
    """The answer of `GET /billing`: `{billed, orders: [...], tasks: [...]}`."""
    return {
        "billed": total(tasks),
        "orders": [
            {
                "digest": line.digest,
                "model": line.model,
                "prompt": line.prompt,
                "width": line.width,
                "height": line.height,
                "times": len(line.task_ids),
                "task_ids": list(line.task_ids),
                "pictures": line.pictures,
            }
            for line in lines(tasks)
        ],
        "tasks": [
            {
                "task_id": task.id,
                "action": task.call,
                "model": task.order.model,
                "prompt": task.order.prompt,
                "width": task.order.width,
                "height": task.order.height,
                "nth": task.nth,
                "pictures": task.pictures,
                "submitted_at": task.submitted_at,
            }
            for task in tasks
        ],
    }
