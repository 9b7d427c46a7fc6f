"""The grid: filters with counts, their state in the address, back and forward, paging, keys."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.reader import Reader
from tests.browser.rooms import ARABIC, COVER, HALF_A_PROMPT, HOSTILE, QUOTES, RIGHT_TO_LEFT, SCRIPT, TWICE
from tests.browser.served import Served


def test_filters_stand_in_the_address_and_the_back_button_takes_them_out(
    looked_at: Served, windows: Windows
) -> None:
    page = windows().context.new_page()
    reader = Reader(looked_at, page).enter()
    every = reader.names()

    reader.open_filters()
    reader.choice("Spec").select_option("week08")
    expect(page).to_have_url(re.compile(r"/pictures\?spec=week08$"))
    one_week = reader.names()
    reader.search(HALF_A_PROMPT)
    found = reader.names()
    address = page.url
    page.go_back()
    expect(page).to_have_url(re.compile(r"/pictures\?spec=week08$"))
    back = reader.names()
    page.go_back()
    expect(page).to_have_url(re.compile(r"/pictures$"))

    assert len(every) == 9
    assert one_week == back
    assert len(one_week) == 3
    assert all("week08/" in name for name in one_week)
    assert [name.split()[1] for name in found] == [COVER]
    assert reader.names() == every
    reader.page.goto(address)
    assert reader.names() == found
    expect(page.get_by_role("searchbox")).to_have_value(HALF_A_PROMPT)
    reader.open_filters()
    expect(reader.choice("Spec")).to_have_value("week08")
    page.get_by_role("link", name="Clear").click()
    assert reader.names() == every


def test_each_filter_says_how_many_it_would_leave(looked_at: Served, windows: Windows) -> None:
    page = windows().context.new_page()
    reader = Reader(looked_at, page).enter()
    reader.open_filters()

    for name, words in (("Spec", "week08 (3)"), ("Article", "hostile (3)"), ("Platform", "wechat (9)")):
        options = reader.choice(name).locator("option").all_inner_texts()
        assert words in options, (name, options)
    expect(page.locator("label.tick", has_text="stored")).to_contain_text("9")


def test_last_month_is_found_by_its_days(looked_at: Served, windows: Windows) -> None:
    page = windows().context.new_page()
    reader = Reader(looked_at, page).enter()
    reader.open_filters()

    page.get_by_label("To day").fill(f"{datetime.now(UTC) - timedelta(days=10):%Y-%m-%d}")
    expect(page).to_have_url(re.compile("until="))

    assert len(reader.names()) == 3
    assert all("week08/" in name for name in reader.names())


def test_a_title_and_two_characters_of_a_prompt_are_found(looked_at: Served, windows: Windows) -> None:
    reader = Reader(looked_at, windows().context.new_page()).enter()

    reader.search("书架")
    assert all(TWICE in name for name in reader.names())
    assert len(reader.names()) == 2
    reader.search("家庭服务")
    assert all("week09/home-server/" in name for name in reader.names())
    assert len(reader.names()) == 3


def test_the_assets_are_a_grid_of_their_own(looked_at: Served, windows: Windows) -> None:
    page = windows().context.new_page()
    reader = Reader(looked_at, page).enter()

    page.get_by_role("link", name="Assets").click()

    assert len(reader.names()) == 8
    expect(reader.cards.filter(has_text=TWICE)).to_contain_text("2 attempts")
    reader.cards.filter(has_text=TWICE).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TWICE)


def test_paging_shows_every_picture_once(shelf: Served, windows: Windows) -> None:
    watch = windows()
    watch.forgive("404")  # its pictures are not there
    page = watch.context.new_page()
    reader = Reader(shelf, page).enter()
    seen: list[list[str]] = [reader.names()]

    while (further := page.get_by_role("link", name="Next page")).count():
        further.click()
        expect(reader.cards.first.locator(".name")).not_to_have_text(seen[-1][0])
        seen.append(reader.names())

    assert [len(names) for names in seen] == [100, 100, 50]
    assert len({name for names in seen for name in names}) == 250
    page.go_back()
    expect(reader.cards.first.locator(".name")).to_have_text(seen[-2][0])
    page.get_by_role("link", name="First page").click()
    expect(reader.cards.first.locator(".name")).to_have_text(seen[0][0])


def test_a_page_without_javascript_searches_and_filters(looked_at: Served, windows: Windows) -> None:
    page = windows(java_script_enabled=False).context.new_page()
    reader = Reader(looked_at, page).enter()

    reader.open_filters()
    reader.choice("Spec").select_option("week08")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"/pictures\?spec=week08"))
    one_week = reader.names()
    reader.search(HALF_A_PROMPT)

    assert len(one_week) == 3
    assert [name.split()[1] for name in reader.names()] == [COVER]
    assert "=&" not in page.url
    reader.search("nothing-like-it")
    expect(page.get_by_text("Nothing fits")).to_be_visible()


@pytest.mark.parametrize(("asset", "words"), [(HOSTILE, SCRIPT), (RIGHT_TO_LEFT, ARABIC)])
def test_a_hostile_prompt_is_shown_as_text_everywhere(
    looked_at: Served, windows: Windows, asset: str, words: str
) -> None:
    page = windows().context.new_page()
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    reader = Reader(looked_at, page).enter()

    for path in (f"/assets/{asset}", f"/slots/{asset}", f"/redo/{asset}", "/pictures", "/assets"):
        reader.go(path)
        assert page.title() != "taken", path
        assert page.locator("img[src=x]").count() == 0, path
    reader.asset(asset)
    expect(page.locator(".attempt .prompt")).to_have_text(words)
    page.get_by_role("link", name="Redo", exact=True).click()
    expect(page.get_by_label("Prompt")).to_have_value(words)


def test_quotes_and_template_marks_come_through_a_form_unchanged(looked_at: Served, windows: Windows) -> None:
    page = windows().context.new_page()
    reader = Reader(looked_at, page).enter().asset("week09/hostile/quotes")

    page.get_by_role("link", name="Redo", exact=True).click()
    expect(page.get_by_label("Prompt")).to_have_value(QUOTES)
    reader.press("Show the price")

    expect(page.get_by_label("Prompt")).to_have_value(QUOTES)
    expect(page.locator("del, ins")).to_have_count(0)


def test_a_prompt_that_runs_from_right_to_left_does_so(looked_at: Served, windows: Windows) -> None:
    page = windows().context.new_page()
    Reader(looked_at, page).enter().asset(RIGHT_TO_LEFT)

    direction = page.locator(".attempt .prompt").evaluate("element => getComputedStyle(element).direction")
    neighbour = page.locator(".attempt h3").first.evaluate("element => getComputedStyle(element).direction")

    assert (direction, neighbour) == ("rtl", "ltr")


def test_keys_move_open_and_page(shelf: Served, windows: Windows) -> None:
    watch = windows()
    watch.forgive("404")  # its pictures are not there
    page = watch.context.new_page()
    reader = Reader(shelf, page).enter()
    names = reader.names()

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    focused = page.evaluate("document.activeElement.closest('li').querySelector('.name').innerText")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(names[1].partition(" ")[2])
    page.go_back()
    page.keyboard.press("]")
    expect(page).to_have_url(re.compile("after="))

    assert focused == names[1]


def test_the_keys_are_explained_in_an_overlay(looked_at: Served, windows: Windows) -> None:
    page = windows().context.new_page()
    Reader(looked_at, page).enter()
    overlay = page.get_by_role("dialog")

    page.keyboard.press("?")
    expect(overlay).to_contain_text("the next undecided picture")
    page.keyboard.press("j")
    expect(overlay).to_be_visible()
    page.keyboard.press("Escape")
    expect(overlay).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("?sx")
    expect(page.get_by_role("searchbox")).to_have_value("?sx")
    expect(overlay).to_be_hidden()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Keys").click()
    expect(overlay).to_be_visible()


def test_pictures_are_decided_in_the_grid_by_keys_one_after_the_other(desk: Served, windows: Windows) -> None:
    page = windows().context.new_page()
    reader = Reader(desk, page).enter().go("/pictures?spec=week09")
    before = reader.names()

    page.keyboard.press("j")
    page.keyboard.press("x")
    reader.says("Rejected, and not used again: generation 9")
    page.keyboard.press("j")
    page.keyboard.press("x")
    reader.says("Rejected, and not used again: generation 8")
    rejected = page.locator(".card .choice-rejected").count()
    page.keyboard.press("u")
    reader.says("No longer rejected: generation")

    assert rejected == 2
    assert reader.names() == before
    assert page.locator(".card .choice-rejected").count() == 1


def test_a_key_whose_button_is_missing_on_a_card_decides_about_no_other(
    desk: Served, windows: Windows
) -> None:
    page = windows().context.new_page()
    reader = Reader(desk, page).enter().asset(TWICE)
    newer, older = (page.locator("ol.stack > li").nth(place) for place in range(2))
    reader.press("Reject", of=older)
    reader.says("Rejected")

    older.get_by_role("link").first.focus()
    page.keyboard.press("x")
    page.wait_for_timeout(300)

    expect(older.locator(".choice-rejected")).to_be_visible()
    expect(newer.locator(".choice-rejected")).to_have_count(0)
    assert newer.get_by_role("button", name="Reject").is_enabled()


def test_all_on_a_page_are_marked_and_noted_without_leaving_it(desk: Served, windows: Windows) -> None:
    page = windows().context.new_page()
    reader = Reader(desk, page).enter().go("/pictures?spec=week08")

    reader.press("Mark all on this page")
    page.locator("#marked").get_by_label("Note").fill("旧封面")
    page.keyboard.press("Enter")
    reader.says("Noted on: generations")
    reader.search("旧封面")

    assert len(reader.names()) == 3
    assert "spec=week08" in page.url


def test_several_are_rejected_and_taken_back_without_a_script(desk: Served, windows: Windows) -> None:
    page = windows(java_script_enabled=False).context.new_page()
    reader = Reader(desk, page).enter().go("/pictures?spec=week08")
    boxes = page.locator(".card input[type=checkbox]")

    for number in range(2):
        boxes.nth(number).check()
    page.locator("#marked").get_by_role("button", name="Reject").click()
    expect(page.locator(".card .choice-rejected")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()

    expect(page.locator(".card .choice-rejected")).to_have_count(0)
    assert len(reader.names()) == 3
