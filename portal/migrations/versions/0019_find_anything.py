"""Words of names, by which staff find a case, and what a member of staff searched for in a session."""

import sqlalchemy as sa
from alembic import op

from portal.migrations import gently
from portal.security.encryption import Encrypted, digest
from portal.values.names import words_of
from portal.values.telephones import stored_key

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BATCH = 2000
WORDS = sa.table("name_word", sa.column("traveller_id"), sa.column("word"), sa.column("post_id"))
ACCOUNTS = sa.table(
    "account", sa.column("id"), sa.column("telephone", Encrypted), sa.column("telephone_digest")
)
PEOPLE = sa.text(
    'SELECT traveller.id, traveller.surname, traveller.given_names, "case".post_id FROM traveller'
    ' JOIN "case" ON "case".id = traveller.case_id WHERE traveller.id > :last ORDER BY traveller.id LIMIT :most'
)


def upgrade():
    if not gently.was_begun("name_word"):
        _make_words()
        _make_searches()
        _fill()
        _note_telephones()
    known = sa.text("tracking_number <> ''")
    gently.add_index("ix_submission_tracking", "submission", ["post_id", "tracking_number"], where=known)


def _make_words():
    word = sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql")
    op.create_table(
        "name_word",
        sa.Column("traveller_id", sa.Integer(), nullable=False),
        sa.Column("word", word, nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_name_word_post_id")),
        sa.ForeignKeyConstraint(
            ["traveller_id"], ["traveller.id"], name=op.f("fk_name_word_traveller_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("traveller_id", "word", name=op.f("pk_name_word")),
    )
    op.create_index(op.f("ix_name_word_post_id_word"), "name_word", ["post_id", "word"])


def _make_searches():
    op.create_table(
        "staff_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_in.id"], name=op.f("fk_staff_search_sign_in_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_search")),
        sa.UniqueConstraint("public_id", name=op.f("uq_staff_search_public_id")),
    )
    op.create_index(op.f("ix_staff_search_sign_in_id"), "staff_search", ["sign_in_id"])


def _fill():
    """Write the words of the names that are stored, some thousand people at a time: folding them is ours, not SQL's."""
    bind, last = op.get_bind(), 0
    while people := bind.execute(PEOPLE, {"last": last, "most": BATCH}).all():
        rows = [
            {"traveller_id": one.id, "word": word, "post_id": one.post_id}
            for one in people
            for word in words_of(f"{one.surname} {one.given_names}")
        ]
        if rows:
            bind.execute(sa.insert(WORDS), rows)
        last = people[-1].id


def _note_telephones():
    """Write the digest of each telephone number that is stored; few accounts have one."""
    op.add_column("account", sa.Column("telephone_digest", sa.String(length=64), nullable=True))
    has_one = sa.text("telephone_digest IS NOT NULL")
    op.create_index(
        "ix_account_telephone", "account", ["telephone_digest"], sqlite_where=has_one, postgresql_where=has_one
    )
    bind = op.get_bind()
    for one in bind.execute(sa.select(ACCOUNTS).where(ACCOUNTS.c.telephone.is_not(None))).all():
        known = digest("telephone", stored_key(one.telephone))
        bind.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.id == one.id).values(telephone_digest=known))


def downgrade():
    op.drop_index("ix_account_telephone", "account")
    op.drop_column("account", "telephone_digest")
    op.drop_index("ix_submission_tracking", "submission")
    op.drop_table("staff_search")
    op.drop_table("name_word")
