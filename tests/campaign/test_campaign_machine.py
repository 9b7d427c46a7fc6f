"""Whatever an author does, in whatever order: nothing is sold twice unasked, every task is in the ledger.

Commands in one process against a server whose clock is put on together with ours; Hypothesis makes up the
order, always the same.
"""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pipeline.errors import ExitCode
from pipeline.fingerprint import Json
from pipeline.history.database import Database
from pipeline.history.ledger import Ledger
from pipeline.history.records import Generation, Marked
from pipeline.history.search import Filters, Search
from pipeline.history.states import Charged, Choice, Purpose, Resolution, State
from pipeline.plan.model import Redo
from pipeline.produce import Report
from pipeline.providers.jimeng.client import JimengProvider
from pipeline.providers.simulator.faults import Prompter
from pipeline.providers.simulator.script import read_script
from pipeline.spec.model import Spec
from pipeline.stages.outcome import AssetState
from pipeline.stages.studio import Studio
from tests.campaign.accounts import lost, was_in_doubt
from tests.runner.market_bench import KEYS, open_market
from tests.runner.runner_bench import TIMEOUTS
from tests.stages.stages_bench import Author, asks, stop_when_submitted

_PROMPTS = tuple(f"picture {letter}" for letter in "abcdefgh")
_IMAGES = ("i0", "i1", "i2", "i3")
_PAID = ("lost_reply", "cut_body", "no_task_id", "reset_after", "garbage_body")
_FREE = ("50412", "50430", "50218", "reset_before", "http_404")
_LATER = ("50511", "task_gone", "truncated_picture")
_EXAMPLES, _STEPS = 20, 16


class Customer(Author):
    """An author whose signatures carry the time of the shop, however far that was put on."""

    @contextmanager
    def studio(self, *paths: Path, asks: bool = True) -> Iterator[tuple[Studio, tuple[Spec, ...]]]:
        """See `Author.studio`."""
        provider = JimengProvider(self.shop.endpoint, KEYS, timeouts=TIMEOUTS, now=self.now)
        with closing(provider), super().studio(*paths, asks=asks) as (studio, specs):
            yield replace(studio, provider=provider), specs


