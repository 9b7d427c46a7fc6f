"""What an author says while looking back: notes, the trash, words taken back; and titles to find things by.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa  # noqa: TID251 - migrations speak SQL
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CHOICES = ("taken", "selected", "pinned", "rejected")
_WHOSE = "(choice = 'rejected') = (asset_key IS NULL)"


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_key", sa.String(length=200), nullable=True),
        sa.Column("generation_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("(asset_key IS NULL) <> (generation_id IS NULL)", name=op.f("ck_note_whose")),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_note_said")),
        sa.ForeignKeyConstraint(["generation_id"], ["generation.id"], name=op.f("fk_note_generation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index("ix_note_asset_key", ["asset_key"], unique=False)
        batch_op.create_index("ix_note_generation_id", ["generation_id"], unique=False)
    op.create_table(
        "trash",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("thrown", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["generation_id"], ["generation.id"], name=op.f("fk_trash_generation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trash")),
    )
    with op.batch_alter_table("trash", schema=None) as batch_op:
        batch_op.create_index("ix_trash_generation_id", ["generation_id"], unique=False)
    _restrict_decisions((*_CHOICES, "undone"), f"choice = 'undone' OR {_WHOSE}")
    op.add_column("asset", sa.Column("title", sa.Text(), nullable=True))
    op.add_column("blob", sa.Column("cleared_at", sa.DateTime(), nullable=True))
    with op.batch_alter_table("delivered", schema=None) as batch_op:
        batch_op.drop_index("ix_delivered_generation_id")
        batch_op.create_index("ix_delivered_generation_id_slot", ["generation_id", "slot"], unique=False)


def downgrade() -> None:
    # An older program cannot say that a word was taken back: the word stands again.
    op.execute("DELETE FROM decision WHERE choice = 'undone'")
    with op.batch_alter_table("delivered", schema=None) as batch_op:
        batch_op.drop_index("ix_delivered_generation_id_slot")
        batch_op.create_index("ix_delivered_generation_id", ["generation_id"], unique=False)
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.drop_column("cleared_at")
    with op.batch_alter_table("asset", schema=None) as batch_op:
        batch_op.drop_column("title")
    _restrict_decisions(_CHOICES, _WHOSE)
    op.drop_table("trash")
    op.drop_table("note")


def _restrict_decisions(choices: tuple[str, ...], whose: str) -> None:
    words = ", ".join(repr(choice) for choice in choices)
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_decision_choice"), type_="check")
        batch_op.drop_constraint(op.f("ck_decision_whose"), type_="check")
        batch_op.create_check_constraint(op.f("ck_decision_choice"), f"choice IN ({words})")
        batch_op.create_check_constraint(op.f("ck_decision_whose"), whose)
