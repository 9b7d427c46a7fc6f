"""A browser that tells on the page: every console error, refused resource and request that leaves loopback.

Must not know what a page of the product looks like.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # its wheel has none
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE_MS = 15_000
_GRAVE = ("serious", "critical")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Skips the test where none is found."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium is found: apt-get install chromium runs these tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield browser
        browser.close()


class Watch:
    """Notes what a page must not do. `forgive`: what a test brings about itself, as a pattern."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self._complaints: list[str] = []
        self._forgiven: list[str] = []
        context.set_default_timeout(_PATIENCE_MS)
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", lambda error: self._complaints.append(f"script: {error.error}"))

    def forgive(self, pattern: str) -> None:
        """A complaint that this test expects."""
        self._forgiven.append(pattern)

    @property
    def complaints(self) -> list[str]:
        """Everything noted that was not forgiven."""
        return [
            complaint
            for complaint in self._complaints
            if not any(re.search(pattern, complaint) for pattern in self._forgiven)
        ]

    def _asked(self, request: Request) -> None:
        whole = urlsplit(request.url)
        if whole.scheme in ("http", "https", "ws", "wss") and whole.hostname != "127.0.0.1":
            self._complaints.append(f"left loopback: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._complaints.append(f"{response.status} {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(f"console {message.type}: {message.text}")


def grave_violations(page: Page) -> list[str]:
    """What axe-core finds serious or critical, as `rule (impact): element: what to change`."""
    found: dict[str, Any] = Axe().run(page).response
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]}: {node['failureSummary'][:300]}"
        for violation in found["violations"]
        if violation["impact"] in _GRAVE
        for node in violation["nodes"]
    ]
