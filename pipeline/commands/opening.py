"""How commands open a home: from specs, from an asset, or from the working directory."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.console.terminal import Terminal
from pipeline.errors import CredentialsError, HistoryError, Problem, SpecError, UsageError
from pipeline.history.database import Database
from pipeline.history.queries import Queries
from pipeline.history.schema import Standing, Upgraded, check
from pipeline.spec.model import Spec
from pipeline.stages.studio import Studio
from pipeline.wiring import Choice, Place, choose, open_history, open_studio, place, read_specs


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Specs read in their home, with an open studio."""

    place: Place
    specs: tuple[Spec, ...]
    studio: Studio
    choice: Choice


def here(home: Path | None) -> Place:
    """The home of a command that names no spec."""
    return place(Path.cwd(), home=home, environ=os.environ)


def at_specs(paths: Sequence[Path], home: Path | None) -> tuple[Place, tuple[Spec, ...]]:
    """The home of the first spec, and all specs read."""
    for path in paths:
        if not path.is_file():
            raise UsageError(f"{path}: no such spec", next_step="pipeline init, or name a YAML file")
    at = place(paths[0].resolve().parent, home=home, environ=os.environ)
    return at, read_specs(at, paths)


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
    asks: bool,
    may_begin: bool = True,
) -> Iterator[Opened]:
    """Specs, home, history and studio for one command that works on specs.

    `may_begin` False: a real provider needs a history that is there already.
    """
    at, specs = at_specs(paths, home)
    choice = choose(at, provider, specs)
    if not may_begin and not choice.simulated and check(at.database).standing is Standing.ABSENT:
        raise HistoryError(
            f"{at.home.root} has no history yet, and a real provider is not paid without one",
            next_step="pipeline init, or type the command again with --yes",
        )
    with history_of(at, terminal, create=True) as database:
        _check_names(database, specs)
        _check_rehearsal(database, choice, specs, provider)
        if choice.loudly and asks:
            terminal.warn(
                "no credentials were found: the SIMULATOR serves, its pictures are stamped and cost nothing"
            )
        with open_studio(at, choice, database, command=command, asks=asks) as studio:
            yield Opened(place=at, specs=specs, studio=studio, choice=choice)


def spec_of_asset(at: Place, asset: str, spec: Path | None, terminal: Terminal) -> Path:
    """The spec file of an asset: the one named, else where the history last saw it."""
    if asset.count("/") != 2:
        raise UsageError(
            f"{asset}: an asset is named SPEC/ARTICLE/IMAGE", next_step="pipeline history, to see the keys"
        )
    if spec is not None:
        return spec
    name = asset.partition("/")[0]
    with history_of(at, terminal) as database:
        known = Queries(database).spec_path(name)
    if known is None:
        raise UsageError(
            f"{asset}: the history knows no spec named {name}", next_step="pipeline history, to see the keys"
        )
    path = Path(known)
    if not path.is_file():
        raise UsageError(
            f"{path}: the spec of {asset} is not there any more", next_step="name it with --spec PATH"
        )
    return path


def _announcement(at: Place, upgraded: Upgraded) -> str:
    if upgraded.backup is not None:
        return (
            f"the history was upgraded from revision {upgraded.source}; the old one is kept as "
            f"{upgraded.backup.name} in {upgraded.backup.parent}"
        )
    return f"a new history begins in {at.database}"


def _check_names(database: Database, specs: Sequence[Spec]) -> None:
    """The same spec name from another file, while the first still exists, is most often a copied week."""
    queries = Queries(database)
    problems = []
    for spec in specs:
        known = queries.spec_path(spec.name)
        if known is not None and Path(known) != spec.path and Path(known).is_file():
            problems.append(
                Problem(
                    str(spec.path),
                    1,
                    1,
                    f"the name {spec.name} belongs to {known}; give this one a `name:` of its own",
                )
            )
    if problems:
        raise SpecError(tuple(problems))


def _check_rehearsal(database: Database, choice: Choice, specs: Sequence[Spec], flag: str | None) -> None:
    """Without credentials a spec with real pictures is not silently rehearsed."""
    if not choice.loudly or flag == "simulator":
        return
    if Queries(database).has_real_work([spec.name for spec in specs]):
        raise CredentialsError(
            "this spec has real pictures in the history, but VOLC_ACCESSKEY and VOLC_SECRETKEY are missing",
            next_step="set them, or rehearse with --provider simulator",
        )
