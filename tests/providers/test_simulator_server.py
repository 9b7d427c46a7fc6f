"""The simulator over real HTTP: the wire from the order to the picture, and the server's own life."""

import base64
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from PIL import Image  # noqa: TID251 - the test looks at the pictures

from pipeline.providers.contract import Order
from pipeline.providers.simulator.pictures import picture
from pipeline.providers.simulator.server import Simulator
from pipeline.providers.simulator.world import World
from tests.providers.simulator_caller import (
    ACCOUNT,
    MODEL,
    ORDER,
    PROCESS,
    SYNC_MODEL,
    Caller,
    Clock,
    open_session,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def caller(clock: Clock) -> Iterator[Caller]:
    waited: list[float] = []
    world = World(latency=10, concurrency=None, clock=clock)
    with Simulator(world, ACCOUNT, pause=waited.append) as simulator, open_session() as session:
        yield Caller(simulator, clock, session=session)
    assert set(waited) <= {10}


def test_a_submit_answers_with_a_task_in_the_vendors_envelope(caller: Caller) -> None:
    answer = caller.submit()

    document = answer.json()
    assert answer.status_code == 200
    assert set(document) == {"code", "data", "message", "request_id", "status", "time_elapsed"}
    assert (document["code"], document["status"], document["message"]) == (10000, 10000, "Success")
    assert re.fullmatch(r"\d{14}[0-9A-F]{18}", document["request_id"])
    assert re.fullmatch(r"[\d.]+(µs|ms|s)", document["time_elapsed"])
    assert re.fullmatch(r"\d{19,20}", document["data"]["task_id"])


def test_a_poll_says_both_forms_are_null_until_it_is_done(caller: Caller, clock: Clock) -> None:
    task_id = caller.bought()

    queued = caller.poll(task_id).json()
    clock.advance(5)
    running = caller.poll(task_id).json()

    assert queued["data"] == {"binary_data_base64": None, "image_urls": None, "status": "in_queue"}
    assert running["data"] == {"binary_data_base64": None, "image_urls": None, "status": "generating"}
    assert running["code"] == 10000


def test_url_and_base64_bring_the_same_picture(caller: Caller, clock: Clock) -> None:
    task_id = caller.bought()
    clock.advance(10)

    by_url, by_text = caller.poll(task_id).json()["data"], caller.poll(task_id, url=False).json()["data"]
    fetched = caller.fetch(by_url["image_urls"][0])

    assert by_url["status"] == by_text["status"] == "done"
    assert by_url["binary_data_base64"] is None
    assert by_text["image_urls"] is None
    assert fetched.headers["Content-Type"] == "image/png"
    assert [base64.b64decode(text) for text in by_text["binary_data_base64"]] == [fetched.content]


def test_the_picture_is_that_of_the_order_and_its_count(caller: Caller, clock: Clock) -> None:
    order = Order(model=MODEL, prompt=ORDER["prompt"], width=1024, height=1024)
    first, second = caller.bought(), caller.bought()
    clock.advance(10)

    pictures = [caller.fetch(caller.picture_url(task_id)).content for task_id in (first, second)]

    assert pictures == [picture(order, 0), picture(order, 1)]


def test_a_group_is_served_whole_and_billed_whole(caller: Caller, clock: Clock) -> None:
    ids = [caller.bought(prompt=f"a story {number}", force_single=False) for number in range(6)]
    clock.advance(10)

    urls = {task_id: caller.poll(task_id).json()["data"]["image_urls"] for task_id in ids}

    billed = {task["task_id"]: task["pictures"] for task in caller.billing()["tasks"]}
    assert {task_id: len(found) for task_id, found in urls.items()} == billed
    group = max(urls.values(), key=len)
    assert len({caller.fetch(url).content for url in group}) == len(group) > 1


def test_the_bill_shows_each_order_and_how_often_it_was_bought(caller: Caller) -> None:
    first, second = caller.bought(), caller.bought()
    caller.bought(prompt="a red fox")

    bill = caller.billing()

    assert bill["billed"] == 3
    assert {order["prompt"]: order["times"] for order in bill["orders"]} == {
        ORDER["prompt"]: 2,
        "a red fox": 1,
    }
    assert {first, second} < {task["task_id"] for task in bill["tasks"]}
    assert {task["action"] for task in bill["tasks"]} == {"CVSync2AsyncSubmitTask"}


def test_a_synchronous_call_waits_and_answers_with_the_picture_doubled(caller: Caller) -> None:
    by_text = caller.process(width=384, height=256).json()
    by_url = caller.process(width=384, height=256, return_url=True).json()

    image = Image.open(io.BytesIO(base64.b64decode(by_text["data"]["binary_data_base64"][0])))
    assert image.size == (768, 512)
    assert by_text["data"]["image_urls"] is None
    assert "status" not in by_text["data"]
    assert caller.fetch(by_url["data"]["image_urls"][0]).ok
    assert caller.billing()["billed"] == 2


def test_a_refused_synchronous_call_has_no_data(caller: Caller) -> None:
    answer = caller.process(prompt="simulate:50511")

    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["data"]) == (50511, None)


@pytest.mark.parametrize(
    ("fields", "http", "code"),
    [
        ({"prompt": "simulate:50412"}, 400, 50412),
        ({"width": 1280, "height": 720}, 400, 50215),
        ({"req_key": "jimeng_t2i_v99"}, 401, 50400),
        ({"req_key": SYNC_MODEL}, 400, 50204),
        ({"prompt": "simulate:50429"}, 429, 50429),
        ({"prompt": "simulate:50501"}, 500, 50501),
    ],
)
def test_a_refusal_has_its_code_and_no_data(
    caller: Caller, fields: dict[str, object], http: int, code: int
) -> None:
    answer = caller.submit(**fields)

    document = answer.json()
    assert answer.status_code == http
    assert (document["code"], document["status"], document["data"]) == (code, code, None)
    assert document["request_id"]
    assert caller.billing()["billed"] == 0


