"""One world for every attack: two posts with staff of every role, and at each an applicant who has one of everything.

It is created with the factories of the tests, in the database of the application in use. Created again, it adds
new cases and papers at the same two posts.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count
from uuid import uuid4

from flask import current_app

from portal import clock
from portal.accounts import links
from portal.accounts.models import Account, Link
from portal.appointments import kept_answers
from portal.appointments.appointment_papers import code_of
from portal.appointments.cancelling import cancel_slots
from portal.cases.finding import requests
from portal.cases.importing import uploads
from portal.cases.operations import cases_of
from portal.courier.package_papers import code_of as package_code_of
from portal.database.transactions import session
from portal.guide.topics import TOPICS
from portal.home import retrieval
from portal.inquiries import operations as inquiries
from portal.mail import outbox
from portal.mail.models import Message
from portal.mailing import unsubscribe
from portal.posts.models import Post
from portal.sessions import operations as sessions
from portal.slots import closures
from portal.slots.operations import add_slots, note_release
from portal.slots.rules import operations as rules
from portal.slots.rules.terms import Terms
from portal.slots.weeks import operations as weeks
from portal.slots.weeks.patterns import Band
from portal.status import subscriptions
from portal.web import identity, session_cookie
from portal.web.roles import SignedIn
from tests.factories import (
    BIRTH,
    PASSPORT,
    book,
    make_account,
    make_agency,
    make_case,
    make_package,
    make_post,
    make_sent_document,
    make_slot,
    signed_in,
)
from tests.visitor import Visitor

POSTS = {
    "PHP": {"courier": True, "uses_letter_codes": True},
    "AMM": {"country": "JO", "city": "Amman", "timezone": "Asia/Amman", "courier": True},
}
STAFF = ("guard", "desk", "scheduler", "officer", "supervisor")
VISITOR, APPLICANT, ADMINISTRATOR = "visitor", "applicant", "administrator"
# Arguments of addresses that identify nothing that belongs to a person.
NOBODYS = {"lang", "position", "day", "topic", "number"}
EVERY_DAY = tuple(range(7))
TELEPHONE = "+855 12 345 678"
_days = count(20)


@dataclass
class Side:
    """What there is at one post: its staff, its applicant, and the arguments of addresses, by name."""

    post: Post
    staff: dict[str, Account]
    applicant: Account
    values: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Persona:
    """A user: a role, the side they belong to (None for a visitor and an administrator), a browser."""

    role: str
    side: Side | None
    visitor: Visitor
    account: Account | None = None

    @property
    def name(self):
        """The name of this person in a report."""
        return self.role + (f" at {self.side.post.code}" if self.side else "")


@dataclass
class World:
    """Two sides, and their users."""

    app: object
    sides: list[Side]
    people: list[Persona]

    def persona(self, role, side=0):
        """Return a persona with a role, at one of the sides that have the role."""
        found = [one for one in self.people if one.role == role and one.side in (None, self.sides[side])]
        return found[0]


def make_world(app):
    """Create one world in the database of an application whose context is pushed, and return it."""
    sides = [_make_side(code, settings) for code, settings in POSTS.items()]
    people = [Persona(VISITOR, None, Visitor(app))]
    for side in sides:
        people += [Persona(role, side, Visitor(app), account) for role, account in side.staff.items()]
        people.append(Persona(APPLICANT, side, Visitor(app), side.applicant))
    people.append(Persona(ADMINISTRATOR, None, Visitor(app), make_account(ADMINISTRATOR)))
    for one in people:
        enter(one)
    return World(app, sides, people)


def enter(persona):
    """Sign a persona in again."""
    if persona.account is not None:
        signed_in(persona.visitor, persona.account)
        identity.forget_everyone()


def replace(persona):
    """Replace a persona whose account is gone by another person with the same role."""
    is_staff = persona.role in (*STAFF, ADMINISTRATOR)
    post = persona.side.post if persona.role in STAFF else None
    persona.account = make_account(persona.role if is_staff else None, post)
    enter(persona)


def _make_side(code, settings):
    post, now = make_post(code, **settings), clock.now()
    staff = {role: make_account(role, post) for role in STAFF}
    side = Side(post, staff, make_account(email_confirmed_at=now, telephone=TELEPHONE))
    for make in (_papers_of_cases, _files, _papers_of_slots, _papers_of_staff, _tokens):
        make(side, now)
    session.commit()
    return side


def _papers_of_cases(side, now):
    post, applicant = side.post, side.applicant
    by = f"account:{applicant.id}"
    booked, free, sending, sent = (
        make_case(applicant, **_cells(post, respond_by))
        for respond_by in ("in_person", "in_person", "courier", "courier")
    )
    agency = make_agency(post, code=f"{post.code}-{next(_days)}")
    other = make_agency(post, code=f"{post.code}-{next(_days)}")
    # At an hour that no slot of a demonstration has.
    start = datetime.combine(now.date() + timedelta(days=next(_days)), time(9, 7))
    appointment = book(booked, make_slot(post, start, seats=2).id, uuid4(), by, now)
    package = make_package(sent, agency)
    inquiry = inquiries.ask(booked, "documents", "May I bring a copy?", uuid4(), by, now)
    answers = {"surname": "Sok", "case_number": booked.number, "date_of_birth": BIRTH, "passport_number": PASSPORT}
    request = requests.ask(applicant.id, post, answers, uuid4(), by, now)
    _keep_drafts(applicant, post, free, now)
    side.values |= {
        "case_id": [str(one.public_id) for one in (booked, free, sending, sent)],
        "reference": [appointment.reference, package.reference],
        "inquiry_id": [str(inquiry.public_id)],
        "request_id": [str(request.public_id)],
        "refusal_id": [str(one.id) for one in (*booked.refusals, *sent.refusals)],
        "item_id": [str(one.id) for one in sent.refusals[0].items],
        "code": [agency.code, other.code],
        "token": [code_of(appointment), package_code_of(package)],
    }


def _files(side, now):
    """A document that was sent as files, and one to which files are being added."""
    case = make_case(side.applicant, **_cells(side.post, "electronic"))
    sent, collected = (make_sent_document(case, item, now) for item in case.refusals[0].items)
    sent.state, sent.sent_at = "sent", now
    session.flush()
    side.values["case_id"].append(str(case.public_id))
    side.values["item_id"] += [str(item.id) for item in case.refusals[0].items]
    side.values |= {
        "document_id": [str(sent.public_id)],
        "file_id": [str(one.files[0].public_id) for one in (sent, collected)],
    }


def _cells(post, respond_by):
    number = f"{post.code}2026{next(_days):06}"
    return {"post": post.code, "case_number": number, "respond_by": respond_by}


def _keep_drafts(applicant, post, case, now):
    details = {
        "location": post.code,
        "surname": "Sok",
        "given_names": "Dara",
        "day": "12",
        "month": "4",
        "year": "1990",
        "day_unknown": False,
        "passport_number": PASSPORT,
        "nationality": "KH",
        "has_new_passport": False,
        "new_passport_number": "",
        "telephone": TELEPHONE,
        "birth_dates": [BIRTH, BIRTH[:7], BIRTH[:4]],
    }
    steps = {
        "visa": {"visa": "immigrant"},
        "purpose": {"purpose": "follow_up"},
        "details": details,
        "questions": dict.fromkeys(kept_answers.QUESTIONS, "yes"),
        "typed": {"case_number": case.number},
    }
    for step, answers in steps.items():
        kept_answers.keep(applicant.id, step, answers, now)


def _papers_of_slots(side, now):
    post, by = side.post, f"account:{side.staff['supervisor'].id}"
    day = clock.now().date() + timedelta(days=next(_days))
    start = datetime.combine(day, time(5))
    release = note_release(post, {start: 2}, now, uuid4(), by, now)
    add_slots(post, {start: 2}, opens_at=now, release_id=release.id)
    plain = make_slot(post, start + timedelta(minutes=10), seats=3)
    band = Band(EVERY_DAY, (time(9),), 2)
    pattern = weeks.save_pattern(post, None, f"Pattern {next(_days)}", [band], day, None, by, now)
    terms = Terms(pattern.id, name="Rolling", days_ahead=7, weekdays=EVERY_DAY, at=time(9), starts_on=day)
    rule = rules.save_rule(post, None, terms, uuid4(), by, now)
    closure = closures.close_day(post, day + timedelta(days=300), "Flood", by, now)
    lost = make_slot(post, start + timedelta(minutes=20))
    book(make_case(side.applicant, **_cells(post, "in_person")), lost.id, uuid4(), by, now)
    session.commit()
    cancellation = cancel_slots(post, [lost.id], "illness", now + timedelta(hours=60), uuid4(), by, now)
    side.values |= {
        "slot_id": [str(plain.id)],
        "release_id": [str(release.id)],
        "pattern_id": [str(pattern.id)],
        "rule_id": [str(rule.public_id)],
        "closure_id": [str(closure.id)],
        "public_id": [str(cancellation.public_id)],
    }


def _papers_of_staff(side, now):
    officer = side.staff["officer"]
    who = SignedIn(officer.id, "officer", side.post.id, "")
    upload = uploads.keep(uploads.Reading(), who, now)
    outbox.write("news", f"news:{uuid4()}", now, account_id=side.applicant.id)
    session.flush()
    message = session.query(Message).order_by(Message.id.desc()).first()
    message.state, message.done_at = "dead", now
    side.values["public_id"] += [str(upload.public_id), str(message.public_id)]


def _tokens(side, now):
    applicant = side.applicant
    made = [
        Link(account_id=applicant.id, purpose=purpose, address=applicant.email, made_at=now, ends_at=now + life)
        for purpose, life in links.LIVES.items()
    ]
    for link in made:
        link.public_id = uuid4()
        session.add(link)
    session.flush()
    with current_app.test_request_context():
        stop = unsubscribe.address_for(applicant, "news").rsplit("/", 1)[1]
    travellers = [one.id for case in cases_of(applicant.id) for one in case.travellers]
    found = [*(links.token(link.public_id) for link in made), stop, retrieval.token_for(travellers)]
    _number, digest = session_cookie.new_number()
    sessions.begin(applicant.id, digest, sessions.APPLICANT, now)
    who = SignedIn(applicant.id, None, None, digest)
    side.values["token"] += found
    side.values |= {
        "secret": [subscriptions.make_address(who, now)],
        "position": ["0"],
        "number": ["1"],
        "day": [clock.now().date().isoformat()],
        "topic": list(TOPICS),
    }
