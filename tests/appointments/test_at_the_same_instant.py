"""Double requests at the same instant: on threads, through pages, on both databases."""

import threading
from contextvars import Context

from sqlalchemy import func, select

from portal.accounts.models import Account, CalendarAddress
from portal.appointments.models import Appointment, Draft
from portal.cases.finding.models import CaseRequest
from portal.cases.models import Case
from portal.database.transactions import session
from portal.slots.models import Release
from tests.factories import PASSWORD, make_account, make_case, make_post, make_slot, signed_in
from tests.visitor import Visitor

TIMES = 6
DETAILS = {"location": "PHP", "surname": "Sok", "given_names": "Dara", "day": "12", "month": "4", "year": "1990"}
DETAILS |= {"passport_number": "N0123456", "nationality": "KH", "telephone": ""}
YES = {"letter": "yes", "documents": "yes", "recent": "yes"}


def at_once(app, visitors, path, data):
    """Send a form from several browsers at one instant; return the status codes."""
    start, codes = threading.Barrier(len(visitors)), []

    def send(visitor):
        client = visitor.client._client
        start.wait()
        codes.append(client.post(path, data=data(visitor)).status_code)

    session.rollback()
    threads = [threading.Thread(target=Context().run, args=(send, one)) for one in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.rollback()
    return sorted(codes)


def clicks(app, account, page, path, **answers):
    """Send one page's form many times at once, like a person who clicks fast."""
    browsers = [signed_in(Visitor(app), account) if account else Visitor(app) for _ in range(TIMES)]
    tokens = {one: one.open(page).fields["csrf_token"] for one in browsers}
    fields = browsers[0].open(page).fields
    return at_once(app, browsers, path, lambda one: {**fields, **answers, "csrf_token": tokens[one]})


def walk(visitor, last):
    answers = {"visa": {"visa": "immigrant"}, "purpose": {"purpose": "follow_up"}, "details": DETAILS, "questions": YES}
    for step, given in answers.items():
        visitor.submit(f"/en/appointments/new/{step}", **given)
        if step == last:
            return


def count(model):
    return session.scalar(select(func.count()).select_from(model))


def test_r12_many_clicks_on_schedule_make_one_appointment(app):
    account = make_account()
    case, slot = make_case(account), make_slot(seats=TIMES)
    path = f"/en/appointments/cases/{case.public_id}/calendar"

    assert set(clicks(app, account, path, path, slot=slot.id)) == {303}
    assert count(Appointment) == 1


def test_r12_many_clicks_on_the_first_step_make_one_draft(app):
    account, path = make_account(), "/en/appointments/new/visa"

    assert set(clicks(app, account, path, path, visa="immigrant")) == {303}
    assert count(Draft) == 1


def test_r12_many_clicks_on_a_new_calendar_address_leave_one(app):
    account, path = make_account(), "/en/account/calendar"

    assert set(clicks(app, account, path, path)) == {200}
    assert count(CalendarAddress) == 1


def test_r12_many_clicks_on_create_make_one_account(app):
    path = "/en/account/create"
    answers = {"email": "dara@example.org", "password": PASSWORD, "password_again": PASSWORD, "agreed": "y"}

    assert set(clicks(app, None, path, path, **answers)) <= {200, 303}
    assert count(Account) == 1


def test_r12_many_clicks_on_ask_make_one_request(app):
    make_post()
    account = make_account()
    visitor = signed_in(Visitor(app), account)
    walk(visitor, "questions")
    visitor.submit("/en/appointments/new/case", case_number="PHP2025999999")
    page, path = "/en/account/language", "/en/appointments/new/ask"
    key = "00000000-0000-4000-8000-000000000001"

    assert set(clicks(app, account, page, path, form_key=key)) == {303}
    assert count(CaseRequest) == 1


def test_r12_many_clicks_on_release_make_one_release(app):
    account = make_account("scheduler", make_post())
    path = "/en/staff/slots/release"
    answers = {"weekdays": ["0", "1", "2", "3", "4", "5", "6"], "opens": "now", "confirm": "1"}

    assert set(clicks(app, account, path, path, **answers)) == {303}
    assert count(Release) == 1


def test_r5_two_who_prove_the_same_case_at_once_do_not_both_get_it(app):
    case = make_case()
    people = [make_account() for _ in range(TIMES)]
    browsers = [signed_in(Visitor(app), account) for account in people]
    for browser in browsers:
        walk(browser, "questions")
    path = "/en/appointments/new/case"
    tokens = {one: one.open(path).fields["csrf_token"] for one in browsers}

    codes = at_once(app, browsers, path, lambda one: {"csrf_token": tokens[one], "case_number": case.number})

    assert codes == [200] * (TIMES - 1) + [303]
    assert session.get_one(Case, case.id, populate_existing=True).account_id in [one.id for one in people]
