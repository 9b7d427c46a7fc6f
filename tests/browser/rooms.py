"""Homes to look back in, made by the program itself against its own simulator. Must not know a browser.

`old_month` has one week of last month, one of this month, and words that a page must never take for its own;
`long_shelf` has more attempts than fit on a page, most of them without a picture.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.history.schema import make_ready
from tests.history.seeded import fill

ROOT = Path(__file__).parents[2]
COVER = "week08/lobster-board/cover"
"""Last month's cover, whose prompt the tests half remember."""
WIRING = "week08/lobster-board/wiring"
MINE = "week08/lobster-board/mine"
"""Its spec sets the focus itself."""
TWICE = "week09/home-server/cover"
"""This month's cover, which was tried twice."""
SECOND_PROMPT = "一台旧笔记本电脑放在金属书架上"
HOSTILE = "week09/hostile/script"
RIGHT_TO_LEFT = "week09/hostile/arabic"
HALF_A_PROMPT = "绿色电路"
SCRIPT = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
QUOTES = "\"double\" 'single' &amp; <b>bold</b> {{ 7 * 7 }} ${7*7} %00 \\"
ARABIC = "سرطان بحري يقف على لوحة إلكترونية خضراء"
MODEL = "jimeng_t2i_v31"
_HEAD = f"""provider: simulator
defaults: {{model: {MODEL}, slots: [wechat.thumb], style: none}}
articles:
"""
_LAST_MONTH = f"""{_HEAD}  - slug: lobster-board
    title: 给龙虾装上电路板
    images:
      - id: cover
        prompt: "一只卡通龙虾站在绿色电路板上,主体居中,四周留白"
        slots: [wechat.cover, wechat.cover_square]
        size: 1024x768
      - {{id: wiring, prompt: "龙虾形状的铜线特写,俯视视角", size: 512x512}}
      - {{id: mine, prompt: "堆满工具的工作台", size: 768x768, focus: [0.25, 0.5], slots: [wechat.cover]}}
"""
_THIS_MONTH = f"""{_HEAD}  - slug: home-server
    title: 旧笔记本改家庭服务器
    images:
      - {{id: cover, prompt: "一台旧笔记本电脑放在木质书架上", size: 512x512}}
      - {{id: network, prompt: "家庭网络示意图", size: 512x512}}
  - slug: hostile
    title: "<script>document.title='taken'</script>"
    images:
      - {{id: script, prompt: '{SCRIPT.replace("'", "''")}', size: 512x512}}
      - {{id: quotes, prompt: '{QUOTES.replace("'", "''")}', size: 512x512}}
      - {{id: arabic, prompt: "{ARABIC}", size: 512x512}}
"""
_LAST_MONTHS_DAYS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A command that ended, and what it said on each stream."""

    code: int
    out: str
    err: str


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's, without what would lead the program elsewhere, and with this tree's source."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("VOLC_", "JIMENG_", "PIPELINE_")) and "PROXY" not in name.upper()
    }
    return kept | {"PYTHONPATH": str(ROOT), "HOME": os.devnull} | dict(more or {})


def pipeline(home: Path, *words: str, code: int = 0, more: Mapping[str, str] | None = None) -> Ended:
    """Type a command in a home, which ends as expected."""
    ended = subprocess.run(
        [sys.executable, "-m", "pipeline", *words],
        cwd=home,
        env=environment(more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code, ended.stderr
    return Ended(code=ended.returncode, out=ended.stdout, err=ended.stderr)


def old_month(home: Path) -> None:
    """Make the home of two weeks; the first is moved into last month."""
    _furnish(home)
    (home / "configs" / "week08.yaml").write_text(_LAST_MONTH, "utf-8")
    pipeline(home, "run", "configs/week08.yaml")
    _move_back(home / "data" / "history.db", days=_LAST_MONTHS_DAYS)
    (home / "configs" / "week09.yaml").write_text(_THIS_MONTH, "utf-8")
    pipeline(home, "run", "configs/week09.yaml")
    pipeline(home, "regenerate", TWICE, "--prompt", SECOND_PROMPT)


def long_shelf(home: Path, generations: int = 250) -> None:
    """Make a home of seeded attempts, years of them, whose pictures are not there."""
    _furnish(home)
    make_ready(home / "data" / "history.db", now=datetime.now(UTC))
    fill(home / "data" / "history.db", generations, seed=12)


def add_pictures(home: Path, count: int) -> None:
    """Add a week of so many small pictures, the newest of the home."""
    lines = [
        f'      - {{id: i{number}, prompt: "picture {number}", size: 512x512}}' for number in range(count)
    ]
    text = f"{_HEAD}  - slug: many\n    title: many\n    images:\n" + "\n".join(lines) + "\n"
    (home / "configs" / "many.yaml").write_text(text, "utf-8")
    pipeline(home, "run", "configs/many.yaml")


def history(home: Path) -> list[str]:
    """Everything the history of a home says."""
    with closing(sqlite3.connect(home / "data" / "history.db")) as database:
        return list(database.iterdump())


def _furnish(home: Path) -> None:
    (home / "configs").mkdir(parents=True)
    (home / "configs" / "settings.yaml").write_text(
        f"concurrency: 8\nprices: {{{MODEL}: 2000}}\nsimulator: {{latency: 0.3, concurrency: 8}}\n", "utf-8"
    )


def _move_back(database_path: Path, *, days: int) -> None:
    """Let everything in a history have happened so many days earlier."""
    with closing(sqlite3.connect(database_path)) as database, database:
        for table, column in _moments(database):
            database.execute(
                f"UPDATE {table} SET {column} = strftime('%Y-%m-%d %H:%M:%f', {column}, ?) || '000'"  # noqa: S608 - names of our own schema
                f" WHERE {column} IS NOT NULL",
                (f"-{days} days",),
            )


def _moments(database: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every column of the history that holds a moment."""
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [
        (table, column[1])
        for table in tables
        for column in database.execute(f"PRAGMA table_info({table})")
        if column[2] == "DATETIME"
    ]
