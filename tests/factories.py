"""Plain factories of posts, cases, slots and accounts for tests."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from uuid import uuid4

import pyotp

from portal import clock
from portal.accounts.models import Account, SecondFactor
from portal.accounts.passwords import hash_password
from portal.appointments.models import Appointment
from portal.appointments.operations import schedule
from portal.cases.importing.rows import Item, Row
from portal.cases.importing.store_cases import store_cases
from portal.cases.operations import case_at
from portal.courier.agencies import save_agency
from portal.courier.operations import pack, register
from portal.database.transactions import session
from portal.evidence.file_models import SentDocument, SentFile
from portal.evidence.file_store import store
from portal.journal.journal import record
from portal.posts.models import Post
from portal.security.file_encryption import encrypted, new_key
from portal.sessions.operations import APPLICANT, begin
from portal.slots.models import Slot
from portal.slots.operations import instant_of
from portal.web import session_cookie

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
PASSWORD = "purple otter ladder 99"
PASSPORT = "N0123456"
BIRTH = "1990-04-12"
_numbers = count(1)
_hash = hash_password(PASSWORD)


def make_post(code="PHP", **settings):
    """A post in service, Phnom Penh unless said otherwise."""
    known = session.query(Post).filter_by(code=code).one_or_none()
    if known:
        return known
    values = {
        "country": "KH",
        "city": "Phnom Penh",
        "timezone": "Asia/Phnom_Penh",
        "languages": "km en",
        "in_service": True,
        "in_person": True,
        "address": "Immigrant Visa Unit\n1 Example Street",
        "contact": "+855 23 000 000",
        **settings,
    }
    post = Post(code=code, **values)
    session.add(post)
    session.commit()
    return post


def make_row(**cells):
    """One row of a case file: Dara Sok's, refused sixty days ago, unless said otherwise."""
    today = clock.now().date()
    values = {
        "post": "PHP",
        "case_number": f"PHP2025{next(_numbers):06}",
        "visa_class": "IR1",
        "status": "refused",
        "status_date": today - timedelta(days=60),
        "surname": "Sok",
        "given_names": "Dara",
        "date_of_birth": BIRTH,
        "passport_number": PASSPORT,
        "nationality": "KH",
        "relationship": "principal",
        "interview_date": today - timedelta(days=60),
        "refused_on": today - timedelta(days=60),
        "respond_by": "in_person",
        "reasons": (Item("Police Certificate", True, False), Item("Marriage Certificate", False, False)),
        "letter_code": "",
        **cells,
    }
    return Row(**values)


def make_case(account=None, more=(), **cells):
    """A case that may book, of an account if one is given; more are rows of further travellers."""
    row = make_row(**cells)
    post = make_post(row.post)
    others = [make_row(**{"post": row.post, "case_number": row.case_number, **other}) for other in more]
    store_cases([row, *others], "command", clock.now())
    case = case_at(post.id, row.case_number)
    if account is not None:
        case.account_id, case.claimed_at = account.id, clock.now()
    session.commit()
    return case


def make_slot(post=None, start=None, seats=1, opens_at=None, **values):
    """An open slot, next week at nine unless said otherwise; start is local time."""
    post = post or make_post()
    start = start or datetime.combine(clock.now().date() + timedelta(days=7), time(9, 0)) + timedelta(
        minutes=30 * next(_numbers)
    )
    slot = Slot(
        post_id=post.id,
        local_start=start,
        timezone=post.timezone,
        starts_at=instant_of(start, post.timezone),
        seats=seats,
        opens_at=opens_at or clock.now() - timedelta(days=1),
        **values,
    )
    session.add(slot)
    session.commit()
    return slot


def book(case, slot_id, form_key, by, now):
    """The appointment of a case, booked in a slot or moved there."""
    reference = schedule(case, slot_id, form_key, by, now)
    return session.query(Appointment).filter_by(reference=reference).one()


def make_account(role=None, post=None, email=None, **values):
    """An account whose password is PASSWORD."""
    account = Account(
        address=email or f"somebody-{next(_numbers)}@example.org",
        password_hash=_hash,
        language="en",
        role=role,
        post_id=post.id if post else None,
        form_key=uuid4(),
        created_at=clock.now(),
        **values,
    )
    session.add(account)
    session.flush()
    record("command", "account created", account)
    session.commit()
    return account


def make_factor(account):
    """Give a member of staff a second factor; return the secret that the app holds."""
    secret = pyotp.random_base32()
    session.add(SecondFactor(account_id=account.id, secret=secret, last_step=0, set_up_at=clock.now()))
    session.commit()
    return secret


def signed_in(visitor, account):
    """Sign a visitor in to an account; staff have just given their second factor."""
    number, digest = session_cookie.new_number()
    now = clock.now()
    begin(account.id, digest, APPLICANT, now, factor_at=now if account.role else None)
    session.commit()
    return visitor.enter(number)


def make_sent_document(case, item, now):
    """A document of a case to which one file is being added, with a picture of its page in the store."""
    document = SentDocument(
        case_id=case.id, post_id=case.post_id, item=item, name=item.name, purpose="evidence", changed_at=now
    )
    file = SentFile(public_id=uuid4(), data_key=new_key(), name="scan.jpg", digest=uuid4().hex, received_at=now)
    file.kind, file.bytes, file.pages, file.state = "jpeg", 1, 1, "ready"
    document.files.append(file)
    session.add(document)
    session.commit()
    for part in ("original", "page-1", "page-1-small"):
        store().put(file.public_id, part, encrypted(file.data_key, part, [b"\xff\xd8\xff"]))
    return document


def a_day(text):
    """A date, from 2026-01-31."""
    return date.fromisoformat(text)


def make_agency(post=None, **values):
    """An agency of DHL in Phnom Penh that can be chosen, unless said otherwise."""
    post, number = post or make_post(courier=True), next(_numbers)
    described = {
        "code": f"AGENCY-{number}",
        "courier": "DHL",
        "name": f"Agency {number}",
        "city": "Phnom Penh",
        "address": "2 Example Street\nPhnom Penh",
        "opening_hours": "Monday to Friday 08:00 to 17:00",
    }
    post.courier = True
    agency = save_agency(post, None, {**described, **values}, "command", clock.now())
    session.commit()
    return agency


def make_package(case=None, agency=None, listed=True, with_passport=False, other_documents=0):
    """A package that the principal of a case has registered; listed: with every item of the letter."""
    case = case or make_case(make_account(), respond_by="courier")
    agency = agency or make_agency(case.post)
    package = register(case, case.principal, agency.id, uuid4(), "command", clock.now())
    items = [item.id for item in case.principal.refusals[0].items] if listed else []
    pack(package, items, with_passport, other_documents, "command", clock.now())
    session.commit()
    return package
