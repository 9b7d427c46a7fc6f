"""The watch over a page catches what it is there for."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser

from tests.browser.windows import Watch, grave_violations

_HEAD = "<!doctype html><html lang=en><title>a page</title><link rel=icon href=/icon><main><h1>words</h1>"


@contextmanager
def _page(markup: str) -> Iterator[str]:
    """A server of one page under a strict policy; nothing else is there. Gives its address."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"{_HEAD}{markup}</main></html>".encode()
            self.send_response(404 if self.path == "/gone.png" else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", "default-src 'self'; img-src *; script-src 'self'")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            pass

    with closing(_Closing(("127.0.0.1", 0), Answering)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


class _Closing(ThreadingHTTPServer):
    def close(self) -> None:
        self.server_close()


@pytest.mark.parametrize(
    ("markup", "caught"),
    [
        ("<p>nothing wrong</p>", None),
        ("<script>document.title = 'x'</script>", "Content Security Policy"),
        ("<p style='color: red'>red</p>", "Content Security Policy"),
        ("<img alt=x src=http://192.0.2.1/x.png>", "left loopback: http://192.0.2.1/x.png"),
        ("<img alt=x src=/gone.png>", "404 http"),
    ],
)
def test_a_watched_page_is_caught(browser: Browser, markup: str, caught: str | None) -> None:
    with _page(markup) as address:
        context = browser.new_context()
        watch = Watch(context)
        context.route("http://192.0.2.1/**", lambda route: route.abort())
        context.new_page().goto(address)
        complaints = watch.complaints
        context.close()

    assert bool(complaints) is (caught is not None)
    assert caught is None or any(caught in complaint for complaint in complaints)


def test_what_a_script_throws_is_caught_and_what_a_test_expects_is_forgiven(browser: Browser) -> None:
    with _page("<p>words</p>") as address:
        context = browser.new_context()
        watch = Watch(context)
        page = context.new_page()
        page.goto(address)
        with page.expect_event("pageerror"):
            page.evaluate("setTimeout(() => { throw new Error('thrown') })")
        before = watch.complaints
        watch.forgive("thrown")
        context.close()

    assert any("thrown" in complaint for complaint in before)
    assert watch.complaints == []


@pytest.mark.parametrize(
    ("markup", "rule"), [("<p>words</p>", None), ("<img src=/gone.png><input>", "image-alt")]
)
def test_axe_core_finds_what_is_grave_under_a_strict_policy(
    browser: Browser, markup: str, rule: str | None
) -> None:
    with _page(markup) as address:
        page = browser.new_page()
        page.goto(address)
        found = grave_violations(page)
        page.close()

    assert (found == []) is (rule is None)
    assert rule is None or any(violation.startswith(rule) for violation in found)
