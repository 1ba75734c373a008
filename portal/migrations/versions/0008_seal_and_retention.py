"""The sealed journal: entries that are never changed, the chain of their seals, its signed heads; ends of cases found."""

import sqlalchemy as sa
from alembic import op

from portal.migrations import gently

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# What erasing a case asks for.
INDEXES = (("case", "status_on"), ("case_request", "case_id"), ("submission", "sender_id"))
FIXED = ("journal_entry", "journal_seal", "journal_head")
POSTGRESQL = (
    """
    CREATE FUNCTION journal_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'what is in % is never changed and never deleted', TG_TABLE_NAME;
    END $$
    """,
    *(
        f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION journal_is_fixed()"
        for table in FIXED
    ),
    *(
        f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_is_fixed()"
        for table in FIXED
    ),
    """
    CREATE FUNCTION journal_waits_for_seal() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO journal_unsealed (entry_id) VALUES (NEW.id);
      RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER journal_entry_waits AFTER INSERT ON journal_entry "
    "FOR EACH ROW EXECUTE FUNCTION journal_waits_for_seal()",
)
SQLITE = (
    *(
        f"CREATE TRIGGER {table}_not_{done} BEFORE {deed} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'what is in {table} is never changed and never deleted'); END"
        for table in FIXED
        for deed, done in (("UPDATE", "changed"), ("DELETE", "deleted"))
    ),
    "CREATE TRIGGER journal_entry_waits AFTER INSERT ON journal_entry "
    "BEGIN INSERT INTO journal_unsealed (entry_id) VALUES (NEW.id); END",
)


def upgrade():
    if not gently.was_begun("journal_seal"):
        _make_tables()
    for table, column in INDEXES:
        gently.add_index(op.f(f"ix_{table}_{column}"), table, [column])


def _make_tables():
    op.create_table(
        "journal_seal",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("previous", sa.BigInteger(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(position = 1 AND previous IS NULL) OR (previous IS NOT NULL AND previous = position - 1)",
            name=op.f("ck_journal_seal_previous"),
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entry.id"], name=op.f("fk_journal_seal_entry_id")),
        sa.ForeignKeyConstraint(["previous"], ["journal_seal.position"], name=op.f("fk_journal_seal_previous")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_journal_seal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_journal_seal_entry_id")),
    )
    op.create_table(
        "journal_head",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=4), nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.ForeignKeyConstraint(["position"], ["journal_seal.position"], name=op.f("fk_journal_head_position")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_journal_head")),
    )
    op.create_table(
        "journal_unsealed",
        sa.Column("entry_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entry.id"], name=op.f("fk_journal_unsealed_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_journal_unsealed")),
    )
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)
    # After the triggers, which keep writers out: no entry is written between the two.
    op.execute("INSERT INTO journal_unsealed (entry_id) SELECT id FROM journal_entry")


def downgrade():
    for table, column in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
    if op.get_bind().dialect.name == "postgresql":
        for table in FIXED:
            op.execute(f"DROP TRIGGER {table}_fixed ON {table}")
            op.execute(f"DROP TRIGGER {table}_not_emptied ON {table}")
        op.execute("DROP TRIGGER journal_entry_waits ON journal_entry")
        op.execute("DROP FUNCTION journal_waits_for_seal")
        op.execute("DROP FUNCTION journal_is_fixed")
    else:
        for statement in SQLITE:
            op.execute(f"DROP TRIGGER {statement.split()[2]}")
    for table in ("journal_unsealed", "journal_head", "journal_seal"):
        op.drop_table(table)
