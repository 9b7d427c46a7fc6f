"""The migrations: one line of revisions that makes what the models say, with rows in the tables."""

import io
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Inspector, create_engine, inspect  # noqa: TID251 - compares schemas

from pipeline.history.database import Database
from pipeline.history.engine import sqlite_url
from pipeline.history.models import METADATA
from pipeline.history.records import FocusPoint
from pipeline.history.schema import (
    HEAD,
    REVISIONS,
    Checked,
    Standing,
    Upgraded,
    check,
    make_ready,
    migrations_folder,
    upgrade,
)
from pipeline.history.search import Search
from pipeline.history.states import State
from pipeline.subject import Subject
from tests.history.alembics import ROOT, alembic_at
from tests.history.book import NOW, Book

_MOMENT, _BLOB = "2026-11-24 09:30:00.000000", "ab" * 32
PLANTED: dict[str, dict[str, dict[str, object]]] = {
    "0001": {
        "run": {"id": "run-1", "command": "run", "host": "desk", "pid": 4711, "started_at": _MOMENT},
        "spec": {"name": "week12", "path": "week12.yaml", "digest": "d1", "seen_at": _MOMENT},
        "blob": {
            "sha256": _BLOB,
            "ending": "png",
            "width": 2048,
            "height": 2048,
            "bytes": 4_000_000,
            "created_at": _MOMENT,
        },
        "generation": {
            "id": 7,
            "request_key": "q1:cat",
            "generation_key": "g1:cat",
            "attempt": 1,
            "asset_key": "week12/cats/cover",
            "spec": "week12",
            "provider": "jimeng",
            "endpoint": "visual.volcengineapi.com:443",
            "account": "0123456789ab",
            "model": "jimeng_t2i_v40",
            "prompt": "橘猫",
            "width": 2048,
            "height": 2048,
            "params": '{"scale": 0.5}',
            "state": "stored",
            "charged": "yes",
            "purpose": "run",
            "for_request": "q1:cat",
            "task_id": "73926163365196104090000",
            "planned_at": _MOMENT,
            "sent_at": _MOMENT,
            "blob_sha256": _BLOB,
        },
        "generation_tag": {"generation_id": 7, "name": "author", "value": "amy"},
        "event": {"generation_id": 7, "at": _MOMENT, "target": "planned", "run": "run-1", "note": ""},
        "decision": {
            "asset_key": "week12/cats/cover",
            "generation_id": 7,
            "choice": "pinned",
            "request_key": "q1:cat",
            "at": _MOMENT,
        },
        "asset": {
            "key": "week12/cats/wiring",
            "spec": "week12",
            "own_sha256": _BLOB,
            "ai": 0,
            "seen_at": _MOMENT,
        },
        "delivered": {
            "path": "output/a.jpg",
            "sha256": "cd" * 32,
            "bytes": 51_291,
            "mtime_ns": 17,
            "spec": "week12",
            "asset_key": "week12/cats/cover",
            "slot": "wechat.cover",
            "rendition_key": "r1:cat",
            "generation_id": 7,
            "provider": "jimeng",
            "master": _BLOB,
            "width": 900,
            "height": 383,
            "format": "jpeg",
            "crop": "[0, 588, 2048, 1460]",
            "scale": 0.44,
            "label": "AI生成",
            "at": _MOMENT,
        },
        "own_file": {"path": "wiring.png", "size": 9, "mtime_ns": 17, "blob_sha256": _BLOB},
        "account_limit": {"endpoint": "visual.volcengineapi.com:443", "account": "0123456789ab", "qps": 0.5},
    },
}
"""One row for each table, as the program of that revision would have left it. A new revision adds its own."""
PLANTED["0002"] = {
    **PLANTED["0001"],
    "subject": {
        "master": _BLOB,
        "method": "saliency/1",
        "columns": bytes(64),
        "rows": bytes(64),
        "grid": bytes(256),
        "found_at": _MOMENT,
    },
    "focus_point": {
        "asset_key": "week12/cats/cover",
        "slot": "",
        "x": 0.5,
        "y": 0.4,
        "spec_said": "auto",
        "at": _MOMENT,
    },
}
PLANTED["0003"] = {
    **PLANTED["0002"],
    "blob": {**PLANTED["0001"]["blob"], "cleared_at": _MOMENT},
    "asset": {**PLANTED["0001"]["asset"], "title": "会接线的猫"},
    "note": {"generation_id": 7, "text": "留着做头图", "removed": 0, "at": _MOMENT},
    "trash": {"generation_id": 7, "thrown": 1, "at": _MOMENT},
}


