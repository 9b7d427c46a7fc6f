"""Bodies are judged by the vendor's tables: what is right is read, what is wrong has a code and a reason."""

import json
from typing import Any

import pytest

from pipeline.providers.models import Call
from pipeline.providers.simulator.orders import (
    Asked,
    Question,
    Refused,
    group_size,
    prompt_in,
    read_order,
    read_question,
)

V40 = {"req_key": "jimeng_t2i_v40", "prompt": "龙虾"}
V46 = {"req_key": "jimeng_seedream46_cvtob", "prompt": "龙虾"}
V31 = {"req_key": "jimeng_t2i_v31", "prompt": "龙虾"}
SYNC = {"req_key": "jimeng_high_aes_general_v21_L", "prompt": "龙虾"}


def _read(body: dict[str, Any], call: Call = Call.ASYNC) -> Asked | Refused:
    return read_order(json.dumps(body).encode(), call)


@pytest.mark.parametrize(
    ("body", "pixels"),
    [
        (V40, (2048, 2048)),
        (V40 | {"width": 2560, "height": 1440}, (2560, 1440)),
        (V40 | {"size": 1024 * 1024}, (1024, 1024)),
        (V40 | {"width": 6198, "height": 2656, "size": 1}, (6198, 2656)),
        (V40 | {"width": 4096, "height": 512, "max_ratio": 8}, (4096, 512)),
        (V31, (1328, 1328)),
        (V31 | {"size": 7}, (1328, 1328)),
        (V46 | {"scale": 100}, (2048, 2048)),
    ],
)
def test_the_pixels_are_those_of_the_vendors_rules(body: dict[str, Any], pixels: tuple[int, int]) -> None:
    asked = _read(body)

    assert isinstance(asked, Asked)
    assert (asked.order.width, asked.order.height) == pixels


@pytest.mark.parametrize(
    ("fields", "pixels"),
    [
        ({}, (1024, 1024)),
        ({"width": 768, "height": 432}, (1536, 864)),
        ({"width": 768, "height": 432, "use_sr": False}, (768, 432)),
    ],
)
def test_the_synchronous_model_doubles_unless_told_not_to(
    fields: dict[str, Any], pixels: tuple[int, int]
) -> None:
    asked = _read(SYNC | fields, Call.SYNC)

    assert isinstance(asked, Asked)
    assert (asked.order.width, asked.order.height, asked.pictures) == (*pixels, 1)


def test_only_force_single_makes_one_picture_for_sure() -> None:
    groups = []
    for number in range(20):
        body = V40 | {"prompt": f"a story in pictures {number}"}
        single, group = _read(body | {"force_single": True}), _read(body)
        assert isinstance(single, Asked)
        assert isinstance(group, Asked)
        assert single.pictures == 1
        assert group.pictures == group_size(group.order)
        groups.append(group.pictures)

    assert set(groups) == {1, 2, 3}


def test_models_that_make_no_groups_make_one_picture() -> None:
    assert all(
        isinstance(asked, Asked) and asked.pictures == 1
        for asked in (_read(V31 | {"prompt": f"{number}"}) for number in range(10))
    )


def test_a_seed_counts_for_models_that_have_one_and_minus_one_means_none() -> None:
    with_seed, without, ignored = (
        _read(V31 | {"seed": 7}),
        _read(V31 | {"seed": -1}),
        _read(V40 | {"seed": 7}),
    )

    assert isinstance(with_seed, Asked)
    assert isinstance(without, Asked)
    assert isinstance(ignored, Asked)
    assert [asked.order.seed for asked in (with_seed, without, ignored)] == [7, None, None]


def test_fields_that_the_vendor_does_not_know_are_ignored() -> None:
    extra = {"negative_prompt": "text", "n": 4, "callback_url": "https://example.com/hook"}

    asked, plain = _read(V40 | extra), _read(V40)

    assert asked == plain


