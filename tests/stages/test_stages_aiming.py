"""The subject of a picture: found once, kept, and used for every crop; titles and logos cost nothing."""

from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.history.queries import Queries
from pipeline.history.records import FocusPoint
from pipeline.plan.model import Reason
from pipeline.render.find import method
from pipeline.spec.aim import Whose, said
from pipeline.subject import Subject
from tests.stages.stages_bench import CAT, Author, asks, draw, states, submitted

OLD = Subject(method="old/1", columns=bytes([0] * 40 + [9] * 24), rows=bytes([9] * 64), grid=bytes([9] * 256))


def _subjects(author: Author, spec: Path) -> dict[str, Subject]:
    """What the history knows, by master."""
    with author.studio(spec) as (studio, _):
        masters = [master.sha256 for master in studio.queries.masters()]
        return dict(Queries(studio.ledger._database).subjects(masters))


def test_a_picture_that_comes_has_its_subject_found_and_kept(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})

    report = author.run(spec)

    (subject,) = _subjects(author, spec).values()
    assert subject.method == method()
    assert {plan.aim.whose.value for plan in report.outcomes[0].action.slots} == {"subject"}


def test_a_subject_that_is_known_stays_until_force_finds_it_anew(author: Author) -> None:
    spec = author.write(lobster={"cover": asks(slots="wechat.cover")})
    author.run(spec)
    with author.studio(spec) as (studio, _):
        (master,) = (item.sha256 for item in studio.queries.masters())
        studio.memory.keep_subject(master, OLD, at=studio.clock.now())

    author.run(spec)
    kept = _subjects(author, spec)[master]
    author.run(spec, buy=False, force=True)
    author.run(spec)

    assert kept.method == "old/1"
    assert _subjects(author, spec)[master].method == method()


def test_an_own_picture_has_a_subject_before_it_is_in_the_store(author: Author) -> None:
    draw(author.configs / "shot.png")
    spec = author.write(lobster={"shot": "file: shot.png, slots: [wechat.thumb]"})

    plan = author.plan(spec)
    author.run(spec)

    assert plan.actions[0].code is Reason.OWN_FILE
    assert len(_subjects(author, spec)) == 1


def test_a_title_and_a_logo_cost_nothing_and_change_only_their_file(author: Author) -> None:
    draw(author.configs / "logo.png")
    plain = author.write(lobster={"cover": asks(slots="wechat.thumb, wechat.cover")})
    author.run(plain)
    before = author.files()
    marked = author.write(
        lobster={
            "cover": asks(
                slots="wechat.thumb, wechat.cover",
                overlay="{text: 龙虾, slots: [wechat.cover]}",
            )
        }
    )

    report = author.run(marked)

    after = author.files()
    changed = {name for name in before if name.endswith(".jpg") and before[name] != after[name]}
    assert submitted(report) == 0
    assert [name.rpartition(".cover.")[2] for name in changed] == ["jpg"]


def test_a_logo_that_is_no_picture_holds_its_asset_back_before_anything_is_paid(author: Author) -> None:
    logo = draw(author.configs / "logo.png")
    spec = author.write(lobster={"cover": asks(brand="{logo: logo.png}"), "cat": asks(CAT, brand="none")})
    logo.write_bytes(b"no picture")

    report = author.run(spec)

    assert states(report) == {"lobster/cover": "blocked", "lobster/cat": "delivered"}
    assert report.outcomes[0].action.code is Reason.FILE_UNREADABLE
    assert author.shop.sold == 1


def test_a_logo_in_the_settings_is_on_every_picture_or_an_error_with_its_place(author: Author) -> None:
    draw(author.configs / "logo.png")
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    before = author.files()
    settings = author.configs / "settings.yaml"
    settings.write_text("brand: {logo: logo.png}\n", "utf-8")

    author.run(spec)
    after = author.files()
    (author.configs / "logo.png").write_bytes(b"no picture")

    assert any(before[name] != after[name] for name in before if name.endswith(".jpg"))
    with pytest.raises(SettingsError, match="logo"):
        author.plan(spec)


def test_a_command_about_one_article_leaves_the_others_manifests_as_they_are(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()}, cat={"cover": asks(CAT)})
    author.run(spec)
    before = author.manifest("cat")
    (author.configs / "settings.yaml").write_text("label: {text: 由AI生成}\n", "utf-8")

    author.run(spec, only=("lobster",))

    assert author.manifest("cat")["files"] == before["files"]
    assert author.manifest("cat")["missing"] == []


def test_a_picture_whose_subject_is_cut_says_so_in_the_run_that_buys_it(author: Author) -> None:
    spec = author.write(
        lobster={"cover": asks(slots="wechat.cover", crops="{wechat.cover: {focus: [0.5, 0.0]}}")}
    )

    report = author.run(spec)

    kept = report.outcomes[0].action.slots[0].fit.subject_kept
    assert kept is not None
    said = any("keeps of the subject" in line for line in report.outcomes[0].warnings)
    assert said is (kept < 0.5)


def test_a_spec_that_is_edited_back_stays_the_newest_word(author: Author) -> None:
    plain = author.write(lobster={"cover": asks(slots="wechat.cover", focus="center")})
    author.run(plain)
    with author.studio(plain) as (studio, specs):
        (image,) = specs[0].images
        point = FocusPoint(asset=image.key, x=0.5, y=0.0, spec_said=said(image), at=studio.clock.now())
        studio.memory.point_at(point)
    by_hand = author.plan(plain).actions[0].slots[0].aim.whose
    author.run(author.write(lobster={"cover": asks(slots="wechat.cover", focus="bottom")}))

    back = author.write(lobster={"cover": asks(slots="wechat.cover", focus="center")})

    assert by_hand is Whose.COMMAND
    assert author.plan(back).actions[0].slots[0].aim.whose is Whose.SPEC
