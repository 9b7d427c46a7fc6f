"""The plan as a whole: its numbers, its words, and that the same world always gives the same plan."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.history.records import Generation, Known
from pipeline.history.states import Charged, Choice, Purpose, Resolution, State
from pipeline.plan.model import Facts, Kind, Plan, Reason, Redo, Work
from pipeline.plan.reasons import next_step, sentence
from tests.builders import (
    BUYER,
    PRICE,
    SIMULATOR,
    decision,
    delivered,
    facts,
    generation,
    image,
    plan_of,
    prompted,
    request_of,
    reused,
    spec,
    trouble,
)

CAT, DOG, OWL = prompted("一只猫"), prompted("一只狗"), prompted("一只猫头鹰")


def test_totals_count_every_kind_the_files_and_the_money() -> None:
    week = spec(
        image("week12/a/new", CAT, "wechat.cover", "wechat.inline"),
        image("week12/a/shared", CAT),
        image("week12/a/waiting", DOG),
        image("week12/a/blocked", OWL),
        image("week12/a/draft", prompted("一只鸟"), draft=True),
        image("week12/a/kept"),
        image("week12/a/rendered", slots=("wechat.inline", "wechat.cover")),
        image("week12/a/reused"),
    )
    history = (
        generation(State.SUBMITTED, of=DOG),
        generation(State.UNKNOWN, of=OWL),
        generation(),
    )
    words = [decision(1, asset="week12/a/kept"), decision(1, asset="week12/a/rendered")]
    before = plan_of(facts(*history, decisions=words), week)
    files = [
        delivered(f"output/week12/a/{name}.wechat.inline.jpg", rendition=_recipe_key(before, name))
        for name in ("kept", "rendered")
    ]

    plan = plan_of(facts(*history, decisions=words, written=files), week)

    assert [action.kind for action in plan.actions] == [
        Kind.GENERATE,
        Kind.REUSE,
        Kind.WAIT,
        Kind.BLOCKED,
        Kind.DRAFT,
        Kind.KEEP,
        Kind.RENDER,
        Kind.REUSE,
    ]
    totals = plan.totals
    assert (totals.assets, totals.generate, totals.reuse, totals.render, totals.keep) == (8, 1, 2, 1, 1)
    assert (totals.wait, totals.blocked, totals.draft) == (1, 1, 1)
    # Two of the new one, and one each of: shared, waiting, rendered, reused.
    assert totals.files == 6
    assert (totals.cost, totals.unpriced) == (PRICE, 0)
    assert plan.has_work


def _recipe_key(plan: Plan, name: str) -> str:
    (action,) = (action for action in plan.actions if action.asset.endswith(f"/{name}"))
    recipe = action.slots[0].recipe
    assert recipe is not None
    return recipe.key


def test_a_plan_where_all_is_in_place_has_no_work() -> None:
    shown = generation()
    key = _recipe_key(plan_of(facts(shown)), "cover")

    plan = plan_of(facts(shown, decisions=[decision(1)], written=[delivered(rendition=key)]))

    assert not plan.has_work
    assert plan.totals.files == 0


def test_a_plan_over_two_specs_gives_each_its_own_actions_in_order() -> None:
    first, second = spec(image("week12/a/1"), image("week12/a/2", CAT)), spec(image("week13/a/1", DOG))

    plan = plan_of(facts(), first, second)

    assert [action.asset for action in plan.of("week12")] == ["week12/a/1", "week12/a/2"]
    assert [action.asset for action in plan.of("week13")] == ["week13/a/1"]
    assert (plan.specs, plan.buyer) == ((first, second), BUYER)
    assert {action.shown for action in plan.of("week13")} == {"configs/week13.yaml"}
    assert plan.actions[0].article == "a"


@pytest.mark.parametrize("code", Reason)
def test_every_reason_has_a_sentence_without_gaps(code: Reason) -> None:
    said = sentence(code, generation(State.SUBMITTED, trouble=trouble()), "week12/a/1")

    assert said
    assert not set(said) & set("{}")
    assert sentence(code) is not None


@pytest.mark.parametrize("code", Reason)
def test_the_next_step_names_the_asset_or_the_spec_as_it_was_typed(code: Reason) -> None:
    step = next_step(code, "week12/a/1", "configs/week12.yaml")

    assert step is None or "{" not in step
    if step is not None and "regenerate" in step:
        assert "pipeline regenerate week12/a/1" in step


def test_braces_in_a_providers_words_are_words() -> None:
    refused = generation(State.REFUSED, trouble=trouble("50411", "{asset} {"))

    assert sentence(Reason.REFUSED, refused).endswith("(50411): {asset} {")


_ASSETS = ("week12/a/1", "week12/a/2", "week12/b/1", "week13/a/1")
_SOURCES: tuple[Any, ...] = (
    CAT,
    DOG,
    prompted("一只猫", size=(2048, 2048)),
    reused("week12/a/1"),
    reused("week09/old/1"),
)
_FATES: tuple[dict[str, Any], ...] = (
    {"state": State.FAILED},
    {"state": State.FAILED, "charged": Charged.YES},
    {"state": State.CANCELLED},
    {"state": State.CANCELLED, "charged": Charged.MAYBE, "resolution": Resolution.RESUBMIT},
    {"state": State.PLANNED},
    {"state": State.PLANNED, "owner": "living"},
    {"state": State.SUBMITTING},
    {"state": State.SUBMITTED},
    {"state": State.REFUSED},
    {"state": State.UNKNOWN},
    {"state": State.STORED},
    {"state": State.STORED, "rejected": True},
)


@st.composite
def _worlds(draw: st.DrawFn) -> tuple[list[Generation], list[Any], dict[str, Any]]:
    generations = []
    numbers = {request_of(CAT): 0, request_of(DOG): 0, request_of(CAT, SIMULATOR): 0}
    for number in range(1, draw(st.integers(0, 7)) + 1):
        source, buyer = draw(st.sampled_from([(CAT, BUYER), (DOG, BUYER), (CAT, SIMULATOR)]))
        request = request_of(source, buyer)
        numbers[request] += 1
        generations.append(
            generation(
                number=number,
                of=source,
                buyer=buyer,
                size=draw(st.sampled_from([(2048, 2048), (2560, 1440), (3024, 1296)])),
                attempt=numbers[request],
                asset=draw(st.sampled_from(_ASSETS)),
                purpose=draw(st.sampled_from(Purpose)),
                **draw(st.sampled_from(_FATES)),
            )
        )
    decisions = [
        decision(
            draw(st.sampled_from(generations)).id,
            draw(st.sampled_from([Choice.TAKEN, Choice.SELECTED, Choice.PINNED])),
            asset=draw(st.sampled_from([*_ASSETS, "week09/old/1"])),
            request=draw(st.sampled_from([request_of(CAT), request_of(DOG), "use:week09/old/1"])),
        )
        for _ in range(draw(st.integers(0, 4)) if generations else 0)
    ]
    wishes = {
        "only": draw(st.sampled_from([(), ("failed",), ("rejected",), ("a",), ("week12/*",)])),
        "remaster": draw(st.booleans()),
        "redo": draw(st.sampled_from([{}, {"week12/a/1": Redo(prompt="一只狗")}])),
    }
    return generations, decisions, wishes


def _specs(sources: Sequence[Any]) -> tuple[Any, ...]:
    slots = (("wechat.cover",), ("xiaohongshu.note", "wechat.inline"), ("xiaohongshu.square",))
    images = [
        image(key, source, *slots[place % len(slots)], draft=place == 2)
        for place, (key, source) in enumerate(zip(_ASSETS, sources, strict=True))
    ]
    return spec(*images[:3]), spec(*images[3:])


def _shuffled(world: Facts, random: Random) -> Facts:
    """The same facts in mappings that were filled in another order."""
    mixed: dict[str, Any] = {}
    for name in Known.__slots__:
        items = list(getattr(world.known, name).items())
        random.shuffle(items)
        mixed[name] = dict(items)
    return facts(known=Known(**mixed), present=world.present, alive=world.alive)


_SOURCE_LISTS = st.tuples(
    st.sampled_from(_SOURCES[:3]), *[st.sampled_from(_SOURCES) for _ in range(len(_ASSETS) - 1)]
)


@given(_worlds(), _SOURCE_LISTS, st.randoms(use_true_random=False))
def test_the_same_world_gives_the_same_plan_in_whatever_order_it_was_read(
    world: Any, sources: Any, random: Random
) -> None:
    generations, decisions, wishes = world
    facts_now = facts(*generations, decisions=decisions, alive=frozenset({"living"}))

    plan = plan_of(facts_now, *_specs(sources), **wishes)

    assert plan == plan_of(facts_now, *_specs(sources), **wishes)
    assert plan == plan_of(_shuffled(facts_now, random), *_specs(sources), **wishes)


@given(_worlds(), _SOURCE_LISTS)
def test_whatever_happened_a_plan_keeps_its_promises_about_money(world: Any, sources: Any) -> None:
    generations, decisions, wishes = world

    plan = plan_of(
        facts(*generations, decisions=decisions, alive=frozenset({"living"})), *_specs(sources), **wishes
    )

    _no_number_is_used_twice(plan, generations)
    _every_purchase_has_one_action(plan)
    _nothing_is_shown_that_must_not_be(plan, generations)
    if not wishes["redo"]:
        _nothing_in_doubt_is_bought_again(plan, generations)


def _no_number_is_used_twice(plan: Plan, generations: Sequence[Generation]) -> None:
    used = {(item.request, item.attempt): item for item in generations}
    for purchase in plan.purchases:
        key = (purchase.wanted.request, purchase.wanted.attempt)
        assert used.get(key) == purchase.takes_over
        if purchase.takes_over is not None:
            assert purchase.takes_over.generation_key == purchase.wanted.generation_key
            assert purchase.takes_over.state is State.PLANNED
            assert purchase.takes_over.owner != "living"
    keys = [(item.wanted.request, item.wanted.attempt) for item in plan.purchases]
    assert len(keys) == len(set(keys))
    sizes = [item.wanted.generation_key for item in plan.purchases]
    assert len(sizes) == len(set(sizes))


def _every_purchase_has_one_action(plan: Plan) -> None:
    generating = [action for action in plan.actions if action.kind is Kind.GENERATE]
    assert sorted(action.asset for action in generating) == sorted(
        item.wanted.asset for item in plan.purchases
    )
    assert sum(action.cost or 0 for action in generating) == plan.totals.cost
    shared = [asset for item in plan.purchases for asset in item.assets[1:]]
    assert sorted(shared) == sorted(action.asset for action in plan.actions if action.code is Reason.SHARED)
    assert not any(action.image.draft for action in generating)


def _nothing_is_shown_that_must_not_be(plan: Plan, generations: Sequence[Generation]) -> None:
    for action in plan.actions:
        if action.master is None or action.generation is None:
            continue
        assert action.generation in generations
        assert not action.generation.rejected
        assert not action.generation.simulated
        assert all(slot.work is Work.RENDER for slot in action.slots)


def _nothing_in_doubt_is_bought_again(plan: Plan, generations: Sequence[Generation]) -> None:
    """No generation key is paid for while one of it is in doubt, under way, or there to use."""
    for purchase in plan.purchases:
        same = [item for item in generations if item.generation_key == purchase.wanted.generation_key]
        standing = {State.UNKNOWN, State.SUBMITTED, State.SUBMITTING}
        assert not [item for item in same if item.state in standing]
        assert not [item for item in same if item.state is State.STORED and not item.rejected]
