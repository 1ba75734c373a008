"""Imports of case files that are switched on in one moment; indexes for a long history."""

import sqlalchemy as sa
from alembic import op

from portal.migrations import gently

revision = "0011"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    if not gently.was_begun("case_import"):
        _make_table()
    column = sa.Column("import_id", sa.Integer(), nullable=True)
    gently.add_reference("case", column, "case_import.id", "fk_case_import_id")
    gently.add_index("ix_case_import_id", "case", ["import_id"], where=sa.text("import_id IS NOT NULL"))
    gently.add_index("ix_case_claimed", "case", ["post_id"], where=sa.text("account_id IS NOT NULL"))
    gently.add_index("ix_slot_post_id_starts_at", "slot", ["post_id", "starts_at"])


def _make_table():
    op.create_table(
        "case_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("switched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added", sa.Integer(), nullable=True),
        sa.Column("changed", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_import")),
    )


def downgrade():
    op.drop_index("ix_slot_post_id_starts_at", "slot")
    op.drop_index("ix_case_claimed", "case")
    # What was never switched on was never there.
    op.execute('DELETE FROM "case" WHERE import_id IN (SELECT id FROM case_import WHERE switched_at IS NULL)')
    op.drop_index("ix_case_import_id", "case")
    op.drop_column("case", "import_id")
    op.drop_table("case_import")
