"""Faults of polls and pictures: what is shown of a paid task, and what comes at the second try."""

import base64
import io
from collections.abc import Iterator

import pytest
import requests  # noqa: TID251 - the tests speak HTTP to a server of ours
from PIL import Image  # noqa: TID251 - the test looks at the pictures

from tests.providers.simulator_caller import Play, playing


@pytest.fixture
def play() -> Iterator[Play]:
    with playing() as start:
        yield start


def _opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_done_can_come_without_pictures(play: Play) -> None:
    poll, process = play("poll", "done_empty", at=[1]), play("process", "done_empty")
    task_id = poll.bought()

    first, second = poll.poll(task_id).json()["data"], poll.poll(task_id).json()["data"]

    nothing = {"binary_data_base64": None, "image_urls": None}
    assert first == nothing | {"status": "done"}
    assert second["image_urls"]
    assert process.process().json()["data"] == nothing


def test_done_without_pictures_can_come_before_the_task_is_ready(play: Play) -> None:
    caller = play("poll", "done_empty", latency=10, at=[1])
    task_id = caller.bought()

    words = [caller.poll(task_id).json()["data"]["status"] for _ in range(2)]

    assert words == ["done", "in_queue"]


@pytest.mark.parametrize(
    ("fault", "status"), [("not_found", "not_found"), ("expired", "expired"), ("unknown_status", "resting")]
)
def test_a_status_word_can_be_wrong_for_once(play: Play, fault: str, status: str) -> None:
    caller = play("poll", fault, at=[1])
    task_id = caller.bought()

    words = [caller.poll(task_id).json()["data"]["status"] for _ in range(2)]

    assert words == [status, "done"]


def test_a_task_that_is_gone_stays_gone(play: Play) -> None:
    caller = play("poll", "task_gone", at=[1])
    task_id = caller.bought()

    words = [caller.poll(task_id).json()["data"]["status"] for _ in range(2)]

    assert words == ["not_found", "not_found"]
    assert caller.billing()["billed"] == 1


def test_a_code_on_a_poll_that_cannot_be_read_still_comes(play: Play) -> None:
    caller = play("poll", "http_502")

    assert caller.poll("").status_code == 502


def test_a_url_can_be_old_when_it_is_given_or_when_it_is_fetched(play: Play) -> None:
    poll, fetch = play("poll", "url_expired", at=[1]), play("fetch", "url_expired", at=[1])
    given, fetched = poll.picture_url(poll.bought()), fetch.picture_url(fetch.bought())

    assert poll.fetch(given).status_code == 403
    assert [fetch.fetch(fetched).status_code for _ in range(2)] == [403, 200]


def _whole(data: bytes) -> bool:
    try:
        _opened(data)
    except (OSError, SyntaxError):
        return False
    return True


@pytest.mark.parametrize("on", ["poll", "fetch", "process"])
@pytest.mark.parametrize("fault", ["truncated_picture", "corrupt_picture"])
def test_a_picture_can_come_broken_and_is_whole_the_next_time(play: Play, fault: str, on: str) -> None:
    caller = play(on, fault, at=[1])

    if on == "process":
        got = [base64.b64decode(caller.process().json()["data"]["binary_data_base64"][0]) for _ in range(2)]
    else:
        task_id = caller.bought()
        got = [caller.fetch(caller.picture_url(task_id)).content for _ in range(2)]

    assert [_whole(data) for data in got] == [False, True]


def test_a_broken_picture_comes_by_base64_too(play: Play) -> None:
    caller = play("poll", "truncated_picture", at=[1])
    task_id = caller.bought()

    got = [caller.poll(task_id, url=False).json()["data"]["binary_data_base64"][0] for _ in range(2)]

    assert [_whole(base64.b64decode(text)) for text in got] == [False, True]


def test_a_picture_can_have_other_pixels_or_another_format(play: Play) -> None:
    small, other = play("poll", "other_pixels"), play("fetch", "jpeg_picture")

    smaller = small.fetch(small.picture_url(small.bought()))
    jpeg = other.fetch(other.picture_url(other.bought()))

    assert _opened(smaller.content).size == (768, 768)
    assert (_opened(jpeg.content).format, jpeg.headers["Content-Type"]) == ("JPEG", "image/jpeg")


def test_every_prompt_can_get_the_same_bytes(play: Play) -> None:
    caller = play("poll", "same_bytes")

    pictures = {caller.fetch(caller.picture_url(caller.bought(prompt=word))).content for word in "abc"}

    assert len(pictures) == 1


@pytest.mark.parametrize("fault", ["lost_reply", "cut_body", "html_200", "reset_before"])
def test_a_download_can_fail_like_any_call_and_succeed_later(play: Play, fault: str) -> None:
    caller = play("fetch", fault, at=[1])
    url = caller.picture_url(caller.bought())

    try:
        first = _whole(caller.fetch(url).content)
    except requests.RequestException:
        first = False

    assert not first
    assert _whole(caller.fetch(url).content)


def test_a_fault_can_pick_its_prompt_on_every_kind_of_call(play: Play) -> None:
    for on in ("poll", "fetch"):
        caller = play(on, "http_503", prompt="fox")
        plain, hit = caller.bought(prompt="wolf"), caller.bought(prompt="a red fox")
        if on == "poll":
            statuses = [caller.poll(task_id).status_code for task_id in (plain, hit)]
        else:
            statuses = [caller.fetch(caller.picture_url(task_id)).status_code for task_id in (plain, hit)]
        assert statuses == [200, 503]
