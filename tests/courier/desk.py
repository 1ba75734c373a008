"""Packages and staff for the tests of the mail desk, and the database afterwards."""

from datetime import datetime

from sqlalchemy import select

from portal import clock
from portal.courier import intake
from portal.courier.models import Submission
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.paper import tokens
from tests.factories import make_account, make_post, signed_in
from tests.visitor import Visitor

DESK = "/en/staff/courier/"
DAY = datetime(2026, 11, 23)


def somebody(app, role, code="PHP"):
    place = {} if code == "PHP" else {"country": "JO", "city": "Amman", "timezone": "Asia/Amman"}
    return signed_in(Visitor(app), make_account(role, make_post(code, courier=True, **place)))


def address(package):
    return f"{DESK}packages/{package.reference}"


def code_of(package, purpose=tokens.COURIER):
    return tokens.sign(package.reference, package.version, DAY, purpose)


def items(package):
    return [item.id for item in package.case.principal.refusals[0].items]


def received(package, found=None):
    """Take a package in, as the desk does."""
    intake.receive(package, set(items(package) if found is None else found), "account:1", clock.now())
    session.commit()
    return package


def stored(package):
    session.rollback()
    session.expire_all()
    return session.get_one(Submission, package.id)


def deeds(action):
    session.rollback()
    return len(session.scalars(select(Entry.id).where(Entry.action == action)).all())