def _plant(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA foreign_keys=ON")
        for table, row in PLANTED[revision].items():
            marks = ", ".join(f":{column}" for column in row)
            database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", row)  # noqa: S608 - the rows above


def _tables(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}  # noqa: S608 - names of the schema


def _shape(path: Path) -> dict[str, Any]:
    """Everything that the database says about its tables, with all names."""
    engine = create_engine(sqlite_url(path))
    tables = [table for table in inspect(engine).get_table_names() if table != "alembic_version"]
    shape = {table: _table_shape(inspect(engine), table) for table in tables}
    engine.dispose()
    return shape


def _table_shape(found: Inspector, table: str) -> dict[str, Any]:
    return {
        "columns": [
            (column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(table)
        ],
        "checks": sorted((check["name"], check["sqltext"]) for check in found.get_check_constraints(table)),
        "uniques": sorted(
            (unique["name"], *unique["column_names"]) for unique in found.get_unique_constraints(table)
        ),
        "foreign": sorted(
            (key["name"], *key["constrained_columns"], key["referred_table"], str(key["options"]))
            for key in found.get_foreign_keys(table)
        ),
        "primary": found.get_pk_constraint(table),
        "indexes": sorted(
            (index["name"], index["unique"], *index["column_names"]) for index in found.get_indexes(table)
        ),
    }


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    return ScriptDirectory.from_config(config)


def test_the_revisions_the_program_knows_are_those_of_the_folder_in_one_line() -> None:
    scripts = _scripts()
    line = [script.revision for script in scripts.walk_revisions()]

    assert scripts.get_heads() == [HEAD]
    assert tuple(reversed(line)) == REVISIONS
    assert len(list((migrations_folder() / "versions").glob("*.py"))) == len(REVISIONS)


def test_every_revision_is_tested_with_rows_in_every_table() -> None:
    assert set(PLANTED) == set(REVISIONS)


def test_the_migrations_make_what_the_models_say(path: Path) -> None:
    with alembic_at(path) as (_, connection):
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_every_constraint_and_index_has_the_name_that_the_models_give_it(path: Path, tmp_path: Path) -> None:
    modelled = tmp_path / "models.db"
    engine = create_engine(sqlite_url(modelled))
    METADATA.create_all(engine)
    engine.dispose()

    assert _shape(path) == _shape(modelled)


def test_every_constraint_has_a_name(path: Path) -> None:
    for table, shape in _shape(path).items():
        names = [constraint[0] for kind in ("checks", "uniques", "foreign") for constraint in shape[kind]]
        names.append(shape["primary"]["name"])

        assert all(name and name.split("_")[0] in ("ck", "uq", "fk", "pk") for name in names), table


def test_the_developers_own_alembic_finds_nothing_to_add(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    told = io.StringIO()
    config = Config("alembic.ini", stdout=told)
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path.as_posix()}")

    command.check(config)

    assert "No new upgrade operations" in told.getvalue()


@pytest.mark.parametrize("revision", REVISIONS)
def test_rows_of_every_revision_live_on_at_head(tmp_path: Path, revision: str) -> None:
    path = tmp_path / "history.db"
    upgrade(path, revision)
    _plant(path, revision)
    before = _tables(path)
    assert set(before.values()) == {1}, "every table has its row"

    upgrade(path)

    assert check(path).standing is Standing.CURRENT
    assert {table: count for table, count in _tables(path).items() if table in before} == before
    database = Database.at(path)
    dossier = Search(database).dossier(7)
    database.close()
    assert dossier is not None
    assert (dossier.generation.state, dossier.generation.prompt) == (State.STORED, "橘猫")
    assert dossier.generation.task_id == "73926163365196104090000"
    assert (dossier.tags, len(dossier.events), len(dossier.decisions), len(dossier.files)) == (
        {"author": "amy"},
        1,
        1,
        1,
    )


def test_a_history_of_the_first_revision_is_upgraded_with_a_copy_and_takes_points_at_once(
    tmp_path: Path,
) -> None:
    path = tmp_path / "history.db"
    upgrade(path, "0001")
    _plant(path, "0001")

    upgraded = make_ready(path, now=NOW)

    copy = tmp_path / "backups" / "history-0001-20261124T093000Z.db"
    assert upgraded == Upgraded("0001", copy)
    assert check(copy) == Checked(Standing.BEHIND, "0001")
    database = Database.at(path)
    book = Book(database, path)
    point = FocusPoint(asset="week12/cats/cover", x=0.5, y=0.4, spec_said="auto", at=NOW)
    subject = Subject(method="saliency/1", columns=bytes(64), rows=bytes(64), grid=bytes(256))
    book.memory.point_at(point)
    assert book.memory.keep_subject(_BLOB, subject, at=NOW)
    known = book.queries.known(requests=[], assets=[point.asset], specs=[])
    assert known.focus_points == {point.asset: (point,)}
    assert book.queries.subjects([_BLOB]) == {_BLOB: subject}
    database.close()


def test_every_step_down_can_be_gone_up_again(path: Path) -> None:
    shape = _shape(path)

    for _ in REVISIONS:
        with alembic_at(path) as (config, _connection):
            command.downgrade(config, "-1")
    assert set(_tables(path)) == {"alembic_version"}
    assert check(path).standing is Standing.ABSENT

    upgrade(path)

    assert _shape(path) == shape
    assert check(path).standing is Standing.CURRENT
