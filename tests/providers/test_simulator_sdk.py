"""The vendor's own Python SDK talks to the simulator: it signs, submits, polls, and reads the errors."""

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image  # noqa: TID251 - the test looks at the pictures
from volcengine.visual.VisualService import VisualService

from pipeline.providers.simulator.server import Simulator
from pipeline.providers.simulator.world import World
from tests.providers.simulator_caller import ACCOUNT, MODEL, ORDER, SYNC_ORDER


@pytest.fixture
def world() -> World:
    """On the real clock, since the SDK signs by it."""
    return World(latency=0)


@pytest.fixture
def service(world: World) -> Iterator[Any]:
    """The SDK's service: one for the whole process, so all it holds is set anew."""
    service = VisualService()
    service.session.trust_env = False
    service.set_ak(ACCOUNT.access_key)
    service.set_sk(ACCOUNT.secret_key)
    service.set_session_token("")
    service.set_scheme("http")
    with Simulator(world, ACCOUNT) as simulator:
        service.set_host(simulator.endpoint.removeprefix("http://"))
        yield service
    service.session.close()


def test_the_sdk_orders_a_picture_and_gets_it(service: Any, world: World) -> None:
    taken = service.cv_sync2async_submit_task(ORDER)
    answer = service.cv_sync2async_get_result({"req_key": MODEL, "task_id": taken["data"]["task_id"]})

    picture = Image.open(io.BytesIO(base64.b64decode(answer["data"]["binary_data_base64"][0])))
    assert (taken["code"], answer["data"]["status"]) == (10000, "done")
    assert picture.size == (1024, 1024)
    assert [task.order.prompt for task in world.tasks()] == [ORDER["prompt"]]


def test_the_sdk_gets_a_url_that_can_be_fetched(service: Any) -> None:
    task_id = service.cv_sync2async_submit_task(ORDER)["data"]["task_id"]
    wishes = json.dumps({"return_url": True, "aigc_meta": {"producer_id": "龙虾"}}, ensure_ascii=False)

    answer = service.cv_sync2async_get_result({"req_key": MODEL, "task_id": task_id, "req_json": wishes})

    fetched = service.session.get(answer["data"]["image_urls"][0], timeout=10)
    assert Image.open(io.BytesIO(fetched.content)).size == (1024, 1024)


def test_the_sdk_calls_the_synchronous_model(service: Any) -> None:
    answer = service.cv_process(SYNC_ORDER)

    picture = Image.open(io.BytesIO(base64.b64decode(answer["data"]["binary_data_base64"][0])))
    assert picture.size == (512, 512)


def test_the_sdk_is_told_that_its_secret_is_wrong(service: Any, world: World) -> None:
    service.set_sk("guessed")

    with pytest.raises(Exception, match="SignatureDoesNotMatch"):
        service.cv_sync2async_submit_task(ORDER)

    assert world.billed() == 0


def test_the_sdk_is_told_that_a_prompt_is_refused(service: Any) -> None:
    with pytest.raises(Exception, match="Text Risk Not Pass"):
        service.cv_sync2async_submit_task(ORDER | {"prompt": "simulate:50412"})
