"""The portal without its protection against overselling: for the tests that must then see the damage.

It checks for free seats when a request arrives and takes one later without checking again, and the
database constraint is dropped. Nothing else differs. Served in place of wsgi:app by tests only.
"""

import time

from flask import g, request
from sqlalchemy import event, inspect, select, text, update

from portal import create_app
from portal.database import transactions
from portal.slots import operations
from portal.slots.models import Slot
from portal.web import concurrency_limit

LOOKING_SECONDS = 0.1  # in which others check too


def check_early():
    """Record which slots have a free seat when a request arrives, before it waits for the write lock."""
    if request.method == "POST":
        with transactions.reading() as own:
            g.free = set(own.scalars(select(Slot.id).where(Slot.taken < Slot.seats)))
        with concurrency_limit.aside():
            time.sleep(LOOKING_SECONDS)


def act_late(slot_id, post_id, now):
    """Take a seat relying on the earlier check: the mistake that take_seat does not make."""
    if slot_id not in g.free:
        return False
    transactions.session.execute(update(Slot).where(Slot.id == slot_id).values(taken=Slot.taken + 1))
    return True


def let_go(engine):
    """Drop the constraint from the database, so that only the statement could enforce the rule."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA ignore_check_constraints=ON"))
        return
    with engine.begin() as connection:
        if "ck_slot_room" in [one["name"] for one in inspect(connection).get_check_constraints("slot")]:
            connection.execute(text("ALTER TABLE slot DROP CONSTRAINT IF EXISTS ck_slot_room"))


def unguarded_app():
    """Return the portal without its protection."""
    operations.take_seat = act_late
    made = create_app()
    made.before_request_funcs.setdefault(None, []).append(check_early)
    let_go(made.extensions["engine"])
    return made


app = unguarded_app()
