"""Files in their places: made again, left alone, or said to be in the way."""

from pathlib import Path

import pytest

from pipeline.errors import ExitCode, IncompleteError
from pipeline.runner.model import Happening, News
from pipeline.stages.studio import Studio
from pipeline.storage import sha256_file
from tests.stages.stages_bench import CAT, Author, asks, draw, made, states, submitted


def test_a_deleted_file_is_made_again_for_nothing(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    path = author.delivered() / "lobster/wechat/01-cover.thumb.jpg"
    before = path.read_bytes()
    path.unlink()

    report = author.run(spec)

    assert (submitted(report), made(report), path.read_bytes()) == (0, 1, before)


def test_a_file_that_was_changed_by_hand_is_left_alone(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    path = draw(author.delivered() / "lobster/wechat/01-cover.thumb.jpg")
    edited = path.read_bytes()

    same = author.run(spec)
    changed = author.run(author.write(lobster={"cover": asks(focus="top")}))

    assert (same.exit_code, path.read_bytes()) == (ExitCode.OK, edited)
    assert states(changed) == {"lobster/cover": "blocked"}
    problem = changed.outcomes[0].problem
    assert problem is not None
    assert problem.code == "held"
    assert "--overwrite" in (problem.next_step or "")
    assert changed.exit_code is ExitCode.INCOMPLETE
    assert path.read_bytes() == edited


def test_the_manifest_tells_an_edited_file_as_it_lies_there(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    path = draw(author.delivered() / "lobster/wechat/01-cover.thumb.jpg")

    author.run(spec)

    (entry,) = author.manifest("lobster")["files"]
    assert (entry["sha256"], entry["bytes"]) == (sha256_file(path), path.stat().st_size)
    assert entry["label"] == "unknown: the file was changed by hand"


def test_overwrite_takes_the_place_of_an_edited_file(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    path = author.delivered() / "lobster/wechat/01-cover.thumb.jpg"
    before = path.read_bytes()
    draw(path)

    report = author.run(spec, overwrite=True)

    assert (report.exit_code, path.read_bytes()) == (ExitCode.OK, before)


def test_a_file_that_was_never_ours_is_left_alone(author: Author) -> None:
    path = draw(author.delivered() / "lobster/wechat/01-cover.thumb.jpg")
    mine = path.read_bytes()

    report = author.run(author.write(lobster={"cover": asks(slots="wechat.thumb, wechat.cover_square")}))

    assert (report.exit_code, path.read_bytes()) == (ExitCode.INCOMPLETE, mine)
    problem = report.outcomes[0].problem
    assert problem is not None
    assert problem.code == "not_ours"
    assert (author.delivered() / "lobster/wechat/01-cover.cover_square.jpg").is_file()
    assert author.manifest("lobster")["missing"][0]["slot"] == "wechat.thumb"
    assert not list(author.delivered().rglob(".tmp-*"))


def test_a_file_that_is_exactly_what_we_would_write_is_taken_as_ours(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    with author.studio(spec) as (studio, _):
        studio.memory.forget_written("output/week12/lobster/wechat/01-cover.thumb.jpg")

    report = author.run(spec)

    assert (report.exit_code, made(report)) == (ExitCode.OK, 1)


def test_the_manifest_says_whose_choice_a_missing_label_was(author: Author) -> None:
    draw(author.configs / "shots" / "wiring.png")
    spec = author.write(
        lobster={
            "wiring": "file: shots/wiring.png, slots: [wechat.thumb]",
            "drawn": "file: shots/wiring.png, ai: true, slots: [wechat.thumb]",
            "bare": asks(label="none"),
        }
    )
    author.run(spec)

    labels = [entry["label"] for entry in author.manifest("lobster")["files"]]

    assert labels == ["none: the author's own picture", "AI生成, TC260:AIGC", "none: label: none in the spec"]
    assert [entry["generation"] is None for entry in author.manifest("lobster")["files"]] == [
        True,
        True,
        False,
    ]


def test_without_a_provider_nothing_is_asked_and_files_are_still_made(author: Author) -> None:
    spec = author.write(lobster={"cover": asks(), "cat": asks(CAT)})
    author.run(spec, only=("lobster/cover",))
    for path in author.delivered().rglob("*.jpg"):
        path.unlink()

    report = author.run(spec, asks=False, buy=False)

    assert states(report) == {"lobster/cover": "delivered", "lobster/cat": "blocked"}
    assert author.shop.sold == 1


def test_a_slot_that_the_picture_can_not_fit_is_said_and_the_others_delivered(author: Author) -> None:
    (author.configs / "platforms.yaml").write_text(
        "wechat.tiny: {width: 900, height: 900, formats: [png], max_bytes: 1000}\n", "utf-8"
    )
    spec = author.write(lobster={"cover": asks(slots="wechat.tiny, wechat.thumb")})

    report = author.run(spec)

    problem = report.outcomes[0].problem
    assert (states(report), report.exit_code) == ({"lobster/cover": "failed"}, ExitCode.INCOMPLETE)
    assert problem is not None
    assert problem.code == "unfit"
    assert (problem.next_step or "").startswith("pipeline platforms wechat")
    assert author.pictures() == ["lobster/wechat/01-cover.thumb.jpg"]


def test_a_link_out_of_the_output_folder_is_not_followed(author: Author, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (author.delivered() / "lobster").mkdir(parents=True)
    (author.delivered() / "lobster" / "wechat").symlink_to(outside)
    spec = author.write(lobster={"cover": asks()})

    with pytest.raises(IncompleteError, match="leads out"):
        author.run(spec)

    assert author.shop.sold == 0
    assert list(outside.iterdir()) == []


def test_a_link_that_appears_while_a_picture_is_made_is_not_followed(author: Author, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    link = author.delivered() / "lobster" / "wechat"

    def meanwhile(_: Studio, happening: Happening) -> None:
        if happening.news is News.SUBMITTED:
            link.parent.mkdir(parents=True)
            link.symlink_to(outside)

    report = author.run(author.write(lobster={"cover": asks()}), listen=meanwhile)

    problem = report.outcomes[0].problem
    assert problem is not None
    assert problem.code == "render_failed"
    assert list(outside.iterdir()) == []
