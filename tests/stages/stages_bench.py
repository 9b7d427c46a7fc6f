"""One author at one home: writes a spec, types a run, looks at what lies there. In one process, for tests."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image as Picture  # noqa: TID251 - the tests make and look at pictures

from pipeline.history.database import Database
from pipeline.history.gate import Gatekeeper
from pipeline.history.ledger import Ledger
from pipeline.history.records import Wanted
from pipeline.plan.model import Plan, Wishes
from pipeline.produce import Report, Watcher, plan_only, produce
from pipeline.runner.model import Clock, Happening, News, Patience
from pipeline.spec.model import Spec
from pipeline.stages.studio import Studio
from pipeline.wiring import REAL_CLOCK, choose, open_studio, place, read_specs
from tests.runner.market_bench import KEYS, Market, open_market
from tests.runner.runner_bench import MODEL, QUICK, SIDE, WIDE_OPEN, begin_history

SETTINGS = """\
prices: {jimeng_t2i_v40: 2000, jimeng_t2i_v30: 1500, jimeng_high_aes_general_v21_L: 1000}
simulator: {latency: 0.05, concurrency: 4}
render_threads: 2
concurrency: 4
"""


CAT, BOAT, TOWER = "一只橘猫趴在窗台上", "一艘纸船漂在河上", "一座由旧书堆成的灯塔"


@dataclass
class Author:
    """A home with specs in it, and the environment of the author's shell. `market` None: no credentials."""

    root: Path
    market: Market | None = None
    patience: Patience = QUICK
    environ: dict[str, str] = field(default_factory=dict)
    news: list[Happening] = field(default_factory=list)
    ahead: float = 0.0

    def __post_init__(self) -> None:
        history = begin_history(self.root)
        _teach(history, "simulator" if self.market is None else f"jimeng@{self.market.endpoint[7:]}")
        self.configs = self.root / "configs"
        self.configs.mkdir(exist_ok=True)
        (self.configs / "settings.yaml").write_text(SETTINGS, "utf-8")
        if self.market is not None:
            self.environ |= {
                "JIMENG_ENDPOINT": self.market.endpoint,
                "VOLC_ACCESSKEY": KEYS.access_key,
                "VOLC_SECRETKEY": KEYS.secret_key,
            }

    @property
    def flag(self) -> str:
        """The provider that serves this author."""
        return "simulator" if self.market is None else "jimeng"

    @property
    def shop(self) -> Market:
        """The market that serves this author."""
        assert self.market is not None
        return self.market

    def shown(self, asset: str, path: Path) -> int | None:
        """The generation that an asset takes now."""
        action = next(action for action in self.plan(path).actions if action.asset == asset)
        return action.generation.id if action.generation else None

    def write(self, name: str = "week12", /, **articles: Mapping[str, str]) -> Path:
        """A spec of this home: articles by slug, each with its images by id, as YAML's flow style has it."""
        lines = ["articles:"]
        for slug, images in articles.items():
            lines += [f"  - slug: {slug}", f"    title: 关于{slug}", "    images:"]
            lines += [f"      - {{id: {name}, {fields}}}" for name, fields in images.items()]
        path = self.configs / f"{name}.yaml"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    def now(self) -> datetime:
        """The time of this author's runs."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    @contextmanager
    def studio(self, *paths: Path, asks: bool = True) -> Iterator[tuple[Studio, tuple[Spec, ...]]]:
        """Everything open for one command over some specs."""
        at = place(paths[0].parent, home=self.root, environ=self.environ)
        specs = read_specs(at, paths)
        choice = choose(at, self.flag, specs)
        database = Database.at(at.database)
        try:
            with open_studio(at, choice, database, command="run", asks=asks) as studio:
                clock = Clock(now=self.now, steady=REAL_CLOCK.steady, random=lambda: -1.0)
                yield replace(studio, clock=clock, patience=self.patience), specs
        finally:
            database.close()

    def run(
        self,
        *paths: Path,
        accept: Callable[[Plan], None] = lambda _: None,
        listen: Callable[[Studio, Happening], None] = lambda *_: None,
        asks: bool = True,
        **wishes: Any,
    ) -> Report:
        """One run over some specs, to its end."""
        with self.studio(*paths, asks=asks) as (studio, specs):

            def hear(happening: Happening) -> None:
                self.news.append(happening)
                listen(studio, happening)

            return produce(studio, specs, Wishes(**wishes), Watcher(accept=accept, news=hear))

    def plan(self, *paths: Path, **wishes: Any) -> Plan:
        """What a run would do."""
        with self.studio(*paths) as (studio, specs):
            return plan_only(studio, specs, Wishes(**wishes))

    def files(self, spec: str = "week12") -> dict[str, bytes]:
        """Every delivered file of a spec by its path below the spec's folder, papers and sheet too."""
        folder = self.delivered(spec)
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def pictures(self, spec: str = "week12") -> list[str]:
        """The paths of the delivered pictures alone."""
        return [path for path in self.files(spec) if path.endswith((".jpg", ".png"))]

    def delivered(self, spec: str = "week12") -> Path:
        """The folder of a spec's delivery."""
        output = self.root / "output"
        return (output / "simulated" if self.market is None else output) / spec

    def manifest(self, article: str, spec: str = "week12") -> Any:
        """An article's manifest."""
        return json.loads((self.delivered(spec) / article / "manifest.json").read_text("utf-8"))


