"""A canary key pair goes through every way in which a command can fail, and comes out nowhere."""

import base64
import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline import failpoint
from pipeline.providers.jimeng.signing import Credentials
from tests.campaign.canary import (
    CANARY,
    Asked,
    Cage,
    Ear,
    Said,
    Stranger,
    business,
    cage,
    gateway,
    leaks,
    vendor,
)
from tests.providers.fault_server import FAULTS, FaultServer, response

_POSIX = pytest.mark.skipif(os.name != "posix", reason="a signal or a shell of POSIX")
_SIGNS = """
import pipeline.providers.jimeng.client as client
from pipeline.log import event

def sign(unsigned, credentials, at, real=client.sign):
    headers = real(unsigned, credentials, at)
    words = f"{unsigned} {credentials} {credentials.secret_key} {headers}"
    event("about_to_sign", text=words, headers=headers, keys=credentials.secret_key)
    raise RuntimeError(words) from ValueError(str(headers), credentials.session_token)

client.sign = sign
"""
_FETCHES = """
import pipeline.providers.jimeng.client as client

def fetch(transport, url, target, **limits):
    raise RuntimeError(f"cannot fetch {url!r}", url, [url])

client.results.fetch = fetch
"""
_IMPATIENT = """
import pipeline.history.engine as engine
engine.BUSY_SECONDS = 0.2
"""


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def bird(tmp_path: Path, ear: Ear) -> Iterator[Cage]:
    """A cage, which at the end is searched whatever the test did."""
    caged = cage(tmp_path, settings="concurrency: 64\nnotify: [sh, -c, 'cat >> told.json; exit 3']\n")
    yield caged
    assert caged.leaks(ear) == []


def _ended(said: Said, code: int) -> None:
    assert said.code == code, said.all
    assert "Traceback" not in said.all


def test_the_search_finds_what_it_looks_for(ear: Ear) -> None:
    secret = CANARY.secret_key
    ear.hear("Authorization: HMAC-SHA256 x, Signature=0123456789abcdef0123\r\n")
    ear.say(b'{"u": "http://x/p.png?a=1&b=2"}')
    planted = {
        "plain": secret.encode(),
        "in a url": b"x=U2VjcmV0Q2FuYXJ5L3dpdGgrc2xhc2hlcz09%3D%3D",
        "in base64": base64.b64encode(f'{secret}"'.encode()),
        "a token": f"<{CANARY.session_token}>".encode(),
        "a key": f"({CANARY.access_key})".encode(),
        "a signature that was heard": b'"0123456789abcdef0123"',
        "any other": b"Signature=deadbeef00",
        "a query": b"p.png?a=1&b=2",
    }

    assert {found.partition(": ")[0] for found in leaks(planted, ear.words)} == set(planted)
    assert leaks({"clean": b"an https://example.com/a.png and a Signature="}, ear.words) == []


_FAULTS = {
    "submit": (
        *("50412", "50411", "50500", "http_502", "garbage_body", "html_200", "cut_body", "cut_unmarked"),
        *(
            "garbage_status",
            "reset_before",
            "reset_after",
            "lost_reply",
            "hang",
            "redirect_307",
            "no_task_id",
        ),
    ),
    "poll": (
        "50511",
        "http_500",
        "garbage_body",
        "reset_after",
        "redirect_307",
        "unknown_status",
        "done_empty",
    ),
    "fetch": ("truncated_picture", "corrupt_picture", "http_404", "url_expired", "redirect_307", "cut_body"),
}
"""Each on all calls of one picture, whose prompt names it."""


