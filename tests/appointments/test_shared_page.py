"""The calendar page that is made once for many people, and a case as it is read for it: the same as made for one."""

import re
import time
from contextvars import Context
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from portal import clock
from portal.appointments.booking_case import case_to_book, case_to_book_locked
from portal.appointments.calendar import recent_offers, shared_page
from portal.appointments.calendar.page import time_page
from portal.appointments.forms import TimeForm
from portal.appointments.models import Appointment
from portal.appointments.operations import cancel, schedule
from portal.cases.operations import MayNotBook, require_may_book
from portal.cases.refusals.deadline import booking_last_day
from portal.database.transactions import session, writing
from portal.journal.journal import Entry
from portal.posts.operations import today
from portal.slots.models import Slot
from portal.web import session_cookie
from portal.web.errors import NotFound
from tests.factories import a_day, book, make_account, make_case, make_slot, signed_in
from tests.visitor import Page, Visitor

DRAWN = re.compile(r'value="[0-9a-f.-]{36,}"|<!--[0-9a-f]*-->|data-seconds="\d+"')
YEAR_AGO = a_day("2024-05-01")
CASES = {
    "may book": {},
    "told to use a courier": {"respond_by": "courier"},
    "has nothing to bring": {"reasons": (), "respond_by": "none"},
    "is too late": {"refused_on": YEAR_AGO, "status_date": YEAR_AGO, "interview_date": YEAR_AGO},
    "is issued": {"status": "issued"},
    "was never refused": {"refused_on": None, "respond_by": "", "reasons": ()},
}


def read(account, case):
    return case_to_book(account.id, case.public_id)


def decision(case, now):
    """The rules' decision about a case: the refusal, or the last day."""
    try:
        require_may_book(case, today(case.post, now))
    except MayNotBook as refusal:
        return type(refusal)
    return booking_last_day(case, today(case.post, now))


def send(visitor, address, **data):
    """Send a form right after another, without rendering any page as visitors do."""
    session.rollback()
    return Context().run(visitor.client._client.post, address, data=data)


def offered(page):
    """How many times can be chosen on a page."""
    return page.html.count('name="slot"')


def calendar_of(case):
    return f"/km/appointments/cases/{case.public_id}/calendar"


@pytest.mark.parametrize("cells", CASES.values(), ids=CASES)
def test_r3_a_case_as_booking_reads_it_may_what_the_case_may(app, cells):
    account, now = make_account(), clock.now()
    case = make_case(account, more=[{"relationship": "spouse", "surname": "Chan"}], **cells)

    assert decision(read(account, case), now) == decision(case, now)


def test_r5_somebody_elses_case_is_not_read(app):
    with pytest.raises(NotFound):
        read(make_account(), make_case(make_account()))


def test_a_case_that_had_an_appointment_is_known_to_have_had_one(app):
    account = make_account()
    case = make_case(account)
    assert not read(account, case).had_appointment

    made = book(case, make_slot().id, uuid4(), "command", clock.now())
    cancel(made, "command", clock.now())
    session.commit()
    assert read(account, case).had_appointment, "how often the case was changed is asked then"


def test_the_page_made_of_pieces_is_the_page_made_at_once(app):
    make_slot(seats=3)
    account = make_account()
    case = make_case(account)
    visitor = signed_in(Visitor(app), account)
    shown = visitor.open(calendar_of(case)).html

    number = visitor.client.get_cookie(session_cookie.PLAIN_COOKIE).value
    with app.test_request_context(calendar_of(case), headers={"Cookie": f"{session_cookie.PLAIN_COOKIE}={number}"}):
        app.preprocess_request()
        whole = time_page(read(account, case), TimeForm()).html()
    account_links = re.compile(r'<nav class="account".*?</nav>', re.DOTALL)
    assert DRAWN.sub("", account_links.sub("", shown)).strip() == DRAWN.sub("", account_links.sub("", whole)).strip()


def test_two_people_never_get_each_others_page(app):
    make_slot(seats=3)
    pages = []
    for _ in range(2):
        account = make_account()
        case = make_case(account)
        visitor, address = signed_in(Visitor(app), account), f"{calendar_of(case)}?day=2030-01-01&mine={case.id}"
        pages.append((case, Context().run(visitor.client._client.get, address).text))

    for (case, html), (other, _) in (pages, pages[::-1]):
        assert html.count(str(case.public_id)) == 7 and case.number in html
        assert not any(one in html for one in (str(other.public_id), other.number, f"mine={other.id}"))


def test_r1_a_click_on_a_slot_that_is_gone_is_told_so_and_leaves_nothing(app):
    slot_id, _other = make_slot().id, make_slot()
    people = []
    for _ in range(3):
        account = make_account()
        case = make_case(account)
        people.append((signed_in(Visitor(app), account), calendar_of(case), case.number))
    shown = [visitor.open(address) for visitor, address, _number in people]
    people[0][0].submit(people[0][1], page=shown[0], slot=slot_id)
    entries = session.scalar(select(func.count(Entry.id)))

    # The first late click finds it gone, the second is told so before it takes the write lock.
    for (visitor, address, number), before in zip(people[1:], shown[1:], strict=True):
        page = Page(send(visitor, address, **{**before.fields, "slot": slot_id}))
        assert page.status == 200 and len(page.errors) == 1 and number in page.text
        assert page.fields["form_key"] == before.fields["form_key"]
    assert session.scalar(select(func.count(Appointment.id))) == 1
    assert session.scalar(select(func.count(Entry.id))) == entries


def test_a_seat_that_comes_free_is_booked_although_others_just_found_none(app):
    slot_id, account = make_slot().id, make_account()
    visitor, address = signed_in(Visitor(app), account), calendar_of(make_case(account))
    shown, answers = visitor.open(address), []
    for taken in (1, 0):
        session.execute(update(Slot).where(Slot.id == slot_id).values(taken=taken))
        session.commit()
        recent_offers.note_gone(slot_id)
        answers.append(send(visitor, address, **{**shown.fields, "slot": slot_id}))

    assert [one.status_code for one in answers] == [200, 303]


def test_a_first_booking_and_its_second_click_are_one(app):
    account, slot = make_account(), make_slot(seats=2)
    case, key, now, booked = make_case(account), uuid4(), clock.now(), []

    for _click in range(2):
        with writing():
            mine = case_to_book_locked(account.id, case.public_id)
            booked.append(schedule(mine, slot.id, key, f"account:{account.id}", now))

    assert booked[0] == booked[1] and session.get_one(Slot, slot.id, populate_existing=True).taken == 1


def test_a_page_that_is_given_out_again_is_at_most_a_quarter_of_a_second_old(app):
    slot_id, account = make_slot(seats=3).id, make_account()
    visitor, address = signed_in(Visitor(app), account), calendar_of(make_case(account))
    assert offered(visitor.open(address)) == 1
    kept = Page(Context().run(visitor.client._client.get, address))
    session.execute(update(Slot).where(Slot.id == slot_id).values(taken=3))
    session.commit()
    time.sleep(shared_page.PAGE_SECONDS + recent_offers.TIMES_SECONDS)

    assert offered(kept) == 1
    assert offered(Page(Context().run(visitor.client._client.get, address))) == 0
    assert shared_page.PAGE_SECONDS + recent_offers.TIMES_SECONDS <= 0.25
