"""An asset's page: keys that decide, the crop that is dragged, redo with its progress, money, no script."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.simulator.script import read_script
from pipeline.providers.simulator.server import Simulator
from pipeline.providers.simulator.world import World
from tests.browser import rooms
from tests.browser.conftest import Windows
from tests.browser.reader import Reader, files_of
from tests.browser.rooms import COVER, MINE, TWICE, WIRING
from tests.browser.served import Served, serve

_KEYS = Credentials(access_key="AKLTBROWSER", secret_key="browser-secret")
_PLACE = "node => { const box = node.getBoundingClientRect(); return [box.x, box.y + scrollY, box.width]; }"


def test_keys_select_reject_undo_and_jump_to_the_next_undecided(desk: Served, windows: Windows) -> None:
    page = windows().context.new_page()
    reader = Reader(desk, page).enter().asset(TWICE)
    stack = page.locator("ol.stack > li")
    new, old = (int((item.get_attribute("id") or "").removeprefix("g")) for item in stack.all())

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("s")
    reader.says("Selected")
    expect(reader.attempt(old)).to_contain_text("shown")
    page.keyboard.press("u")
    reader.says("is no longer selected; it shows")
    expect(reader.attempt(new)).to_contain_text("shown")
    page.keyboard.press("k")  # from the attempt whose selection was taken back
    page.keyboard.press("x")
    reader.says("Rejected")
    expect(reader.attempt(new)).to_contain_text("rejected")


def test_the_next_undecided_picture_is_one_key_away(desk: Served, windows: Windows) -> None:
    page = windows().context.new_page()
    reader = Reader(desk, page).enter().go("/pictures?decision=unreviewed")
    undecided = {name.partition(" ")[2] for name in reader.names()}
    reader.asset(COVER)
    heading = page.get_by_role("heading", level=1)

    met = []
    for _ in undecided:
        before = heading.inner_text()
        page.keyboard.press("n")
        expect(heading).not_to_have_text(before)
        page.wait_for_load_state()
        met.append(heading.inner_text())

    assert set(met) | {COVER} == undecided | {COVER}
    assert len(undecided) > 3


def test_a_crop_that_is_dragged_makes_its_file_again_and_only_that(desk: Served, windows: Windows) -> None:
    page = windows().context.new_page()
    reader = Reader(desk, page).enter().asset(COVER)
    before = files_of(desk.home, COVER)
    page.keyboard.press("f")
    slot = page.locator("[id='wechat.cover']")

    _drag(page, slot.locator("svg.master"), start=(0.5, 0.5), end=(0.5, 0.9))
    reader.says("moved")

    after = files_of(desk.home, COVER)
    assert after["wechat.cover"]["crop"][1] > before["wechat.cover"]["crop"][1]
    assert after["wechat.cover"]["data"] != before["wechat.cover"]["data"]
    assert after["wechat.cover_square"]["data"] == before["wechat.cover_square"]["data"]
    expect(slot).to_contain_text("centred as you said")
    point = slot.get_by_label("Centre at").input_value()
    assert float(point.split(",")[1]) == pytest.approx(0.9, abs=0.02)
    shown = slot.locator("svg.as-shown image").get_attribute("href")
    assert shown is not None
    assert desk.ask(shown).body == after["wechat.cover"]["data"]


def test_a_crop_is_moved_by_typing_and_taken_back_without_a_script(desk: Served, windows: Windows) -> None:
    page = windows(java_script_enabled=False).context.new_page()
    reader = Reader(desk, page).enter().go(f"/slots/{COVER}")
    before = files_of(desk.home, COVER)
    slot = page.locator("[id='wechat.cover']")

    slot.get_by_label("Centre at").fill("0.5,0.05")
    reader.press("Move, and make the file again", of=slot)
    reader.says("moved")
    moved = files_of(desk.home, COVER)
    reader.press("Undo", of=slot)
    reader.says("where it was before")
    undone = files_of(desk.home, COVER)
    slot.get_by_label("Centre at").fill("0.5,0.05")
    reader.press("Move, and make the file again", of=slot)
    reader.says("moved")
    reader.press("Forget what was set by hand", of=slot)
    reader.says("moved")

    assert moved["wechat.cover"]["crop"][1] == 0
    assert undone["wechat.cover"]["data"] == before["wechat.cover"]["data"]
    assert moved["wechat.cover"]["data"] != before["wechat.cover"]["data"]
    after = files_of(desk.home, COVER)
    assert after["wechat.cover"]["data"] == before["wechat.cover"]["data"]


def test_a_point_that_is_none_is_refused_in_plain_words(desk: Served, windows: Windows) -> None:
    watch = windows()
    watch.forgive("400")
    page = watch.context.new_page()
    reader = Reader(desk, page).enter().go(f"/slots/{COVER}")
    before = files_of(desk.home, COVER)
    slot = page.locator("[id='wechat.cover']")

    slot.get_by_label("Centre at").fill("<b>somewhere</b>")
    reader.press("Move, and make the file again", of=slot)

    expect(page.get_by_role("alert")).to_contain_text("<b>somewhere</b>")
    page.get_by_role("link", name="Back").click()
    assert files_of(desk.home, COVER) == before


def test_where_the_spec_sets_the_focus_the_page_shows_the_yaml_to_change(
    desk: Served, windows: Windows
) -> None:
    page = windows().context.new_page()
    Reader(desk, page).enter().go(f"/slots/{MINE}")
    before = files_of(desk.home, MINE)
    slot = page.locator("[id='wechat.cover']")

    expect(slot).to_contain_text("configs/week08.yaml:")
    expect(slot.locator("pre code")).to_contain_text("[0.25, 0.5]")
    place = slot.locator("svg.master").evaluate(_PLACE)
    expect(slot.get_by_label("Centre at")).to_have_count(0)
    _drag(page, slot.locator("svg.master"), start=(0.25, 0.5), end=(0.25, 0.8))

    moved = re.compile(r"wechat\.cover: \{focus: \[0\.25\d?, 0\.[78]")
    expect(slot.locator("pre code")).to_contain_text(moved)
    assert slot.locator("svg.master").evaluate(_PLACE) == place
    assert files_of(desk.home, MINE) == before


def test_every_slot_shows_its_exact_pixels_bytes_label_and_what_stays_clear(
    looked_at: Served, windows: Windows
) -> None:
    page = windows(viewport={"width": 1400, "height": 900}).context.new_page()
    Reader(looked_at, page).enter().go(f"/slots/{COVER}")
    files = files_of(looked_at.home, COVER)

    for name, entry in files.items():
        slot = page.locator(f"[id='{name}']")
        expect(slot).to_contain_text(f"{entry['width']}×{entry['height']}")
        expect(slot).to_contain_text("AI生成")
        expect(slot).to_contain_text("both AI labels are as they should be")
        box = slot.locator("svg.as-shown").bounding_box()
        assert box is not None
        assert round(box["width"]) - 2 <= entry["width"] <= round(box["width"])
        crop = slot.locator("rect.crop")
        shown = [float(crop.get_attribute(side) or "") for side in ("x", "y", "width", "height")]
        left, top, right, bottom = entry["crop"]
        assert shown == [left, top, right - left, bottom - top]
    expect(page.locator("[id='wechat.cover'] rect.keep")).to_have_count(1)


def test_redo_shows_its_progress_live(desk: Served, windows: Windows) -> None:
    (desk.home / "configs" / "settings.yaml").write_text("simulator: {latency: 2}\n", "utf-8")
    page = windows().context.new_page()
    reader = Reader(desk, page).enter().asset(WIRING)
    reader.redo("龙虾形状的金线特写,俯视视角")

    reader.press("Buy one more picture")

    expect(page.get_by_role("status").first).to_have_text("under way")
    expect(page.get_by_text("is being made")).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("link", name="Work")).to_be_visible()
    reader.await_work()
    expect(page.get_by_text("is stored")).to_be_visible()


def test_redo_works_without_a_script(desk: Served, windows: Windows) -> None:
    page = windows(java_script_enabled=False).context.new_page()
    reader = Reader(desk, page).enter().asset(WIRING)
    reader.redo("龙虾形状的银线特写,俯视视角")

    reader.press("Buy one more picture")
    reader.await_work()
    page.get_by_role("link", name="Back").click()

    expect(page.locator("ol.stack > li")).to_have_count(2)
    reader.press("Reject", of=page.locator("ol.stack > li").first)
    reader.says("Rejected")
    page.get_by_label("Note on this asset").fill("without a script")
    reader.press("Keep", of=page.locator("section", has=page.get_by_role("heading", name="Notes")))
    expect(page.locator(".note")).to_contain_text("without a script")


def test_a_prompt_and_the_yaml_of_an_asset_can_be_copied(looked_at: Served, windows: Windows) -> None:
    context = windows(permissions=["clipboard-read", "clipboard-write"]).context
    page = context.new_page()
    Reader(looked_at, page).enter().asset(COVER)
    copied = {}

    for name in ("The prompt", "YAML of this asset", "YAML that uses this picture"):
        part = page.locator("details.copy", has=page.locator("summary", has_text=name)).first
        part.locator("summary").click()
        part.get_by_role("button", name="Copy").click()
        expect(part.get_by_role("button")).to_contain_text("✓")
        copied[name] = page.evaluate("navigator.clipboard.readText()")

    assert copied["The prompt"] == "一只卡通龙虾站在绿色电路板上,主体居中,四周留白"
    assert "slots: [wechat.cover, wechat.cover_square]" in copied["YAML of this asset"]
    assert f'use: "{COVER}"' in copied["YAML that uses this picture"]


def test_a_price_is_shown_before_and_counted_after(tmp_path: Path, windows: Windows) -> None:
    home = tmp_path / "home"
    world = World(latency=0.1, concurrency=8)
    with Simulator(world, _KEYS) as vendor, serve(home, more=_paid_home(home, vendor)) as served:
        reader = Reader(served, windows().context.new_page()).enter().asset("week10/paid/cover")
        reader.redo("一只猫在月亮上喝茶")
        expect(reader.page.locator(".price")).to_contain_text("0.20 CNY")
        billed = world.billed()
        reader.press("Buy one more picture")
        reader.await_work()
        reader.page.get_by_role("link", name="Spend").click()
        week = reader.page.locator("tbody tr")

        assert (billed, world.billed()) == (1, 2)
        expect(week).to_have_count(1)
        expect(week).to_contain_text("0.40 CNY")
        reader.choice("By").select_option("spec")
        reader.press("Show")
        expect(week).to_contain_text("week10")
        expect(reader.page.get_by_text("pictures this month: 2 / 3")).to_be_visible()
        expect(reader.page.get_by_text("cost this month: 0.40 CNY / 1.00 CNY")).to_be_visible()


def test_what_went_wrong_is_explained_and_what_is_in_doubt_is_settled(
    tmp_path: Path, windows: Windows
) -> None:
    home = tmp_path / "home"
    ghost = {"on": "submit", "prompt": "幽灵", "fault": "lost_reply"}
    banned = {"on": "submit", "prompt": "禁词", "fault": "50412"}
    world = World(latency=0.1, concurrency=8, faults=read_script({"rules": [{**ghost}, {**banned}]}))
    with Simulator(world, _KEYS) as vendor, serve(home, more=_paid_home(home, vendor)) as served:
        reader = Reader(served, windows().context.new_page()).enter().asset("week10/paid/cover")
        reader.redo("禁词在月亮上喝茶")
        reader.press("Buy one more picture")
        reader.await_work()
        expect(reader.page.locator(".outcomes")).to_contain_text("refused")
        reader.asset("week10/paid/cover")
        expect(reader.page.locator(".attempt .problem")).to_contain_text("50412")

        reader.redo("一只幽灵在月亮上喝茶")
        reader.press("Buy one more picture")
        reader.await_work()
        reader.go("/spend")
        expect(reader.page.get_by_role("heading", name="in doubt")).to_be_visible()
        reader.go("/work")
        expect(reader.page.locator(".stuck li")).to_contain_text("in doubt")
        reader.press("Give it up")

        reader.says("Settled")
        reader.go("/work")
        expect(reader.page.locator(".stuck li")).to_have_count(0)


def test_work_that_was_stopped_is_brought_in_later_and_paid_once(tmp_path: Path, windows: Windows) -> None:
    home = tmp_path / "home"
    world = World(latency=0.1, concurrency=8)
    with Simulator(world, _KEYS) as vendor, serve(home, more=_paid_home(home, vendor)) as served:
        reader = Reader(served, windows().context.new_page()).enter().asset("week10/paid/cover")
        world.latency = 3
        reader.redo("一只猫在火星上喝茶")
        reader.press("Buy one more picture")
        expect(reader.page.get_by_text("is being made")).to_be_visible()
        reader.press("Stop")
        reader.await_work()
        reader.go("/work")
        expect(reader.page.locator(".stuck li")).to_contain_text("being made")
        reader.press("Bring it in (free)")
        reader.await_work()

        assert world.billed() == 2
        reader.asset("week10/paid/cover")
        expect(reader.page.locator("ol.stack > li").first).to_contain_text("stored")


def _paid_home(home: Path, vendor: Simulator) -> dict[str, str]:
    """A home with one paid picture and a budget; gives the environment that makes the vendor Jimeng."""
    (home / "configs").mkdir(parents=True)
    (home / "configs" / "settings.yaml").write_text(
        f"concurrency: 8\nprices: {{{rooms.MODEL}: 2000}}\nbudget: {{month_images: 3, month_cost: 10000}}\n",
        "utf-8",
    )
    (home / "configs" / "week10.yaml").write_text(
        f"provider: jimeng\ndefaults: {{model: {rooms.MODEL}, slots: [wechat.thumb]}}\n"
        "articles:\n  - slug: paid\n    images:\n"
        '      - {id: cover, prompt: "一只猫在月亮上", size: 512x512}\n',
        "utf-8",
    )
    reality = {
        "JIMENG_ENDPOINT": vendor.endpoint,
        "VOLC_ACCESSKEY": _KEYS.access_key,
        "VOLC_SECRETKEY": _KEYS.secret_key,
    }
    rooms.pipeline(home, "run", "configs/week10.yaml", "--yes", more=reality)
    return reality


def _drag(page: Page, over: Locator, *, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag with the mouse, in shares of an element."""
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    for place, deed in ((start, page.mouse.down), (end, page.mouse.up)):
        page.mouse.move(box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"], steps=5)
        deed()