def test_every_fault_of_the_vendor_at_once_and_every_look_at_it_afterwards(bird: Cage, ear: Ear) -> None:
    faults = [(on, fault) for on, them in _FAULTS.items() for fault in them]
    rules = [{"on": on, "fault": fault, "prompt": f"{on} {fault} "} for on, fault in faults]
    bird.spec(dict(enumerate(f"{on} {fault}" for on, fault in [*faults, ("no", "fault")])))
    backup, other = bird.root / "backup", bird.root / "other"

    with vendor(ear, *rules) as server:
        bird.point_at(server.endpoint)
        first = bird.run("--json", "--deadline", "4s")
        for words in (("collect", "--no-wait"), ("collect", "configs/week.yaml", "--no-wait", "--json")):
            _ended(bird(*words), 3)
        _ended(bird("doctor", "--online"), 0)
    for look in (("history", "--json"), ("show", "1", "--json"), ("costs",), ("backup", str(backup))):
        _ended(bird(*look), 0)
    _ended(bird("restore", backup, "--home", other), 0)
    _ended(bird("restore", backup, "--force"), 0)
    _ended(bird("resolve", "--all", "--abandon"), 0)

    _ended(first, 3)
    states = {asset["state"] for asset in json.loads(first.out)["assets"]}
    assert {"delivered", "unknown", "refused", "waiting"} <= states
    assert '"state": "unknown"' in (bird.home / "told.json").read_text("utf-8")
    assert len(ear.words) > len(faults)
    assert list((bird.home / "data" / "logs").iterdir())


_WRONG = {
    "a wrong secret": Credentials(
        access_key=CANARY.access_key, secret_key="another", session_token=CANARY.session_token
    ),
    "an unknown access key": Credentials(
        access_key="AKLTANOTHER", secret_key=CANARY.secret_key, session_token=CANARY.session_token
    ),
    "a wrong token": Credentials(
        access_key=CANARY.access_key, secret_key=CANARY.secret_key, session_token="another"
    ),
}


@pytest.mark.parametrize("wrong", _WRONG)
def test_keys_that_the_vendor_refuses(bird: Cage, ear: Ear, wrong: str) -> None:
    bird.spec(2)
    with vendor(ear, keys=_WRONG[wrong]) as server:
        bird.point_at(server.endpoint)
        _ended(bird.run("--json"), 5)

    assert ear.words


def _authorization(asked: Asked) -> str:
    return next(line for line in asked.head.splitlines() if line.lower().startswith("authorization"))


def _echoes(asked: Asked) -> bytes | None:
    """What a gateway, a proxy or a page for debugging repeats of a request, each another way."""
    head, line = asked.head, asked.head.replace("\r\n", " ")
    signed = _authorization(asked)
    code = signed.partition(" ")[2]
    answers = {
        0: gateway("SomethingElse", signed, status="400 Bad Request"),
        1: gateway(signed, line, status="400 Bad Request", RequestId=code),
        2: business(50412, None, message=line, request_id=code),
        3: business(signed, None, message=signed),
        4: response(f"<pre>{head}</pre>".encode(), status="500 Internal Server Error"),
        5: response(f"<pre>{head}</pre>".encode()),
        6: business(10000, {"status": signed, "task_id": None}, message=line, request_id=code),
        7: response(b"", status="302 Found", headers=f"Location: /?{code.replace(' ', '')}\r\n"),
        8: business(50501, None, message="x" * (300 - 12) + CANARY.secret_key),
    }
    if asked.kind == "submit" and asked.number >= 10:
        return None
    return answers.get(asked.number % 10)


def test_a_server_that_repeats_what_it_was_sent(bird: Cage, ear: Ear) -> None:
    bird.spec(dict.fromkeys((*range(9), *range(10, 19)), "picture"))
    stranger = Stranger(ear, _echoes)
    with FaultServer(stranger.behave) as server:
        bird.point_at(server.url)
        _ended(bird.run("--json", "--deadline", "3s"), 3)
        _ended(bird("history", "--json"), 0)
        _ended(bird("show", 1), 0)
        _ended(bird("collect", "--no-wait"), 3)

    assert sum(stranger.orders.values()) == 18
    assert len(ear.words) >= 18


@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "LackPolicy", "50400"])
def test_a_refusal_that_quotes_what_was_signed(bird: Cage, ear: Ear, code: str) -> None:
    def answer(asked: Asked) -> bytes:
        words = f"server string to sign: {_authorization(asked)}"
        return business(int(code), None, message=words) if code.isdigit() else gateway(code, words)

    bird.spec(2)
    with FaultServer(Stranger(ear, answer).behave) as server:
        bird.point_at(server.url)
        _ended(bird.run() if code == "50400" else bird("doctor", "--online"), 5)

    assert ear.words


