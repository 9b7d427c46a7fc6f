"""Which of several pictures an asset shows, and how long a choice holds."""

from dataclasses import replace

import pytest

from pipeline.fingerprint import generation_key
from pipeline.history.records import Generation
from pipeline.history.states import Choice, Purpose, State
from pipeline.plan.model import Kind, Reason
from tests.builders import (
    ASSET,
    BUYER,
    SIMULATOR,
    action_of,
    decision,
    delivered,
    facts,
    generation,
    image,
    plan_of,
    prompted,
    request_of,
)

OTHER_WORDS = prompted("一只蓝色的卡通龙虾")
FIRST, SECOND = generation(number=1), generation(number=2)
ELSEWHERE = image("week13/crab/cover")


def test_a_new_asset_takes_the_newest_picture_of_its_request_and_says_whose_it_was() -> None:
    action = action_of(facts(FIRST, SECOND), ELSEWHERE)

    assert (action.kind, action.code, action.generation) == (Kind.REUSE, Reason.SAME_REQUEST, SECOND)
    assert action.reason == "generation 2 already answers this prompt (bought for week12/lobster/cover)"
    assert action.cost == 0


def test_a_new_asset_takes_the_picture_that_was_selected_last_for_whichever_asset() -> None:
    action = action_of(facts(FIRST, SECOND, decisions=[decision(1)]), ELSEWHERE)

    assert action.generation == FIRST


def test_a_rejected_picture_is_not_taken_by_anyone() -> None:
    action = action_of(facts(FIRST, replace(SECOND, rejected=True)), ELSEWHERE)

    assert action.generation == FIRST


def test_an_asset_keeps_what_it_showed_when_another_week_buys_a_newer_one() -> None:
    world = facts(FIRST, SECOND, decisions=[decision(1, Choice.TAKEN)])

    action = action_of(world)

    assert (action.generation, action.code) == (FIRST, Reason.FILES_MISSING)


def test_the_newest_decision_counts() -> None:
    world = facts(FIRST, SECOND, decisions=[decision(1), decision(2)])

    assert action_of(world).generation == SECOND


@pytest.mark.parametrize("choice", [Choice.TAKEN, Choice.SELECTED])
def test_a_choice_holds_only_for_what_the_spec_asked_when_it_was_made(choice: Choice) -> None:
    plan = plan_of(facts(FIRST, decisions=[decision(1, choice, request=request_of(OTHER_WORDS))]))

    assert plan.actions[0].code is Reason.SAME_REQUEST


def test_a_pin_holds_whatever_the_spec_asks() -> None:
    pinned = generation(number=2, of=OTHER_WORDS)
    word = decision(2, Choice.PINNED, request=request_of(OTHER_WORDS))

    action = action_of(facts(FIRST, pinned, decisions=[word]))

    assert action.generation == pinned


@pytest.mark.parametrize("choice", [Choice.SELECTED, Choice.TAKEN])
def test_a_pin_ends_with_a_later_choice_of_another_picture(choice: Choice) -> None:
    pinned = generation(number=2, of=OTHER_WORDS)
    words = [decision(2, Choice.PINNED, request="q1:once"), decision(1, choice, request="q1:later")]

    action = action_of(facts(FIRST, pinned, decisions=words))

    assert action.generation == FIRST


def test_a_pin_is_not_lost_when_its_files_are_made_again() -> None:
    pinned = generation(number=2, of=OTHER_WORDS)
    words = [
        decision(2, Choice.PINNED, request="q1:once"),
        decision(2, Choice.TAKEN, request="q1:once"),
    ]

    assert action_of(facts(FIRST, pinned, decisions=words)).generation == pinned


def test_selecting_a_pinned_picture_without_the_pin_takes_the_pin_away() -> None:
    pinned = generation(number=2, of=OTHER_WORDS)
    words = [
        decision(2, Choice.PINNED, request="q1:once"),
        decision(2, Choice.SELECTED, request="q1:once"),
    ]

    assert action_of(facts(FIRST, pinned, decisions=words)).generation == FIRST


def test_a_regenerated_prompt_is_not_undone_and_the_yaml_that_would_keep_it_is_printed() -> None:
    regenerated = generation(number=2, of=prompted('一只"蓝"龙虾\\'), purpose=Purpose.REGENERATE)

    action = action_of(facts(FIRST, regenerated, decisions=[decision(1, Choice.TAKEN), decision(2)]))

    assert action.generation == regenerated
    assert action.prompt == prompted().prompt
    (advice,) = action.advice
    assert advice.splitlines() == [
        "shows generation 2, which was asked with other words; to keep them, write in week12/lobster/cover:",
        '    prompt: "一只\\"蓝\\"龙虾\\\\"',
        "    style: none",
    ]


def test_a_regenerated_picture_gives_way_when_the_spec_asks_for_something_else() -> None:
    regenerated = generation(number=1, of=prompted("一只蓝龙虾"), purpose=Purpose.REGENERATE)

    plan = plan_of(facts(regenerated, decisions=[decision(1, request="q1:what the spec asked then")]))

    assert len(plan.purchases) == 1