class Weeks(RuleBasedStateMachine):
    """One author, one spec of at most four pictures of eight prompts, one shop."""

    figures: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        root = Path(self._open.enter_context(TemporaryDirectory()))
        self.market = self._open.enter_context(open_market(concurrency=4))
        self.author = Customer(root, self.market)
        self.images: dict[str, str] = {}
        self.asked_again: Counter[str] = Counter()
        """By prompt, the purchases that the author asked for beyond the first."""
        self.rows: tuple[Generation, ...] = ()
        """The ledger after the last step."""

    def teardown(self) -> None:
        """Count what happened, and close what was opened."""
        self.figures.update(
            orders=len(self.rows),
            sold=self.market.sold,
            stored=len(self.stored()),
            regenerated=sum(row.purpose is Purpose.REGENERATE for row in self.stored()),
            doubted=sum(map(was_in_doubt, self.rows)),
            resubmitted=sum(row.resolution is Resolution.RESUBMIT for row in self.rows),
        )
        self._open.close()

    @initialize(prompts=st.lists(st.sampled_from(_PROMPTS), min_size=2, max_size=4))
    def begin(self, prompts: list[str]) -> None:
        self.images.update(zip(_IMAGES, prompts, strict=False))
        self._write()

    @rule(image=st.sampled_from(_IMAGES), prompt=st.sampled_from(_PROMPTS), renamed=st.booleans())
    def add_edit_or_rename(self, image: str, prompt: str, renamed: bool) -> None:  # noqa: FBT001 - drawn
        first = next(iter(self.images))
        self.images[image] = self.images.pop(first) if renamed else prompt
        self._write()

    @rule()
    def run_plainly(self) -> None:
        self._run()

    @rule(fault=st.sampled_from(_PAID))
    def run_with_a_lost_answer_at_the_next_submit(self, fault: str) -> None:
        self._run({"on": "submit", "fault": fault, "at": [1]})

    @rule(fault=st.sampled_from(_FREE))
    def run_with_a_no_at_the_next_submit(self, fault: str) -> None:
        self._run({"on": "submit", "fault": fault, "at": [1]})

    @rule(fault=st.sampled_from(_LATER))
    def run_with_a_fault_of_the_first_picture(self, fault: str) -> None:
        on = "fetch" if fault == "truncated_picture" else "poll"
        self._run({"on": on, "fault": fault, "at": [1]})

    @rule()
    def run_and_stop_at_the_first_order(self) -> None:
        report = self.author.run(self.spec, listen=stop_when_submitted)
        assert report.exit_code in (ExitCode.OK, ExitCode.INCOMPLETE, ExitCode.INTERRUPTED)

    @rule(data=st.data(), stopped=st.booleans())
    def regenerate(self, data: st.DataObject, stopped: bool) -> None:  # noqa: FBT001 - drawn by name
        image = data.draw(st.sampled_from(sorted(self.images)))
        key = f"week12/a/{image}"
        self.asked_again[self.images[image]] += 1
        before = self.market.sold
        if stopped:
            self.author.run(self.spec, only=(key,), redo={key: Redo()}, listen=stop_when_submitted)
        else:
            self.author.run(self.spec, only=(key,), redo={key: Redo()})
        assert self.market.sold - before <= 1

    @precondition(lambda self: self.stored())
    @rule()
    def reject_the_newest(self) -> None:
        newest = self.stored()[-1]
        with self.author.studio(self.spec) as (studio, _):
            studio.memory.reject([Marked(newest.id)], at=self.author.now())

    @precondition(lambda self: self.stored())
    @rule(data=st.data(), choice=st.sampled_from((Choice.SELECTED, Choice.PINNED)))
    def select(self, data: st.DataObject, choice: Choice) -> None:
        picture = data.draw(st.sampled_from(self.stored()))
        action = data.draw(st.sampled_from(self.author.plan(self.spec).actions))
        with self.author.studio(self.spec) as (studio, _):
            studio.memory.decide(action.asset, picture.id, choice, action.asked, at=self.author.now())

    @precondition(lambda self: self.doubts())
    @rule()
    def send_again_what_is_in_doubt(self) -> None:
        self.asked_again.update(row.prompt for row in self.doubts())
        self._resolve(Resolution.RESUBMIT)
        self._run()

    @precondition(lambda self: self.doubts())
    @rule()
    def give_up_what_is_in_doubt(self) -> None:
        self._resolve(Resolution.ABANDONED)

    @rule(hours=st.sampled_from((0.1, 1.0, 13.0)))
    def wait(self, hours: float) -> None:
        self.author.ahead += hours * 3600
        self.market.hours.ahead += hours * 3600

    @invariant()
    def the_books_agree(self) -> None:
        self.rows = self._ledger()
        charged = [row for row in self.rows if row.charged is not Charged.NO]
        counted = Counter(row.prompt for row in charged)
        plain = Counter(row.generation_key for row in charged if row.purpose is Purpose.RUN)
        again = Counter(row.generation_key for row in self.rows if row.resolution is Resolution.RESUBMIT)

        for prompt in _PROMPTS:
            assert self.market.sold_for(prompt) <= 1 + self.asked_again[prompt], "sold, and nobody asked"
            assert self.market.sold_for(prompt) <= counted[prompt], "sold, and not counted as spent"
        assert all(plain[key] <= 1 + again[key] for key in plain), "a plain run paid twice"
        assert lost(self.market.world.tasks(), self.rows) == set()

    @invariant()
    def every_delivered_file_is_what_its_row_says(self) -> None:
        with closing(sqlite3.connect(self.author.root / "data" / "history.db")) as database:
            written = database.execute("SELECT path, sha256, bytes FROM delivered").fetchall()
        rows: dict[str, set[tuple[str, int]]] = {}
        for path, sha256, size in written:
            rows.setdefault(path, set()).add((sha256, size))
        pictures = list((self.author.root / "output").rglob("*.jpg"))
        assert {path.relative_to(self.author.root).as_posix() for path in pictures} == set(rows)
        for path in pictures:
            data = path.read_bytes()
            said = rows[path.relative_to(self.author.root).as_posix()]
            assert (hashlib.sha256(data).hexdigest(), len(data)) in said

    @property
    def spec(self) -> Path:
        """The author's one spec."""
        return self.author.configs / "week12.yaml"

    def stored(self) -> list[Generation]:
        """What has a picture, the newest last."""
        return [row for row in self.rows if row.state is State.STORED]

    def doubts(self) -> list[Generation]:
        """What is in doubt."""
        return [row for row in self.rows if row.state is State.UNKNOWN]

    def _run(self, *rules: Json) -> None:
        """A plain run: it keeps to its plan, and says of each asset that it is there or why it is not."""
        before = self.market.sold
        self._expect(*rules)
        report = self.author.run(self.spec)
        self._expect()
        assert report.exit_code in (ExitCode.OK, ExitCode.INCOMPLETE)
        assert self.market.sold - before <= len(report.plan.purchases)
        _assert_every_end_is_named(report)

    def _resolve(self, resolution: Resolution) -> None:
        with self._database() as database:
            ledger = Ledger(database, run="resolve")
            assert all(ledger.resolve(row.id, resolution, at=self.author.now()) for row in self.doubts())

    def _expect(self, *rules: Json) -> None:
        """What goes wrong from now on."""
        self.market.world._prompter = Prompter(read_script({"rules": list(rules)}))

    def _write(self) -> None:
        self.author.write(a={})
        images = [f"      - {{id: {image}, {asks(prompt)}}}" for image, prompt in self.images.items()]
        self.spec.write_text("\n".join(["articles:", "  - slug: a", "    images:", *images, ""]), "utf-8")

    def _ledger(self) -> tuple[Generation, ...]:
        """All rows, oldest first, without the one that taught the author how quick the shop is."""
        with self._database() as database:
            found = Search(database).generations(Filters(spec="week12", limit=1000))
        return tuple(sorted(found, key=lambda row: row.id))

    @contextmanager
    def _database(self) -> Iterator[Database]:
        with closing(Database.at(self.author.root / "data" / "history.db")) as database:
            yield database


def _assert_every_end_is_named(report: Report) -> None:
    for outcome in report.outcomes:
        problem = outcome.problem
        assert (problem is None) == (outcome.state is AssetState.DELIVERED)
        assert problem is None or (problem.code and problem.message and problem.next_step)


def test_whatever_the_author_does_nothing_is_sold_unasked_and_nothing_is_lost() -> None:
    Weeks.figures.clear()

    run_state_machine_as_test(
        Weeks,
        settings=settings(
            max_examples=_EXAMPLES,
            stateful_step_count=_STEPS,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # steps with real servers take too long to be shortened after a failure
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )

    print(f"\nmachine, always the same steps: {dict(Weeks.figures)}")  # noqa: T201 - the figures of a campaign
    assert all(Weeks.figures.values())
