"""Small worlds for tests: each builder makes one valid value; what a test is about is told by name.

Decisions and attempts are given oldest first, as they happened.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.fingerprint import generation_key, request_key
from pipeline.history.records import AssetFact, Decision, Delivered, Generation, Known, Master, Trouble
from pipeline.history.states import IN_FLIGHT, Charged, Choice, Purpose, State
from pipeline.plan.decide import decide
from pipeline.plan.model import Action, Buyer, Facts, Plan, Wishes
from pipeline.plan.readings import OwnReading
from pipeline.platforms.catalog import load_catalog
from pipeline.platforms.model import Slot
from pipeline.providers.models import DEFAULT_MODEL
from pipeline.render.recipe import LabelSpec, QualityPolicy
from pipeline.spec.model import Article, Image, OwnFile, Prompted, Reused, Source, Spec

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
BUYER = Buyer(name="jimeng", endpoint="visual.volcengineapi.com:443", account="aaaaaaaaaaaa", simulated=False)
SIMULATOR = Buyer(name="simulator", endpoint="simulator", account="ssssssssssss", simulated=True)
CATALOG = load_catalog()
PRICE = 2000
ASSET = "week12/lobster/cover"

_CHARGED = {
    State.PLANNED: Charged.NO,
    State.SUBMITTING: Charged.MAYBE,
    State.SUBMITTED: Charged.YES,
    State.STORED: Charged.YES,
    State.REFUSED: Charged.NO,
    State.FAILED: Charged.NO,
    State.UNKNOWN: Charged.MAYBE,
    State.CANCELLED: Charged.NO,
}


def prompted(prompt: str = "一只卡通龙虾站在电路板上", **changes: Any) -> Prompted:
    """A picture to generate; without a style, so its words are its prompt."""
    base = Prompted(prompt=prompt, words=prompt, style=None, model=DEFAULT_MODEL)
    return replace(base, **changes)


def image(key: str = ASSET, source: Source | None = None, *slots: str, **changes: Any) -> Image:
    """One asset by its whole key; one WeChat inline slot unless slots are named."""
    base = Image(
        key=key,
        id=key.rpartition("/")[2],
        number=1,
        source=source or prompted(),
        slots=slots or ("wechat.inline",),
    )
    return replace(base, **changes)


def reused(asset: str) -> Reused:
    """The source of an image that takes another asset's picture."""
    return Reused(asset=asset)


def own_file(name: str = "shots/wiring.png", *, ai: bool = False) -> OwnFile:
    """The source of an image that is the author's own file."""
    return OwnFile(path=Path("/home/amy") / name, written=name, ai=ai)


def spec(*images: Image, **changes: Any) -> Spec:
    """A spec of these images, in articles by their keys; named as the first key says."""
    shown = images or (image(),)
    slugs = dict.fromkeys(item.key.split("/")[1] for item in shown)
    name = shown[0].key.partition("/")[0]
    base = Spec(
        name=name,
        path=Path(f"/home/amy/configs/{name}.yaml"),
        digest="0" * 64,
        provider="auto",
        shown=f"configs/{name}.yaml",
        articles=tuple(
            Article(
                slug=slug,
                title=slug.title(),
                images=tuple(item for item in shown if item.key.split("/")[1] == slug),
            )
            for slug in slugs
        ),
    )
    return replace(base, **changes)


def request_of(source: Prompted | None = None, buyer: Buyer = BUYER) -> str:
    """The request key of a prompted source."""
    source = source or prompted()
    return request_key(
        provider=buyer.name,
        model=source.model,
        prompt=source.prompt,
        seed=source.seed,
        params=source.params,
    )


def master(number: int = 1, *, width: int = 2560, height: int = 1440, **changes: Any) -> Master:
    """A picture in the store; `number` makes its hash."""
    base = Master(sha256=f"{number:064x}", ending="png", width=width, height=height, bytes=5_000_000)
    return replace(base, **changes)


def generation(
    state: State = State.STORED,
    *,
    number: int = 1,
    of: Prompted | None = None,
    size: tuple[int, int] = (2560, 1440),
    buyer: Buyer = BUYER,
    **changes: Any,
) -> Generation:
    """One attempt at `of`, as it stands; its id and attempt are `number`. A stored one has its master."""
    source = of or prompted()
    request = request_of(source, buyer)
    sent = None if state in (State.PLANNED, State.CANCELLED) else NOW
    taken = state in (State.SUBMITTED, State.STORED)
    base = Generation(
        id=number,
        request=request,
        generation_key=generation_key(request, *size),
        attempt=number,
        asset=ASSET,
        spec="week12",
        provider=buyer.name,
        endpoint=buyer.endpoint,
        account=buyer.account,
        model=source.model,
        prompt=source.prompt,
        width=size[0],
        height=size[1],
        seed=source.seed,
        params=source.params,
        state=state,
        charged=_CHARGED[state],
        resolution=None,
        purpose=Purpose.RUN,
        task_id=f"73926163365196{number:05}" if taken else None,
        request_id=None,
        cost=PRICE,
        owner="dead-run",
        trouble=None,
        planned_at=NOW,
        sent_at=sent,
        submitted_at=NOW if taken else None,
        done_at=NOW if state is State.STORED else None,
        stored_at=NOW if state is State.STORED else None,
        master=master(number, width=size[0], height=size[1]) if state is State.STORED else None,
    )
    return replace(base, **changes)


