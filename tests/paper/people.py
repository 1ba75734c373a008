"""Appointments on paper, for these tests: an owner, a case with travelers and documents, a booked hour."""

from datetime import datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal import clock
from portal.cases.importing.rows import Item
from portal.database.transactions import session
from portal.slots.models import Slot
from tests.factories import book, make_account, make_case, make_slot

DOCUMENTS = (
    "Police Certificate",
    "Marriage Certificate",
    "Birth Certificate",
    "Tax records",
    "Military record",
    "Affidavit of Support",
    "Proof of Relationship",
    "Divorce Certificate",
    "Death Certificate (for prior spouse)",
    "Court or Legal Documents",
    "Employment Qualifications",
    "Income evidence",
    "Domicile proof",
    "Adoption Documents",
    "Additional proof of identity",
)
CHILD = {"relationship": "child"}


def booked(account=None, days=7, travellers=1, documents=2, **cells):
    """A booked appointment of an account, so many days from today at the post at 09:00."""
    account = account or make_account()
    items = tuple(Item(name, number % 2 == 0, number > 4) for number, name in enumerate(DOCUMENTS[:documents]))
    more = [
        {"given_names": f"Child {number}", "passport_number": f"N000000{number}", "reasons": (), **CHILD}
        for number in range(1, travellers)
    ]
    case = make_case(account, more, reasons=items, **cells)
    return take(case, slot_in(case.post, days))


def slot_in(post, days):
    """A slot so many days from today at the post."""
    day = clock.now().astimezone(ZoneInfo(post.timezone)).date() + timedelta(days=days)
    start = datetime.combine(day, time(9, 0))
    there = session.scalar(select(Slot).where(Slot.post_id == post.id, Slot.local_start == start))
    return there or make_slot(post, start, seats=20)


def take(case, slot):
    """The appointment of a case, booked or moved to a slot, and stored."""
    appointment = book(case, slot.id, uuid4(), "account:1", clock.now())
    session.commit()
    return appointment
