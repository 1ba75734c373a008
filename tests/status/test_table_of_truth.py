"""Whose turn it is in every event of a case, and what each page, mail, feed and figure says of it (R14).

The table that this test finds is docs/turns.md: `PORTAL_WRITE_TABLES=1` rewrites it.
"""

import os
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from portal import clock
from portal.appointments.operations import live_appointment
from portal.appointments.waiting_count import people_waiting
from portal.cases import officer_records, passport_requests
from portal.cases.operations import MayNotBook, require_may_book
from portal.cases.refusals import operations as refusals
from portal.cases.statuses import set_status
from portal.courier import intake
from portal.courier.operations import drop_off
from portal.database.transactions import session
from portal.evidence.models import COPY, DOCUMENT, MISSING, WINDOW
from portal.evidence.operations import Line, give_receipt
from portal.posts.operations import today
from portal.settings.settings import ROOT
from portal.status.cards import cards_of
from portal.status.subscriptions import marks_of
from tests.factories import book, make_account, make_case, make_package, make_slot, signed_in

TABLE = ROOT / "docs" / "turns.md"
BY = "command"
HEAD = """# Whose turn it is

Made by `tests/status/test_table_of_truth.py`, which fails where a page says something else. *Asks for a visit*: the
applicant has to come and has no time yet; rules that open seats when people wait count these and no others.
*May book*: the calendar lets the case book (R3), which is not the same. *Feed*: what the calendar subscription holds.

| event | who must act | what the person reads first | then | asks for a visit | may book | feed |
|---|---|---|---|---|---|---|
"""


def refused_otherwise():
    return make_case(make_account(), refused_on=None, reasons=(), respond_by="none")


def refused(days=60, **cells):
    on = clock.now().date() - timedelta(days=days)
    return make_case(make_account(), refused_on=on, interview_date=on, status_date=on, **cells)


def hand_in(case, number=2, way=WINDOW, days=0):
    items = case.refusals[0].items
    lines = [Line(DOCUMENT, item=one, form=COPY, custody="kept") for one in items[:number]]
    lines += [Line(DOCUMENT, MISSING, item=one) for one in items[number:]]
    day = today(case.post, clock.now()) - timedelta(days=days)
    give_receipt(case, way, lines, uuid4(), BY, clock.now(), received_on=day)
    return case


def answered(said, **more):
    case = hand_in(refused(**more))
    refusals.answer(case.refusals[0], said, (), "", BY, clock.now())
    return case


def overcome(way):
    case = hand_in(refused())
    refusals.overcome(case.refusals[0], way, BY, clock.now())
    return case


def booked(state="booked", hour=9):
    case = refused()
    appointment = book(case, make_slot(start=datetime(2026, 11, 30, hour)).id, uuid4(), BY, clock.now())
    appointment.state = state
    if state == "attended":
        appointment.arrived_at = clock.now()
    session.flush()
    return case


def package(state="registered"):
    submission = make_package()
    if state == "dropped_off":
        drop_off(submission, BY, clock.now())
    if state == "received":
        found = [item.id for _person, item in intake.what_can_be_in(submission)]
        intake.receive(submission, found, BY, clock.now())
    return submission.case


def with_status(word, **cells):
    case = refused(**cells)
    set_status(case, word, today(case.post, clock.now()), BY, clock.now())
    return case


def passport(way):
    case = hand_in(refused())
    if way == "bring":
        refusals.invite(case, today(case.post, clock.now()) + timedelta(days=30), BY, clock.now())
    passport_requests.ask(case, case.principal, way, BY, clock.now())
    return case


def stage(kind, respond_in=None):
    case = with_status("returned")
    day = today(case.post, clock.now())
    by = day + timedelta(days=respond_in) if respond_in else None
    officer_records.record_stage(case, kind, day, by, uuid4(), BY, clock.now())
    return case


def diversity(year=2027, **cells):
    return refused(days=20, case_number=f"{year}AS00077002", visa_class="DV1", **cells)


def family():
    wife = {"surname": "Sok", "given_names": "Maly", "relationship": "spouse", "passport_number": "N0999111"}
    return refused(more=[{**wife, "reasons": (), "respond_by": "none"}])


