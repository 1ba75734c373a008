"""Patterns, closures and rolling rules of slots; arrivals at the door."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("appointment", sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True))
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


def downgrade():
    for table in ("rule_run", "rolling_rule", "closure", "weekly_pattern"):
        op.drop_table(table)
    op.drop_column("appointment", "arrived_at")
