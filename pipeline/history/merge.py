"""What a younger history has and a restored one lacks, brought over. Nothing in either is forgotten.

A generation is the same in both when request, endpoint, account and the moment it was planned agree; its
number and its attempt may differ. Plain SQL over two files: a merge of 100,000 rows takes seconds.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.history.backup import check_references, columns, read_only, sqlite_errors
from pipeline.history.engine import BUSY_SECONDS
from pipeline.history.order import IN_THEIR_OWN_ORDER, newest_in, sort_by_time

_FATE = (
    "state",
    "charged",
    "resolution",
    "task_id",
    "request_id",
    "cost",
    "owner",
    "error_code",
    "error_message",
    "http_status",
    "sent_at",
    "submitted_at",
    "done_at",
    "stored_at",
    "blob_sha256",
)
"""The columns of a generation that its life changes; they belong together, as the CHECKs say."""
_IDENTITY = "request_key, endpoint, account, planned_at"
_NUMBERED = f"SELECT id, {_IDENTITY}, row_number() OVER (PARTITION BY {_IDENTITY} ORDER BY attempt, id) AS n"
_PAIRS = f"""
    WITH mine AS ({_NUMBERED} FROM main.generation), theirs AS ({_NUMBERED} FROM old.generation)
    SELECT theirs.id AS old_id, mine.id AS id
    FROM theirs LEFT JOIN mine USING ({_IDENTITY}, n)
"""  # noqa: S608 - our own names
_SAME_EVENT = "a.at = b.at AND a.target = b.target AND a.source IS b.source AND a.note = b.note"
_WORTH = "CASE WHEN {0}.state = 'stored' THEN 3 WHEN {0}.task_id > '' THEN 2 ELSE {0}.charged <> 'no' END"
_COMPARED = f"""
    SELECT same.old_id, same.id, o.state <> m.state,
        (SELECT count(*) FROM old.event a WHERE a.generation_id = same.old_id AND NOT EXISTS
            (SELECT 1 FROM main.event b WHERE b.generation_id = same.id AND {_SAME_EVENT})),
        (SELECT count(*) FROM main.event a WHERE a.generation_id = same.id AND NOT EXISTS
            (SELECT 1 FROM old.event b WHERE b.generation_id = same.old_id AND {_SAME_EVENT})),
        {_WORTH.format("o")}, {_WORTH.format("m")}
    FROM same JOIN old.generation o ON o.id = same.old_id JOIN main.generation m ON m.id = same.id
"""  # noqa: S608 - our own names
_EVENTS = f"""
    INSERT INTO main.event (generation_id, at, source, target, run, note)
    SELECT same.id, a.at, a.source, a.target, a.run, a.note
    FROM old.event a JOIN same ON same.old_id = a.generation_id
    WHERE NOT EXISTS (SELECT 1 FROM main.event b WHERE b.generation_id = same.id AND {_SAME_EVENT})
    ORDER BY a.id
"""  # noqa: S608 - our own names
_DECISIONS = """
    INSERT INTO main.decision (asset_key, generation_id, choice, request_key, at)
    SELECT a.asset_key, same.id, a.choice, a.request_key, a.at
    FROM old.decision a JOIN same ON same.old_id = a.generation_id
    WHERE NOT EXISTS (
        SELECT 1 FROM main.decision b WHERE b.generation_id = same.id AND b.asset_key IS a.asset_key
            AND b.choice = a.choice AND b.request_key = a.request_key AND b.at = a.at)
    ORDER BY a.id
"""
_FOCUS_POINTS = """
    INSERT INTO main.focus_point (asset_key, slot, x, y, spec_said, at)
    SELECT a.asset_key, a.slot, a.x, a.y, a.spec_said, a.at FROM old.focus_point a
    WHERE NOT EXISTS (
        SELECT 1 FROM main.focus_point b WHERE b.asset_key = a.asset_key AND b.slot = a.slot AND b.at = a.at
            AND b.x IS a.x AND b.y IS a.y AND b.spec_said = a.spec_said)
    ORDER BY a.id
"""
_NOTES = """
    INSERT INTO main.note (asset_key, generation_id, text, removed, at)
    SELECT a.asset_key, same.id, a.text, a.removed, a.at
    FROM old.note a LEFT JOIN same ON same.old_id = a.generation_id
    WHERE NOT EXISTS (
        SELECT 1 FROM main.note b WHERE b.generation_id IS same.id AND b.asset_key IS a.asset_key
            AND b.text = a.text AND b.removed = a.removed AND b.at = a.at)
    ORDER BY a.id
