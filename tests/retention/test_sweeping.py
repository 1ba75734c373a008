"""What is erased on its day, what is not yet, and that nothing of it is left in public."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal import clock, create_app
from portal.accounts import notices
from portal.accounts.models import Account, Link, Notice
from portal.appointments import appointment_papers, kept_answers
from portal.appointments.cancelling import cancel_slots
from portal.appointments.models import Appointment, Displacement, Draft
from portal.cases.finding import requests
from portal.cases.finding.models import CaseRequest
from portal.cases.models import Case, Refusal, RefusalItem, StatusChange, Traveller
from portal.cases.statuses import set_status
from portal.courier import package_papers as papers
from portal.courier.models import Submission, SubmissionItem
from portal.database.base import Base
from portal.database.transactions import session
from portal.inquiries.models import Inquiry, InquiryText
from portal.inquiries.operations import ask
from portal.journal import journal
from portal.journal.journal import Entry
from portal.limits.models import LimitCounter
from portal.mail import outbox
from portal.mail.models import Message
from portal.retention import periods
from portal.retention.sweeping import BATCH, sweep
from portal.sessions.models import SignIn
from portal.settings.settings import SettingsError, settings_from
from portal.slots.models import Slot
from tests.commands.terminal import run
from tests.factories import book, make_account, make_case, make_package, make_post, make_slot, signed_in
from tests.secrets import ENVIRONMENT

OF_A_CASE = (Traveller, Refusal, RefusalItem, StatusChange, Appointment, Displacement, Inquiry, InquiryText)
OF_A_PACKAGE = (Submission, SubmissionItem)
YEARS = 365
SPOUSE = {"relationship": "spouse", "given_names": "Maly", "passport_number": "N7654321"}


def erase(days):
    """Let the worker erase what is due so many days from now; return how many rows were deleted."""
    gone = 0
    for batch in sweep(clock.now() + timedelta(days=days), periods.in_use()):
        session.commit()
        gone += batch
    session.commit()
    session.expire_all()
    return gone


def counts(*models):
    return {model.__name__: session.scalar(select(func.count()).select_from(model)) for model in models}


def used(account, days):
    """Record a log-in to an account so many days from now."""
    at = clock.now() + timedelta(days=days)
    journal.record(f"account:{account.id}", "logged in", account, now=at)
    session.commit()


@pytest.fixture
def full_case(app):
    """A case refused today with everything that can belong to one."""
    account, now = make_account(), clock.now()
    case = make_case(account, more=[SPOUSE], respond_by="in_person;courier", refused_on=now.date())
    ask(case, "documents", "Which copy?", uuid4(), f"account:{account.id}", now)
    make_package(case)
    slot = make_slot(seats=3)
    book(case, slot.id, uuid4(), "account:1", now)
    session.commit()
    cancel_slots(case.post, [slot.id], "illness", now + timedelta(hours=2), uuid4(), "account:1", now)
    book(case, make_slot(seats=2).id, uuid4(), "account:1", now)
    session.commit()
    return case


def test_a_case_goes_with_all_that_belongs_to_it_on_its_day_and_not_before(app, full_case, visitor):
    number, taken = full_case.number, session.scalar(select(func.sum(Slot.taken)))
    appointment, package = (session.scalars(select(model)).first() for model in (Appointment, Submission))
    codes = [f"verify/{appointment_papers.code_of(appointment)}", f"verify/package/{papers.code_of(package)}"]
    known = [visitor.open(f"/en/{code}").text for code in codes]
    before = counts(Case, *OF_A_CASE)
    assert all(before.values()) and taken == 1
    assert erase(0) == 0
    erase(YEARS + 3 * YEARS - 5)
    assert counts(Case, *OF_A_CASE) == before

    erase(YEARS + 3 * YEARS + 5)
    assert not any(counts(Case, *OF_A_CASE, *OF_A_PACKAGE).values())
    assert session.scalar(select(func.sum(Slot.taken))) == 0
    assert run(app, "check").stderr == "0 violations.\n"
    said = [visitor.submit("/en/status", post="PHP", case_number=one).text for one in (number, "PHP2025699999")]
    assert said[0].replace(number, "") == said[1].replace("PHP2025699999", "")
    unknown = [visitor.open(f"/en/verify/{kind}x").text for kind in ("", "package/")]
    assert [visitor.open(f"/en/{code}").text for code in codes] == unknown != known


def test_r6_what_was_erased_is_in_the_journal_by_counts_and_random_numbers(app, full_case):
    public_id = str(full_case.public_id)
    erase(5 * YEARS)

    entry = session.scalars(select(Entry).where(Entry.action == "case erased")).one()
    assert entry.actor == "worker"
    assert entry.after == {
        "number": public_id,
        "traveller": 2,
        "refusal": 2,
        "appointment": 2,
        "inquiry": 1,
    }


def test_a_case_in_which_something_happened_is_kept_so_much_longer(app):
    late = 3 * YEARS
    later = clock.now() + timedelta(days=late)
    status, log_in, question, appointment, day, nothing = (make_case(make_account()) for _ in range(6))
    set_status(status, "issued", later.date() - timedelta(days=2), "command", later)
    used(log_in.account, late)
    ask(question, "documents", "Still?", uuid4(), "account:1", later)
    book(
        appointment, make_slot(start=datetime(later.year, later.month, later.day)).id, uuid4(), "account:1", clock.now()
    )
    day.refusals[0].please_respond_by = later.date()
    session.commit()
    kept, gone = {one.id for one in (status, log_in, question, appointment, day)}, nothing.id

    erase(late + 3 * YEARS - 30)
    assert (set(session.scalars(select(Case.id))), gone in kept) == (kept, False)
    erase(late + 4 * YEARS)
    assert counts(Case) == {"Case": 0}


def test_a_package_goes_before_its_case(app):
    make_package()
    erase(2 * YEARS - 1)
    assert counts(Submission) == {"Submission": 1}

    erase(2 * YEARS + 1)
    assert counts(Submission, SubmissionItem, Case) == {"Submission": 0, "SubmissionItem": 0, "Case": 1}
    assert run(app, "check").stderr == "0 violations.\n"


def test_answered_requests_go_a_year_after_the_answer_and_open_ones_stay(app):
    now = clock.now()
    for number in range(2):
        asked = requests.ask(make_account().id, make_post(), {"surname": "Sok"}, uuid4(), "account:1", now)
        if number:
            requests.turn_down(asked, "No.", "command", now)
    session.commit()

    erase(YEARS - 1)
    assert counts(CaseRequest) == {"CaseRequest": 2}
    erase(YEARS + 1)
    assert session.scalars(select(CaseRequest.state)).all() == ["open"]


def test_an_account_goes_two_years_after_its_last_use_unless_it_holds_a_case(app):
    unused, used_late, holder, staff = make_account(), make_account(), make_account(), make_account("desk", make_post())
    make_case(holder)
    used(used_late, YEARS)
    erase(2 * YEARS + 1)
    assert {one.id for one in session.scalars(select(Account).where(Account.email.is_(None)))} == {unused.id}

    erase(3 * YEARS + 2)
    left = {one.id for one in session.scalars(select(Account).where(Account.email.is_not(None)))}
    assert left == {holder.id, staff.id}
    assert run(app, "check").stderr == "0 violations.\n"


def test_closed_accounts_go_after_thirty_days_and_those_of_staff_after_six_years(app):
    now = clock.now()
    ours, staff = make_account(closed_at=now), make_account("desk", make_post(), closed_at=now)
    case = make_case(ours)
    erase(29)
    assert ours.email and staff.email
    erase(31)
    assert (ours.email, bool(staff.email), case.account_id) == (None, True, None)
    erase(6 * YEARS + 1)
    assert staff.email is None


def test_what_belongs_to_no_case_goes_each_in_its_time(app, visitor):
    account, now = make_account(), clock.now()
    signed_in(visitor, account)
    notices.leave(account.id, "case_found", now, number_end="0001")
    kept_answers.keep(account.id, "visa", {"visa": "immigrant"}, now)
    session.add(
        Link(public_id=uuid4(), account_id=account.id, purpose="reset", address="a@b.org", made_at=now, ends_at=now)
    )
    for number, state in enumerate(("sent", "skipped", "dead", "waiting")):
        outbox.write("news", f"news:{number}", now, account_id=account.id)
        message = session.scalars(select(Message).order_by(Message.id.desc())).first()
        message.state, message.done_at = state, None if state == "waiting" else now
    session.add(LimitCounter(key="k" * 64, count=3, ends_at=now.timestamp() + 60))
    session.commit()
    kinds = (SignIn, LimitCounter, Link, Message, Draft, Notice)

    left = {}
    for days in (0, 2, 31, 91, 181, 366):
        erase(days)
        left[days] = tuple(counts(*kinds).values())
    assert left == {
        0: (1, 1, 1, 4, 1, 1),
        2: (0, 0, 1, 4, 1, 1),
        31: (0, 0, 0, 4, 1, 1),
        91: (0, 0, 0, 1, 1, 1),
        181: (0, 0, 0, 1, 0, 1),
        366: (0, 0, 0, 1, 0, 0),
    }
    said = session.scalars(select(Entry.after).where(Entry.action == "data erased").order_by(Entry.id)).all()
    assert said == [{"sessions": 1}, {"links": 1}, {"messages": 3}, {"drafts": 1}, {"notices": 1}]


def test_many_are_erased_in_small_batches_and_an_interrupted_sweep_goes_on(app):
    for _case in range(BATCH + 5):
        make_case()
    began = sweep(clock.now() + timedelta(days=5 * YEARS), periods.in_use())
    assert next(began) == BATCH
    session.commit()
    next(began)
    session.rollback()  # killed before its commit

    assert counts(Case) == {"Case": 5}
    assert erase(5 * YEARS) >= 5
    assert counts(Case) == {"Case": 0}


def test_every_table_that_names_a_case_goes_with_it_or_is_thought_of():
    named = {table.name: key.ondelete for table in Base.metadata.sorted_tables for key in table.foreign_keys
             if key.column is Case.__table__.c.id}  # fmt: skip

    thought_of = {"appointment", "submission", "inquiry", "case_request", "receipt", "sent_document"}
    assert {table for table, ondelete in named.items() if ondelete != "CASCADE"} == thought_of


UNFIT = {
    "at least 400 days": {"PORTAL_KEEP_CASES": "30"},
    "whole number of days": {"PORTAL_KEEP_CASES": "three"},
    "There is no setting PORTAL_KEEP_CAKES": {"PORTAL_KEEP_CAKES": "30"},
}


def test_a_period_that_does_not_fit_stops_the_start(tmp_path):
    for said, settings in UNFIT.items():
        with pytest.raises(SettingsError, match=said):
            create_app(settings_from({**ENVIRONMENT, **settings, "PORTAL_INSTANCE": str(tmp_path)}))


def test_an_operator_sets_the_periods_and_the_public_page_says_them(app, visitor, monkeypatch):
    assert "We keep it for 3 years after the last activity in the case" in visitor.open("/en/privacy").text
    monkeypatch.setitem(app.extensions["periods"], "cases", 400)

    assert "We keep it for 400 days after the last activity in the case" in visitor.open("/en/privacy").text