@pytest.mark.parametrize("source", ["signing", "fetching"])
def test_a_crash_with_the_keys_in_its_words(bird: Cage, ear: Ear, source: str) -> None:
    bird.spec(2)
    bird.spoil(_SIGNS if source == "signing" else _FETCHES)
    with vendor(ear) as server:
        bird.point_at(server.endpoint)
        crashed = [bird.run("--json"), bird.run("--no-such-flag"), bird("collect")]
        crashed += [bird("doctor", "--online")] if source == "signing" else []

    assert [said.code for said in crashed] == ([1, 2, 3, 1] if source == "signing" else [1, 2, 1])
    logs = bird.home / "data" / "logs"
    assert any("Traceback" in path.read_text("utf-8") for path in logs.glob("crash-*.txt"))
    assert source == "fetching" or "about_to_sign" in next(logs.glob("*.jsonl")).read_text("utf-8")


@_POSIX
@pytest.mark.parametrize("model", ["jimeng_t2i_v40", "jimeng_high_aes_general_v21_L"])
def test_a_run_that_is_killed_between_answer_and_row(bird: Cage, ear: Ear, model: str) -> None:
    bird.spec(2, more=f"model: {model}")
    bird.environ[failpoint.VARIABLE] = "answered@1"
    with vendor(ear) as server:
        bird.point_at(server.endpoint)
        killed = bird.run()
        inside = bird.leaks(ear)
        del bird.environ[failpoint.VARIABLE]
        _ended(bird.run(), 3)

    assert killed.code == -signal.SIGKILL
    assert inside == []


@_POSIX
def test_ctrl_c_while_an_order_is_out_and_again(bird: Cage, ear: Ear) -> None:
    bird.spec(2)
    bird.environ["PIPELINE_SUBMIT_TIMEOUT"] = "60"
    with FaultServer(FAULTS["hangs"]) as server:
        bird.point_at(server.url)
        process = bird.start("run", "configs/week.yaml", "--yes", "--json")
        _until(lambda: len(server.requests) == 2)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        process.stderr.readline()
        time.sleep(0.3)  # two signals at once would be one
        process.send_signal(signal.SIGINT)
        _ended(bird.ended(process), 130)
        for request in server.requests:
            ear.hear(request.decode())

    assert len(ear.words) == 2


def _until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


@_POSIX
def test_ctrl_c_at_any_moment_of_the_start(bird: Cage, ear: Ear) -> None:
    bird.spec(1)
    with vendor(ear) as server:
        bird.point_at(server.endpoint)
        for seconds in (0.2, 0.4):
            process = bird.start("run", "configs/week.yaml", "--yes")
            time.sleep(seconds)  # wherever it is then
            process.send_signal(signal.SIGINT)
            bird.ended(process)

    assert all(said.code != 0 or "week/a/i0" in said.all for said in bird.said)


