"""One more picture from the page: its price, the author's yes, its progress and its failures."""

import json
import threading
from collections.abc import Iterator

import pytest

from pipeline.history.states import State
from pipeline.plan.model import Wishes
from pipeline.review.web.jobs import Kind, Order
from pipeline.review.workshop import Reach
from tests.commands.bench import MODEL, Desk, image, point_at, vendor
from tests.review.visitor import Answer, Visitor, visiting

COVER = "week12/lobster/cover"
REDO = f"/redo/{COVER}"
PRICES = f"prices: {{{MODEL}: 2000}}\n"


def settled(visitor: Visitor, answer: Answer) -> Answer:
    """The page of a job when it is done."""
    number = answer.path.rpartition("/")[2]
    job = visitor.server.jobs.get(number)
    assert job is not None
    visitor.server.jobs.wait(job, 60)
    assert json.loads(visitor.get(f"/work/{number}.json").text)["done"] is True
    return visitor.get(f"/work/{number}")


@pytest.fixture
def bought(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> Iterator[Visitor]:
    """A page over a home with one picture that the vendor was paid for."""
    with vendor() as server:
        point_at(monkeypatch, server)
        desk.settings(PRICES)
        assert desk("run", desk.spec(image()), "--yes").code == 0
        with visiting(desk.root) as visitor:
            yield visitor


def test_the_form_begins_with_the_words_of_the_spec_or_of_an_attempt(made: Desk) -> None:
    made("regenerate", COVER, "--prompt", "一只红色的龙虾")

    with visiting(made.root) as visitor:
        of_spec = visitor.get(REDO)
        of_attempt = visitor.get(f"{REDO}?from=2")

    assert "一只蓝色的龙虾</textarea>" in of_spec.text
    assert "一只红色的龙虾</textarea>" in of_attempt.text
    assert of_spec.forms(REDO) == []


def test_the_price_is_shown_before_anything_is_bought(bought: Visitor, desk: Desk) -> None:
    page = bought.get(f"{REDO}?prompt=一只红色的龙虾")

    assert "<b>0.20 CNY</b>" in page.text
    assert "<ins>" in page.text
    assert page.forms(REDO)[0]["shown"] == "1-2000-0"
    assert len(desk.generations()) == 1


def test_the_form_with_its_price_is_the_yes(bought: Visitor, desk: Desk) -> None:
    page = bought.get(f"{REDO}?prompt=一只红色的龙虾")

    done = settled(bought, bought.press(page, REDO))

    assert "delivered" in done.text
    assert f"{COVER} (2) is stored" in done.text
    assert "output/week12/lobster/wechat/01-cover.inline.jpg" in done.text
    newest = desk.generations()[-1]
    assert (newest.prompt, newest.state, newest.cost) == ("一只红色的龙虾", State.STORED, 2000)
    assert 'attempt shown" id="g2"' in bought.get(f"/assets/{COVER}").text


def test_nothing_is_bought_for_more_than_was_shown(bought: Visitor, desk: Desk) -> None:
    page = bought.get(f"{REDO}?prompt=一只红色的龙虾")

    done = settled(bought, bought.press(page, REDO, shown="1-1999-0"))

    assert "more than was shown" in done.text
    assert len(desk.generations()) == 1
    assert bought.press(page, REDO, shown="cheap").status == 400


def test_a_page_that_is_out_of_date_buys_nothing(bought: Visitor, desk: Desk) -> None:
    page = bought.get(f"{REDO}?prompt=一只红色的龙虾")
    desk("select", COVER, 1)

    assert bought.press(page, REDO).status == 409
    assert len(desk.generations()) == 1


def test_a_second_click_buys_nothing_more(made: Desk) -> None:
    made.settings(latency=0.3)
    path = made.spec(image(more="size: 1024x1024, model: jimeng_t2i_v40"))
    made("run", path)

    with visiting(made.root) as visitor:
        page = visitor.get(f"{REDO}?prompt=一只红色的龙虾")
        first, second = visitor.press(page, REDO), visitor.press(page, REDO)
        running = visitor.get("/work")
        done = settled(visitor, first)

    assert first.path == second.path
    assert "under way" in first.text
    assert '<meta http-equiv="refresh" content="2">' in first.text
    assert f'href="{first.path}"' in running.text
    assert "delivered" in done.text
    assert [item.prompt for item in made.generations()].count("一只红色的龙虾") == 1


def test_the_budget_of_the_settings_holds_on_the_page_too(bought: Visitor, desk: Desk) -> None:
    desk.settings(PRICES + "budget: {month_images: 1}\n")

    page = bought.get(f"{REDO}?prompt=一只红色的龙虾")

    assert "over the budget" in page.text
    assert page.forms(REDO) == []


def test_a_limit_of_money_without_a_price_is_told(bought: Visitor, desk: Desk) -> None:
    desk.settings("budget: {month_cost: 100000}\n")

    assert "there is no price for" in bought.get(f"{REDO}?prompt=一只红色的龙虾").text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("prompt=" + "长" * 5000, "characters"),
        ("prompt=x&model=none", "no such model"),
        ("prompt=x&provider=elsewhere", "nothing to buy"),
    ],
)
def test_what_cannot_be_asked_is_told_before_its_price(visitor: Visitor, query: str, words: str) -> None:
    page = visitor.get(f"{REDO}?{query}")

    assert page.status == 200
    assert words in page.text or words == "nothing to buy"