@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        ({"prompt": "龙虾"}, 50215, "req_key"),
        ({"req_key": "jimeng_t2i_v99", "prompt": "龙虾"}, 50400, "req_key"),
        (SYNC, 50204, "CVProcess"),
        ({"req_key": "jimeng_t2i_v40"}, 50215, "prompt"),
        (V40 | {"prompt": "  "}, 50215, "prompt"),
        (V40 | {"prompt": "\ud800"}, 50215, "half a character"),
        (V40 | {"prompt": "龙" * 801}, 50215, "801"),
        (V40 | {"width": 2048}, 50215, "together"),
        (V40 | {"width": 1280, "height": 720}, 50215, "921600"),
        (V40 | {"width": 2048.0, "height": 2048}, 50215, "width"),
        (V40 | {"width": True, "height": 2048}, 50215, "width"),
        (V40 | {"width": 0, "height": 0}, 50215, "ratio"),
        (V40 | {"width": 4096, "height": 512}, 50215, "ratio"),
        (V40 | {"width": 4096, "height": 512, "max_ratio": 17}, 50215, "max_ratio"),
        (V40 | {"width": 2048, "height": 2048, "min_ratio": 2, "max_ratio": 1}, 50215, "min_ratio"),
        (V40 | {"size": 1000}, 50215, "size"),
        (V40 | {"scale": 1.5}, 50215, "scale"),
        (V40 | {"scale": "0.5"}, 50215, "scale"),
        (V46 | {"scale": 0}, 50215, "scale"),
        (V46 | {"scale": 0.5}, 50215, "scale"),
        (V40 | {"force_single": "yes"}, 50215, "force_single"),
        (V40 | {"image_urls": "https://example.com/a.png"}, 50215, "list"),
        (V40 | {"image_urls": [1]}, 50215, "list"),
        (V40 | {"image_urls": ["u"] * 11}, 50215, "11"),
        (V40 | {"logo_info": "{add_logo"}, 50215, "logo_info"),
        (V40 | {"aigc_meta": "[]"}, 50215, "aigc_meta"),
        (V40 | {"aigc_meta": "{}"}, 50215, "producer_id"),
        (V31 | {"width": 4096, "height": 4096}, 50215, "4096x4096"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_a_reason(body: dict[str, Any], code: int, detail: str) -> None:
    refused = _read(body)

    assert isinstance(refused, Refused)
    assert refused.code == code
    assert detail in refused.detail


@pytest.mark.parametrize("fields", [{"width": 128, "height": 128}, {"width": 1024, "height": 1024}])
def test_the_synchronous_model_has_its_own_sides(fields: dict[str, Any]) -> None:
    refused = _read(SYNC | fields, Call.SYNC)

    assert isinstance(refused, Refused)
    assert refused.code == 50215


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    for refused in (read_order(body, Call.ASYNC), read_question(body)):
        assert isinstance(refused, Refused)
        assert refused.code == 50215
    assert prompt_in(body) == ""


def test_a_question_names_its_task_and_the_form_of_the_pictures() -> None:
    wishes = {"return_url": True, "logo_info": {"add_logo": True}, "aigc_meta": {"producer_id": "1"}}
    body = {"req_key": "jimeng_t2i_v40", "task_id": "14411597596416601128", "req_json": json.dumps(wishes)}

    question = read_question(json.dumps(body).encode())
    plain = read_question(json.dumps(body | {"req_json": None}).encode())

    assert question == Question(model="jimeng_t2i_v40", task_id="14411597596416601128", return_url=True)
    assert plain == Question(model="jimeng_t2i_v40", task_id="14411597596416601128", return_url=False)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"task_id": 14411597596416601128}, 50215),
        ({"req_json": '{"return_url": true'}, 50215),
        ({"req_json": '{"aigc_meta": {"content_producer": "x"}}'}, 50215),
        ({"req_key": "nothing"}, 50400),
        ({"req_key": "jimeng_high_aes_general_v21_L"}, 50204),
    ],
)
def test_a_wrong_question_is_refused(fields: dict[str, Any], code: int) -> None:
    body = {"req_key": "jimeng_t2i_v40", "task_id": "14411597596416601128"} | fields

    refused = read_question(json.dumps(body).encode())

    assert isinstance(refused, Refused)
    assert refused.code == code
