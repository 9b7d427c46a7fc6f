"""What the page gives away and whose word it takes, asked over HTTP without a browser's good manners."""

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from tests.browser.rooms import COVER, history
from tests.browser.served import GRID, Answer, Form, Served, serve

_SECRETS = {"VOLC_ACCESSKEY": "AKLTQ2FuYXJ5", "VOLC_SECRETKEY": "U2VjcmV0Q2FuYXJ5L3dpdGg="}
_PICTURES = ("/thumbs/", "/blobs/", "/files/")
_PNG, _JPEG = b"\x89PNG", b"\xff\xd8\xff"


def _delivered(home: Path) -> dict[str, bytes]:
    """Every delivered file, and every spec."""
    files = [*(home / "output").rglob("*"), *(home / "configs").rglob("*")]
    return {str(path.relative_to(home)): path.read_bytes() for path in files if path.is_file()}


def _asset_page(served: Served, asset: str = COVER) -> str:
    """The path of an asset's page, as the grid links to it."""
    for link in served.page().links:
        if asset in link or quote(asset, safe="") in link:
            return urlsplit(link).path
    raise AssertionError(f"no link leads to {asset}")


def _changes(served: Served) -> list[Form]:
    """Every form of the grid and of an asset's page that changes something."""
    forms = [form for path in (GRID, _asset_page(served)) for form in served.page(path).forms]
    return [form for form in forms if form.method == "post"]


def _token_field(forms: list[Form]) -> str:
    """The one field that all changing forms share a value of."""
    shared = set.intersection(*(set(form.fields.items()) for form in forms))
    (name,) = {name for name, value in shared if len(value) >= 32}
    return name


def _shown(served: Served, path: str) -> list[str]:
    """The paths of the pictures that a page shows or links to."""
    markup = served.page(path)
    return sorted({found for found in (*markup.sources, *markup.links) if found.startswith(_PICTURES)})


def _pictures(served: Served) -> list[str]:
    """The paths of small pictures, masters and delivered files."""
    return [found for path in (_asset_page(served), f"/slots/{COVER}") for found in _shown(served, path)]


