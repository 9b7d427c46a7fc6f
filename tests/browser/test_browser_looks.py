"""How every page looks and reads: light and dark, on a phone, to a screen reader, to a keyboard."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.reader import Reader
from tests.browser.rooms import COVER, HOSTILE, MINE, TWICE
from tests.browser.served import Served
from tests.browser.windows import grave_violations

_PATHS = (
    "/pictures",
    "/pictures?spec=week08&q=龙虾&decision=taken&state=stored",
    "/pictures?q=nothing-like-it",
    "/assets",
    f"/assets/{TWICE}?said=selected",
    f"/assets/{HOSTILE}",
    f"/slots/{COVER}",
    f"/slots/{MINE}",
    f"/redo/{TWICE}?prompt=一台旧笔记本电脑放在木桌上",
    "/pictures/1",
    "/spend",
    "/work",
    "/help",
    "/no/such/page",
)
_HELD = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
"""Past the last button of a dialog the focus is the browser's, never the page's below."""
_WIDTH = "document.scrollingElement.scrollWidth"
_GROUND = "getComputedStyle(document.body).backgroundColor"


def _every_page(served: Served, page: Page) -> Iterator[str]:
    """Open one page after the other, with everything that can be unfolded unfolded."""
    reader = Reader(served, page).enter()
    for path in _PATHS:
        reader.go(path)
        page.locator("details").evaluate_all("items => items.forEach(item => { item.open = true })")
        yield path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_core_finds_nothing_grave_on_any_page(
    looked_at: Served, windows: Windows, scheme: Literal["light", "dark"]
) -> None:
    watch = windows(color_scheme=scheme)
    watch.forgive("404")
    page = watch.context.new_page()

    found = {path: grave_violations(page) for path in _every_page(looked_at, page)}

    assert {path: violations for path, violations in found.items() if violations} == {}


def test_the_overlay_of_keys_has_nothing_grave_and_keeps_the_focus(
    looked_at: Served, windows: Windows
) -> None:
    page = windows().context.new_page()
    Reader(looked_at, page).enter()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    violations = grave_violations(page)
    page.keyboard.press("Tab")

    assert violations == []
    assert page.evaluate(_HELD)


def test_light_and_dark_are_two_pages(looked_at: Served, windows: Windows) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        page = windows(color_scheme=scheme).context.new_page()
        Reader(looked_at, page).enter()
        grounds.append(sum(int(part) for part in page.evaluate(f"{_GROUND}.match(/\\d+/g).slice(0, 3)")))

    assert grounds[0] > 600
    assert grounds[1] < 200


@pytest.mark.parametrize("width", [320, 390])
def test_no_page_is_wider_than_a_phone(looked_at: Served, windows: Windows, width: int) -> None:
    watch = windows(viewport={"width": width, "height": 800}, has_touch=True, is_mobile=True)
    watch.forgive("404")
    page = watch.context.new_page()

    widths = {path: page.evaluate(_WIDTH) for path in _every_page(looked_at, page)}

    assert {path: wide for path, wide in widths.items() if wide > width} == {}


def test_every_page_has_one_heading_a_title_and_a_way_past_the_menu(
    looked_at: Served, windows: Windows
) -> None:
    watch = windows()
    watch.forgive("404")
    page = watch.context.new_page()
    titles = set()

    for path in _every_page(looked_at, page):
        assert page.get_by_role("heading", level=1).count() == 1, path
        assert page.locator("html").get_attribute("lang") == "en", path
        titles.add(page.title())
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()

    assert len(titles) >= len(_PATHS) - 4