def test_an_asset_without_a_prompt_of_its_own_cannot_be_redone(made: Desk) -> None:
    made("run", made.spec("id: robot, use: week12/lobster/cover", name="week13"))

    with visiting(made.root) as visitor:
        page = visitor.get("/redo/week13/lobster/robot?prompt=x")

    assert "It has no prompt of its own" in page.text
    assert "<textarea" not in page.text


def test_a_refusal_is_told_in_the_providers_words_with_the_next_step(
    monkeypatch: pytest.MonkeyPatch, made: Desk
) -> None:
    with vendor({"on": "process", "fault": "50411"}) as server:
        point_at(monkeypatch, server)
        with visiting(made.root) as visitor:
            page = visitor.get(f"{REDO}?prompt=一只红色的龙虾")
            done = settled(visitor, visitor.press(page, REDO))
            asset = visitor.get(f"/assets/{COVER}")

            picture = visitor.get("/pictures/2")

    assert "refused" in done.text
    assert "50411" in picture.text
    assert "Pre Img Risk Not Pass" in asset.text
    assert "Next:" in done.text


def test_missing_credentials_are_told(made: Desk) -> None:
    made.spec(image(), head="provider: jimeng")
    with visiting(made.root) as visitor:
        page = visitor.get(f"{REDO}?prompt=一只红色的龙虾")
        done = settled(visitor, visitor.press(page, REDO))

    assert "VOLC_ACCESSKEY" in done.text


def test_what_is_in_doubt_is_settled_on_the_page(bought: Visitor, desk: Desk) -> None:
    desk.change(
        "UPDATE generation SET state = 'unknown', charged = 'maybe', blob_sha256 = NULL, stored_at = NULL"
    )

    work = bought.get("/work")
    spend = bought.get("/spend")
    answer = bought.press(work, "/resolve/1", how="abandoned")
    late = bought.press(work, "/resolve/1", how="resubmit")

    assert "may have cost" in spend.text
    assert "Settled." in answer.text
    assert desk.generations()[0].state is State.CANCELLED
    assert late.status == 409
    assert bought.press(work, "/resolve/1", how="sell").status == 400


def test_what_is_paid_for_is_brought_in(made: Desk) -> None:
    made.settings(latency=0.2)
    made("run", made.spec(image(more="size: 1024x1024, model: jimeng_t2i_v40")))
    made.change(
        "UPDATE generation SET state = 'submitted', blob_sha256 = NULL, stored_at = NULL WHERE id = 2"
    )
    for blob in (made.root / "data" / "blobs").rglob("*.png"):
        blob.unlink()

    with visiting(made.root) as visitor:
        page = visitor.get(f"/assets/{COVER}")
        done = settled(visitor, visitor.press(page, "/collect/week12"))

    assert "is stored" in done.text
    assert made.generations()[-1].state is State.STORED


def test_a_job_is_stopped_and_what_is_paid_for_is_kept(made: Desk) -> None:
    made.settings(latency=30)
    made.spec(image(more="size: 1024x1024, model: jimeng_t2i_v40"))

    with visiting(made.root) as visitor:
        page = visitor.get(f"{REDO}?prompt=一只红色的龙虾&model=jimeng_t2i_v40")
        begun = visitor.press(page, REDO)
        pause = threading.Event()
        while not any(item.state is State.SUBMITTED for item in made.generations()):
            pause.wait(0.02)
        stopped = settled(visitor, visitor.press(begun, begun.path.replace("/work/", "/stop/")))

    assert "under way" in stopped.text
    assert made.generations()[-1].state is State.SUBMITTED