@pytest.fixture(scope="module")
def guarded(old_month: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page of a home beside which something lies that is nobody's business."""
    root = tmp_path_factory.mktemp("guarded")
    shutil.copytree(old_month, root / "home")
    (root / "diary.png").write_bytes(_PNG + b"my diary")
    with serve(root / "home", more=_SECRETS) as served:
        yield served


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What following the links of a whole page gave, and which files and rows were other ones after it."""

    answers: dict[str, Answer]
    changed: list[str]


@pytest.fixture(scope="module")
def seen(guarded: Served) -> Seen:
    """Everything that can be reached by following links."""
    rows, files = history(guarded.home), _delivered(guarded.home)
    answers = guarded.crawl(most=150)
    after = _delivered(guarded.home)
    changed = [path for path in {*files, *after} if files.get(path) != after.get(path)]
    return Seen(answers=answers, changed=changed + ["history"] * (history(guarded.home) != rows))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1.evil.example:{port}",
        "127.0.0.1:1",
        "127.0.0.1",
        "0.0.0.0:{port}",
        "",
        None,
    ],
)
def test_another_host_s_name_is_refused_on_every_kind_of_path(guarded: Served, host: str | None) -> None:
    name = host.format(port=guarded.port) if host is not None else None
    paths = ["/", GRID, "/static/style.css", _asset_page(guarded), _pictures(guarded)[0]]

    answers = [guarded.ask(path, headers={"Host": name}) for path in paths]

    assert all(400 <= answer.status < 500 for answer in answers), [answer.status for answer in answers]
    assert not any(b"lobster" in answer.body or _PNG in answer.body[:8] for answer in answers)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://{host}"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://{host}.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": None, "Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
    ],
)
def test_a_change_from_another_page_is_refused_even_with_the_token(
    guarded: Served, headers: dict[str, str | None]
) -> None:
    before = history(guarded.home)
    said = {name: value and value.format(host=guarded.host) for name, value in headers.items()}

    answers = [guarded.ask(form.action, "POST", data=form.fields, headers=said) for form in _changes(guarded)]

    assert [answer.status for answer in answers if not 400 <= answer.status < 500] == []
    assert history(guarded.home) == before


@pytest.mark.parametrize("cookie", [None, "", "review={key}", "review-{port}=", "review-{port}=x", ";;=\xff"])
def test_who_has_no_key_sees_nothing_and_changes_nothing(guarded: Served, cookie: str | None) -> None:
    before = history(guarded.home)
    key = guarded.cookie.partition("=")[2]
    said = {"Cookie": cookie and cookie.format(key=key, port=guarded.port)}
    form = _changes(guarded)[0]

    answers = [
        guarded.ask(path, headers=said) for path in ("/", GRID, _asset_page(guarded), *_pictures(guarded))
    ]
    answers += [guarded.ask(path, headers=said) for path in ("/?key=x", f"/?key={key[:-1]}")]
    answers.append(guarded.ask(form.action, "POST", data=form.fields, headers=said))

    assert [answer.status for answer in answers if answer.status != 403] == []
    assert not any(b"lobster" in answer.body for answer in answers)
    assert history(guarded.home) == before


@pytest.mark.parametrize("token", [None, "", "x" * 43, "é" * 20])
def test_a_change_without_this_start_s_token_is_refused(guarded: Served, token: str | None) -> None:
    before = history(guarded.home)
    forms = _changes(guarded)
    name = _token_field(forms)
    asked = [{**form.fields, name: token} if token is not None else form.fields for form in forms]
    for fields in asked if token is None else []:
        fields.pop(name)

    answers = [
        guarded.ask(form.action, "POST", data=fields) for form, fields in zip(forms, asked, strict=True)
    ]

    assert [answer.status for answer in answers if answer.status != 403] == []
    assert history(guarded.home) == before


def test_another_start_has_another_token(guarded: Served) -> None:
    forms = _changes(guarded)
    name = _token_field(forms)

    with serve(guarded.home) as again:
        assert _changes(again)[0].fields[name] != forms[0].fields[name]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_a_post_changes_anything(guarded: Served, method: str) -> None:
    before, files = history(guarded.home), _delivered(guarded.home)

    statuses = [guarded.ask(f"{form.action}?{_query(form)}", method).status for form in _changes(guarded)]

    assert all(status < 500 for status in statuses)
    assert history(guarded.home) == before
    assert _delivered(guarded.home) == files


def test_following_every_link_changes_nothing_and_meets_no_fault(seen: Seen) -> None:
    assert len(seen.answers) > 50
    assert {path: answer.status for path, answer in seen.answers.items() if answer.status >= 400} == {}
    assert seen.changed == []


def test_every_answer_is_under_a_strict_policy_and_is_what_it_says(guarded: Served, seen: Seen) -> None:
    found = {**seen.answers, "/no/such/page": guarded.ask("/no/such/page")}

    for path, answer in found.items():
        policy = answer.headers.get("content-security-policy", "")
        assert "default-src 'self'" in policy, path
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "form-action 'self'" in policy, path
        assert "base-uri 'none'" in policy, path
        assert answer.headers.get("x-content-type-options") == "nosniff", path
        assert answer.headers.get("referrer-policy") == "same-origin", path
        assert "access-control-allow-origin" not in answer.headers, path
        if answer.headers["content-type"].startswith("image/"):
            assert answer.body.startswith((_PNG, _JPEG, b"RIFF", b"<svg")), path
        if answer.headers["content-type"].startswith("text/html"):
            assert answer.headers["cache-control"] == "no-store", path


def test_no_page_holds_a_secret_the_key_a_signed_address_or_a_place_on_this_machine(
    guarded: Served, seen: Seen
) -> None:
    key = guarded.cookie.partition("=")[2]

    for path, answer in seen.answers.items():
        for secret in (*_SECRETS.values(), key, "Signature=", "X-Expires", str(guarded.home)):
            assert secret.encode() not in answer.body, (path, secret)


def _tricks(path: str) -> Iterator[str]:
    """Other last steps for a picture's path, which all lead out of the store, or into it by another way."""
    folder, _, name = path.partition("?")[0].rpartition("/")
    outside = ("../diary.png", "../../diary.png", "../../../diary.png", "../../../../diary.png")
    inside = ("../history.db", "../../history.db", "../configs/settings.yaml", "../../configs/settings.yaml")
    for way in (*outside, *inside):
        yield f"{folder}/{way}"
        yield f"{folder}/{quote(way, safe='')}"
        yield f"{folder}/{quote(quote(way, safe=''), safe='')}"
        yield f"{folder}/{way.replace('/', chr(92))}"
        yield f"{folder}/{name}/{way}"
    yield f"{folder}//etc/passwd"
    yield f"{folder}/%2fetc%2fpasswd"
    yield f"{folder}/{name}%00.png"
    yield f"{folder}/{name[:10]}"
    yield f"{folder}/{'0' * 64}"
    yield f"{folder}/{'*' * 64}"
    yield f"{folder}/{name}/"
    yield f"{folder}/"
    yield f"{folder}/{'a' * 5000}"
    yield f"{folder}/%ff%fe"


def test_no_trick_with_a_path_leads_out_of_the_store(guarded: Served) -> None:
    pictures = _pictures(guarded)
    kinds = {picture.partition("?")[0].rpartition("/")[0]: picture for picture in pictures}

    for picture in (*kinds.values(), "/static/x.css"):
        for path in _tricks(picture):
            answer = guarded.ask(path)
            assert 300 <= answer.status < 500, (path, answer.status)
            for word in (b"my diary", b"SQLite format", b"concurrency", b"root:"):
                assert word not in answer.body, path


def test_a_link_in_the_store_leads_nobody_out_of_it(old_month: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(old_month, home)
    (tmp_path / "diary.png").write_bytes(_PNG + b"my diary")
    stored = [path for path in (home / "data" / "blobs").rglob("*") if path.is_file()]
    delivered = list((home / "output").rglob("*.jpg"))
    for path in (*stored, *delivered):
        path.unlink()
        path.symlink_to(tmp_path / "diary.png")

    with serve(home) as served:
        answers = {path: served.ask(path) for path in ("/assets", f"/slots/{COVER}", *_pictures(served))}
        answers |= {path: served.ask(path) for path in _shown(served, f"/slots/{COVER}")}

    assert any(path.startswith("/blobs/") for path in answers)
    assert [path for path, answer in answers.items() if b"my diary" in answer.body] == []
    assert [path for path, answer in answers.items() if answer.status >= 500] == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe%zz&&&===", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n', "multipart/form-data; boundary=x"),
        (b"nothing", "multipart/form-data"),
        (b"a=" + b"b" * 3_000_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"f%d=1" % number for number in range(2_000)), "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_no_form_is_refused_without_a_fault(guarded: Served, body: bytes, kind: str) -> None:
    before = history(guarded.home)

    statuses = {
        guarded.ask(form.action, "POST", data=body, headers={"Content-Type": kind}).status
        for form in _changes(guarded)
    }

    assert all(400 <= status < 500 for status in statuses)
    assert history(guarded.home) == before


def test_a_query_that_means_nothing_is_answered_without_a_fault(guarded: Served) -> None:
    names = {name for form in guarded.page().forms if form.method == "get" for name in form.fields}
    assert names

    for value in (
        "x",
        "-1",
        "9" * 40,
        "%00",
        "%ff",
        "'%20OR%201=1--",
        "%25",
        "_",
        "2026-13-99",
        "%F0%9F%A6%9E",
    ):
        for name in names:
            answer = guarded.ask(f"{GRID}?{quote(name)}={value}")
            assert answer.status < 500, (name, value)


def test_it_listens_on_its_own_address_only(guarded: Served) -> None:
    # On Linux all of 127.0.0.0/8 leads here: who listens on every address answers there too.
    with pytest.raises(OSError), socket.create_connection(("127.0.0.2", guarded.port), timeout=5):
        pass


def test_ctrl_c_ends_it_with_0_and_frees_its_port(old_month: Path, tmp_path: Path) -> None:
    shutil.copytree(old_month, tmp_path / "home")

    with serve(tmp_path / "home") as served:
        assert served.ask(GRID).status == 200

    assert served.process.returncode == 0
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", served.port), timeout=5):
        pass


def _query(form: Form) -> str:
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in form.fields.items())
