"""What the pages show of a home that the simulator has filled."""

import html
import re
from io import BytesIO

import pytest
from PIL import Image  # noqa: TID251 - the pictures that are served are looked at

from pipeline.providers.simulator.server import Simulator
from tests.commands.bench import Desk, image
from tests.review.visitor import Visitor, visiting

COVER = "week12/lobster/cover"


def links(text: str) -> list[str]:
    """Every address in a page."""
    return [html.unescape(link) for link in re.findall(r'(?:href|src)="([^"#]+)', text)]


def test_the_grid_shows_a_card_for_every_picture_with_counts_beside_the_filters(visitor: Visitor) -> None:
    page = visitor.get("/pictures")

    assert page.status == 200
    assert page.text.count('class="card"') == 1
    assert '<option value="week12">week12 (1)</option>' in page.text
    assert 'value="stored"> stored <span class="count">1</span>' in page.text
    assert 'alt="一只蓝色的龙虾"' in page.text


@pytest.mark.parametrize(
    ("query", "cards"),
    [
        ("q=龙虾", 1),
        ("q=蓝色的", 1),
        ("q=螃蟹", 0),
        ("q=lobster", 1),
        ("spec=week12&state=stored", 1),
        ("spec=week13", 0),
        ("state=failed", 0),
        ("platform=wechat", 1),
        ("platform=bilibili", 0),
        ("decision=rejected", 0),
        ("since=2020-01-01", 1),
        ("until=2020-01-01", 0),
        ("from=0.01", 0),
        ("sort=oldest", 1),
    ],
)
def test_a_filter_in_the_address_decides_what_is_shown(visitor: Visitor, query: str, cards: int) -> None:
    page = visitor.get(f"/pictures?{query}")

    assert page.status == 200
    assert page.text.count('class="card"') == cards
    assert ("Nothing fits" in page.text) is (cards == 0)


def test_the_empty_fields_of_a_form_are_taken_out_of_the_address(visitor: Visitor) -> None:
    answer = visitor.send("GET", "/pictures?q=&spec=week12&sort=")

    assert (answer.status, answer.headers["location"]) == (303, "/pictures?spec=week12")


def test_a_cursor_that_is_none_is_told(visitor: Visitor) -> None:
    answer = visitor.get("/pictures?after=nonsense")

    assert answer.status == 400
    assert 'role="alert"' in answer.text


def test_more_than_a_page_is_read_page_by_page(desk: Desk) -> None:
    desk("run", desk.spec(*(image(f"i{n}", f"龙虾 {n}", "size: 512x512") for n in range(3))))

    with visiting(desk.root, per_page=2) as visitor:
        first = visitor.get("/pictures?spec=week12")
        [following] = [link for link in links(first.text) if "after=" in link]
        second = visitor.get(following)
        assets = visitor.get("/assets?sort=asset")
        [later] = [link for link in links(assets.text) if "after=" in link]
        rest = visitor.get(later)

    assert (first.text.count('class="card"'), second.text.count('class="card"')) == (2, 1)
    assert "First page" in second.text
    assert "Next page" not in second.text
    assert (assets.text.count('class="card"'), rest.text.count('class="card"')) == (2, 1)


def test_the_thumbnail_is_made_once_and_kept(visitor: Visitor, made: Desk) -> None:
    [link] = [link for link in links(visitor.get("/pictures").text) if link.startswith("/thumbs/")]

    first = visitor.get(link)
    [kept] = (made.root / "data" / "thumbs").rglob("*.webp")
    made_at = kept.stat().st_mtime_ns
    again = visitor.get(link)

    assert first.headers["content-type"] == "image/webp"
    assert "immutable" in first.headers["cache-control"]
    assert Image.open(BytesIO(first.body)).size == (384, 384)
    assert (again.body, kept.stat().st_mtime_ns) == (first.body, made_at)


