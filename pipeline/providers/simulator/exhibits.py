"""Finished pictures: their expiring URLs, their bytes, and what a fault makes of both. Must not serve them.

A URL is signed with the account's secret, so it holds across a restart over the same folder. Its query
names the fault that was asked for when the task was polled, since it is the later download that shows it.
"""

import hmac
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from threading import Lock
from urllib.parse import urlencode

from pipeline.providers.contract import Order
from pipeline.providers.simulator import answers, pictures
from pipeline.providers.simulator.answers import Reply
from pipeline.providers.simulator.faults import PICTURES
from pipeline.providers.simulator.tasks import Task
from pipeline.providers.simulator.world import URL_LIFE, World

FOLDER = "/pictures/"
_CACHED = 4
_SAME = "the same picture for every prompt"


class Exhibits:
    """The pictures of one world. Rendered on demand; the last few are kept in memory."""

    def __init__(self, world: World, secret: str) -> None:
        self._world = world
        self._secret = secret.encode()
        self._cache: OrderedDict[tuple[str, int, str], bytes] = OrderedDict()
        self._lock = Lock()

    def paths(self, task: Task, fault: str) -> tuple[str, ...]:
        """The paths with query under which the task's pictures can be fetched for 24 h."""
        life = -1 if fault == "url_expired" else URL_LIFE
        expires = str(int(self._world.clock() + life))
        shown = fault if fault in PICTURES else ""
        return tuple(self._path(f"{task.id}-{index}", expires, shown) for index in range(task.pictures))

    def _path(self, token: str, expires: str, fault: str) -> str:
        query = {"expires": expires, "sig": self._proof(token, expires, fault)}
        return f"{FOLDER}{token}.png?{urlencode(query | ({'as': fault} if fault else {}))}"

    def _proof(self, token: str, expires: str, fault: str) -> str:
        return hmac.digest(self._secret, f"{token}\n{expires}\n{fault}".encode(), "sha256").hex()

    def task_of(self, path: str) -> Task | None:
        """The task whose picture lies under `path` (without query)."""
        return self._world.task(path.removeprefix(FOLDER).partition("-")[0])

    def fetch(self, path: str, query: Mapping[str, str], fault: str) -> Reply:
        """Answer a GET: 404 for what was never there, 403 for a wrong or old signature, else the bytes."""
        token = path.removeprefix(FOLDER).removesuffix(".png")
        index = token.partition("-")[2]
        task = self.task_of(path)
        if task is None or index not in map(str, range(task.pictures)):
            return answers.page(404, "404 Not Found")
        expires, shown = query.get("expires", ""), query.get("as", "")
        proof = self._proof(token, expires, shown)
        if not hmac.compare_digest(query.get("sig", "").encode(), proof.encode()):
            return answers.page(403, "403 Forbidden")
        if fault == "url_expired" or int(expires) < self._world.clock():
            return answers.page(403, "403 Forbidden: the URL has expired")
        fault = fault if fault in PICTURES else shown
        content_type = "image/jpeg" if fault == "jpeg_picture" else "image/png"
        return answers.image(self.bytes(task, int(index), fault), content_type)

    def bytes(self, task: Task, index: int, fault: str) -> bytes:
        """The picture's bytes, as `fault` (of `PICTURES`, else none) leaves them."""
        key = (task.id, index, fault if fault in PICTURES else "")
        with self._lock:
            found = self._cache.pop(key, None)
        data = _render(task, index, fault) if found is None else found
        with self._lock:
            self._cache[key] = data
            while len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        return data


def _render(task: Task, index: int, fault: str) -> bytes:
    order = task.order
    if fault == "same_bytes":
        return pictures.picture(
            Order(model=order.model, prompt=_SAME, width=order.width, height=order.height), 0
        )
    if fault == "other_pixels":
        order = replace(order, width=max(1, order.width * 3 // 4), height=max(1, order.height * 3 // 4))
    data = pictures.picture(order, task.nth, index=index, form="JPEG" if fault == "jpeg_picture" else "PNG")
    half = len(data) // 2
    if fault == "truncated_picture":
        return data[:half]
    return data[:half] + bytes(64) + data[half + 64 :] if fault == "corrupt_picture" else data
