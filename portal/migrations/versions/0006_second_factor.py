"""The second factor of staff, what a session knows of it, and recovery codes with a purpose and an end."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "second_factor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_second_factor_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("account_id", name=op.f("uq_second_factor_account_id")),
    )
    op.add_column("sign_in", sa.Column("factor_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sign_in", sa.Column("offered_secret", sa.LargeBinary(), nullable=True))
    op.add_column("sign_in", sa.Column("device", sa.String(length=40), server_default="", nullable=False))
    purpose = sa.Column("purpose", sa.String(length=10), server_default="password", nullable=False)
    op.add_column("recovery_code", purpose)
    op.add_column("recovery_code", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column("recovery_code", "ends_at")
    op.drop_column("recovery_code", "purpose")
    op.drop_column("sign_in", "device")
    op.drop_column("sign_in", "offered_secret")
    op.drop_column("sign_in", "factor_at")
    op.drop_table("second_factor")
