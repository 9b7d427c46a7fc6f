"""Mending under pressure: shared masters, every sort of damage, and what is said where nothing helps."""

from pathlib import Path

import pytest

from pipeline.errors import ExitCode, IncompleteError
from pipeline.plan.model import Plan, Wishes
from pipeline.stages.mending import Mender, bring_back
from pipeline.stages.outcome import Problem
from pipeline.stages.survey import survey
from tests.stages.stages_bench import Author, OpenAuthor, asks, draw, made, states, submitted

_HOURS = 3600.0
_SYNCHRONOUS = "jimeng_high_aes_general_v21_L"


def _blobs(author: Author) -> list[Path]:
    return sorted((author.root / "data" / "blobs").rglob("*.png"))


def _flip(path: Path) -> bytes:
    """Damage one byte in the middle; returns what lay there before."""
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    return whole


def _undeliver(author: Author) -> None:
    """Take every delivered picture away, so that it must be made again."""
    for name in author.pictures():
        (author.delivered() / name).unlink()


def _bought(author: Author, **fields: str) -> Path:
    """A week with one bought picture, delivered and taken away again."""
    spec = author.write(lobster={"cover": asks(**fields)})
    assert author.run(spec).exit_code is ExitCode.OK
    _undeliver(author)
    return spec


def _own(author: Author) -> tuple[Path, Path, Path]:
    """A week with a picture of the author's own, to be made again: its spec, the file, the copy of it."""
    spec = author.write(lobster={"own": "file: own.png, slots: [wechat.thumb]"})
    own = draw(author.configs / "own.png")
    author.run(spec)
    _undeliver(author)
    (copy,) = _blobs(author)
    return spec, own, copy


def _problem(author: Author, spec: Path, *, calls: bool = True) -> Problem:
    """What a run says of its only asset; `calls` False: what `render` says, which asks no provider."""
    problem = author.run(spec, asks=calls, buy=calls).outcomes[0].problem
    assert problem is not None
    return problem


def test_assets_that_share_a_damaged_master_are_all_made_and_it_is_set_aside_once(author: Author) -> None:
    spec = author.write(lobster={f"p{number}": asks() for number in range(6)})
    author.run(spec)
    _undeliver(author)
    (path,) = _blobs(author)
    whole = _flip(path)
    damaged = path.read_bytes()

    report = author.run(spec)

    (aside,) = (author.root / "data" / "damaged").iterdir()
    assert (made(report), report.exit_code, author.shop.sold) == (6, ExitCode.OK, 1)
    assert (path.read_bytes(), aside.read_bytes()) == (whole, damaged)


def test_a_truncated_master_is_fetched_again(author: Author) -> None:
    spec = _bought(author)
    (path,) = _blobs(author)
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])

    report = author.run(spec)

    assert (submitted(report), made(report), path.read_bytes()) == (0, 1, whole)


def test_a_folder_in_the_place_of_a_master_gives_way_to_it(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    _undeliver(author)
    (path,) = _blobs(author)
    whole = path.read_bytes()
    path.unlink()
    path.mkdir()

    author.run(spec)

    assert path.read_bytes() == whole


def test_a_flipped_byte_in_the_copy_of_the_authors_own_picture_is_mended_from_it(author: Author) -> None:
    spec, _, path = _own(author)
    whole = _flip(path)

    report = author.run(spec, asks=False, buy=False)

    assert (made(report), report.exit_code, path.read_bytes()) == (1, ExitCode.OK, whole)


def test_a_store_that_cannot_be_mended_fails_that_asset_and_the_others_go_on(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()}, cat={"own": "file: own.png, slots: [wechat.thumb]"})
    draw(author.configs / "own.png")
    author.run(spec)
    _undeliver(author)
    (bought,) = (path for path in _blobs(author) if path.stat().st_size > 20_000)
    _flip(bought)
    (author.root / "data" / "damaged").write_text("a file where the folder belongs")

    report = author.run(spec)

    assert states(report) == {"lobster/cover": "failed", "cat/own": "delivered"}
    assert author.shop.sold == 1


def test_what_is_damaged_has_a_code_of_its_own(author: Author) -> None:
    spec = _bought(author)
    _flip(_blobs(author)[0])
    author.ahead = 13 * _HOURS

    problem = _problem(author, spec)

    assert problem.code == "picture_damaged"


def test_render_names_the_run_that_fetches_it_for_nothing_before_any_that_pays(author: Author) -> None:
    spec = _bought(author)
    _flip(_blobs(author)[0])

    problem = _problem(author, spec, calls=False)

    assert (problem.next_step or "").startswith("pipeline run ")


def test_a_missing_picture_names_the_free_ways_before_the_one_that_pays(author: Author) -> None:
    spec = _bought(author)
    _blobs(author)[0].unlink()

    problem = _problem(author, spec, calls=False)

    step = problem.next_step or ""
    assert problem.code == "picture_gone"
    assert step.startswith("pipeline run ")
    assert step.index("pipeline restore DIR --force") < step.index("pipeline regenerate week12/lobster/cover")