def test_spending_is_shown_by_group_with_the_lines_of_the_budget(bought: Visitor, desk: Desk) -> None:
    desk.settings(PRICES + "budget: {month_images: 10, month_cost: 50000, run_images: 4}\n")
    with visiting(desk.root) as visitor:
        pages = {by: visitor.get(f"/spend?by={by}") for by in ("week", "month", "spec", "model", "nonsense")}
        tagged = visitor.get("/spend?by=tag:author")

    assert all("<td>0.20 CNY</td>" in page.text for page in (*pages.values(), tagged))
    assert '<th scope="row">week12</th>' in pages["spec"].text
    assert "1 / 10" in pages["week"].text
    assert "0.20 CNY / 5.00 CNY" in pages["week"].text
    assert "pictures in one run: 4" in pages["week"].text


def test_a_home_that_bought_nothing_says_so(visitor: Visitor) -> None:
    page = visitor.get("/spend")

    assert "Nothing was bought yet" in page.text
    assert "No limit is set" in page.text


def test_a_fault_of_ours_in_a_job_is_told_and_logged(visitor: Visitor, made: Desk) -> None:
    broken = Order(
        kind=Kind.RENDER,
        spec="week12",
        about="week12",
        back="/work",
        provider="simulator",
        reach=Reach.WORK,
        wishes=lambda _: 1 / 0,  # type: ignore[arg-type,return-value] # that is the fault
    )
    job = visitor.server.jobs.start(broken)
    visitor.server.jobs.wait(job, 60)

    assert "a fault of the program (ZeroDivisionError)" in visitor.get(f"/work/{job.id}").text
    assert len(list((made.root / "data" / "logs").glob("crash-*.txt"))) == 1


def test_old_jobs_are_forgotten_and_new_ones_are_not(visitor: Visitor) -> None:
    order = Order(
        kind=Kind.RENDER,
        spec="week99",
        about="week99",
        back="/work",
        provider=None,
        reach=Reach.WORK,
        wishes=lambda _: Wishes(),
    )
    jobs = []
    for _ in range(60):
        jobs.append(visitor.server.jobs.start(order))
        visitor.server.jobs.wait(jobs[-1], 60)

    assert visitor.get(f"/work/{jobs[0].id}").status == 404
    assert "knows no such spec" in visitor.get(f"/work/{jobs[-1].id}").text


def test_what_is_paid_for_is_brought_in_also_when_its_spec_is_gone(made: Desk) -> None:
    made.settings(latency=0.2)
    path = made.spec(image(more="size: 1024x1024, model: jimeng_t2i_v40"))
    made("run", path)
    made.change(
        "UPDATE generation SET state = 'submitted', blob_sha256 = NULL, stored_at = NULL WHERE id = 2"
    )
    for blob in (made.root / "data" / "blobs").rglob("*.png"):
        blob.unlink()
    (made.root / "configs" / "week12.yaml").unlink()

    with visiting(made.root) as visitor:
        done = settled(visitor, visitor.press(visitor.get("/work"), "/collect/week12"))

    assert "is stored" in done.text
    assert made.generations()[-1].state is State.STORED


def test_words_that_were_refused_before_are_said_to_be_at_their_price(
    monkeypatch: pytest.MonkeyPatch, made: Desk
) -> None:
    with vendor({"on": "process", "fault": "50411"}) as server:
        point_at(monkeypatch, server)
        with visiting(made.root) as visitor:
            page = visitor.get(f"{REDO}?prompt=坏话")
            settled(visitor, visitor.press(page, REDO))
            again = visitor.get(f"{REDO}?prompt=坏话")
            other = visitor.get(f"{REDO}?prompt=好话")

    assert "The same words were refused the last time." in again.text
    assert "refused the last time" not in other.text
    assert "refused the last time" not in page.text


def test_a_size_is_asked_for_as_it_was_typed(bought: Visitor, desk: Desk) -> None:
    page = bought.get(f"{REDO}?prompt=一只红色的龙虾&size=768x768")
    wrong = bought.get(f"{REDO}?prompt=一只红色的龙虾&size=big")

    settled(bought, bought.press(page, REDO))

    assert "768×768" in page.text
    assert "must be WIDTHxHEIGHT" in wrong.text
    newest = desk.generations()[-1]
    assert (newest.width, newest.height) == (768, 768)


def test_a_limit_that_is_written_while_the_page_is_open_is_shown(bought: Visitor, desk: Desk) -> None:
    before = bought.get("/spend")
    desk.settings(PRICES + "budget: {month_images: 7}\n")

    assert "No limit is set" in before.text
    assert "1 / 7" in bought.get("/spend").text


def test_after_the_page_was_told_to_end_nothing_is_begun(bought: Visitor, desk: Desk) -> None:
    page = bought.get(f"{REDO}?prompt=一只红色的龙虾")

    bought.server.jobs.stop()
    refused = bought.press(page, REDO)

    assert refused.status == 400
    assert "The page is ending" in refused.text
    assert len(desk.generations()) == 1
