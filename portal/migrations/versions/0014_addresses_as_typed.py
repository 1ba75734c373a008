"""E-mail addresses as they are written to, where that is not how they are compared; `email` stays the key."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("account", sa.Column("email_as_typed", sa.String(length=254), nullable=True))


def downgrade():
    op.drop_column("account", "email_as_typed")