def trouble(code: str = "50411", message: str = "Pre Img Risk Not Pass", **changes: Any) -> Trouble:
    """What a provider said that was not yes."""
    return replace(Trouble(code=code, message=message), **changes)


def decision(generation: int = 1, choice: Choice = Choice.SELECTED, **changes: Any) -> Decision:
    """The author's word (or the planner's) for one asset; made for the default prompt."""
    base = Decision(asset=ASSET, generation=generation, choice=choice, request=request_of(), at=NOW)
    return replace(base, **changes)


def asset_fact(key: str = ASSET, of: Prompted | None = None, **changes: Any) -> AssetFact:
    """An asset as the last run saw it, asking for `of`."""
    base = AssetFact(key=key, spec=key.partition("/")[0])
    if of is not None:
        base = replace(base, request=request_of(of), model=of.model, prompt=of.prompt)
    return replace(base, **changes)


def delivered(path: str = "", **changes: Any) -> Delivered:
    """A written file of the default asset's inline slot, made from master 1."""
    base = Delivered(
        path=path or f"output/{ASSET}.wechat.inline.jpg",
        sha256="f" * 64,
        bytes=200_000,
        mtime_ns=1,
        spec="week12",
        asset=ASSET,
        slot="wechat.inline",
        rendition="r1:made-before",
        generation=1,
        provider=BUYER.name,
        master=master().sha256,
        width=1080,
        height=608,
        format="jpg",
        crop=(0, 0, 2560, 1440),
        scale=0.4219,
        label="AI生成, TC260:AIGC",
        at=NOW,
    )
    return replace(base, **changes)


def known(
    generations: Iterable[Generation] = (),
    decisions: Iterable[Decision] = (),
    assets: Iterable[AssetFact] = (),
    written: Iterable[Delivered] = (),
    own_masters: Iterable[Master] = (),
) -> Known:
    """What the history says when these things happened; decisions and files oldest first."""
    every = sorted(generations, key=lambda item: item.attempt)
    by_id = {item.id: item for item in every}
    decided = list(decisions)
    attempts: dict[str, tuple[Generation, ...]] = {}
    pursuits: dict[str, tuple[Generation, ...]] = {}
    for item in every:
        attempts[item.request] = (*attempts.get(item.request, ()), item)
        if item.purpose is not Purpose.RUN and item.state in IN_FLIGHT:
            pursuits[item.asset] = (*pursuits.get(item.asset, ()), item)
    newest: dict[str, tuple[Decision, ...]] = {}
    last_selected: dict[str, int] = {}
    for word in decided:
        newest[word.asset] = (word, *newest.get(word.asset, ()))
        if word.choice in (Choice.SELECTED, Choice.PINNED):
            last_selected[by_id[word.generation].request] = word.generation
    files: dict[str, tuple[Delivered, ...]] = {}
    for file in written:
        files[file.path] = (file, *files.get(file.path, ()))
    return Known(
        attempts=attempts,
        decisions=newest,
        decided={word.generation: by_id[word.generation] for word in decided if word.generation in by_id},
        pursuits=pursuits,
        last_selected=last_selected,
        assets={fact.key: fact for fact in assets},
        written=files,
        own_masters={item.sha256: item for item in own_masters},
    )


def stem_of(image: Image, slot: Slot) -> str:
    """Where these tests' files lie, without their ending."""
    return f"output/{image.key}.{slot.id}"


def facts(
    *generations: Generation,
    decisions: Iterable[Decision] = (),
    assets: Iterable[AssetFact] = (),
    written: Iterable[Delivered] = (),
    own_masters: Iterable[Master] = (),
    own: Mapping[Path, OwnReading] | None = None,
    gone: Iterable[Master] = (),
    lies: Mapping[str, str | None] | None = None,
    **changes: Any,
) -> Facts:
    """The world. Every master is in the store but those `gone`; files lie as written but those in `lies`."""
    said = known(generations, decisions, assets, written, own_masters)
    masters = [item.master for item in generations if item.master] + list(said.own_masters.values())
    base = Facts(
        known=said,
        buyer=BUYER,
        alive=frozenset(),
        run="this-run",
        present=frozenset(item.sha256 for item in masters) - {item.sha256 for item in gone},
        disk={path: rows[0].sha256 for path, rows in said.written.items()} | dict(lies or {}),
        own=own or {},
        prices={DEFAULT_MODEL: PRICE},
        catalog=CATALOG,
        label=LabelSpec(),
        quality=QualityPolicy(),
        stem=stem_of,
    )
    return replace(base, **changes)


def plan_of(world: Facts, *specs: Spec, **wishes: Any) -> Plan:
    """The plan for these specs (one default asset unless told) and wishes."""
    return decide(specs or (spec(),), world, Wishes(**wishes))


def action_of(world: Facts, *images: Image, **wishes: Any) -> Action:
    """The action of the first of these images (the default asset unless told)."""
    shown = images or (image(),)
    plan = plan_of(world, spec(*shown), **wishes)
    return next(action for action in plan.actions if action.asset == shown[0].key)


def later(seconds: float) -> datetime:
    """So long after `NOW`."""
    return NOW + timedelta(seconds=seconds)
