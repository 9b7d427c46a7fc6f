"""What the address of the grid says."""

from datetime import datetime, timedelta

import pytest

from pipeline.history.gallery import Look
from pipeline.history.states import State
from pipeline.review.web.lookup import look_of, read_address, read_back, senseless


def test_every_filter_of_an_address_is_asked_of_the_gallery() -> None:
    pairs = [
        ("q", " 龙虾 "),
        ("spec", "week12"),
        ("article", "lobster"),
        ("platform", "wechat"),
        ("slot", "wechat.cover"),
        ("model", "jimeng_t2i_v40"),
        ("state", "stored"),
        ("state", "unknown"),
        ("decision", "rejected"),
        ("tag", "author=amy"),
        ("from", "0.2"),
        ("to", "3"),
        ("sort", "oldest"),
        ("after", "cursor"),
    ]

    assert look_of(read_address("/pictures", pairs), limit=100) == Look(
        text="龙虾",
        spec="week12",
        article="lobster",
        platform="wechat",
        slot="wechat.cover",
        model="jimeng_t2i_v40",
        states=(State.STORED, State.UNKNOWN),
        decisions=("rejected",),
        tags=(("author", "amy"),),
        cost_from=2000,
        cost_to=30_000,
        sort="oldest",
        after="cursor",
    )


def test_a_last_day_is_asked_for_to_its_end() -> None:
    look = look_of(read_address("/pictures", [("since", "2026-11-24"), ("until", "2026-11-24")]), limit=100)

    assert look.since is not None
    assert look.until is not None
    assert look.until - look.since == timedelta(days=1)


@pytest.mark.parametrize(
    "pair",
    [
        ("since", "yesterday"),
        ("until", "9999-12-31"),
        ("from", "a lot"),
        ("to", "-1"),
        ("to", "1e300"),
        ("from", "nan"),
        ("sort", "cheapest"),
        ("state", "gone"),
        ("decision", "maybe"),
        ("tag", "amy"),
        ("colour", "red"),
        ("q", "  "),
    ],
)
def test_what_makes_no_sense_in_an_address_is_left_out(pair: tuple[str, str]) -> None:
    assert look_of(read_address("/pictures", [pair]), limit=100) == Look()


def test_a_filter_is_set_replaced_and_taken_out_in_a_link() -> None:
    address = read_address("/pictures", [("spec", "week12"), ("state", "stored"), ("after", "x")])

    assert str(address.with_one("spec", "week13")) == "/pictures?spec=week13&state=stored"
    assert str(address.without("after", "state")) == "/pictures?spec=week12"
    assert str(address.without("after", "state", "spec")) == "/pictures"


def test_what_makes_no_sense_is_named() -> None:
    pairs = (("q", "猫"), ("from", "abc"), ("since", "2026-13-45"), ("sort", "bogus"), ("state", "stored"))

    assert senseless(read_address("/pictures", pairs)) == ("from=abc", "since=2026-13-45", "sort=bogus")


def test_a_day_ends_at_the_next_local_midnight() -> None:
    look = look_of(read_address("/pictures", [("since", "2026-11-24"), ("until", "2026-11-24")]), limit=1)

    assert look.since == datetime(2026, 11, 24).astimezone()
    assert look.until == datetime(2026, 11, 25).astimezone()


@pytest.mark.parametrize(
    "back", ["/pictures/1", "//evil.example/pictures", "https://evil.example", "", "x?q=1"]
)
def test_a_form_leads_back_to_a_grid_only(back: str) -> None:
    assert read_back(back).path == "/pictures"


def test_a_form_leads_back_to_the_grid_as_it_was() -> None:
    assert str(read_back("/assets?q=猫&spec=w&done=reject")) == "/assets?q=%E7%8C%AB&spec=w"
