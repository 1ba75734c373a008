"""Inquiries and their texts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "inquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("form_key", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "category IN ('documents', 'appointment', 'lost_letter', 'mistake', 'processing', 'other')",
            name=op.f("ck_inquiry_category"),
        ),
        sa.CheckConstraint("state IN ('open', 'answered')", name=op.f("ck_inquiry_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_inquiry_account_id")),
        sa.ForeignKeyConstraint(
            ["case_id", "post_id"], ["case.id", "case.post_id"], name=op.f("fk_inquiry_case_id_post_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint("form_key", name=op.f("uq_inquiry_form_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inquiry_public_id")),
    )
    with op.batch_alter_table("inquiry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inquiry_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inquiry_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inquiry_post_id_state"), ["post_id", "state"], unique=False)
    op.create_table(
        "inquiry_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inquiry_id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.Uuid(), nullable=False),
        sa.Column("by_post", sa.Boolean(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiry.id"], name=op.f("fk_inquiry_text_inquiry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry_text")),
        sa.UniqueConstraint("form_key", name=op.f("uq_inquiry_text_form_key")),
    )
    with op.batch_alter_table("inquiry_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inquiry_text_inquiry_id"), ["inquiry_id"], unique=False)


def downgrade():
    op.drop_table("inquiry_text")
    op.drop_table("inquiry")
