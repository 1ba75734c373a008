"""Patterns, closures and rolling rules of slots; arrivals at the door."""

import sqlalchemy as sa
from alembic import op

from portal.migrations import gently

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    gently.take("slot", "appointment")
    op.add_column("appointment", sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("appointment", sa.Column("arrival_key", sa.Uuid(), nullable=True))
    op.create_table(
        "weekly_pattern",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("bands", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_weekly_pattern_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_pattern")),
        sa.UniqueConstraint("post_id", "name", name=op.f("uq_weekly_pattern_post_id_name")),
        sa.UniqueConstraint("id", "post_id", name=op.f("uq_weekly_pattern_id_post_id")),
    )
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=15), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.CheckConstraint("kind IN ('here', 'united_states', 'own')", name=op.f("ck_closure_kind")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_closure_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
        sa.UniqueConstraint("post_id", "day", name=op.f("uq_closure_post_id_day")),
    )
    op.create_table(
        "rolling_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("pattern_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("days_ahead", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("least_open", sa.Integer(), nullable=True),
        sa.Column("most_open", sa.Integer(), nullable=True),
        sa.Column("within_days", sa.Integer(), nullable=True),
        sa.Column("reserve", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.CheckConstraint("days_ahead BETWEEN 1 AND 366", name=op.f("ck_rolling_rule_days_ahead")),
        sa.CheckConstraint("reserve >= 0", name=op.f("ck_rolling_rule_reserve")),
        sa.CheckConstraint("(least_open IS NULL) = (most_open IS NULL)", name=op.f("ck_rolling_rule_demand")),
        sa.ForeignKeyConstraint(
            ["pattern_id", "post_id"],
            ["weekly_pattern.id", "weekly_pattern.post_id"],
            name=op.f("fk_rolling_rule_pattern_id_post_id"),
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_rolling_rule_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rolling_rule")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rolling_rule_public_id")),
    )
    op.create_index(op.f("ix_rolling_rule_post_id"), "rolling_rule", ["post_id"])
    op.create_table(
        "rule_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=30), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_rule_run_release_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["rolling_rule.id"], name=op.f("fk_rule_run_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_run")),
        sa.UniqueConstraint("rule_id", "local_day", name=op.f("uq_rule_run_rule_id_local_day")),
    )
    made_by = sa.ForeignKey("rule_run.id", name=op.f("fk_slot_run_id"))
    op.add_column("slot", sa.Column("run_id", sa.Integer(), made_by, nullable=True), inline_references=True)
    op.create_index(op.f("ix_slot_run_id"), "slot", ["run_id"])
    op.create_table(
        "empty_looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_empty_looks_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_empty_looks")),
        sa.UniqueConstraint("post_id", "day", name=op.f("uq_empty_looks_post_id_day")),
    )
    held = sa.text("held_until IS NOT NULL")
    op.create_index(
        "ix_appointment_held_until", "appointment", ["held_until"], sqlite_where=held, postgresql_where=held
    )
    op.create_table(
        "cancellation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_cancellation_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cancellation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cancellation_public_id")),
        sa.UniqueConstraint("form_key", name=op.f("uq_cancellation_form_key")),
    )
    op.create_index(op.f("ix_cancellation_post_id"), "cancellation", ["post_id"])
    op.create_table(
        "displacement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cancellation_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.CheckConstraint("outcome IN ('held', 'cancelled')", name=op.f("ck_displacement_outcome")),
        sa.ForeignKeyConstraint(
            ["cancellation_id"], ["cancellation.id"], name=op.f("fk_displacement_cancellation_id")
        ),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_displacement_appointment_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_displacement_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_displacement")),
        sa.UniqueConstraint(
            "cancellation_id", "appointment_id", name=op.f("uq_displacement_cancellation_id_appointment_id")
        ),
    )
    op.create_index(op.f("ix_displacement_appointment_id"), "displacement", ["appointment_id"])
    op.create_table(
        "case_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=True),
        sa.CheckConstraint("(content IS NULL) = (done_at IS NOT NULL)", name=op.f("ck_case_upload_content")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_case_upload_post_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_case_upload_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_upload")),
        sa.UniqueConstraint("public_id", name=op.f("uq_case_upload_public_id")),
    )
    op.create_index(op.f("ix_case_upload_account_id"), "case_upload", ["account_id"])


def downgrade():
    op.drop_index(op.f("ix_slot_run_id"), "slot")
    op.drop_column("slot", "run_id")
    op.drop_index("ix_appointment_held_until", "appointment")
    for table in ("case_upload", "displacement", "cancellation", "empty_looks", "rule_run", "rolling_rule", "closure", "weekly_pattern"):
        op.drop_table(table)
    op.drop_column("appointment", "arrival_key")
    op.drop_column("appointment", "arrived_at")