@pytest.mark.parametrize(
    "path",
    [
        "/thumbs/nothing.webp",
        f"/thumbs/{'0' * 64}.webp",
        "/thumbs/..%2F..%2Fhistory.db.webp",
        "/blobs/..%2F..%2Fhistory.db",
        f"/blobs/{'a' * 64}",
        f"/blobs/{'A' * 64}",
        f"/files/week12/{'0' * 64}",
        "/files/..%2F..%2Fdata/history.db",
        "/static/..%2Fapp.py",
        "/static/../guard.py",
        "/work/nothing",
        "/work/nothing.json",
        "/pictures/2",
        "/assets/week12/lobster/other",
        "/slots/week99/a/b",
    ],
)
def test_what_is_not_there_is_not_found(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status == 404


def test_a_generation_shows_all_that_is_known_of_it(visitor: Visitor) -> None:
    page = visitor.get("/pictures/1")

    for words in ("一只蓝色的龙虾", "512×512", "simulator", "What happened", "stored", "taken by a run"):
        assert words in page.text
    assert visitor.get(next(link for link in links(page.text) if link.startswith("/blobs/"))).status == 200


def test_the_stack_marks_what_changed_between_attempts(made: Desk) -> None:
    made("regenerate", COVER, "--prompt", "一只红色的龙虾")

    with visiting(made.root) as visitor:
        page = visitor.get(f"/assets/{COVER}")

    assert page.text.index('id="g2"') < page.text.index('id="g1"')
    assert "一只<del>蓝</del><ins>红</ins>色的龙虾" in page.text
    assert "2</small>" in page.text


def test_where_a_picture_is_used_is_told(made: Desk) -> None:
    made("run", made.spec("id: robot, use: week12/lobster/cover", name="week13"))

    with visiting(made.root) as visitor:
        page = visitor.get(f"/assets/{COVER}")
        other = visitor.get("/assets/week13/lobster/robot")

    assert '<a href="/assets/week13/lobster/robot">' in page.text
    assert "output/simulated/week12/lobster/wechat/01-cover.cover.jpg" in page.text
    assert "takes the picture" in other.text or "everything is in place" in other.text


def test_the_yaml_of_an_asset_can_be_copied(visitor: Visitor) -> None:
    text = html.unescape(visitor.get(f"/assets/{COVER}").text)

    assert '- id: "cover"\n  prompt: "一只蓝色的龙虾"' in text
    assert '- id: "cover"\n  use: "week12/lobster/cover"' in text


def test_each_slot_is_shown_at_its_own_pixels_with_its_checks(visitor: Visitor) -> None:
    page = visitor.get(f"/slots/{COVER}")
    files = re.findall(r'<image href="(/files/week12/[0-9a-f]{64})" width="(\d+)" height="(\d+)"', page.text)

    sizes = [Image.open(BytesIO(visitor.get(path).body)).size for path, _, _ in files]

    assert [(int(width), int(height)) for _, width, height in files] == sizes == [(900, 383), (500, 500)]
    assert page.text.count("both AI labels are as they should be") == 2
    assert page.text.count('class="crop"') == 2
    assert 'class="keep"' in page.text


def test_a_file_that_was_changed_is_told_and_not_served_under_its_old_name(made: Desk) -> None:
    with visiting(made.root) as visitor:
        before = re.findall(r'href="(/files/[^"]+)', visitor.get(f"/slots/{COVER}").text)
        [square] = made.root.rglob("01-cover.cover_square.jpg")
        square.write_bytes(square.read_bytes()[:-1000])
        page = visitor.get(f"/slots/{COVER}")
        gone = visitor.get(before[1])

    assert gone.status == 404
    assert 'class="problem"' in page.text


def test_what_an_author_typed_is_shown_as_text(desk: Desk) -> None:
    evil = "<script>alert(1)</script> & 'x'"
    path = desk.spec(f'id: cover, prompt: "{evil}", size: 512x512')
    assert desk("run", path).code == 0

    with visiting(desk.root) as visitor:
        visitor.press(visitor.get(f"/assets/{COVER}"), "/note/1", text="<img src=x onerror=alert(1)>")
        pages = [
            visitor.get(path) for path in ("/pictures", "/pictures/1", f"/assets/{COVER}", f"/redo/{COVER}")
        ]
        query = visitor.get("/pictures?q=%22%3E%3Cscript%3E")

    assert all("<script>alert" not in page.text for page in pages)
    assert all("&lt;script&gt;alert(1)&lt;/script&gt;" in page.text for page in pages)
    assert "<img src=x" not in pages[2].text
    assert '"><script>' not in query.text


def test_an_asset_whose_spec_is_gone_is_still_shown(made: Desk) -> None:
    (made.root / "configs" / "week12.yaml").unlink()

    with visiting(made.root) as visitor:
        page = visitor.get(f"/assets/{COVER}")
        slots = visitor.get(f"/slots/{COVER}")

    assert page.status == slots.status == 200
    assert "Its spec cannot be read" in page.text
    assert "is not there any more" in slots.text


def test_an_asset_that_was_taken_out_of_its_spec_is_still_shown(made: Desk) -> None:
    made.spec(image("other"))

    with visiting(made.root) as visitor:
        page = visitor.get(f"/assets/{COVER}")

    assert "has no asset week12/lobster/cover" in page.text


def test_the_help_lists_the_keys_without_a_script(visitor: Visitor) -> None:
    page = visitor.get("/help")

    assert "<h1>Keys</h1>" in page.text
    assert "reject it" in page.text


def test_a_fault_of_ours_on_a_page_is_told_and_logged(visitor: Visitor, made: Desk) -> None:
    del visitor.server.site.templates.filters["day"]

    answer = visitor.get("/pictures")

    assert answer.status == 500
    assert "a fault of the program" in answer.text
    assert "Traceback" not in answer.text
    assert len(list((made.root / "data" / "logs").glob("crash-*.txt"))) == 1


def test_a_real_generation_shows_its_ids_and_what_it_cost(desk: Desk, jimeng: Simulator) -> None:
    desk.settings("prices: {jimeng_t2i_v40: 2000}\n")
    spec = desk.spec(
        image(more="size: 1024x1024, model: jimeng_t2i_v40, params: {scale: '0.7'}"),
        head="provider: auto\ntags: {author: amy}",
    )
    assert desk("run", spec, "--yes").code == 0

    with visiting(desk.root) as visitor:
        page = visitor.get("/pictures/1")
        grid = visitor.get("/pictures?tag=author%3Damy&from=0.1")

    [bought] = desk.generations()
    assert bought.task_id is not None
    assert bought.task_id in page.text
    assert "scale=0.7" in page.text
    assert "author=amy" in page.text
    assert "0.20 CNY" in grid.text
    assert jimeng.endpoint not in grid.text


def test_a_month_and_a_cost_are_chosen_with_their_counts(visitor: Visitor) -> None:
    page = visitor.get("/pictures")
    [month] = re.findall(r'<option value="(\d{4}-\d\d)">\1 \(1\)</option>', page.text)

    assert '<option value="wechat.cover">wechat.cover (1)</option>' in page.text
    assert visitor.get(f"/pictures?month={month}").text.count('class="card"') == 1
    assert visitor.get("/pictures?month=2020-12").text.count('class="card"') == 0
    assert visitor.get("/pictures?cost=5").text.count('class="card"') == 0
    assert "Not understood, and left out: month=soon" in visitor.get("/pictures?month=soon").text


def test_pages_are_turned_back_as_well(desk: Desk) -> None:
    desk("run", desk.spec(*(image(f"i{number}", f"龙虾 {number}") for number in range(5))))

    with visiting(desk.root, per_page=2) as visitor:
        first = visitor.get("/pictures")
        second = visitor.get(_link(first.text, "next"))
        third = visitor.get(_link(second.text, "next"))
        back = visitor.get(_link(third.text, "prev"))
        start = visitor.get(_link(back.text, "prev"))

    assert [("2 of 5" in page.words, "4 of 5" in page.words) for page in (first, second, back, start)] == [
        (True, False),
        (False, True),
        (False, True),
        (True, False),
    ]
    assert "5–5 of 5" in third.words
    assert _cards(back.text) == _cards(second.text)
    assert _cards(start.text) == _cards(first.text)


def test_what_a_spec_has_wrong_is_told_at_its_line(made: Desk) -> None:
    path = made.root / "configs" / "week12.yaml"
    path.write_text(path.read_text("utf-8") + "nonsense: 1\n", "utf-8")

    with visiting(made.root) as visitor:
        page = visitor.get(f"/assets/{COVER}")

    assert re.search(r"week12\.yaml:\d+:1: ", page.words)
    assert str(made.root) not in page.text


def test_a_picture_made_elsewhere_offers_only_what_can_be_done(made: Desk) -> None:
    folder = made.root / "sketches"
    folder.mkdir()
    Image.new("RGB", (800, 600), "teal").save(folder / "boat.png")
    made("import", "sketches")

    with visiting(made.root) as visitor:
        page = visitor.get("/assets/imported/sketches/boat")
        rejected = visitor.press(page, "/reject/2")
        undone = visitor.press(rejected, "/undo/imported/sketches/boat")
        thrown = visitor.press(undone, "/trash/2")
        selected = visitor.post(
            "/select/imported/sketches/boat", {**page.forms("/reject/2")[0], "generation": 2, "version": 0}
        )

    assert "Made elsewhere and taken in" in page.text
    assert 'use: "imported/sketches/boat"' in page.words
    assert "/redo/" not in page.text
    assert "/slots/" not in page.text
    assert page.forms("/select/imported/sketches/boat") == []
    assert "not used again" in rejected.text
    assert "was taken back" in undone.text
    assert "lies in the trash" in thrown.text
    assert selected.status == 400
    assert "is the name of a picture that was made elsewhere" in selected.text


def test_a_generations_own_page_decides_too(made: Desk) -> None:
    made("regenerate", COVER)

    with visiting(made.root) as visitor:
        rejected = visitor.press(visitor.get("/pictures/1"), "/reject/1")
        allowed = visitor.press(visitor.get("/pictures/1"), "/allow/1")
        selected = visitor.press(visitor.get("/pictures/1"), f"/select/{COVER}")
        noted = visitor.press(visitor.get("/pictures/1"), "/note/1", text="旧的好")
        clean = visitor.press(noted, "/unnote/1")

    assert "not used again" in rejected.text
    assert "The rejection was taken back." in allowed.text
    assert "Selected." in selected.text
    assert "旧的好" in noted.text
    assert "旧的好" not in clean.text


def test_a_picture_that_is_gone_from_the_store_has_a_sign_in_its_place(visitor: Visitor, made: Desk) -> None:
    [thumb] = [link for link in links(visitor.get("/pictures").text) if link.startswith("/thumbs/")]
    for path in (made.root / "data").rglob("*"):
        if path.is_file() and path.parent.parent.name in ("blobs", "thumbs"):
            path.unlink()

    answer = visitor.get(thumb)

    assert (answer.status, answer.headers["content-type"]) == (404, "image/svg+xml")
    assert "missing from the store" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def _link(text: str, rel: str) -> str:
    """Where a link of the paging leads."""
    [link] = re.findall(rf'<a href="([^"]*)" rel="{rel}"', text)
    return html.unescape(link)


def _cards(text: str) -> list[str]:
    return re.findall(r'<li class="card" id="(g\d+)"', text)
