"""What an author does on the page, in words: finds a picture, decides, redoes, moves a crop.

Goes by what can be seen and named (roles, labels, words), as a screen reader would.
"""

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.served import Served

_A_PICTURE_MS = 30_000


class Reader:
    """One open window over one running page."""

    def __init__(self, served: Served, page: Page) -> None:
        self.served = served
        self.page = page

    def enter(self) -> "Reader":
        """Open the address that the command printed."""
        self.page.goto(self.served.address)
        return self

    def go(self, path: str) -> "Reader":
        """Open a path of the page."""
        self.page.goto(f"http://{self.served.host}{path}")
        return self

    def asset(self, key: str) -> "Reader":
        """Open an asset's page."""
        return self.go(f"/assets/{key}")

    @property
    def cards(self) -> Locator:
        """What a grid shows, once the page of the address is there."""
        self.page.wait_for_load_state()  # the address changes before the page does
        return self.page.get_by_role("main").locator("li.card")

    def names(self) -> list[str]:
        """What stands under each picture of a grid, also where it is not scrolled to yet."""
        return [" ".join(text.split()) for text in self.cards.locator(".name").all_text_contents()]

    def search(self, words: str) -> None:
        """Look for words, as typed into the search field."""
        field = self.page.get_by_role("searchbox", name="Search")
        field.fill(words)
        field.press("Enter")
        expect(self.page).to_have_url(re.compile(r"[?&]q="))

    def open_filters(self) -> None:
        """Unfold the filters."""
        if not self.choice("Spec").is_visible():
            self.page.locator("summary", has_text="Filters").click()

    def choice(self, name: str) -> Locator:
        """A list to choose from."""
        return self.page.get_by_role("combobox", name=name, exact=True)

    def attempt(self, number: int) -> Locator:
        """One attempt in an asset's stack."""
        return self.page.locator(f"#g{number}")

    def press(self, name: str, *, of: Locator | None = None) -> None:
        """Press a button by its name."""
        (of or self.page.get_by_role("main")).get_by_role("button", name=name, exact=True).first.click()

    def says(self, words: str) -> None:
        """Wait for the page to say what was done; its script runs by then."""
        expect(self.page.get_by_role("status").first).to_contain_text(words)
        self.page.wait_for_load_state()

    def redo(self, prompt: str) -> None:
        """Ask for the price of one more picture with this prompt, from an asset's page."""
        self.page.get_by_role("link", name="Redo", exact=True).click()
        self.page.get_by_label("Prompt").fill(prompt)
        self.press("Show the price")
        expect(self.page.get_by_role("heading", name="Price")).to_be_visible()

    def await_work(self) -> None:
        """Wait until the work that the page shows is done."""
        expect(self.page.get_by_role("status").first).to_have_text(
            re.compile("^(done|ended)"), timeout=_A_PICTURE_MS
        )


def files_of(home: Path, asset: str) -> dict[str, dict[str, Any]]:
    """What an asset's manifest says of its files, by slot; each lies there with the bytes that it names."""
    spec, article, _ = asset.split("/")
    manifest = home / "output" / "simulated" / spec / article / "manifest.json"
    entries = json.loads(manifest.read_text("utf-8"))["files"]
    return {
        entry["slot"]: entry | {"data": (manifest.parent / entry["path"]).read_bytes()}
        for entry in entries
        if entry["asset"] == asset
    }
