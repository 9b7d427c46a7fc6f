"""A canary key goes through commands that fail; it must come out nowhere, nor anything made from it."""

import re
from pathlib import Path

import pytest

from pipeline.providers.jimeng.signing import Credentials
from tests.commands.bench import Desk, Said, image, point_at, vendor

CANARY = Credentials(
    access_key="AKLTCANARYCANARY", secret_key="U2VjcmV0Q2FuYXJ5U2VjcmV0", session_token="STcanaryToken99"
)
_SIGNED = re.compile(
    rb"Signature=[0-9a-f*]{4,}|HMAC-SHA256 Credential=|[?&]X-[A-Za-z-]+=|/pictures/[^\"\s?]*\?"
)


def everywhere(desk: Desk, *said: Said) -> dict[str, bytes]:
    """All that the commands said and all that they left on disk."""
    found = {f"said {number}": (one.out + one.err).encode() for number, one in enumerate(said)}
    for path in desk.root.rglob("*"):
        if path.is_file():
            found[str(path.relative_to(desk.root))] = path.read_bytes()
    return found


def leaks(found: dict[str, bytes]) -> list[str]:
    words = [CANARY.access_key, CANARY.secret_key, CANARY.session_token or ""]
    return [
        name
        for name, data in found.items()
        if any(word.encode() in data for word in words) or _SIGNED.search(data)
    ]


@pytest.fixture
def canary(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("VOLC_ACCESSKEY", CANARY.access_key)
    monkeypatch.setenv("VOLC_SECRETKEY", CANARY.secret_key)
    monkeypatch.setenv("VOLC_SESSION_TOKEN", CANARY.session_token or "")
    monkeypatch.setenv("PIPELINE_LOG_LEVEL", "debug")
    return desk


def test_the_search_finds_what_it_looks_for() -> None:
    assert leaks(
        {"a": CANARY.secret_key.encode(), "b": b"Signature=0a1b2c3d", "c": b"http://x/pictures/1.png?e=1"}
    )


def test_a_paid_run_leaves_no_secret_no_signature_and_no_result_url(
    canary: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = canary.spec(image("sync"), image("async", "板", "model: jimeng_t2i_v30, size: 512x512"))
    with vendor({"on": "fetch", "fault": "http_500", "at": [1]}, keys=CANARY) as server:
        point_at(monkeypatch, server, CANARY)

        said = canary("run", spec, "--yes", "--json")
        shown = [canary("show", 1), canary("history", "--json"), canary("doctor", "--online")]

    assert said.code == 0
    assert leaks(everywhere(canary, said, *shown)) == []
    assert (canary.root / "data" / "logs").is_dir()


def test_a_wrong_secret_leaves_no_trace_of_itself(canary: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = canary.spec(image(more="model: jimeng_t2i_v30, size: 512x512"))
    right = Credentials(
        access_key=CANARY.access_key, secret_key="another", session_token=CANARY.session_token
    )
    with vendor(keys=right) as server:
        point_at(monkeypatch, server, CANARY)

        said = [
            canary("run", spec, "--yes"),
            canary("run", spec, "--yes", "--json"),
            canary("doctor", "--online"),
        ]

    assert [one.code for one in said] == [5, 5, 5]
    assert leaks(everywhere(canary, *said)) == []


def test_an_endpoint_that_is_not_there_leaves_no_trace_of_the_keys(
    canary: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with vendor(keys=CANARY) as server:
        point_at(monkeypatch, server, CANARY)
    monkeypatch.setenv("JIMENG_ENDPOINT", "https://user:pass@nowhere.invalid")
    refused = canary("doctor", "--online")
    monkeypatch.setenv("JIMENG_ENDPOINT", "https://127.0.0.1:1")
    unreached = canary("doctor", "--online")

    assert (refused.code, unreached.code) == (2, 3)
    assert leaks(everywhere(canary, refused, unreached)) == []


def test_a_fault_of_ours_writes_a_traceback_without_the_keys(
    canary: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(
            f"signing with {CANARY.secret_key}: Authorization: HMAC-SHA256 Credential={CANARY.access_key}/x, "
            f"Signature=0123456789abcdef http://x/pictures/1.png?token={CANARY.session_token}"
        )

    monkeypatch.setattr("pipeline.wiring.load_styles", broken)

    said = canary("run", canary.spec(image()), "--yes")

    [crash] = (canary.root / "data" / "logs").glob("crash-*.txt")
    text = crash.read_text("utf-8")
    assert said.code == 1
    assert f"this is a fault of the program: RuntimeError; please report {crash}" in said.err
    assert said.last == "next: type the same command again: what was paid for is kept"
    assert "Traceback" in text
    assert "RuntimeError" in text
    found = everywhere(canary, said)
    assert [name for name, data in found.items() if CANARY.secret_key.encode() in data] == []
    assert CANARY.access_key not in text
    assert (CANARY.session_token or "?") not in text
    assert "0123456789abcdef" not in text


def test_a_crash_is_written_where_the_logs_of_its_home_lie(
    canary: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("pipeline.wiring.load_styles", broken)
    other, spec = tmp_path / "other", canary.spec(image())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)

    canary("plan", canary.root / spec)
    canary("plan", canary.root / spec, "--home", other)

    assert len(list((canary.root / "data" / "logs").iterdir())) == 1
    assert len(list((other / "data" / "logs").iterdir())) == 1
    assert not list(elsewhere.iterdir())


def test_a_crash_with_no_place_for_its_log_is_told_on_stderr(
    canary: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"no {CANARY.secret_key}")

    monkeypatch.setattr("pipeline.wiring.load_styles", broken)
    (canary.root / "data").write_text("in the way")

    said = canary("plan", canary.spec(image()))

    assert said.code == 1
    assert "RuntimeError: no ***" in said.err
    assert said.last == "this is a fault of the program; please report the lines above"