def test_the_picture_of_another_account_is_not_asked_for(author: Author) -> None:
    spec = _bought(author)
    _flip(_blobs(author)[0])
    author.environ["VOLC_ACCESSKEY"] = "AKLTSOMEBODYELSE"

    problem = _problem(author, spec)

    assert problem.code == "picture_damaged"
    assert (problem.next_step or "").startswith("pipeline regenerate ")


def test_a_picture_of_a_synchronous_model_has_no_task_to_ask(author: Author) -> None:
    spec = _bought(author, model=_SYNCHRONOUS)
    _flip(_blobs(author)[0])

    problem = _problem(author, spec)

    assert problem.code == "picture_damaged"
    assert (problem.next_step or "").startswith("pipeline regenerate ")
    assert author.shop.sold == 1


def test_bytes_made_anew_by_the_provider_do_not_pass_for_those_that_were_bought(
    author_of: OpenAuthor,
) -> None:
    author = author_of({"on": "fetch", "fault": "jpeg_picture", "at": [1]}, latency=0)
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    _undeliver(author)
    (path,) = (path for path in (author.root / "data" / "blobs").rglob("*") if path.is_file())
    _flip(path)
    damaged = path.read_bytes()

    problem = _problem(author, spec)

    assert (problem.code, path.read_bytes()) == ("picture_damaged", damaged)


def test_a_picture_that_came_by_url_is_asked_for_by_url_since_the_forms_may_differ(
    author_of: OpenAuthor,
) -> None:
    author = author_of({"on": "fetch", "fault": "jpeg_picture", "at": [1, 2]}, latency=0)
    spec = _bought(author)
    (path,) = (path for path in (author.root / "data" / "blobs").rglob("*") if path.is_file())
    whole = _flip(path)

    report = author.run(spec)

    assert (made(report), path.read_bytes()) == (1, whole)


def test_a_picture_whose_url_does_not_work_is_asked_for_as_base64(author_of: OpenAuthor) -> None:
    author = author_of({"on": "fetch", "fault": "url_expired", "at": [2]}, latency=0)
    spec = _bought(author)
    (path,) = _blobs(author)
    whole = _flip(path)

    report = author.run(spec)

    assert (made(report), path.read_bytes()) == (1, whole)


def test_while_it_can_be_had_again_damage_is_mended_though_nothing_is_to_be_made(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    whole = _flip(_blobs(author)[0])

    report = author.run(spec)

    assert (states(report), report.exit_code) == ({"lobster/cover": "delivered"}, ExitCode.OK)
    assert _blobs(author)[0].read_bytes() == whole


def test_later_a_run_with_nothing_to_make_does_not_read_the_masters(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    _flip(_blobs(author)[0])
    author.ahead = 13 * _HOURS

    report = author.run(spec)

    assert (states(report), report.exit_code) == ({"lobster/cover": "delivered"}, ExitCode.OK)
    assert not (author.root / "data" / "damaged").exists()


def test_a_rehearsals_damaged_picture_is_fetched_by_a_rehearsal_again(tmp_path: Path) -> None:
    author = Author(tmp_path)
    spec = _bought(author)
    _flip(_blobs(author)[0])

    problem = _problem(author, spec, calls=False)

    assert (problem.next_step or "").startswith(f"pipeline run {spec} --provider simulator ")


def test_another_picture_of_the_same_name_does_not_mend_the_copy(author: Author) -> None:
    spec, own, copy = _own(author)
    _flip(copy)
    damaged = copy.read_bytes()

    def change(_: Plan) -> None:
        draw(own, "red")

    report = author.run(spec, accept=change)

    assert copy.read_bytes() == damaged
    assert {(item.code, item.next_step) for item in report.made} == {
        ("picture_damaged", "pipeline restore DIR --force   (from a backup)")
    }


def test_a_file_that_went_away_does_not_mend_the_copy(author: Author) -> None:
    spec, own, copy = _own(author)
    _flip(copy)
    with author.studio(spec) as (studio, specs):
        (reading,) = survey(studio, specs, Wishes()).own.values()
        assert reading.master is not None
        own.unlink()

        assert not Mender(studio).is_sound(reading.master, None, own)


def test_a_picture_that_changes_between_reading_and_copying_gets_no_wrong_name(author: Author) -> None:
    spec, own, copy = _own(author)
    copy.unlink()

    def change(_: Plan) -> None:
        draw(own, "red")

    with pytest.raises(IncompleteError, match=r"own\.png changed"):
        author.run(spec, accept=change)

    assert not copy.exists()


def test_nothing_is_asked_for_again_once_the_author_has_stopped_the_run(author: Author) -> None:
    spec = _bought(author)
    (path,) = _blobs(author)
    path.unlink()

    with author.studio(spec) as (studio, specs):
        studio.bell.stop()
        facts = survey(studio, specs, Wishes())
        assert bring_back(studio, facts) == facts

    assert not path.exists()


def test_a_damaged_master_is_told_though_the_files_made_before_still_lie_there(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    _flip(_blobs(author)[0])

    report = author.run(spec, asks=False, buy=False, force=True)

    assert states(report) == {"lobster/cover": "failed"}
    assert report.exit_code is ExitCode.INCOMPLETE
