"""From a fresh page to new files: what an author does with last month's cover, and with two windows."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.reader import Reader, files_of
from tests.browser.rooms import COVER, HALF_A_PROMPT, TWICE, history
from tests.browser.served import Served


def test_last_month_s_cover_is_found_rejected_redone_compared_selected_and_delivered(
    desk: Served, windows: Windows
) -> None:
    before = files_of(desk.home, COVER)
    page = windows().context.new_page()
    reader = Reader(desk, page).enter()

    reader.search(HALF_A_PROMPT)
    assert len(reader.names()) == 1
    assert COVER in reader.names()[0]
    reader.cards.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(COVER)

    only = page.locator("ol.stack > li")
    expect(only).to_have_count(1)
    reader.press("Reject", of=only)
    reader.says("Rejected")
    expect(only).to_contain_text("rejected")
    assert files_of(desk.home, COVER) == before

    reader.redo("一只卡通龙虾站在蓝色电路板上,主体居中,四周留白")
    expect(page.locator(".price")).to_contain_text("free (simulated)")
    expect(page.locator("del")).to_have_text("绿")
    expect(page.locator("ins")).to_have_text("蓝")
    reader.press("Buy one more picture")
    reader.await_work()
    expect(page.locator(".outcomes")).to_contain_text("delivered")
    page.get_by_role("link", name="Back").click()

    stack = page.locator("ol.stack > li")
    expect(stack).to_have_count(2)
    new = int((stack.first.get_attribute("id") or "").removeprefix("g"))
    expect(reader.attempt(new).locator("ins")).to_have_text("蓝")
    for picture in stack.locator("img").all():
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100

    reader.press("Select", of=reader.attempt(new))
    reader.says("Selected")
    expect(reader.attempt(new)).to_contain_text("shown")

    after = files_of(desk.home, COVER)
    assert set(after) == set(before) == {"wechat.cover", "wechat.cover_square"}
    assert all(after[slot]["generation"] == new for slot in after)
    assert all(after[slot]["data"] != before[slot]["data"] for slot in after)
    page.get_by_role("link", name="Slots").click()
    for slot, entry in after.items():
        shown = page.locator(f"[id='{slot}'] svg.as-shown image").get_attribute("href")
        assert shown is not None
        assert desk.ask(shown).body == entry["data"]


def test_a_decision_made_in_an_older_window_is_refused_with_its_reason_and_nothing_is_lost(
    desk: Served, windows: Windows
) -> None:
    watch = windows()
    watch.forgive("409")
    first, second = Reader(desk, watch.context.new_page()), Reader(desk, watch.context.new_page())
    first.enter().asset(TWICE)
    second.enter().asset(TWICE)
    old, new = _attempts(first)

    first.press("Select", of=first.attempt(old))
    first.says("Selected")
    decided, files = history(desk.home), files_of(desk.home, TWICE)
    second.press("Pin", of=second.attempt(new))

    expect(second.page.get_by_role("heading", level=1)).to_have_text(
        "Something else was decided in the meantime"
    )
    expect(second.page.get_by_role("alert")).to_contain_text(TWICE)
    assert history(desk.home) == decided
    assert files_of(desk.home, TWICE) == files
    second.page.get_by_role("link", name="See how it stands now").click()
    expect(second.attempt(old)).to_contain_text("shown")
    second.press("Pin", of=second.attempt(new))
    second.says("pinned")
    assert {entry["generation"] for entry in files_of(desk.home, TWICE).values()} == {new}


def test_a_rejection_in_an_older_window_is_refused_too(desk: Served, windows: Windows) -> None:
    watch = windows()
    watch.forgive("409")
    first, second = Reader(desk, watch.context.new_page()), Reader(desk, watch.context.new_page())
    first.enter().asset(TWICE)
    second.enter().asset(TWICE)
    old, _ = _attempts(first)

    first.press("Reject", of=first.attempt(old))
    first.says("Rejected")
    decided = history(desk.home)
    second.press("Reject", of=second.attempt(old))

    expect(second.page.get_by_role("heading", level=1)).to_have_text(
        "Something else was decided in the meantime"
    )
    assert history(desk.home) == decided


def test_an_order_on_an_older_window_buys_nothing(desk: Served, windows: Windows) -> None:
    watch = windows()
    watch.forgive("409")
    first, second = Reader(desk, watch.context.new_page()), Reader(desk, watch.context.new_page())
    second.enter().asset(TWICE)
    second.redo("一台旧笔记本电脑放在窗台上")
    first.enter().asset(TWICE)
    old, _ = _attempts(first)
    first.press("Select", of=first.attempt(old))
    first.says("Selected")
    decided = history(desk.home)

    second.press("Buy one more picture")

    expect(second.page.get_by_role("alert")).to_be_visible()
    assert history(desk.home) == decided


def test_undo_takes_a_selection_back_with_its_files(desk: Served, windows: Windows) -> None:
    reader = Reader(desk, windows().context.new_page()).enter().asset(TWICE)
    old, new = _attempts(reader)
    before = files_of(desk.home, TWICE)

    reader.press("Select", of=reader.attempt(old))
    reader.says("Selected")
    chosen = files_of(desk.home, TWICE)
    reader.press(f"Undo: {old} selected")
    reader.says(f"generation {old} is no longer selected; it shows generation {new} again")

    assert {entry["generation"] for entry in chosen.values()} == {old}
    expect(reader.attempt(new)).to_contain_text("shown")
    assert _bytes(files_of(desk.home, TWICE)) == _bytes(before)


def test_undo_takes_a_rejection_back(desk: Served, windows: Windows) -> None:
    reader = Reader(desk, windows().context.new_page()).enter().asset(TWICE)
    old, _ = _attempts(reader)

    reader.press("Reject", of=reader.attempt(old))
    reader.says("Rejected")
    reader.press(f"Undo: {old} rejected")

    reader.says(f"generation {old} is no longer rejected")
    expect(reader.attempt(old).locator(".choice-rejected")).to_have_count(0)
    expect(reader.attempt(old).get_by_role("button", name="Reject")).to_be_enabled()


def test_notes_are_kept_shown_as_text_found_and_counted(desk: Served, windows: Windows) -> None:
    reader = Reader(desk, windows().context.new_page()).enter().asset(TWICE)
    old, _ = _attempts(reader)
    words = "太暗 <b>换</b> \"一张\" & 'x'"

    reader.attempt(old).get_by_label("Note on this picture").fill(words)
    reader.press("Keep", of=reader.attempt(old))
    reader.says("The note is kept")
    expect(reader.attempt(old).locator(".note")).to_contain_text(words)
    reader.page.get_by_label("Note on this asset").fill("封面要更亮")
    reader.page.get_by_label("Note on this asset").press("Enter")
    expect(reader.page.locator("section .note", has_text="封面要更亮")).to_be_visible()

    reader.go("/pictures").search("太暗")
    assert reader.names() == [f"{old} {TWICE}"]
    reader.go("/pictures").open_filters()
    reader.page.get_by_label("with a note").check()
    expect(reader.page).to_have_url(re.compile("decision=noted"))
    assert f"{old} {TWICE}" in reader.names()


def test_the_trash_hides_a_picture_until_it_is_taken_out(desk: Served, windows: Windows) -> None:
    reader = Reader(desk, windows().context.new_page()).enter().asset(TWICE)
    old, _ = _attempts(reader)

    reader.go(f"/pictures/{old}").press("Throw away")
    reader.says("It lies in the trash now")
    hidden = reader.go("/pictures").names()
    reader.go("/pictures?decision=trashed")
    shown = reader.names()
    reader.go(f"/pictures/{old}").press("Take out of the trash")
    reader.says("It was taken out of the trash")

    assert f"{old} {TWICE}" not in hidden
    assert shown == [f"{old} {TWICE}"]
    assert f"{old} {TWICE}" in reader.go("/pictures").names()


def _attempts(reader: Reader) -> tuple[int, int]:
    """The two attempts of an asset's page, the older one first."""
    ids = reader.page.locator("ol.stack > li").evaluate_all("items => items.map(item => item.id)")
    new, old = (int(name.removeprefix("g")) for name in ids)
    return old, new


def _bytes(files: dict[str, dict[str, object]]) -> dict[str, object]:
    return {slot: entry["data"] for slot, entry in files.items()}
