"""Documents that applicants send as files, and whether a post looks at copies before a journey."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("post", sa.Column("checking_copies", sa.Boolean(), server_default=sa.false(), nullable=False))
    _make_documents()
    op.create_table(
        "sent_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('pdf', 'jpeg', 'png', 'heic')", name=op.f("ck_sent_file_kind")),
        sa.CheckConstraint("pages > 0", name=op.f("ck_sent_file_pages")),
        sa.CheckConstraint("state IN ('waiting', 'ready')", name=op.f("ck_sent_file_state")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["sent_document.id"], name=op.f("fk_sent_file_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sent_file_public_id")),
    )
    op.create_index("uq_sent_file_digest", "sent_file", ["document_id", "digest"], unique=True)
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_sent_file_waiting", "sent_file", ["id"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "unwanted_file",
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("public_id", name=op.f("pk_unwanted_file")),
    )
    op.create_index(op.f("ix_unwanted_file_due_at"), "unwanted_file", ["due_at"])


def _make_documents():
    op.create_table(
        "sent_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("refusal_item_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sending", sa.Uuid(), nullable=True),
        sa.Column("receipt_id", sa.Integer(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_by", sa.String(length=40), nullable=True),
        sa.Column("answer", sa.String(length=12), nullable=True),
        sa.CheckConstraint("answer IN ('looks_right', 'looks_wrong')", name=op.f("ck_sent_document_answer")),
        sa.CheckConstraint("answer IS NULL OR purpose = 'checking'", name=op.f("ck_sent_document_only_copies")),
        sa.CheckConstraint("purpose IN ('evidence', 'checking')", name=op.f("ck_sent_document_purpose")),
        sa.CheckConstraint("(state = 'open') = (sent_at IS NULL)", name=op.f("ck_sent_document_sent")),
        sa.CheckConstraint("state IN ('open', 'sent', 'replaced')", name=op.f("ck_sent_document_state")),
        sa.ForeignKeyConstraint(
            ["case_id", "post_id"], ["case.id", "case.post_id"], name=op.f("fk_sent_document_case_id_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_sent_document_receipt_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["refusal_item_id"],
            ["refusal_item.id"],
            name=op.f("fk_sent_document_refusal_item_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["sent_document.id"], name=op.f("fk_sent_document_replaces_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_document")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sent_document_public_id")),
    )
    for column in ("case_id", "receipt_id", "refusal_item_id"):
        op.create_index(op.f(f"ix_sent_document_{column}"), "sent_document", [column])
    to_look_at, is_open = sa.text("state = 'sent' AND looked_at IS NULL"), sa.text("state = 'open'")
    op.create_index(
        "ix_sent_document_to_look_at",
        "sent_document",
        ["post_id", "sent_at"],
        sqlite_where=to_look_at,
        postgresql_where=to_look_at,
    )
    op.create_index(
        "uq_sent_document_open",
        "sent_document",
        ["refusal_item_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def downgrade():
    for table in ("unwanted_file", "sent_file", "sent_document"):
        op.drop_table(table)
    op.drop_column("post", "checking_copies")
