"""Who may speak to the page. Real HTTP: what a browser of another site, or another user, could send."""

import re
import stat
from pathlib import Path

import pytest
from starlette.routing import Route

from pipeline.review.web import guard
from pipeline.review.web.app import routes_of
from pipeline.review.web.site import HERE
from tests.review.visitor import Visitor

COVER = "week12/lobster/cover"
PAGES = (
    "/pictures",
    "/assets",
    f"/assets/{COVER}",
    f"/slots/{COVER}",
    f"/redo/{COVER}",
    "/spend",
    "/work",
    "/help",
)


def posts(visitor: Visitor) -> list[str]:
    """Every address that changes something, filled in."""
    fill = {"{asset:path}": COVER, "{number}": "1", "{spec}": "week12", "{job}": "x"}
    found = []
    for route in routes_of(visitor.server.site):
        if isinstance(route, Route) and route.methods and "POST" in route.methods:
            path = route.path
            for name, value in fill.items():
                path = path.replace(name, value)
            found.append(path)
    return found


def test_the_printed_address_is_on_loopback_and_its_key_ends_in_a_cookie(visitor: Visitor) -> None:
    fresh = Visitor(visitor.server)
    first = fresh.send("GET", visitor.server.address.removeprefix(f"http://127.0.0.1:{visitor.port}"))

    assert visitor.server.address.startswith(f"http://127.0.0.1:{visitor.port}/?key=")
    assert (first.status, first.headers["location"]) == (303, "/pictures")
    assert "HttpOnly" in first.headers["set-cookie"]
    assert "SameSite=strict" in first.headers["set-cookie"]
    assert fresh.get("/pictures").status == 200
    assert fresh.get("/").status == 200


@pytest.mark.parametrize("path", [*PAGES, "/", "/?key=wrong", "/pictures/1", f"/blobs/{'0' * 64}"])
def test_without_the_key_nothing_is_seen(visitor: Visitor, path: str) -> None:
    stranger = Visitor(visitor.server, {f"review-{visitor.port}": "guess"})

    answer = stranger.get(path)

    assert answer.status == 403
    assert "lobster" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Cookie": "\x80=;"},
    ],
)
def test_a_look_from_elsewhere_is_refused(visitor: Visitor, headers: dict[str, str]) -> None:
    assert visitor.get("/pictures", headers).status == 403


def test_the_other_name_of_this_machine_is_taken(visitor: Visitor) -> None:
    assert visitor.get("/pictures", {"Host": f"localhost:{visitor.port}"}).status == 200


def test_a_change_needs_the_token_whatever_it_is(visitor: Visitor) -> None:
    found = posts(visitor)

    assert len(found) == 24
    assert {visitor.post(path, {"version": 0}).status for path in found} == {403}
    assert {visitor.post(path, {"token": "guess"}).status for path in found} == {403}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Host": "evil.example"},
    ],
)
def test_a_change_from_another_site_is_refused_even_with_the_token(
    visitor: Visitor, headers: dict[str, str]
) -> None:
    form = visitor.get(f"/assets/{COVER}").forms("/note/1")[0] | {"text": "nice"}

    assert visitor.post("/note/1", form, headers).status == 403
    assert visitor.post("/note/1", form, {"Origin": f"http://127.0.0.1:{visitor.port}"}).status == 200


def test_a_change_is_never_made_by_looking(visitor: Visitor) -> None:
    answers = {visitor.get(path).status for path in posts(visitor) if not path.startswith("/redo")}

    assert answers == {405}


def test_a_form_of_unreasonable_size_is_refused(visitor: Visitor) -> None:
    form = visitor.get(f"/assets/{COVER}").forms("/note/1")[0]

    assert visitor.post("/note/1", form | {"text": "x" * guard.MOST_BYTES}).status == 403


@pytest.mark.parametrize("path", [*PAGES, "/static/page.js", "/nothing", "/pictures/99999999999999999999"])
def test_every_answer_carries_the_policy(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers

    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


def test_no_template_has_a_script_or_a_style_of_its_own() -> None:
    pages = "".join(path.read_text("utf-8") for path in (HERE / "templates").glob("*.html"))

    assert re.findall(r"\sstyle=|\son[a-z]+=|<style|javascript:|\|safe", pages) == []
    assert re.findall(r"<script[^>]*>", pages) == ['<script src="/static/page.js" defer>']
    assert re.findall(r"https?://", pages) == []


def test_the_key_is_in_no_page_and_in_no_file(visitor: Visitor, made_root: Path) -> None:
    keys = visitor.server.site.keys
    texts = [visitor.get(path).text for path in PAGES]
    files = [path for path in made_root.rglob("*") if stat.S_ISREG(path.lstat().st_mode)]

    assert all(keys.entry not in text for text in texts)
    assert all(keys.entry.encode() not in path.read_bytes() for path in files)
    assert keys.entry not in repr(keys)