def _teach(path: Path, provider: str) -> None:
    """Write an old picture into a history, so that runs know from the start how quick the market is."""
    database = Database.at(path)
    ledger, at = Ledger(database, "old"), datetime(2026, 1, 5, tzinfo=UTC)
    old = Wanted(
        request="q1:old",
        generation_key="g1:old",
        attempt=1,
        asset="week00/old/cover",
        spec="week00",
        provider=provider,
        endpoint="old",
        account="old",
        model=MODEL,
        prompt="old",
        width=SIDE,
        height=SIDE,
    )
    row = ledger.intend(old, at=at)
    if row is not None:
        Gatekeeper(database, "old").claim(row, WIDE_OPEN, forced=True, exact=False, now=lambda: at)
        ledger.accepted(row.id, "1", None, at=at)
        ledger.finished(row.id, at=at + timedelta(seconds=0.05))
    database.close()


def asks(words: str = "一只卡通龙虾站在电路板上", slots: str = "wechat.thumb", **fields: str) -> str:
    """The fields of an image with a prompt, small enough for a test."""
    said = {"prompt": f'"{words}"', "slots": f"[{slots}]", "size": "1024x1024"} | fields
    return ", ".join(f"{name}: {value}" for name, value in said.items() if value)


OpenAuthor = Callable[..., Author]


def authors(root: Path) -> Iterator[OpenAuthor]:
    """What a fixture yields: opens authors at markets of their own, and closes the markets."""
    with ExitStack() as stack:

        def open_one(*rules: dict[str, Any], **limits: Any) -> Author:
            return Author(root, stack.enter_context(open_market(*rules, **limits)))

        yield open_one


def draw(path: Path, colour: str = "teal") -> Path:
    """A picture of the author's own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Picture.new("RGB", (1200, 900), colour).save(path)
    return path


def stop_when_submitted(studio: Studio, happening: Happening) -> None:
    """To listen with: Ctrl-C as soon as an order is taken."""
    if happening.news is News.SUBMITTED:
        studio.bell.stop()


def made(report: Report) -> int:
    """Files that a run wrote."""
    return sum(item.file is not None for item in report.made)


def states(report: Report) -> dict[str, str]:
    """Each asset's state at the end, by its key without the spec."""
    return {o.action.asset.partition("/")[2]: o.state.value for o in report.outcomes}


def submitted(report: Report) -> int:
    """Pictures bought, over all specs."""
    return sum(item.pictures for item in report.bought.values())
