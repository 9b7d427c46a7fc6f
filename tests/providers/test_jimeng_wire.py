"""What is sent to Jimeng, and what its answers mean."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fingerprint import Json
from pipeline.providers.contract import (
    Accepted,
    NotTaken,
    Order,
    PollAnswer,
    ResultForm,
    Task,
    Unready,
    Verdict,
)
from pipeline.providers.jimeng import wire
from tests.providers.jimeng_answers import AUTH, business, gateway, polled

TASK_ID = "14411597596416601128"


def _order(model: str = "jimeng_t2i_v40", **changes: Any) -> Order:
    asked: dict[str, Any] = {"model": model, "prompt": "龙虾", "width": 2048, "height": 1024, **changes}
    return Order(**asked)


def _sent(order: Order) -> dict[str, Json]:
    body = json.loads(wire.submit_call(order).body)
    assert isinstance(body, dict)
    return body


class TestSubmitCall:
    def test_the_body_is_compact_json_in_plain_utf_8(self) -> None:
        call = wire.submit_call(_order(prompt="  龙虾 \n"))

        assert call.action == "CVSync2AsyncSubmitTask"
        assert call.body == (
            '{"req_key":"jimeng_t2i_v40","prompt":"龙虾","width":2048,"height":1024,"force_single":true}'.encode()
        )

    def test_only_fields_of_the_model_are_sent(self) -> None:
        order = _order(seed=7, params={"scale": 0.5, "use_pre_llm": True})

        assert _sent(order)["scale"] == 0.5
        assert not {"seed", "use_pre_llm"} & _sent(order).keys()

    def test_a_model_with_a_seed_gets_it(self) -> None:
        sent = _sent(_order("jimeng_t2i_v31", seed=7, params={"use_pre_llm": False}))

        assert (sent["seed"], sent["use_pre_llm"]) == (7, False)
        assert "force_single" not in sent
        assert "seed" not in _sent(_order("jimeng_t2i_v31"))

    def test_a_synchronous_model_is_asked_for_base64_at_half_the_size(self) -> None:
        call = wire.submit_call(_order("jimeng_high_aes_general_v21_L", width=1536, height=1024))
        sent = json.loads(call.body)

        assert call.action == "CVProcess"
        assert (sent["width"], sent["height"], sent["use_sr"], sent["return_url"]) == (768, 512, True, False)

    def test_a_model_that_is_not_in_the_table_is_an_error_of_the_caller(self) -> None:
        with pytest.raises(KeyError):
            wire.submit_call(_order("nonsense"))

    def test_the_prompt_of_a_call_is_not_in_its_repr(self) -> None:
        assert "龙虾" not in repr(wire.submit_call(_order()))


@pytest.mark.parametrize(("form", "options"), [(ResultForm.URL, "true"), (ResultForm.BASE64, "false")])
def test_a_poll_names_its_form_in_json_inside_json_and_asks_for_no_logo(
    form: ResultForm, options: str
) -> None:
    call = wire.poll_call(Task(model="jimeng_t2i_v40", task_id=TASK_ID), form)

    assert call.action == "CVSync2AsyncGetResult"
    assert json.loads(call.body) == {
        "req_key": "jimeng_t2i_v40",
        "task_id": TASK_ID,
        "req_json": f'{{"return_url":{options}}}',
    }


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, polled({"task_id": TASK_ID})),
        (200, business("10000", data={"task_id": TASK_ID, "new": [1]}, other={})),
        (200, b'\xef\xbb\xbf{"code":10000,"data":{"task_id":14411597596416601128}}'),
        (200, b'{"data":{"task_id":"14411597596416601128"}}'),
        (500, business(50500, data={"task_id": TASK_ID})),
        (502, polled({"task_id": TASK_ID})),
    ],
    ids=["as documented", "code as text", "id as a number", "no code", "500 with an id", "502 with an id"],
)
def test_a_task_id_is_kept_exactly_wherever_it_settles_a_doubt(status: int, body: bytes) -> None:
    answer = wire.read_submit(status, body)

    assert isinstance(answer, Accepted)
    assert answer.task_id == TASK_ID


@pytest.mark.parametrize("task_id", [None, "", "  ", True, 1.4411597596416601e19, [], "a\nb", "\ud800"])
def test_what_cannot_be_a_task_id_leaves_the_submit_in_doubt(task_id: object) -> None:
    answer = wire.read_submit(200, polled({"task_id": task_id}))

    assert isinstance(answer, NotTaken)
    assert (answer.verdict, answer.fault.code) == (Verdict.UNKNOWN, "no_task_id")


SUBMITS: list[tuple[int, bytes, Verdict]] = [
    *[(400, business(code), Verdict.REFUSED) for code in (50411, 50412, 50413, 50511, 50512, 50518, 50519)],
    *[(400, business(str(code)), Verdict.FAILED) for code in (50520, 50521, 50522, 50200, 50204, 50215)],
    *[(200, business(code), Verdict.FAILED) for code in (50218, 59999)],
    *[(status, business(50400), Verdict.ACCESS) for status in (400, 401, 403, 500)],
    *[(401, gateway(code), Verdict.AUTH) for code in AUTH.split()],
    (403, gateway("SomethingNew"), Verdict.AUTH),
    (401, gateway(None), Verdict.AUTH),
    (400, gateway("InvalidTimestamp"), Verdict.CLOCK),
    (403, gateway("InvalidTimestamp"), Verdict.CLOCK),
    (400, gateway("MissingParameter"), Verdict.FAILED),
    (400, gateway("MissingRequestInfo"), Verdict.FAILED),
    (404, gateway("InvalidActionOrVersion"), Verdict.FAILED),
    (404, gateway("ServiceNotFound"), Verdict.FAILED),
    (400, gateway("50215"), Verdict.FAILED),
    (400, gateway(50412), Verdict.REFUSED),
    (429, business(50429), Verdict.BUSY_QPS),
    (429, business(50430), Verdict.BUSY_TASKS),
    (429, b"<html>slow down</html>", Verdict.BUSY_QPS),
    (429, business(50500), Verdict.BUSY_QPS),
    (429, polled({"task_id": ""}), Verdict.BUSY_QPS),
    (503, business(50429), Verdict.BUSY_QPS),
    (200, business(50430), Verdict.BUSY_TASKS),
    (500, business(50500), Verdict.UNKNOWN),
    (200, business(50501), Verdict.UNKNOWN),
    (500, business(50200), Verdict.UNKNOWN),
    (500, gateway("InternalError"), Verdict.UNKNOWN),
    (400, gateway("InternalServiceTimeout"), Verdict.UNKNOWN),
    (502, gateway("SomethingNew"), Verdict.UNKNOWN),
    (502, b"<html>bad gateway</html>", Verdict.UNKNOWN),
    (404, b"<html>not found</html>", Verdict.UNKNOWN),
    (400, b'{"error":"no"}', Verdict.UNKNOWN),
    (200, b"<html>login</html>", Verdict.UNKNOWN),
    (200, b"", Verdict.UNKNOWN),
    (200, b"[10000]", Verdict.UNKNOWN),
    (200, b'{"code":10000', Verdict.UNKNOWN),
    (200, b'{"code":true}', Verdict.UNKNOWN),
    (200, b"[" * 100_000, Verdict.UNKNOWN),
    (200, b'{"code":' + b"1" * 5000 + b"}", Verdict.UNKNOWN),
    (200, b"\xff\xfe\xff", Verdict.UNKNOWN),
    (307, b"", Verdict.UNKNOWN),
    (302, business(50204), Verdict.UNKNOWN),
]


@pytest.mark.parametrize(("status", "body", "verdict"), SUBMITS)
def test_every_answer_to_a_submit_says_what_it_means_for_the_money(
    status: int, body: bytes, verdict: Verdict
) -> None:
    answer = wire.read_submit(status, body)

    assert isinstance(answer, NotTaken)
    assert answer.verdict == verdict
    assert answer.fault.http_status == status
    assert answer.fault.code
    assert answer.fault.message


def test_the_facts_of_both_envelopes_are_kept() -> None:
    refused, denied = wire.read_submit(400, business(50412)), wire.read_submit(401, gateway("AccessDenied"))

    assert isinstance(refused, NotTaken)
    assert isinstance(denied, NotTaken)
    assert (refused.fault.code, refused.fault.message, refused.fault.request_id) == ("50412", "words", "r1")
    assert (denied.fault.code, denied.fault.message, denied.fault.request_id) == (
        "AccessDenied",
        "words",
        "r2",
    )


@pytest.mark.parametrize(("status", "code"), [(307, "redirect"), (200, "bad_body"), (502, "bad_body")])
def test_an_answer_without_a_code_gets_one_of_ours(status: int, code: str) -> None:
    answer = wire.read_submit(status, b"<html>")

    assert isinstance(answer, NotTaken)
    assert answer.fault.code == code


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("see https://host/a?sign=secret&b=c now", "see https://host/a?... now"),
        ("tab\tbell\x07 esc\x1b[31m \u202egnp", "tab bell esc [31m gnp"),
        ("提示词\u2028违规", "提示词 违规"),
        ("half \ud800 of a pair", "half of a pair"),
        ("long " * 500, ("long " * 500)[:299] + "…"),
        ("really?", "really?"),
    ],
)
def test_foreign_words_are_kept_on_one_bounded_line_without_queries(said: str, kept: str) -> None:
    answer = wire.read_submit(400, business(50412, message=said))

    assert isinstance(answer, NotTaken)
    assert answer.fault.message == kept


_KEYS = st.sampled_from(
    [
        "code",
        "data",
        "message",
        "request_id",
        "status",
        "task_id",
        "image_urls",
        "binary_data_base64",
        "ResponseMetadata",
        "Error",
        "Code",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=8,
)


@given(status=st.integers(100, 599), value=st.dictionaries(_KEYS, JSON, max_size=5))
def test_no_json_whatever_breaks_the_reader(status: int, value: dict[str, object]) -> None:
    body = json.dumps(value).encode()

    assert isinstance(wire.read_submit(status, body), Accepted | NotTaken)
    assert isinstance(wire.read_poll(status, body), PollAnswer)
    assert isinstance(wire.read_answer(body), PollAnswer)


@given(status=st.integers(100, 599), body=st.binary())
def test_no_bytes_whatever_are_taken_for_an_accepted_order(status: int, body: bytes) -> None:
    assert isinstance(wire.read_submit(status, body), NotTaken)
    assert isinstance(wire.read_poll(status, body), Unready)