def test_a_selected_picture_that_was_rejected_gives_way_to_the_choice_before_it() -> None:
    regenerated = generation(number=1, of=OTHER_WORDS)
    rejected = generation(number=2, of=prompted("一只红龙虾"), rejected=True)

    first = generation(number=3)

    action = action_of(facts(first, regenerated, rejected, decisions=[decision(1), decision(2)]))

    assert (action.generation, action.code) == (regenerated, Reason.FILES_MISSING)


def test_a_rejected_selection_gives_way_to_another_picture_of_the_request() -> None:
    world = facts(FIRST, replace(SECOND, rejected=True), decisions=[decision(2)])

    action = action_of(world)

    assert (action.generation, action.code) == (FIRST, Reason.SAME_REQUEST)


def test_a_rejected_selection_with_nothing_left_buys_nothing() -> None:
    plan = plan_of(facts(replace(FIRST, rejected=True), decisions=[decision(1)]))

    assert plan.purchases == ()
    assert plan.actions[0].code is Reason.REJECTED


def test_a_selected_picture_that_is_gone_from_the_store_gives_way_too() -> None:
    assert SECOND.master is not None

    assert action_of(facts(FIRST, SECOND, decisions=[decision(2)], gone=[SECOND.master])).generation == FIRST


def test_a_choice_of_a_generation_that_the_history_no_longer_gives_out_is_passed_over() -> None:
    world = facts(FIRST, SECOND, decisions=[decision(1), decision(2)])
    world = replace(world, known=replace(world.known, decided={1: FIRST}))

    assert action_of(world).generation == FIRST


def test_simulated_pictures_do_not_stand_in_for_selected_real_ones_nor_the_other_way() -> None:
    simulated = generation(number=2, buyer=SIMULATOR)
    words = [decision(1, Choice.PINNED), decision(2, Choice.PINNED, request=request_of(buyer=SIMULATOR))]

    real_run = action_of(facts(FIRST, simulated, decisions=words))
    rehearsal = action_of(facts(FIRST, simulated, decisions=words, buyer=SIMULATOR))

    assert real_run.generation == FIRST
    assert rehearsal.generation == simulated


def test_a_choice_for_a_size_in_the_spec_holds_while_the_spec_gives_that_size() -> None:
    sized = prompted(size=(2048, 2048))
    exact = generation(number=1, size=(2048, 2048))
    chosen = generation(number=2, of=OTHER_WORDS)
    word = decision(2, Choice.TAKEN, request=generation_key(request_of(), 2048, 2048))
    world = facts(exact, chosen, decisions=[word])

    assert action_of(world, image(source=sized)).generation == chosen
    assert action_of(world).generation == exact


def test_what_the_author_asked_for_and_is_being_made_is_waited_for_before_the_old_picture_is_shown() -> None:
    pursued = generation(State.SUBMITTED, number=2, of=OTHER_WORDS, purpose=Purpose.REGENERATE)

    action = action_of(facts(FIRST, pursued, decisions=[decision(1, Choice.TAKEN)]))

    assert (action.kind, action.code, action.generation) == (Kind.WAIT, Reason.IN_FLIGHT, pursued)


@pytest.mark.parametrize(
    "pursued",
    [
        generation(State.PLANNED, number=2, owner="living", purpose=Purpose.REGENERATE),
        generation(
            State.SUBMITTED,
            number=2,
            buyer=replace(BUYER, account="bbbbbbbbbbbb"),
            purpose=Purpose.REGENERATE,
        ),
        generation(State.SUBMITTING, number=2, buyer=SIMULATOR, owner="living", purpose=Purpose.REMASTER),
        generation(State.SUBMITTED, number=2, asset="week13/crab/cover", purpose=Purpose.REGENERATE),
    ],
    ids=["not_sent_yet", "another_account", "a_rehearsal", "another_asset"],
)
def test_the_old_picture_is_shown_meanwhile_where_waiting_would_not_help(pursued: Generation) -> None:
    action = action_of(facts(FIRST, pursued, decisions=[decision(1)], alive=frozenset({"living"})))

    assert action.generation == FIRST


def test_a_picture_taken_anew_is_news_though_its_files_lie_there_already() -> None:
    """Else the choice would not be written down, and the next week's picture would replace it."""
    first = action_of(facts(FIRST))
    rendition = first.slots[0].recipe
    assert rendition is not None
    file = delivered(rendition=rendition.key)

    anew = action_of(facts(FIRST, written=[file]))
    held = action_of(facts(FIRST, written=[file], decisions=[decision(1, Choice.TAKEN)]))

    assert (anew.kind, anew.code) == (Kind.KEEP, Reason.SAME_REQUEST)
    assert (held.kind, held.code) == (Kind.KEEP, Reason.UP_TO_DATE)
    assert held.reason == "everything is in place"


def test_an_action_says_what_the_spec_asks_so_that_a_choice_can_remember_it() -> None:
    assert action_of(facts(FIRST)).asked == request_of()
    assert action_of(facts(FIRST), image(source=prompted(size=(2048, 2048)))).asked == generation_key(
        request_of(), 2048, 2048
    )
    assert action_of(facts(FIRST)).asset == ASSET
