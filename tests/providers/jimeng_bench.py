"""What the tests of the Jimeng client share: keys, orders, a clock, and whole answers."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from pipeline.providers.contract import (
    NotTaken,
    Order,
    Task,
)
from pipeline.providers.jimeng.client import JimengProvider, Timeouts
from pipeline.providers.jimeng.signing import Credentials
from tests.providers.fault_server import (
    response,
)

KEYS = Credentials(access_key="AKcanary", secret_key="SKcanary", session_token="STcanary")
START = datetime(2026, 11, 24, 8, 0, 0, tzinfo=UTC)
ORDER = Order(model="jimeng_t2i_v40", prompt="龙虾", width=2048, height=2048)
SYNC = Order(model="jimeng_high_aes_general_v21_L", prompt="龙虾", width=1024, height=1024)
TASK = Task(model="jimeng_t2i_v40", task_id="15977608121972527084")
QUICK = Timeouts(connect=5.0, submit=0.3, poll=0.3, download=0.3)
PATIENT = Timeouts(connect=5.0, submit=10.0, poll=10.0, download=10.0)
PNG = b"\x89PNG\r\n\x1a\n"

Connect = Callable[..., JimengProvider]


class Clock:
    """Gains a second each time it is read."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


def success(data: object, headers: str = "") -> bytes:
    body = json.dumps({"code": 10000, "data": data, "message": "Success", "request_id": "r1"}).encode()
    return response(body, headers=headers)


def business(code: int, status: str = "400 Bad Request", message: str = "words") -> bytes:
    return response(
        json.dumps({"code": code, "data": None, "message": message, "request_id": "r1"}).encode(),
        status=status,
    )


def gateway(code: str, status: str = "401 Unauthorized", headers: str = "", message: str = "words") -> bytes:
    error = {"Code": code, "Message": message}
    body = json.dumps({"ResponseMetadata": {"RequestId": "r2", "Error": error}}).encode()
    return response(body, status=status, headers=headers)


def header(request: bytes, name: str) -> str:
    found = re.search(rb"(?im)^" + name.encode() + rb": (.*?)\r$", request)
    assert found is not None
    return found[1].decode()


def date_line(moment: datetime) -> str:
    return f"Date: {format_datetime(moment, usegmt=True)}\r\n"


def not_taken(answer: object) -> NotTaken:
    assert isinstance(answer, NotTaken)
    assert "canary" not in repr(answer)
    return answer
