"""Where crops are centred: the subject found in each master, and the points that authors set by hand.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa  # noqa: TID251 - migrations speak SQL
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subject",
        sa.Column("master", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("columns", sa.LargeBinary(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("grid", sa.LargeBinary(), nullable=False),
        sa.Column("found_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "length(columns) = 64 AND length(rows) = 64 AND length(grid) = 256", name=op.f("ck_subject_sizes")
        ),
        sa.ForeignKeyConstraint(["master"], ["blob.sha256"], name=op.f("fk_subject_master")),
        sa.PrimaryKeyConstraint("master", "method", name=op.f("pk_subject")),
    )
    op.create_table(
        "focus_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_key", sa.String(length=200), nullable=False),
        sa.Column("slot", sa.String(length=80), nullable=False),
        sa.Column("x", sa.Float(), nullable=True),
        sa.Column("y", sa.Float(), nullable=True),
        sa.Column("spec_said", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("(x IS NULL) = (y IS NULL)", name=op.f("ck_focus_point_whole")),
        sa.CheckConstraint("x BETWEEN 0 AND 1 AND y BETWEEN 0 AND 1", name=op.f("ck_focus_point_inside")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_focus_point")),
    )
    with op.batch_alter_table("focus_point", schema=None) as batch_op:
        batch_op.create_index("ix_focus_point_asset_key", ["asset_key"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("focus_point", schema=None) as batch_op:
        batch_op.drop_index("ix_focus_point_asset_key")

    op.drop_table("focus_point")
    op.drop_table("subject")