def test_limits_answer_429(clock: Clock) -> None:
    world = World(latency=10, concurrency=1, qps=1, clock=clock)
    with Simulator(world, ACCOUNT) as simulator, open_session() as session:
        caller = Caller(simulator, clock, session=session)
        caller.bought()

        too_fast = caller.submit()
        clock.advance(2)
        too_many = caller.submit()

    assert (too_fast.status_code, too_fast.json()["code"]) == (429, 50429)
    assert (too_many.status_code, too_many.json()["code"]) == (429, 50430)


def test_an_output_that_the_audit_refuses_says_so_at_every_poll(caller: Caller, clock: Clock) -> None:
    task_id = caller.bought(prompt="simulate:50511")

    early = caller.poll(task_id)
    clock.advance(10)
    late = [caller.poll(task_id) for _ in range(2)]

    assert early.json()["data"]["status"] == "in_queue"
    assert [(answer.status_code, answer.json()["code"]) for answer in late] == [(400, 50511)] * 2
    assert late[0].json()["data"] is None


def test_unknown_and_old_tasks_are_not_found(caller: Caller, clock: Clock) -> None:
    task_id = caller.bought()
    clock.advance(12 * 3600 + 1)

    old, unknown = caller.poll(task_id).json(), caller.poll("12345678901234567890").json()
    other_model = caller.poll(task_id, model="jimeng_t2i_v31").json()

    assert [answer["data"]["status"] for answer in (old, unknown, other_model)] == ["not_found"] * 3
    assert old["code"] == 10000


def test_a_poll_without_a_task_id_is_refused(caller: Caller) -> None:
    answer = caller.call("CVSync2AsyncGetResult", {"req_key": MODEL})

    assert (answer.status_code, answer.json()["code"]) == (400, 50215)
    assert answer.json()["message"].startswith("Input invalid for this service.")


def test_a_picture_url_holds_for_24_hours_and_for_its_own_query_only(caller: Caller, clock: Clock) -> None:
    task_id = caller.bought()
    clock.advance(10)
    url = caller.picture_url(task_id)
    path, query = urlsplit(url).path, dict(parse_qsl(urlsplit(url).query))
    other = f"{caller.simulator.endpoint}/pictures/{task_id}"

    clock.advance(24 * 3600)
    still = caller.fetch(url)
    clock.advance(1)

    assert still.status_code == 200
    assert caller.fetch(url).status_code == 403
    assert caller.fetch(url.replace(query["expires"], "9" * 10)).status_code == 403
    assert caller.fetch(f"{caller.simulator.endpoint}{path}").status_code == 403
    assert caller.fetch(f"{other}-1.png?{urlsplit(url).query}").status_code == 404
    assert caller.fetch(f"{caller.simulator.endpoint}/pictures/1-0.png").status_code == 404
    assert caller.fetch(f"{caller.simulator.endpoint}/elsewhere").status_code == 404


def test_a_wrong_signature_is_answered_by_the_gateway(caller: Caller) -> None:
    thief = replace(caller, account=replace(ACCOUNT, secret_key="guessed"))

    answer = thief.submit()

    error = answer.json()["ResponseMetadata"]["Error"]
    assert answer.status_code == 401
    assert "code" not in answer.json()
    assert (error["Code"], error["CodeN"]) == ("SignatureDoesNotMatch", 100010)
    assert answer.json()["ResponseMetadata"]["Action"] == "CVSync2AsyncSubmitTask"
    assert answer.json()["ResponseMetadata"]["RequestId"]


def test_a_code_without_a_number_is_sent_without_one(caller: Caller) -> None:
    answer = caller.session.post(
        f"{caller.simulator.endpoint}/?Action={PROCESS}&Version=2022-08-31",
        data=b"{}",
        headers={"Authorization": "nonsense"},
        timeout=10,
    )

    error = answer.json()["ResponseMetadata"]["Error"]
    assert answer.status_code == 400
    assert (error["Code"], "CodeN" in error) == ("InvalidAuthorization", False)


def test_an_unknown_action_is_a_404_of_the_gateway(caller: Caller) -> None:
    answer = caller.call("CVCancelTask", {})

    assert answer.status_code == 404
    assert answer.json()["ResponseMetadata"]["Error"]["Code"] == "InvalidActionOrVersion"


def test_a_clock_far_off_is_refused_and_the_date_header_tells_the_servers(
    caller: Caller, clock: Clock
) -> None:
    late = replace(caller, clock=lambda: clock.now - 901)

    answer = late.submit()

    assert answer.status_code == 403
    assert answer.json()["ResponseMetadata"]["Error"]["Code"] == "InvalidTimestamp"
    assert answer.headers["Date"] == "Mon, 30 Nov 2026 00:53:20 GMT"


def test_a_session_token_is_checked(clock: Clock) -> None:
    account = replace(ACCOUNT, session_token="made-up-token")
    with Simulator(World(clock=clock), account) as simulator, open_session() as session:
        right = Caller(simulator, clock, account=account, session=session).submit()
        wrong = Caller(simulator, clock, account=ACCOUNT, session=session).submit()

    assert right.status_code == 200
    assert wrong.json()["ResponseMetadata"]["Error"]["Code"] == "InvalidSecretToken"
