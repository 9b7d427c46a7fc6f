"""Runs migrations over a connection that the program hands in, or over the URL of alembic.ini.

Foreign keys are off while tables are rebuilt (a batch rebuild with them on would lose children) and
checked before the transaction ends; the whole upgrade is one transaction, so a killed one leaves nothing.
"""

from alembic import context
from sqlalchemy import Connection  # noqa: TID251 - migrations speak SQL

from pipeline.errors import HistoryError
from pipeline.history.engine import open_engine
from pipeline.history.models import METADATA


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
        user_module_prefix="pipeline.history.naming.",
    )
    with context.begin_transaction():
        context.run_migrations()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise HistoryError(
                f"the upgrade would leave {len(broken)} rows without their parents; nothing was changed"
            )


def _main() -> None:
    handed_in = context.config.attributes.get("connection")
    if handed_in is not None:
        _run(handed_in)
        return
    url = context.config.get_main_option("sqlalchemy.url")
    if url is None:
        raise HistoryError("alembic.ini names no database")
    engine = open_engine(url, foreign_keys=False)
    try:
        with engine.connect() as connection:
            _run(connection)
    finally:
        engine.dispose()


_main()
