"""A redo log for the corrections of an import, and a lease that says whether an import is running."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "case_import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["case_import.id"], name="fk_case_import_row_import_id"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_case_import_row_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_case_import_row"),
    )
    op.create_index("ix_case_import_row_import_id", "case_import_row", ["import_id"])
    op.create_index("ix_case_import_row_case_id", "case_import_row", ["case_id"])
    op.add_column("case_import", sa.Column("spoiled", sa.Boolean(), nullable=True))


def downgrade():
    op.drop_column("case_import", "spoiled")
    op.drop_table("case_import_row")
    op.drop_table("lease")
