"""Vocabulary, dates and letters of cases; agencies and packages."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ADDED: list[tuple[str, sa.Column[Any]]] = [
    ("post", sa.Column("inquiry_days", sa.Integer(), nullable=False, server_default="180")),
    ("post", sa.Column("courier_paid_by_post", sa.Boolean(), nullable=False, server_default=sa.false())),
    ("status_word", sa.Column("meanings", sa.JSON(none_as_null=True), nullable=True)),
    ("status_word", sa.Column("counts_as", sa.String(length=30), nullable=True)),
    ("traveller", sa.Column("passport_expires_on", sa.Date(), nullable=True)),
    ("traveller", sa.Column("medical_expires_on", sa.Date(), nullable=True)),
    ("refusal", sa.Column("letter_reissued_on", sa.Date(), nullable=True)),
    ("refusal_item", sa.Column("more_reason", sa.String(length=20), nullable=True)),
    ("account", sa.Column("telephone", sa.LargeBinary(), nullable=True)),
]
ON_THE_WAY = sa.text("state IN ('registered', 'dropped_off')")


def upgrade():
    for table, column in ADDED:
        op.add_column(table, column)
    op.create_table(
        "calendar_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_calendar_address_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_address")),
        sa.UniqueConstraint("account_id", name=op.f("uq_calendar_address_account_id")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_calendar_address_secret_digest")),
    )
    op.create_table(
        "agency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("courier", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("opening_hours", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_agency_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("post_id", "code", name=op.f("uq_agency_post_id_code")),
        sa.UniqueConstraint("id", "post_id", name=op.f("uq_agency_id_post_id")),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=13), nullable=False),
        sa.Column("form_key", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("sender_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("with_passport", sa.Boolean(), nullable=False),
        sa.Column("other_documents", sa.Integer(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dropped_off_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("collected_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("return_carrier", sa.String(length=40), nullable=False),
        sa.Column("tracking_number", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "state IN ('registered', 'dropped_off', 'received', 'returned', 'collected', 'withdrawn')",
            name=op.f("ck_submission_state"),
        ),
        sa.CheckConstraint("other_documents BETWEEN 0 AND 99", name=op.f("ck_submission_other_documents")),
        sa.ForeignKeyConstraint(
            ["case_id", "post_id"], ["case.id", "case.post_id"], name=op.f("fk_submission_case_id_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "post_id"], ["agency.id", "agency.post_id"], name=op.f("fk_submission_agency_id_post_id")
        ),
        sa.ForeignKeyConstraint(["sender_id"], ["traveller.id"], name=op.f("fk_submission_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("form_key", name=op.f("uq_submission_form_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_submission_reference")),
    )
    op.create_index(op.f("ix_submission_case_id"), "submission", ["case_id"])
    op.create_index(op.f("ix_submission_post_id_state"), "submission", ["post_id", "state"])
    op.create_index(
        "uq_submission_on_the_way",
        "submission",
        ["case_id"],
        unique=True,
        sqlite_where=ON_THE_WAY,
        postgresql_where=ON_THE_WAY,
    )
    op.create_table(
        "submission_traveller",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("traveller_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_submission_traveller_submission_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["traveller_id"], ["traveller.id"], name=op.f("fk_submission_traveller_traveller_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("submission_id", "traveller_id", name=op.f("pk_submission_traveller")),
    )
    op.create_index(op.f("ix_submission_traveller_traveller_id"), "submission_traveller", ["traveller_id"])
    op.create_table(
        "submission_item",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("refusal_item_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint("state IN ('packed', 'received', 'missing')", name=op.f("ck_submission_item_state")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_submission_item_submission_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["refusal_item_id"],
            ["refusal_item.id"],
            name=op.f("fk_submission_item_refusal_item_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", "refusal_item_id", name=op.f("pk_submission_item")),
    )
    op.create_index(op.f("ix_submission_item_refusal_item_id"), "submission_item", ["refusal_item_id"])


def downgrade():
    for table in ("submission_item", "submission_traveller", "submission", "agency", "calendar_address"):
        op.drop_table(table)
    for table, column in reversed(ADDED):
        op.drop_column(table, column.name)