"""
_TRASH = """
    INSERT INTO main.trash (generation_id, thrown, at)
    SELECT same.id, a.thrown, a.at FROM old.trash a JOIN same ON same.old_id = a.generation_id
    WHERE NOT EXISTS (
        SELECT 1 FROM main.trash b WHERE b.generation_id = same.id AND b.thrown = a.thrown AND b.at = a.at)
    ORDER BY a.id
"""
_WORDS = {"decision": _DECISIONS, "focus_point": _FOCUS_POINTS, "note": _NOTES, "trash": _TRASH}
"""What the author said, by table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What came over: generations that the copy lacked, those that had moved on, and what belongs to them.

    `decisions` are all words of the author: which picture, where its crops are centred, notes, the trash.
    """

    generations: int
    moved_on: int
    decisions: int
    assets: int
    files: int


def merge(old: Path, into: Path, *, later: bool = True) -> Brought:
    """Bring over into the database `into` what it lacks of `old`; both at head, `old` is only read.

    One transaction: `into` is as it was when anything fails. `later`: where both tell of a generation and
    neither tells more, `old` is right.
    """
    with _side_by_side(old, into) as database:
        database.execute("BEGIN IMMEDIATE")
        _bring_surroundings(database)
        assets = _bring_newer(database, "asset", "key", "seen_at")
        database.execute(f"CREATE TEMP TABLE same AS SELECT * FROM ({_PAIRS}) WHERE id IS NOT NULL")  # noqa: S608 - ours
        database.execute("CREATE UNIQUE INDEX temp.same_old ON same (old_id)")
        database.execute("CREATE UNIQUE INDEX temp.same_new ON same (id)")
        moved_on = _bring_fates(database, later=later)
        generations = _bring_generations(database)
        _bring(database, "generation_tag", "same.id, name, value", "JOIN same ON old_id = generation_id")
        database.execute(_EVENTS)
        decisions = sum(_append(database, table, statement) for table, statement in _WORDS.items())
        files = _bring_files(database)
        check_references(database, into)
        database.execute("COMMIT")
    return Brought(
        generations=generations, moved_on=moved_on, decisions=decisions, assets=assets, files=files
    )


def lacking(mine: Path, other: Path) -> int:
    """How many generations of `other` are not in `mine`. Neither is changed; both of any revision."""
    with _side_by_side(other, mine) as database:
        found = database.execute(f"SELECT count(*) FROM ({_PAIRS}) WHERE id IS NULL").fetchone()  # noqa: S608 - ours
    return int(found[0])


@contextmanager
def _side_by_side(old: Path, into: Path) -> Iterator[sqlite3.Connection]:
    """`into` as main, with `old` beside it, read-only."""
    uri = into.absolute().as_uri()
    with (
        sqlite_errors(into),
        closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)) as database,
    ):
        database.execute("PRAGMA foreign_keys=OFF")  # children may come before parents; checked at the end
        database.execute("ATTACH ? AS old", (read_only(old),))
        yield database


def _bring(
    database: sqlite3.Connection, table: str, values: str, source: str = "", *, verb: str = "INSERT OR IGNORE"
) -> int:
    """Rows of a table of the old history; a key that is there stays, unless the verb says otherwise."""
    listed = ", ".join(columns(database, table))
    selected = f"SELECT {values or listed} FROM old.{table} AS o {source}"  # noqa: S608 - our own names
    return database.execute(f"{verb} INTO main.{table} ({listed}) {selected}").rowcount


def _bring_surroundings(database: sqlite3.Connection) -> None:
    """Runs, specs, pictures and subjects that are not known; of caches and limits, the old are newer."""
    database.execute(
        "UPDATE main.run SET ended_at = (SELECT o.ended_at FROM old.run o WHERE o.id = run.id)"
        " WHERE ended_at IS NULL AND id IN (SELECT id FROM old.run)"
    )
    for table in ("run", "blob", "subject"):
        _bring(database, table, "")
    # A picture that was cleared away when the copy was made has come back since: its file lies in the store.
    database.execute(
        "UPDATE main.blob SET cleared_at = NULL WHERE cleared_at IS NOT NULL"
        " AND sha256 IN (SELECT sha256 FROM old.blob WHERE cleared_at IS NULL)"
    )
    for table in ("own_file", "account_limit"):
        _bring(database, table, "", verb="INSERT OR REPLACE")
    _bring_newer(database, "spec", "name", "seen_at")


def _bring_newer(database: sqlite3.Connection, table: str, key: str, time: str) -> int:
    same_or_newer = f"SELECT 1 FROM main.{table} m WHERE m.{key} = o.{key} AND m.{time} >= o.{time}"  # noqa: S608 - ours
    return _bring(database, table, "", f"WHERE NOT EXISTS ({same_or_newer})", verb="INSERT OR REPLACE")


def _bring_fates(database: sqlite3.Connection, *, later: bool) -> int:
    """Of generations that are in both, keep the further state; returns how many have another one now."""
    database.execute("CREATE TEMP TABLE later (old_id INTEGER, id INTEGER PRIMARY KEY)")
    moved_on = 0
    for old_id, number, differs, ahead, behind, worth, mine in database.execute(_COMPARED).fetchall():
        if _is_further(ahead=ahead, behind=behind, worth=worth, mine=mine, later=later):
            database.execute("INSERT INTO later VALUES (?, ?)", (old_id, number))
            moved_on += differs
    fate = ", ".join(_FATE)
    database.execute(
        f"UPDATE main.generation SET ({fate}) ="  # noqa: S608 - our own names
        f" (SELECT {fate} FROM old.generation o WHERE o.id ="
        " (SELECT old_id FROM later WHERE later.id = generation.id)) WHERE id IN (SELECT id FROM later)"
    )
    return moved_on


def _is_further(*, ahead: int, behind: int, worth: int, mine: int, later: bool) -> bool:
    """Whether the old history's row says more: the one whose events go on where the other's end.

    `ahead` and `behind` count the events that only the old or only the restored one has. Where each went
    its own way, a picture is worth more than a task id, that more than a doubt; else it is as `later` says.
    """
    if bool(ahead) != bool(behind):
        return bool(ahead)
    return worth > mine or (later and worth == mine)


def _bring_generations(database: sqlite3.Connection) -> int:
    """Insert what the restored history lacks. Numbers stay where they are free, and attempts too."""
    database.execute("CREATE TEMP TABLE newcomer (old_id INTEGER PRIMARY KEY, id INTEGER, attempt INTEGER)")
    ids = {number for (number,) in database.execute("SELECT id FROM main.generation")}
    taken: dict[str, set[int]] = defaultdict(set)
    for request, attempt in database.execute("SELECT request_key, attempt FROM main.generation"):
        taken[request].add(attempt)
    lacked = database.execute(
        "SELECT id, request_key, attempt FROM old.generation"
        " WHERE id NOT IN (SELECT old_id FROM same) ORDER BY attempt, id"
    ).fetchall()
    beyond = max([0, *ids, *(number for number, *_ in lacked)])
    for old_id, request, wish in lacked:
        number, attempt = old_id, wish
        if number in ids:
            beyond = number = beyond + 1
        while attempt in taken[request]:
            attempt += 1
        taken[request].add(attempt)
        database.execute("INSERT INTO newcomer VALUES (?, ?, ?)", (old_id, number, attempt))
    values = ", ".join(
        f"newcomer.{name}" if name in ("id", "attempt") else f"o.{name}"
        for name in columns(database, "generation")
    )
    _bring(database, "generation", values, "JOIN newcomer ON newcomer.old_id = o.id", verb="INSERT")
    database.execute("INSERT INTO same SELECT old_id, id FROM newcomer")
    return len(lacked)


def _bring_files(database: sqlite3.Connection) -> int:
    """Delivered files that are not known, or were written again later."""
    database.execute(
        "DELETE FROM main.delivered WHERE EXISTS (SELECT 1 FROM old.delivered o WHERE o.at > delivered.at"
        " AND o.path = delivered.path AND o.sha256 = delivered.sha256)"
    )
    replaced = {"id": "NULL", "generation_id": "same.id"}
    values = ", ".join(replaced.get(name, f"o.{name}") for name in columns(database, "delivered"))
    unknown = (
        "WHERE NOT EXISTS (SELECT 1 FROM main.delivered m WHERE m.path = o.path AND m.sha256 = o.sha256)"
    )
    source = f"LEFT JOIN same ON same.old_id = o.generation_id {unknown} ORDER BY o.id"
    newest = newest_in(database, "delivered")
    files = _bring(database, "delivered", values, source, verb="INSERT")
    if files:
        sort_by_time(database, "delivered", newest, moment="at")
    return files


def _append(database: sqlite3.Connection, table: str, statement: str) -> int:
    """Bring over words of the author that are not known; they take their place by the time they were said."""
    newest = newest_in(database, table)
    brought = database.execute(statement).rowcount
    if brought:
        sort_by_time(database, table, newest, moment=IN_THEIR_OWN_ORDER)
    return brought