def test_a_database_that_is_locked_or_corrupt(bird: Cage, ear: Ear) -> None:
    bird.spec(1)
    path = bird.home / "data" / "history.db"
    with vendor(ear) as server:
        bird.point_at(server.endpoint)
        _ended(bird.run(), 0)
        _ended(bird("backup", bird.root / "backup"), 0)
        bird.spec(2)
        bird.spoil(_IMPATIENT)
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        _ended(bird.run(), 2)
        holder.execute("ROLLBACK")
        holder.close()
        data = path.read_bytes()
        path.write_bytes(data[:4096] + bytes(range(256)) * ((len(data) - 4096) // 256))
        for words in (("doctor", "--online"), ("history",), ("backup", bird.root / "backup")):
            assert bird(*words).code in (2, 3)
        _ended(bird.run("--json"), 2)
        _ended(bird("restore", bird.root / "backup", "--force"), 2)

    assert ear.words


@_POSIX
def test_a_disk_without_room(bird: Cage, ear: Ear) -> None:
    bird.spec(1)
    (bird.home / "output").write_text("in the way")
    with vendor(ear) as server:
        bird.point_at(server.endpoint)
        for blocks in (40, 400):  # of 512 bytes: not even the history, and no picture
            said = bird.run(
                "--json", "--deadline", "3s", before=("sh", "-c", f'ulimit -f {blocks}; "$@"', "sh")
            )
            assert said.code in (2, 3), said.all
        _ended(bird.run("--json"), 3)


_FILES = {
    "credentials": [
        f"[default]\naccess_key_id {CANARY.access_key}\nsecret_access_key {CANARY.secret_key}\n",
        f"access_key_id = {CANARY.access_key}\nsecret_access_key = {CANARY.secret_key}\n",
        f"[default]\nsecret_access_key = {CANARY.secret_key}\nsecret_access_key = {CANARY.secret_key}\n",
        f"[default]\naccess_key_id = {CANARY.access_key}\nsecret_access_key = {CANARY.secret_key} 龙虾\n",
        f"[default\naccess_key_id = {CANARY.access_key}\n[{CANARY.secret_key}]\n[{CANARY.secret_key}]\n",
    ],
    "config": [
        f'{{"ak": "{CANARY.access_key}", "sk": "{CANARY.secret_key}"',
        f'{{"ak": "{CANARY.access_key}", "sk": ["{CANARY.secret_key}"]}}',
    ],
}


@pytest.mark.parametrize("name", _FILES)
def test_files_of_keys_that_cannot_be_read(bird: Cage, name: str) -> None:
    bird.spec(1)
    for variable in ("VOLC_ACCESSKEY", "VOLC_SECRETKEY", "VOLC_SESSION_TOKEN"):
        del bird.environ[variable]
    path = bird.root / "user" / ".volc" / name
    path.parent.mkdir()
    for text in _FILES[name]:
        path.write_text(text, "utf-8")
        _ended(bird("doctor", "--online"), 5)
    path.write_bytes(f"\xff{CANARY.secret_key}".encode("latin-1"))
    _ended(bird.run("--json"), 5)


def test_keys_in_the_wrong_places(bird: Cage) -> None:
    bird.spec(1)
    word = CANARY.secret_key
    cases = [
        ({"VOLC_ACCESSKEY": ""}, 5),
        ({"VOLC_ACCESSKEY": f"{CANARY.access_key}\n{word}"}, 5),
        ({"JIMENG_ENDPOINT": f"https://{CANARY.access_key}:{word}@api.invalid"}, 2),
        ({"PIPELINE_DATABASE_URL": f"postgresql://amy:{word}@db.invalid/history"}, 2),
        ({"JIMENG_ENDPOINT": "https://api.invalid", "HTTPS_PROXY": f"http://amy:{word}@127.0.0.1:1"}, 3),
        ({"JIMENG_ENDPOINT": "https://api.invalid", "HTTPS_PROXY": f"socks5://amy:{word}@127.0.0.1:1"}, 3),
    ]
    honest = dict(bird.environ)
    for more, code in cases:
        bird.environ = honest | more
        _ended(bird("doctor", "--online"), code)


def test_settings_that_cannot_be_read(bird: Cage) -> None:
    bird.spec(1)
    settings = bird.home / "configs" / "settings.yaml"
    for text in ("concurrency: [", "secret_key: \x00x\n"):
        settings.write_text(text, "utf-8")
        _ended(bird.run("--json"), 2)


@_POSIX
def test_the_simulator_as_a_server_with_the_authors_own_keys(bird: Cage) -> None:
    bird.spec({0: "simulate:50412", 1: "simulate:50429", 2: "picture"})
    command = ("simulate", "--data", bird.root / "world", "--latency", "0", "--concurrency", "8")
    server = bird.start(*command)
    assert server.stdout is not None
    bird.point_at(server.stdout.readline().split()[-1])
    _ended(bird.run("--deadline", "2s"), 3)
    server.send_signal(signal.SIGTERM)
    bird.ended(server)

    assert "AKLT" not in bird.said[-1].all
    assert any((bird.root / "world").iterdir())
