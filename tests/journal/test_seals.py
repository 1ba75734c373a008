"""Sealing the journal: one chain, with any workers at any time; entries are never changed (R6)."""

from uuid import uuid4

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from portal import clock
from portal.database.transactions import session
from portal.journal import journal
from portal.journal.chain import FIELDS
from portal.journal.journal import Entry
from portal.journal.models import Head, Seal, Unsealed
from portal.journal.sealing import BATCH, seal
from tests.commands.terminal import run
from tests.factories import book, make_account, make_case, make_post, make_slot
from tests.mailbox import Mailbox


def entries(number, post=None):
    """Some entries that wait to be sealed."""
    post = post or make_post()
    for at in range(number):
        journal.record("command", "tried", post, post_id=post.id, after={"number": at, "city": "Phnom Penh ភ្នំពេញ"})
    session.commit()


def seal_all():
    while seal(clock.now()):
        session.commit()


def count(model):
    return session.scalar(select(func.count()).select_from(model))


def test_r6_the_worker_seals_what_people_did_into_a_chain_with_a_signed_head(app):
    book(make_case(make_account()), make_slot().id, uuid4(), "account:1", clock.now())
    session.commit()
    assert count(Unsealed) == count(Entry) > 0
    Mailbox().deliver()

    chain = session.scalars(select(Seal).order_by(Seal.position)).all()
    assert [one.position for one in chain] == list(range(1, count(Entry) + 1))
    assert [one.previous for one in chain[:3]] == [None, 1, 2]
    assert (count(Unsealed), session.scalar(select(func.max(Head.position)))) == (0, len(chain))
    assert run(app, "check").stderr == "0 violations.\n"


def test_the_worker_says_where_the_chain_ends_for_whoever_keeps_its_output(app):
    entries(2)

    assert run(app, "worker", "--once").stdout.startswith("journal sealed up to 2: ")


def test_r6_an_entry_that_becomes_visible_late_is_sealed_late_and_not_left_out(app):
    entries(3)
    late = session.scalars(select(Unsealed.entry_id).order_by(Unsealed.entry_id)).first()
    session.execute(delete(Unsealed).where(Unsealed.entry_id == late))  # its transaction is still open
    seal_all()
    session.add(Unsealed(entry_id=late))
    session.commit()
    seal_all()

    assert session.scalars(select(Seal.entry_id).order_by(Seal.position)).all()[-1] == late
    assert run(app, "check").stderr == "0 violations.\n"


def test_sealing_goes_on_where_it_ended_in_batches(app):
    entries(BATCH + 7)

    assert [seal(clock.now()), seal(clock.now()), seal(clock.now())] == [BATCH, 7, 0]
    session.commit()
    assert session.scalars(select(Head.position).order_by(Head.position)).all() == [BATCH, BATCH + 7]
    assert run(app, "check").stderr == "0 violations.\n"


def test_an_entry_that_any_other_program_writes_waits_to_be_sealed_too(app):
    statement = (
        "INSERT INTO journal_entry (at, actor, action, subject, subject_id) "
        "VALUES ('2026-11-27 12:00:00+00:00', 'sql', 'by hand', 'post', 1)"
    )
    session.execute(text(statement.replace("+00:00", "") if is_sqlite() else statement))
    session.commit()

    assert count(Unsealed) == 1
    seal_all()
    assert run(app, "check").stderr == "0 violations.\n"


def test_r6_the_database_itself_refuses_to_change_or_delete_what_is_in_the_journal(app):
    entries(2)
    seal_all()
    for model, column in ((Entry, "actor"), (Seal, "hash"), (Head, "hash")):
        for statement in (update(model).values({column: "x"}), delete(model)):
            with pytest.raises(DBAPIError, match="never changed and never deleted"):
                session.execute(statement)
            session.rollback()
        assert count(model) > 0


UNFIT = {
    "a second head": (2, 2, 1),
    "an entry twice": (3, 1, 2),
    "a gap": (4, 2, 3),
    "another beginning": (4, 2, None),
    "two after one": (3, 2, 1),
    "a second beginning": (1, 2, None),
}


def test_r6_the_database_itself_refuses_two_heads_and_gaps(app):
    entries(3)
    seal(clock.now(), most=2)
    session.commit()
    chosen = session.scalars(select(Entry.id).order_by(Entry.id)).all()
    for what, (position, entry, previous) in UNFIT.items():
        row = {"position": position, "entry_id": chosen[entry], "previous": previous, "hash": "0" * 64}
        with pytest.raises(IntegrityError):
            session.execute(insert(Seal), row)
            pytest.fail(what)
        session.rollback()


def test_r6_a_worker_that_is_killed_before_its_commit_leaves_no_gap(app):
    entries(5)
    seal(clock.now(), most=3)
    session.rollback()
    assert (count(Seal), count(Unsealed)) == (0, 5)
    seal_all()

    assert run(app, "check").stderr == "0 violations.\n"


def test_every_column_of_an_entry_is_sealed():
    assert set(FIELDS) == set(Entry.__table__.columns.keys())


def is_sqlite():
    return session.get_bind().dialect.name == "sqlite"
