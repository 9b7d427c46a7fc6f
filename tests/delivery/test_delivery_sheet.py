"""The contact sheet tells everything, opens without a server, and lets nothing of a prompt act."""

import base64
import hashlib
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pipeline.delivery.sheet import Sheet, SheetArticle, SheetAsset, SheetFile, SheetMissing, sheet_html

VOID = {"meta", "img"}


class Page(HTMLParser):
    """The page as a browser takes it apart; fails on a tag that is not closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.style = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["style"]:
            self.style += data
        elif data.strip():
            self.words.append(data.strip())

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


COVER = SheetAsset(
    key="week12/lobster/cover",
    alt="一只龙虾",
    prompt="一只卡通龙虾站在电路板上",
    model="jimeng_t2i_v40",
    state="delivered",
    cost="0.20 CNY",
    generation=17,
    task_id="7392616336519610409",
    files=(
        SheetFile(
            slot="wechat.cover",
            path="lobster/wechat/01-接线 图.cover.jpg",
            width=900,
            height=383,
            bytes=52_224,
            format="jpg",
            note="enlarged 1.4x",
        ),
    ),
    missing=(SheetMissing(slot="wechat.thumb", reason="takes 81 KB, and the platform takes 64 KB"),),
)
SHEET = Sheet(
    spec="week12",
    simulated=False,
    articles=(
        SheetArticle(
            slug="lobster",
            title="给龙虾装上电路板",
            assets=(
                COVER,
                SheetAsset(key="week12/lobster/step", state="unknown", reason="In doubt: settle it"),
            ),
        ),
    ),
    cost="0.40 CNY",
)


def test_every_asset_is_told_with_its_prompt_state_cost_and_files() -> None:
    words = Page(sheet_html(SHEET)).words

    for told in (
        "week12",
        "给龙虾装上电路板",
        "1 article",
        "1 file",
        "0.40 CNY",
        "1 delivered",
        "1 unknown",
        "week12/lobster/cover",
        "一只卡通龙虾站在电路板上",
        "jimeng_t2i_v40",
        "0.20 CNY",
        "generation 17",
        "task 7392616336519610409",
        "wechat.cover",
        "900 × 383",
        "51 KB jpg",
        "enlarged 1.4x",
        "In doubt: settle it",
    ):
        assert told in words


def test_a_missing_file_is_said_plainly() -> None:
    words = Page(sheet_html(SHEET)).words

    place = words.index("wechat.thumb")
    assert words[place : place + 3] == [
        "wechat.thumb",
        "not there",
        "takes 81 KB, and the platform takes 64 KB",
    ]


def test_pictures_are_relative_encoded_and_loaded_when_seen() -> None:
    (image,) = Page(sheet_html(SHEET)).attributes("img")

    assert image["src"] == "lobster/wechat/01-%E6%8E%A5%E7%BA%BF%20%E5%9B%BE.cover.jpg"
    assert image["loading"] == "lazy"
    assert image["alt"] == "一只龙虾 (wechat.cover)"
    assert (image["width"], image["height"]) == ("900", "383")


def test_only_a_rehearsal_has_the_banner() -> None:
    assert "Simulated pictures." not in Page(sheet_html(SHEET)).words
    assert "Simulated pictures." in Page(sheet_html(replace(SHEET, simulated=True))).words


@pytest.mark.parametrize(
    "evil", ["<script>alert(1)</script>", "\"><img src=x onerror='alert(1)'>", "</style>&amp;"]
)
def test_nothing_that_was_typed_becomes_markup(evil: str) -> None:
    file = replace(COVER.files[0], slot=evil, path=evil, format=evil, note=evil)
    gap = SheetMissing(slot=evil, reason=evil)
    asset = SheetAsset(
        key=evil,
        alt=evil,
        prompt=evil,
        model=evil,
        state=evil,
        reason=evil,
        cost=evil,
        task_id=evil,
        files=(file,),
        missing=(gap,),
    )
    article = SheetArticle(slug=evil, title=evil, assets=(asset,))

    page = Page(sheet_html(Sheet(spec=evil, simulated=True, articles=(article,), cost=evil)))

    assert not {"script", "iframe", "object", "link"} & {tag for tag, _ in page.tags}
    assert len(page.attributes("img")) == 1
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert page.words.count(evil) > 8


def test_the_policy_allows_the_pages_own_style_and_pictures_and_nothing_else() -> None:
    page = Page(sheet_html(SHEET))

    (policy,) = [meta["content"] for meta in page.attributes("meta") if "http-equiv" in meta]
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; img-src 'self' file:; style-src 'sha256-{digest}'; base-uri 'none'"
    )
    assert "url(" not in page.style
    assert "@import" not in page.style
    assert not [name for _, attributes in page.tags for name in attributes if name == "style"]


def test_links_lead_to_the_articles_and_the_files() -> None:
    page = Page(sheet_html(replace(SHEET, articles=(replace(SHEET.articles[0], slug="龙虾"),))))

    targets = [link["href"] for link in page.attributes("a")]
    assert targets[0] == "#%E9%BE%99%E8%99%BE"
    assert [section["id"] for section in page.attributes("section")] == ["龙虾"]
    assert targets[1] == page.attributes("img")[0]["src"]


def test_an_asset_without_pictures_has_no_empty_box() -> None:
    bare = SheetAsset(key="week12/robot/end", state="draft", prompt="结尾")

    page = sheet_html(
        Sheet(spec="week12", simulated=False, articles=(SheetArticle(slug="a", title="b", assets=(bare,)),))
    )

    assert 'class="files"' not in page
    assert "0 files" in page


def test_the_same_sheet_gives_the_same_page() -> None:
    assert sheet_html(SHEET) == sheet_html(SHEET)


def test_the_page_serves_dark_screens_small_screens_and_paper() -> None:
    style = Page(sheet_html(SHEET)).style

    for query in ("prefers-color-scheme: dark", "max-width: 560px", "@media print"):
        assert query in style
