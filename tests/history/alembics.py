"""Alembic as its developer uses it, and a migrations folder with one revision more than ours."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.config import Config
from sqlalchemy import Connection  # noqa: TID251 - Alembic works on a connection

from pipeline.history.engine import open_engine, sqlite_url
from pipeline.history.schema import HEAD, migrations_folder

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def alembic_at(path: Path) -> Iterator[tuple[Config, Connection]]:
    """A configuration whose commands work on the database at `path`, foreign keys off as in an upgrade."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    engine = open_engine(sqlite_url(path), foreign_keys=False)
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            yield config, connection
    finally:
        engine.dispose()


def with_next_revision(folder: Path, upgrade: str) -> Path:
    """A copy of the migrations with a revision `next` after head, whose `upgrade` has this body."""
    shutil.copytree(migrations_folder(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = "\n".join(
        (
            '"""One more.',
            "",
            "Revision ID: next",
            f"Revises: {HEAD}",
            '"""',
            "import sqlalchemy as sa",
            "from alembic import op",
            'revision = "next"',
            f'down_revision = "{HEAD}"',
            "def upgrade() -> None:",
            *(f"    {line}" for line in upgrade.splitlines()),
            "",
        )
    )
    (folder / "versions" / "next_one_more.py").write_text(text, "utf-8")
    return folder
