"""The first tables: runs, specs, assets, generations, decisions, delivered files.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa  # noqa: TID251 - migrations speak SQL
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_limit",
        sa.Column("endpoint", sa.String(length=200), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("concurrency", sa.Integer(), nullable=True),
        sa.Column("qps", sa.Float(), nullable=True),
        sa.Column("learnt_at", sa.DateTime(), nullable=True),
        sa.Column("next_submit_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("endpoint", "account", name=op.f("pk_account_limit")),
    )
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("ending", sa.String(length=8), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0 AND bytes > 0", name=op.f("ck_blob_sizes")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_table(
        "spec",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_spec")),
    )
    op.create_table(
        "asset",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("spec", sa.String(length=64), nullable=False),
        sa.Column("request_key", sa.String(length=80), nullable=True),
        sa.Column("model", sa.String(length=80), nullable=True),
        sa.Column("prompt", sa.Text(), nullable=True),
        sa.Column("own_sha256", sa.String(length=64), nullable=True),
        sa.Column("ai", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["own_sha256"], ["blob.sha256"], name=op.f("fk_asset_own_sha256")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_asset")),
    )
    with op.batch_alter_table("asset", schema=None) as batch_op:
        batch_op.create_index("ix_asset_spec", ["spec"], unique=False)

    op.create_table(
        "generation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_key", sa.String(length=80), nullable=False),
        sa.Column("generation_key", sa.String(length=80), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("asset_key", sa.String(length=200), nullable=False),
        sa.Column("spec", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=200), nullable=False),
        sa.Column("endpoint", sa.String(length=200), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("charged", sa.String(length=8), nullable=False),
        sa.Column("resolution", sa.String(length=16), nullable=True),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("for_request", sa.String(length=80), nullable=False),
        sa.Column("task_id", sa.String(length=80), nullable=True),
        sa.Column("request_id", sa.String(length=120), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("owner", sa.String(length=40), nullable=True),
        sa.Column("error_code", sa.String(length=80), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("planned_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("stored_at", sa.DateTime(), nullable=True),
        sa.Column("blob_sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint("charged IN ('no', 'maybe', 'yes')", name=op.f("ck_generation_charged")),
        sa.CheckConstraint(
            "purpose IN ('run', 'regenerate', 'remaster')", name=op.f("ck_generation_purpose")
        ),
        sa.CheckConstraint(
            "resolution IS NULL OR (resolution IN ('abandoned', 'resubmit') AND state = 'cancelled')",
            name=op.f("ck_generation_resolution"),
        ),
        sa.CheckConstraint(
            "state <> 'planned' OR (task_id IS NULL AND charged = 'no')", name=op.f("ck_generation_planned")
        ),
        sa.CheckConstraint(
            "state <> 'stored' OR (blob_sha256 IS NOT NULL AND charged = 'yes')",
            name=op.f("ck_generation_stored"),
        ),
        sa.CheckConstraint(
            "state <> 'submitted' OR (task_id IS NOT NULL AND charged = 'yes')",
            name=op.f("ck_generation_submitted"),
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'submitting', 'submitted', 'stored', 'refused', 'failed', 'unknown', 'cancelled')",
            name=op.f("ck_generation_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('submitting', 'unknown') OR charged = 'maybe'", name=op.f("ck_generation_doubt")
        ),
        sa.CheckConstraint("charged = 'no' OR sent_at IS NOT NULL", name=op.f("ck_generation_sent")),
        sa.CheckConstraint("attempt > 0 AND width > 0 AND height > 0", name=op.f("ck_generation_positive")),
        sa.ForeignKeyConstraint(["blob_sha256"], ["blob.sha256"], name=op.f("fk_generation_blob_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generation")),
        sa.UniqueConstraint("request_key", "attempt", name=op.f("uq_generation_request_key_attempt")),
    )
    with op.batch_alter_table("generation", schema=None) as batch_op:
        batch_op.create_index("ix_generation_account_state", ["endpoint", "account", "state"], unique=False)
        batch_op.create_index("ix_generation_asset_key", ["asset_key"], unique=False)
        batch_op.create_index("ix_generation_blob_sha256", ["blob_sha256"], unique=False)
        batch_op.create_index("ix_generation_generation_key", ["generation_key"], unique=False)
        batch_op.create_index(
            "ix_generation_model_width_height_done_at", ["model", "width", "height", "done_at"], unique=False
        )
        batch_op.create_index("ix_generation_sent_at", ["sent_at"], unique=False)
        batch_op.create_index("ix_generation_spec", ["spec"], unique=False)
        batch_op.create_index("ix_generation_task_id", ["task_id"], unique=False)

    op.create_table(
        "own_file",
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("blob_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["blob_sha256"], ["blob.sha256"], name=op.f("fk_own_file_blob_sha256")),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_own_file")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_key", sa.String(length=200), nullable=True),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=16), nullable=False),
        sa.Column("request_key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("(choice = 'rejected') = (asset_key IS NULL)", name=op.f("ck_decision_whose")),
        sa.CheckConstraint(
            "choice IN ('taken', 'selected', 'pinned', 'rejected')", name=op.f("ck_decision_choice")
        ),
        sa.ForeignKeyConstraint(["generation_id"], ["generation.id"], name=op.f("fk_decision_generation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index("ix_decision_asset_key", ["asset_key"], unique=False)
        batch_op.create_index("ix_decision_generation_id", ["generation_id"], unique=False)

    op.create_table(
        "delivered",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("spec", sa.String(length=64), nullable=False),
        sa.Column("asset_key", sa.String(length=200), nullable=False),
        sa.Column("slot", sa.String(length=80), nullable=False),
        sa.Column("rendition_key", sa.String(length=80), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=True),
        sa.Column("provider", sa.String(length=200), nullable=False),
        sa.Column("master", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("crop", sa.JSON(), nullable=False),
        sa.Column("scale", sa.Float(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generation.id"], name=op.f("fk_delivered_generation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivered")),
        sa.UniqueConstraint("path", "sha256", name=op.f("uq_delivered_path_sha256")),
    )
    with op.batch_alter_table("delivered", schema=None) as batch_op:
        batch_op.create_index("ix_delivered_asset_key", ["asset_key"], unique=False)
        batch_op.create_index("ix_delivered_generation_id", ["generation_id"], unique=False)
        batch_op.create_index("ix_delivered_spec", ["spec"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=True),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("run", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "source IN ('planned', 'submitting', 'submitted', 'stored', 'refused', 'failed', 'unknown', 'cancelled')",
            name=op.f("ck_event_source"),
        ),
        sa.CheckConstraint(
            "target IN ('planned', 'submitting', 'submitted', 'stored', 'refused', 'failed', 'unknown', 'cancelled')",
            name=op.f("ck_event_target"),
        ),
        sa.ForeignKeyConstraint(["generation_id"], ["generation.id"], name=op.f("fk_event_generation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_generation_id", ["generation_id"], unique=False)

    op.create_table(
        "generation_tag",
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generation.id"], name=op.f("fk_generation_tag_generation_id")
        ),
        sa.PrimaryKeyConstraint("generation_id", "name", name=op.f("pk_generation_tag")),
    )
    with op.batch_alter_table("generation_tag", schema=None) as batch_op:
        batch_op.create_index("ix_generation_tag_name_value", ["name", "value"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("generation_tag", schema=None) as batch_op:
        batch_op.drop_index("ix_generation_tag_name_value")

    op.drop_table("generation_tag")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_generation_id")

    op.drop_table("event")
    with op.batch_alter_table("delivered", schema=None) as batch_op:
        batch_op.drop_index("ix_delivered_spec")
        batch_op.drop_index("ix_delivered_generation_id")
        batch_op.drop_index("ix_delivered_asset_key")

    op.drop_table("delivered")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index("ix_decision_generation_id")
        batch_op.drop_index("ix_decision_asset_key")

    op.drop_table("decision")
    op.drop_table("own_file")
    with op.batch_alter_table("generation", schema=None) as batch_op:
        batch_op.drop_index("ix_generation_task_id")
        batch_op.drop_index("ix_generation_spec")
        batch_op.drop_index("ix_generation_sent_at")
        batch_op.drop_index("ix_generation_model_width_height_done_at")
        batch_op.drop_index("ix_generation_generation_key")
        batch_op.drop_index("ix_generation_blob_sha256")
        batch_op.drop_index("ix_generation_asset_key")
        batch_op.drop_index("ix_generation_account_state")

    op.drop_table("generation")
    with op.batch_alter_table("asset", schema=None) as batch_op:
        batch_op.drop_index("ix_asset_spec")

    op.drop_table("asset")
    op.drop_table("spec")
    op.drop_table("run")
    op.drop_table("blob")
    op.drop_table("account_limit")
