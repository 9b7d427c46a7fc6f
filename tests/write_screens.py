"""Takes the screenshots of README: the review page over the example weeks, in Chromium.

python -m tests.write_screens [FOLDER]     writes docs/images/review-*.jpg, or into FOLDER
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from tests.browser.rooms import ROOT, pipeline
from tests.browser.served import Served, serve
from tests.browser.windows import chromium

_ASSET = "week12/lobster-board/cover"
_QUALITY = 72
_SCALE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture: where, how large in CSS pixels, in which colours, and what it scrolls to first."""

    name: str
    path: str
    width: int = 1200
    height: int = 800
    scheme: Literal["light", "dark"] = "light"
    to: str = ""


SHOTS = (
    Shot(name="review-grid", path="/pictures?spec=week12", height=1000),
    Shot(name="review-asset", path=f"/assets/{_ASSET}", height=1000),
    Shot(
        name="review-slots",
        path=f"/slots/{_ASSET}",
        width=1480,
        height=600,
        scheme="dark",
        to="[id='wechat.cover']",
    ),
    Shot(name="review-phone", path="/pictures", width=390, height=844, scheme="dark"),
)


def furnish(home: Path) -> None:
    """The example weeks, made by the simulator, with some of an author's decisions."""
    (home / "configs").mkdir(parents=True)
    for name in ("settings.yaml", "styles.yaml", "week12.yaml", "week13.yaml"):
        (home / "configs" / name).write_bytes((ROOT / "configs" / name).read_bytes())
    for week in ("week12", "week13"):
        pipeline(home, "run", f"configs/{week}.yaml", "--provider", "simulator")
    prompt = "一只卡通龙虾站在蓝色电路板上,主体居中,四周留白,钳子里夹着一颗芯片,画面中不要文字"
    pipeline(home, "regenerate", _ASSET, "--provider", "simulator", "--prompt", prompt)
    pipeline(home, "note", _ASSET, "钳子离标题太近,下周换一张")


def take(browser: Browser, served: Served, folder: Path) -> None:
    """Take every shot."""
    for shot in SHOTS:
        context = browser.new_context(
            viewport={"width": shot.width, "height": shot.height},
            color_scheme=shot.scheme,
            device_scale_factor=_SCALE,
        )
        page = context.new_page()
        page.goto(served.address)
        page.goto(f"http://{served.host}{shot.path}", wait_until="networkidle")
        if shot.to:
            page.locator(shot.to).evaluate("element => element.scrollIntoView()")
        path = folder / f"{shot.name}.jpg"
        page.screenshot(path=path, type="jpeg", quality=_QUALITY)
        sys.stdout.write(f"{path}: {path.stat().st_size // 1024} KB\n")
        context.close()


def main() -> int:
    """Make a home, open its page, take the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        furnish(home)
        with serve(home) as served, chromium() as browser:
            take(browser, served, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
