"""How commands open a home: from specs, from an asset, or from the working directory."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.errors import CredentialsError, HistoryError, Problem, SpecError, UsageError
from pipeline.history.database import Database
from pipeline.history.queries import Queries
from pipeline.history.schema import Standing, Upgraded, check
from pipeline.home import Home
from pipeline.nearest import suggestion
from pipeline.spec.model import Spec
from pipeline.stages.deciding import check_key
from pipeline.stages.studio import Studio
from pipeline.wiring import Choice, Place, choose, open_history, open_studio, place, read_specs


class Visit(Enum):
    """What a command comes for: to ask the provider, to work with what is there, or only to look."""

    ASKS = auto()
    WORKS = auto()
    LOOKS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Specs read in their home, with an open studio."""

    place: Place
    specs: tuple[Spec, ...]
    studio: Studio


def here(home: Path | None) -> Place:
    """The home of a command that names no spec."""
    return place(Path.cwd(), home=home, environ=os.environ)


def near_spec(path: Path, home: Path | None) -> Place:
    """The home of a command that names this spec."""
    return place(path.resolve().parent, home=home, environ=os.environ)


def at_specs(paths: Sequence[Path], home: Path | None) -> tuple[Place, tuple[Spec, ...]]:
    """The home of the first spec, and all specs read; one that is named twice counts once."""
    if missing := [path for path in paths if not path.is_file()]:
        raise UsageError(
            "\n".join(f"{path}: no such spec{_near(path)}" for path in missing),
            next_step="name a YAML file; for an example: pipeline init",
        )
    at = near_spec(paths[0], home)
    return at, read_specs(at, tuple({path.resolve(): path for path in paths}.values()))


def _near(path: Path) -> str:
    return suggestion(str(path), [str(other) for other in path.parent.glob("*.yaml")])


@contextmanager
def history_of(at: Place, terminal: Terminal, *, create: bool = False) -> Iterator[Database]:
    """The open history; a new or upgraded one is announced."""
    with open_history(at, create=create) as (database, upgraded):
        if upgraded is not None:
            terminal.note(_announcement(at, upgraded))
        yield database


@contextmanager
def opened(
    paths: Sequence[Path],
    terminal: Terminal,
    *,
    home: Path | None,
    provider: str | None,
    command: str,
    visit: Visit,
    may_begin: bool = True,
    choice: Choice | None = None,
) -> Iterator[Opened]:
    """Specs, home, history and studio for one command that works on specs.

    `may_begin` False: a real provider needs a history that is there already. `choice`: instead of what
    flag, specs and credentials say.
    """
    at, specs = at_specs(paths, home)
    choice = choice or choose(at, provider, specs)
    if not may_begin and not choice.simulated and check(at.database).standing is Standing.ABSENT:
        raise HistoryError(
            f"{at.home.root} has no history yet, and a real provider is not paid without one",
            next_step=f"to begin one: {command_line('init', at.home.root)}   (or add --yes)",
        )
    with _history_for(at, terminal, visit) as database:
        if problems := name_problems(database, at.home, specs):
            raise SpecError(problems)
        choice = _settled(database, choice, specs, visit)
        if choice.loudly and visit is Visit.ASKS:
            terminal.warn(
                "no credentials were found: the SIMULATOR serves, its pictures are stamped and cost nothing"
            )
        asks, looks = visit is Visit.ASKS, visit is Visit.LOOKS
        with open_studio(at, choice, database, command=command, asks=asks, only_looks=looks) as studio:
            yield Opened(place=at, specs=specs, studio=studio)


def spec_file(home: Home, queries: Queries, name: str) -> Path | None:
    """Where the history saw a spec last, if it is still there."""
    kept = queries.spec_path(name)
    path = None if kept is None else home.found(kept)
    return path if path is not None and path.is_file() else None


def spec_of_asset(asset: str, spec: Path | None, home: Path | None, terminal: Terminal) -> tuple[Place, Path]:
    """The home and the spec file of an asset: the one named, else where the history last saw it."""
    if asset.count("/") != 2:
        raise UsageError(
            f"{asset}: an asset is named SPEC/ARTICLE/IMAGE", next_step="to see the keys: pipeline history"
        )
    check_key(asset)
    if spec is not None:
        return near_spec(spec, home), spec
    at, name = here(home), asset.partition("/")[0]
    with history_of(at, terminal) as database:
        known = Queries(database).spec_path(name)
    if known is None:
        raise UsageError(
            f"{asset}: the history knows no spec named {name}", next_step="to see the keys: pipeline history"
        )
    path = at.home.found(known)
    if not path.is_file():
        raise UsageError(
            f"{path}: the spec of {asset} is not there any more", next_step="name it with --spec PATH"
        )
    return at, path


def name_problems(database: Database, home: Home, specs: Sequence[Spec]) -> tuple[Problem, ...]:
    """The same spec name from another file, while the first still exists, is most often a copied week."""
    queries = Queries(database)
    problems = []
    for spec in specs:
        kept = queries.spec_path(spec.name)
        known = home.found(kept) if kept is not None else spec.path
        if known != spec.path and known.is_file():
            message = f"the name {spec.name} belongs to {known}; give this one a `name:` of its own"
            problems.append(Problem(str(spec.path), 1, 1, message))
    return tuple(problems)


@contextmanager
def _history_for(at: Place, terminal: Terminal, visit: Visit) -> Iterator[Database]:
    """The history; who only looks where there is none begins none, and sees an empty one."""
    if visit is not Visit.LOOKS or check(at.database).standing is not Standing.ABSENT:
        with history_of(at, terminal, create=True) as database:
            yield database
        return
    with TemporaryDirectory(prefix="pipeline-") as folder:
        url = f"sqlite:///{folder}/history.db"
        empty = replace(at, settings=at.settings.model_copy(update={"database_url": url}))
        with open_history(empty, create=True) as (database, _):
            yield database


def _announcement(at: Place, upgraded: Upgraded) -> str:
    if upgraded.backup is not None:
        return (
            f"the history was upgraded from revision {upgraded.source}; the old one is kept as "
            f"{upgraded.backup.name} in {upgraded.backup.parent}"
        )
    return f"a new history begins in {at.database}"


def _settled(database: Database, choice: Choice, specs: Sequence[Spec], visit: Visit) -> Choice:
    """Without credentials a spec with real pictures is not silently rehearsed.

    To make its files again no credentials are needed. Raises CredentialsError where they are.
    """
    if not choice.loudly or not Queries(database).has_real_work([spec.name for spec in specs]):
        return choice
    if visit is Visit.WORKS:
        return Choice(simulated=False, credentials=None)
    raise CredentialsError(
        "this spec has real pictures in the history, but VOLC_ACCESSKEY and VOLC_SECRETKEY are missing",
        next_step="set them, or rehearse with --provider simulator",
    )
