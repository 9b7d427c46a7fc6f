"""What lies beside the pictures, and what is taken away with time."""

import pytest

from tests.stages.stages_bench import BOAT, Author, OpenAuthor, asks, draw, made, submitted


def test_the_manifest_says_everything_about_every_file(author: Author) -> None:
    spec = author.write(lobster={"cover": asks(alt="龙虾", slots="wechat.thumb, wechat.cover_square")})
    author.run(spec)

    manifest = author.manifest("lobster")

    assert [manifest[key] for key in ("spec", "article", "title", "simulated", "missing")] == [
        "week12",
        "lobster",
        "关于lobster",
        False,
        [],
    ]
    entry = manifest["files"][0]
    data = (author.delivered() / "lobster" / entry["path"]).read_bytes()
    task = author.shop.world.tasks()[0]
    assert entry["asset"] == "week12/lobster/cover"
    assert (entry["slot"], entry["path"]) == ("wechat.thumb", "wechat/01-cover.thumb.jpg")
    assert (entry["width"], entry["height"], entry["format"], entry["bytes"]) == (360, 200, "jpg", len(data))
    assert (entry["task_id"], entry["cost"]) == (task.id, 2000)
    assert entry["label"].startswith("AI生成")
    left, top, right, bottom = entry["crop"]
    assert (right - left) / (bottom - top) == pytest.approx(1.8, rel=0.01)
    assert (author.root / "data" / "blobs" / entry["master"][:2] / f"{entry['master'][2:]}.png").is_file()


def test_markdown_and_contact_sheet_show_the_files(author: Author) -> None:
    spec = author.write(lobster={"cover": asks(alt="桌上的龙虾")}, boat={"cover": asks(BOAT)})
    author.run(spec)

    files = author.files()

    assert "![桌上的龙虾](wechat/01-cover.thumb.jpg)" in files["lobster/images.md"].decode()
    sheet = files["index.html"].decode()
    assert "lobster/wechat/01-cover.thumb.jpg" in sheet
    assert BOAT in sheet
    assert "2 pictures, 0.40 CNY" in sheet


def test_a_slot_that_is_taken_out_is_taken_away(author: Author) -> None:
    author.run(author.write(lobster={"cover": asks(slots="wechat.thumb, zhihu.inline")}))

    report = author.run(author.write(lobster={"cover": asks()}))

    assert report.left_over[0].removed == ("output/week12/lobster/zhihu/01-cover.inline.jpg",)
    assert not (author.delivered() / "lobster" / "zhihu").exists()
    assert author.pictures() == ["lobster/wechat/01-cover.thumb.jpg"]


def test_a_renamed_article_moves_its_files_and_pays_nothing(author: Author) -> None:
    author.run(author.write(lobster={"cover": asks()}))

    report = author.run(author.write(crayfish={"cover": asks()}))

    assert submitted(report) == 0
    assert author.pictures() == ["crayfish/wechat/01-cover.thumb.jpg"]
    assert not (author.delivered() / "lobster").exists()


def test_the_papers_of_an_article_without_files_go_with_it(author_of: OpenAuthor) -> None:
    author = author_of({"on": "submit", "fault": "50412", "prompt": "龙虾"})
    author.run(author.write(lobster={"cover": asks()}, boat={"cover": asks(BOAT)}))
    assert (author.delivered() / "lobster" / "manifest.json").is_file()

    author.run(author.write(boat={"cover": asks(BOAT)}))

    assert not (author.delivered() / "lobster").exists()


def test_the_folder_of_a_gone_article_stays_when_something_else_lies_in_it(author: Author) -> None:
    author.run(author.write(lobster={"cover": asks()}, boat={"cover": asks(BOAT)}))
    mine = author.delivered() / "lobster" / "notes.txt"
    mine.write_text("mine")
    stranger = author.delivered() / "photos"
    stranger.mkdir()

    author.run(author.write(boat={"cover": asks(BOAT)}))

    assert mine.read_text() == "mine"
    assert (author.delivered() / "lobster" / "manifest.json").is_file()
    assert not (author.delivered() / "lobster" / "wechat").exists()


def test_an_edited_file_that_nothing_wants_is_listed_and_kept(author: Author) -> None:
    author.run(author.write(lobster={"cover": asks(slots="wechat.thumb, wechat.cover_square")}))
    path = draw(author.delivered() / "lobster/wechat/01-cover.cover_square.jpg")

    report = author.run(author.write(lobster={"cover": asks()}))

    assert path.is_file()
    assert report.left_over[0].kept == ("output/week12/lobster/wechat/01-cover.cover_square.jpg",)


def test_a_file_of_an_earlier_format_goes_when_the_new_one_is_there(author: Author) -> None:
    slots = author.configs / "platforms.yaml"
    slots.write_text("wechat.mini: {width: 200, height: 200, formats: [png]}\n", "utf-8")
    spec = author.write(lobster={"cover": asks(slots="wechat.mini")})
    author.run(spec)
    assert author.pictures() == ["lobster/wechat/01-cover.mini.png"]

    slots.write_text("wechat.mini: {width: 200, height: 200, formats: [jpg]}\n", "utf-8")
    report = author.run(spec)

    assert (submitted(report), made(report)) == (0, 1)
    assert author.pictures() == ["lobster/wechat/01-cover.mini.jpg"]
    assert report.left_over[0].removed == ("output/week12/lobster/wechat/01-cover.mini.png",)


def test_a_spec_of_drafts_alone_leaves_no_folder(author: Author) -> None:
    author.run(author.write(lobster={"cover": asks(draft="true")}))

    assert not author.delivered().exists()
