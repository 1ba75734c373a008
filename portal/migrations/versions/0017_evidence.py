"""Document receipts, originals that a post keeps, passports asked for, stages of a petition, and officers' notes."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

FIXED_OF_RECEIPT = (
    "reference, post_id, case_id, way, received_on, proof, recorded_at, actor, package, corrects_id, form_key"
)
FIXED_OF_LINE = "receipt_id, position, outcome, kind, name, form, custody"
FIXED = (("receipt", FIXED_OF_RECEIPT), ("receipt_line", FIXED_OF_LINE))


def upgrade():
    _make_receipts()
    _make_requests()
    _fix_receipts()
    op.add_column("refusal_item", sa.Column("annotation", sa.Text(), server_default="", nullable=False))
    op.add_column("refusal", sa.Column("overcome_by", sa.String(length=12), nullable=True))


def _make_receipts():
    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=13), nullable=False),
        sa.Column("form_key", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("proof", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("package", sa.String(length=13), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("way IN ('window', 'courier', 'drop_box', 'files', 'direct')", name=op.f("ck_receipt_way")),
        sa.ForeignKeyConstraint(
            ["case_id", "post_id"], ["case.id", "case.post_id"], name=op.f("fk_receipt_case_id_post_id")
        ),
        sa.ForeignKeyConstraint(["corrects_id"], ["receipt.id"], name=op.f("fk_receipt_corrects_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_receipt_corrects_id")),
        sa.UniqueConstraint("form_key", name=op.f("uq_receipt_form_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_receipt_reference")),
    )
    op.create_index(op.f("ix_receipt_case_id"), "receipt", ["case_id"])
    op.create_table(
        "receipt_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=True),
        sa.Column("custody", sa.String(length=12), nullable=True),
        sa.Column("refusal_item_id", sa.Integer(), nullable=True),
        sa.Column("traveller_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("outcome IN ('came', 'missing')", name=op.f("ck_receipt_line_outcome")),
        sa.CheckConstraint("kind IN ('document', 'passport', 'other')", name=op.f("ck_receipt_line_kind")),
        sa.CheckConstraint("form IN ('original', 'copy')", name=op.f("ck_receipt_line_form")),
        sa.CheckConstraint("custody IN ('kept', 'handed_back')", name=op.f("ck_receipt_line_custody")),
        sa.CheckConstraint("outcome = 'came' OR custody IS NULL", name=op.f("ck_receipt_line_only_what_came")),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_line_receipt_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["refusal_item_id"],
            ["refusal_item.id"],
            name=op.f("fk_receipt_line_refusal_item_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["traveller_id"], ["traveller.id"], name=op.f("fk_receipt_line_traveller_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_line")),
    )
    for column in ("receipt_id", "refusal_item_id", "traveller_id"):
        op.create_index(op.f(f"ix_receipt_line_{column}"), "receipt_line", [column])
    op.create_table(
        "held_original",
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=True),
        sa.Column("handed_to", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("asked_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("place IN ('post', 'returned', 'petition')", name=op.f("ck_held_original_place")),
        sa.CheckConstraint("(place = 'post') = (moved_on IS NULL)", name=op.f("ck_held_original_moved")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["receipt_line.id"], name=op.f("fk_held_original_line_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_held_original")),
    )


def _make_requests():
    op.create_table(
        "passport_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("traveller_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=6), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint("state IN ('asked', 'received', 'withdrawn')", name=op.f("ck_passport_request_state")),
        sa.CheckConstraint("way IN ('bring', 'send')", name=op.f("ck_passport_request_way")),
        sa.ForeignKeyConstraint(
            ["traveller_id"], ["traveller.id"], name=op.f("fk_passport_request_traveller_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passport_request")),
    )
    op.create_index(op.f("ix_passport_request_traveller_id"), "passport_request", ["traveller_id"])
    is_asked = sa.text("state = 'asked'")
    op.create_index(
        "uq_passport_request_open",
        "passport_request",
        ["traveller_id"],
        unique=True,
        sqlite_where=is_asked,
        postgresql_where=is_asked,
    )
    op.create_table(
        "petition_stage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("respond_by", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('sent_to_nvc', 'at_uscis', 'notice', 'reaffirmed', 'revoked', 'back_at_post', 'new_interview')",
            name=op.f("ck_petition_stage_kind"),
        ),
        sa.CheckConstraint("respond_by IS NULL OR kind = 'notice'", name=op.f("ck_petition_stage_respond_by")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_petition_stage_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_petition_stage")),
        sa.UniqueConstraint("form_key", name=op.f("uq_petition_stage_form_key")),
    )
    op.create_index(op.f("ix_petition_stage_case_id"), "petition_stage", ["case_id"])
    op.create_table(
        "case_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.Uuid(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_note_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
        sa.UniqueConstraint("form_key", name=op.f("uq_case_note_form_key")),
    )
    op.create_index(op.f("ix_case_note_case_id"), "case_note", ["case_id"])


def _fix_receipts():
    """Let the database refuse that a receipt is changed (R15); it is deleted with its case only."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION receipt_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE EXCEPTION 'a receipt is never changed'; END $$"
        )
        for table, columns in FIXED:
            op.execute(
                f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {columns} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION receipt_is_fixed()"
            )
        return
    for table, columns in FIXED:
        op.execute(
            f"CREATE TRIGGER {table}_not_changed BEFORE UPDATE OF {columns} ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'a receipt is never changed'); END"
        )


def downgrade():
    op.drop_column("refusal", "overcome_by")
    op.drop_column("refusal_item", "annotation")
    for table in ("case_note", "petition_stage", "passport_request", "held_original", "receipt_line", "receipt"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION receipt_is_fixed()")