PROCESSING = {"status": "administrative_processing", "respond_by": "none", "reasons": ()}
EVENTS = {
    "refused for documents, in person": refused,
    "refused for documents, by courier": lambda: refused(respond_by="courier"),
    "refused for documents, electronically": lambda: refused(respond_by="electronic"),
    "refused for documents, drop box": lambda: refused(respond_by="drop_off"),
    "refused for a document that someone else sends": lambda: refused(respond_by="direct"),
    "refused for processing": lambda: refused(**PROCESSING),
    "documents of one traveller, processing of the other": family,
    "booked": booked,
    "missed": lambda: booked("missed", 10),
    "checked in, nothing written yet": lambda: booked("attended", 11),
    "all handed in at the window": lambda: hand_in(refused()),
    "some handed in at the window": lambda: hand_in(refused(), 1),
    "all handed in at the drop box": lambda: hand_in(refused(respond_by="drop_off"), way="drop_box"),
    "all handed in as files": lambda: hand_in(refused(respond_by="electronic"), way="files"),
    "package registered": package,
    "package handed to the courier": lambda: package("dropped_off"),
    "package received": lambda: package("received"),
    "officer: all came in time": lambda: answered("complete"),
    "officer: more is needed": lambda: answered("more"),
    "officer: it does not answer the request": lambda: answered("no_answer"),
    "overcome by evidence": lambda: overcome("evidence"),
    "overcome by processing": lambda: overcome("processing"),
    "passport asked for, to bring": lambda: passport("bring"),
    "passport asked for, by courier": lambda: passport("send"),
    "invited to come": lambda: _invited(),
    "issued": lambda: with_status("issued"),
    "refused, not under 221(g)": refused_otherwise,
    "returned, nothing known": lambda: with_status("returned"),
    "returned: sent to NVC": lambda: stage("sent_to_nvc"),
    "returned: at USCIS": lambda: stage("at_uscis"),
    "returned: notice to the petitioner": lambda: stage("notice", 30),
    "returned: reaffirmed": lambda: stage("reaffirmed"),
    "returned: revoked": lambda: stage("revoked"),
    "returned: back at the post": lambda: stage("back_at_post"),
    "the year ran out": lambda: refused(days=400),
    "evidence in time, then the year ran out": lambda: hand_in(refused(days=400), 1, days=60),
    "all handed in and found wrong after the last day": lambda: _found_wrong(),
    "reopened after the year": lambda: _reopened(),
    "K visa": lambda: refused(visa_class="K1"),
    "diversity": diversity,
    "diversity, in processing": lambda: diversity(**PROCESSING),
    "diversity, all handed in": lambda: hand_in(diversity()),
    "diversity, after the program year": lambda: diversity(2025),
}


def _invited():
    case = refused(respond_by="courier")
    refusals.invite(case, today(case.post, clock.now()) + timedelta(days=30), BY, clock.now())
    return case


def _found_wrong():
    case = hand_in(refused(days=400), 2, days=60)
    refusals.answer(case.refusals[0], "more", (), "", BY, clock.now())
    return case


def _reopened():
    case = refused(days=400)
    decided = refusals.decided_of(case.refusals[0])
    refusals.decide(case.refusals[0], refusals.replace(decided, is_reopened=True), {}, BY, clock.now())
    return case


def may_book(case):
    try:
        require_may_book(case, today(case.post, clock.now()))
    except MayNotBook:
        return False
    return live_appointment(case, clock.now()) is None


@pytest.fixture
def day():
    """A day on which the program year 2027 has begun; the pages say its dates."""
    with time_machine.travel(datetime(2026, 11, 23, 5, tzinfo=UTC), tick=False):
        yield


@pytest.mark.parametrize("event", EVENTS)
def test_every_page_says_of_an_event_what_the_one_function_says(app, day, visitor, event):
    case = EVENTS[event]()
    session.commit()
    signed_in(visitor, case.account)
    (card,) = cards_of([case], clock.now())
    said = [card.said.heading, card.said.answer, *card.said.notes]

    for path in (f"/en/cases/{case.public_id}", "/en/dashboard"):
        page = visitor.open(path).text
        assert [sentence for sentence in said if sentence not in page] == [], path
    assert people_waiting(case.post, today(case.post, clock.now())) == card.turn.asks_for_visit
    assert card.turn.kind != "book" or may_book(case)


def test_the_table_in_the_documents_is_what_is_said(app, day):
    table = HEAD + "".join(_row(event, make()) for event, make in EVENTS.items())

    if os.environ.get("PORTAL_WRITE_TABLES"):
        TABLE.write_text(table)
    assert TABLE.read_text() == table, "PORTAL_WRITE_TABLES=1 rewrites docs/turns.md"


def _row(event, case):
    (card,) = cards_of([case], clock.now())
    feed = ", ".join(sorted({mark.summary for mark in marks_of(case.account)})) or "nothing"
    first = f"{card.said.heading}. {card.said.answer}"
    counted = " ".join(card.said.notes)
    asks, books = ("yes" if one else "no" for one in (card.turn.asks_for_visit, may_book(case)))
    return f"| {event} | {card.turn.who} | {first} | {counted} | {asks} | {books} | {feed} |\n"
