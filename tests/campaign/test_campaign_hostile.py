"""Specs, links, addresses, pictures and answers that mean harm, against the whole program as a process.

Each ends with a sentence at its place; nothing is fetched, written or paid that should not be, and what was
paid for can still be collected.
"""

import gzip
import io
import json
import re
import shutil
import signal
import ssl
import struct
import subprocess
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image  # noqa: TID251 - pictures of many kinds are what is tested

from tests.campaign.canary import Asked, Cage, Ear, Said, Stranger, business, cage, done
from tests.providers.fault_server import FaultServer, Line, response

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal obeys or does not show."""
_RESOLVER = """
import socket

def getaddrinfo(host, *rest, real=socket.getaddrinfo, **more):
    name = host.decode() if isinstance(host, bytes) else host
    own = {"vendor.test": "127.0.0.1", "cdn.test": "127.0.0.1", "mapped.test": "::ffff:127.0.0.1"}
    return real(own.get(name, name), *rest, **more)

socket.getaddrinfo = getaddrinfo
"""
"""Whoever owns a name says where it leads."""
_IMAGE = "articles:\n  - slug: a\n    images:\n      - {id: i0, prompt: x, slots: [wechat.thumb]}\n"


@pytest.fixture
def bird(tmp_path: Path) -> Cage:
    return cage(tmp_path, settings="concurrency: 64\nconnect_timeout: 1\n")


def _ended(said: Said, code: int) -> Said:
    assert said.code == code, said.all
    assert "Traceback" not in said.all
    assert not _UNSEEN.search(said.all), said.all
    assert len(said.all) < 100_000
    return said


def _merges() -> str:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 10)]
    return "\n".join(lines) + "\n"


_SPECS: dict[str, tuple[str | bytes, str]] = {
    "large": ("# " + "x" * 1_048_576 + "\n" + _IMAGE, "1:1"),
    "deep": ("[" * 100_000, "1:51"),
    "aliases": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "2:8"),
    "merges": (_merges(), "2:10"),
    "number": (_IMAGE.replace("prompt: x", f"prompt: x, seed: {'9' * 5000}"), "4:35"),
    "sizes": (_IMAGE.replace("prompt: x", f"prompt: x, size: {'9' * 5000}x1"), "4:35"),
    "escape": (_IMAGE.replace("prompt: x", "prompt: \x1b[31mx"), "4:26"),
    "quoted-escape": (_IMAGE.replace("prompt: x", 'prompt: "\\e[31mx"'), "4:26"),
    "surrogate": (_IMAGE.replace("prompt: x", 'prompt: "\\ud800"'), "4:26"),
    "raw-surrogate": (_IMAGE.replace("prompt: x", "prompt: \ud800").encode("utf-8", "surrogatepass"), "4:26"),
    "bidi": (_IMAGE.replace("prompt: x", "prompt: x\u202egpj.exe"), "4:27"),
    "slug": (_IMAGE.replace("slug: a", "slug: ../../etc"), "2:11"),
    "id": (_IMAGE.replace("id: i0", "id: /etc/passwd"), "4:14"),
    "dots": (_IMAGE.replace("id: i0", 'id: ".."'), "4:14"),
    "backslash": (_IMAGE.replace("id: i0", "id: a\\b"), "4:14"),
    "named": ("name: ../../week\n" + _IMAGE, "1:7"),
    "used": (_IMAGE.replace("prompt: x", "use: ../../../etc/passwd"), "4:23"),
    "filed": (_IMAGE.replace("prompt: x", 'file: "a\\0b"'), "4:24"),
    "tagged": (_IMAGE.replace("prompt: x", "prompt: !!python/object/apply:os.system [id]"), "4:26"),
    "binary": (bytes(range(256)) * 40, "3:115"),
}
"""What is in the file, and where a problem is said to be."""


def test_hostile_specs_are_refused_at_their_place_in_one_run(bird: Cage) -> None:
    for name, (text, _) in _SPECS.items():
        data = text if isinstance(text, bytes) else text.encode("utf-8")
        (bird.home / "configs" / f"{name}.yaml").write_bytes(data)

    said = _ended(bird("check", *(f"configs/{name}.yaml" for name in _SPECS)), 3)
    bought = _ended(bird("run", "configs/merges.yaml", "--yes"), 2)

    for name, (_, place) in _SPECS.items():
        places = re.findall(rf"configs/{name}\.yaml:(\d+:\d+): ", said.all)
        assert place in places, (name, places)
    assert "merges.yaml:2:10: " in bought.err
    assert max(len(line) for line in said.out.splitlines()) < 500
    assert not (bird.home / "data").exists()


@pytest.mark.parametrize("entry", ["- *a\n", "- {}\n"])
def test_a_spec_of_nothing_but_problems_is_given_up_early(bird: Cage, entry: str) -> None:
    (bird.home / "configs" / "week.yaml").write_text("articles:\n" + entry * 10_000, "utf-8")

    said = _ended(bird.run(), 2)

    assert "configs/week.yaml:2:3: " in said.err


@pytest.mark.parametrize("name", ["settings", "styles", "platforms"])
def test_a_hostile_file_of_the_home_is_refused_at_its_place(bird: Cage, name: str) -> None:
    bird.spec(1)
    (bird.home / "configs" / f"{name}.yaml").write_text(_merges(), "utf-8")

    said = _ended(bird.run(), 2)

    assert f"configs/{name}.yaml:2:10: " in said.err


def test_links_are_not_followed_out_of_the_output_folder(bird: Cage) -> None:
    bird.spec(1)
    victim, outside = bird.root / "victim.txt", bird.root / "outside"
    victim.write_text("untouched", "utf-8")
    outside.mkdir()
    output = bird.home / "output" / "simulated" / "week"
    (output / "a").mkdir(parents=True)
    (output / "a" / "manifest.json").symlink_to(victim)
    (output / "index.html").symlink_to(victim)
    (output / "a" / "wechat").symlink_to(outside)

    said = _ended(bird.run("--provider", "simulator"), 3)
    (output / "a" / "wechat").unlink()
    _ended(bird.run("--provider", "simulator"), 0)

    assert "leads out of" in said.err
    assert victim.read_text("utf-8") == "untouched"
    assert not list(outside.iterdir())
    assert json.loads((output / "a" / "manifest.json").read_bytes())["files"]


def _picture(
    form: str = "PNG", size: tuple[int, int] = (1024, 1024), mode: str = "RGB", **more: object
) -> bytes:
    into = io.BytesIO()
    Image.new(mode, size, 100 if mode in ("L", "I;16", "P") else None).save(into, form, **more)
    return into.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, *, rows: int, before: bytes = b"") -> bytes:
    """A PNG that says it has these pixels, of which `rows` rows are there."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x80" * width) * rows)
    chunks = _chunk(b"IHDR", head) + before + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _spoilt_pictures() -> dict[str, bytes]:
    jpeg, webp = _picture("JPEG"), _picture("WEBP")
    taller = jpeg.replace(struct.pack(">HH", 1024, 1024), struct.pack(">HH", 65000, 65000), 1)
    bomb = zlib.compress(b"\0" * 100_000_000)
    return {
        "a header of gigabytes": _png(60_000, 60_000, rows=1),
        "a JPEG header of gigabytes": taller,
        "more pixels than are taken": _png(9_000, 9_000, rows=9_000),
        "rows that are not there": _png(1024, 1024, rows=512),
        "no pixels at all": _png(0, 0, rows=0),
        "a bomb of text": _png(1024, 1024, rows=1024, before=_chunk(b"zTXt", b"k\0\0" + bomb)),
        "a bomb of a profile": _png(1024, 1024, rows=1024, before=_chunk(b"iCCP", b"k\0\0" + bomb)),
        "half a PNG": _picture()[: len(_picture()) // 2],
        "half a JPEG": jpeg[: len(jpeg) // 2],
        "half a WebP": webp[: len(webp) // 2],
        "a GIF": _picture("GIF", mode="P"),
        "a BMP": _picture("BMP"),
        "a TIFF": _picture("TIFF"),
        "a PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n",
        "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "a page": b"<html><script>alert(1)</script></html>",
        "nothing": b"",
    }


def test_pictures_that_mean_harm_are_not_taken_and_can_still_be_collected(bird: Cage) -> None:
    spoilt = _spoilt_pictures()
    healed: list[bool] = []

    def answer(asked: Asked) -> bytes | None:
        data = _picture() if healed else list(spoilt.values())[max(0, asked.number)]
        if asked.kind == "poll":
            if asked.base64:
                return done(pictures=[data])
            return done(urls=[f"{server.url}/p{asked.number}.png?sig=0123456789abcdef"])
        if asked.kind == "fetch" and asked.number == 0 and not healed:
            return response(gzip.compress(bytes(10_000_000)), headers="Content-Encoding: gzip\r\n")
        return response(data) if asked.kind == "fetch" else None

    bird.spec(len(spoilt))
    stranger = Stranger(Ear(), answer)
    with FaultServer(stranger.behave) as server:
        bird.point_at(server.url)
        first = _ended(bird.run("--json", "--deadline", "4s"), 3)
        blobs = [path for path in (bird.home / "data" / "blobs").rglob("*") if path.is_file()]
        healed.append(True)
        _ended(bird("collect", "configs/week.yaml"), 0)
        last = _ended(bird.run("--json"), 0)

    for name, asset in zip(spoilt, json.loads(first.out)["assets"], strict=True):
        assert asset["state"] == "waiting", (name, asset)
        assert "collect" in asset["error"]["next"], (name, asset)
    assert blobs == []
    assert {asset["state"] for asset in json.loads(last.out)["assets"]} == {"delivered"}
    assert set(stranger.orders.values()) == {1}
    assert len(stranger.orders) == len(spoilt)


def _odd_pictures() -> dict[str, bytes]:
    frames = [Image.new("RGB", (1024, 1024), colour) for colour in ("red", "blue")]
    more = {"save_all": True, "append_images": frames[1:], "duration": 50}
    turned = Image.Exif()
    turned[0x0112] = 6
    animated = {form: io.BytesIO() for form in ("PNG", "WEBP")}
    for form, into in animated.items():
        frames[0].save(into, form, **more)
    return {
        "one pixel": _picture(size=(1, 1)),
        "a line": _picture(size=(8000, 1)),
        "grey of 16 bits": _picture(mode="I;16"),
        "a palette": _picture(mode="P", transparency=100),
        "CMYK": _picture("JPEG", mode="CMYK"),
        "see-through": _picture(mode="LA"),
        "lossless": _picture("WEBP", mode="RGBA", lossless=True),
        "turned": _picture("JPEG", size=(1024, 512), exif=turned),
        **{f"animated {form}": into.getvalue() for form, into in animated.items()},
    }


def test_pictures_of_an_odd_kind_are_taken_or_refused_in_plain_words(bird: Cage) -> None:
    odd = _odd_pictures()
    bird.spec(len(odd))
    stranger = Stranger(
        Ear(),
        lambda asked: done(pictures=[list(odd.values())[asked.number]]) if asked.kind == "poll" else None,
    )
    with FaultServer(stranger.behave) as server:
        bird.point_at(server.url)
        said = bird.run("--json", "--deadline", "20s")

    _ended(said, said.code if said.code == 3 else 0)
    states = dict(zip(odd, json.loads(said.out)["assets"], strict=True))
    for name, asset in states.items():
        small = name in ("one pixel", "a line")
        assert asset["state"] in (("delivered", "failed", "blocked") if small else ("delivered",)), (
            name,
            asset,
        )
        assert asset["state"] == "delivered" or asset["error"]["message"], (name, asset)
    assert set(stranger.orders.values()) == {1}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for vendor.test with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    folder = tmp_path_factory.mktemp("tls")
    key, signed = folder / "key.pem", folder / "cert.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test"
    )
    subprocess.run(
        [*command.split(), "-addext", "subjectAltName=DNS:vendor.test", "-keyout", key, "-out", signed],
        capture_output=True,
        check=True,
    )
    signed.write_bytes(signed.read_bytes() + key.read_bytes())
    return signed


_ADDRESSES = (
    *(
        "https://127.0.0.1:PORT",
        "https://2130706433:PORT",
        "https://0x7f000001:PORT",
        "https://0177.0.0.1:PORT",
    ),
    *(
        "https://[::ffff:127.0.0.1]:PORT",
        "https://0.0.0.0:PORT",
        "https://127.1:PORT",
        "http://127.0.0.1:PORT",
    ),
    *(
        "https://cdn.test:PORT",
        "https://mapped.test:PORT",
        "http://cdn.test:PORT",
        "https://a:b@cdn.test:PORT",
    ),
    *(
        "https://LOCALHOST.:PORT",
        "http://169.254.169.254",
        "http://[fd00::1]",
        "https://[::1",
        "//cdn.test:PORT",
    ),
    *(
        "file:///etc/passwd?",
        "ftp://cdn.test:PORT",
        "data:image/png;base64,AAAA",
        "https://",
        "https://:PORT",
    ),
    *("https://\ud800.test", "https://a\u202eb.test", "https://\x1b[31m.test", "https://é.invalid"),
    *(
        "https://" + "a" * 300 + ".test",
        "https://cdn.test:99999",
        "https://cdn.test:-1",
        "https://cdn.test:PORT\\@x",
    ),
)
"""Into this computer, into the network around it, or nowhere."""


def test_no_result_url_leads_into_this_computer_or_its_network(bird: Cage, certificate: Path) -> None:
    touched: list[bytes] = []

    def spy(line: Line) -> None:
        touched.append(line._sock.recv(1))

    def answer(asked: Asked) -> bytes | None:
        if asked.kind != "poll":
            return None
        if asked.base64:
            return done(pictures=[_picture()])
        address = _ADDRESSES[asked.number].replace("PORT", str(inside.port))
        return done(urls=[f"{address}/latest/p{asked.number}.png?sig=0123456789abcdef"])

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    bird.spec(len(_ADDRESSES))
    bird.spoil(_RESOLVER)
    bird.environ["REQUESTS_CA_BUNDLE"] = str(certificate)
    stranger = Stranger(Ear(), answer)
    with FaultServer(spy) as inside, FaultServer(stranger.behave, tls=context) as server:
        bird.point_at(f"https://vendor.test:{server.port}")
        _ended(bird.run("--json"), 0)

    assert set(touched) <= {b""}
    assert set(stranger.orders.values()) == {1}
    assert stranger.fetched == []


_PLACES = (
    *("http://10.0.0.1/x", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "https://[::1"),
    *("gopher://127.0.0.1/", "http://example.invalid/", "https://user:pass@127.0.0.1/", "\x1b[31m", ""),
)


def test_redirects_obey_the_same_rules(bird: Cage) -> None:
    def answer(asked: Asked) -> bytes | None:
        if asked.kind == "poll":
            if asked.base64:
                return done(pictures=[_picture()])
            return done(urls=[f"{server.url}/p{asked.number}.png?sig=0123456789abcdef"])
        if asked.kind == "fetch":
            place = _PLACES[asked.number]
            return response(b"", status="302 Found", headers=f"Location: {place}\r\n")
        return None

    bird.spec(len(_PLACES))
    stranger = Stranger(Ear(), answer)
    with FaultServer(stranger.behave) as server:
        bird.point_at(server.url)
        _ended(bird.run("--json"), 0)

    assert set(stranger.fetched) >= set(range(len(_PLACES)))


_WORDS = "\x1b[31m\x07\u202e\ud800\r\n\x00words"


def _hostile_answers() -> dict[str, bytes]:
    bomb = gzip.compress(bytes(50_000_000))
    return {
        "a bomb in transport": response(bomb, headers="Content-Encoding: gzip\r\n"),
        "a bomb of another name": response(bomb, headers="Content-Encoding: br\r\n"),
        "depth": response(b"[" * 200_000),
        "a number without end": response(b'{"code": ' + b"9" * 5000 + b"}"),
        "no number": response(b'{"code": NaN, "data": {"task_id": 1e999}}'),
        "words that a terminal obeys": business(50412, None, message=_WORDS, request_id=_WORDS),
        "a code that a terminal obeys": business(_WORDS, None, message=_WORDS),
        "a book": business(50413, None, message="x" * 1_000_000, request_id="y" * 1_000_000),
        "an id that a terminal obeys": business(10000, {"task_id": f"1{_WORDS}"}),
        "an id that is none": business(10000, {"task_id": ["1"]}),
        "an id without end": business(10000, {"task_id": "1" * 1_000_000}),
        "a header without end": b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 70_000 + b"\r\n\r\n",
        "headers without end": b"HTTP/1.1 200 OK\r\n" + b"X-Many: a\r\n" * 500 + b"\r\n",
        "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
    }


def test_answers_that_mean_harm_end_in_a_named_state(bird: Cage) -> None:
    answers = _hostile_answers()

    def answer(asked: Asked) -> bytes | None:
        return list(answers.values())[asked.number] if asked.kind == "submit" else None

    bird.spec(len(answers))
    stranger = Stranger(Ear(), answer)
    with FaultServer(stranger.behave) as server:
        bird.point_at(server.url)
        said = _ended(bird.run("--json", "--deadline", "4s"), 3)
        again = _ended(bird.run("--json", "--deadline", "2s"), 3)
        for words in (("history",), ("show", 6), ("show", 11)):
            _ended(bird(*words), 0)

    assets = json.loads(said.out)["assets"]
    for number, (name, asset) in enumerate(zip(answers, assets, strict=True)):
        assert asset["state"] in ("unknown", "refused", "failed"), (name, asset)
        assert asset["error"]["next"], (name, asset)
        if asset["state"] != "failed":  # certainly not taken, so the second run may ask again
            assert stranger.orders[number] == 1, (name, asset)
    assert len(json.loads(again.out)["assets"]) == len(answers)


def test_polls_that_mean_harm_lose_nothing(bird: Cage) -> None:
    answers = _hostile_answers()
    healed: list[bool] = []

    def answer(asked: Asked) -> bytes | None:
        if asked.kind == "submit":
            return None
        harm = [data for data in answers.values() if b"5041" not in data and b": -5" not in data]
        return done(pictures=[_picture()]) if healed else harm[asked.number % len(harm)]

    bird.spec(len(answers))
    stranger = Stranger(Ear(), answer)
    with FaultServer(stranger.behave) as server:
        bird.point_at(server.url)
        _ended(bird.run("--deadline", "3s"), 3)
        healed.append(True)
        _ended(bird.run(), 0)

    assert set(stranger.orders.values()) == {1}
    assert len(stranger.orders) == len(answers)


def test_a_poll_that_is_never_answered_does_not_hold_up_a_stop(bird: Cage) -> None:
    """No order is out, so there is nothing to wait for; the bound is that of a busy machine."""

    def behave(line: Line) -> None:
        while request := line.read():
            if b"GetResult" in request.splitlines()[0]:
                line.hang()
                return
            line.send(business(10000, {"task_id": "12"}))

    bird.spec(1)
    with FaultServer(behave) as server:
        bird.point_at(server.url)
        process = bird.start("run", "configs/week.yaml", "--yes")
        end = time.monotonic() + 30
        while len(server.requests) < 2 and time.monotonic() < end:
            time.sleep(0.01)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        said = bird.ended(process)

    assert said.code == 130, said.all
    assert time.monotonic() - begun < 5
