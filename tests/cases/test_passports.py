"""Telling the Embassy about a new passport: reported, decided, and the old number, which matches for a while."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.cases.finding.proofs import NoMatch, Proof, match
from portal.cases.importing import corrections
from portal.cases.importing.store_cases import store_cases
from portal.cases.models import FormerPassport
from portal.cases.passports import operations
from portal.cases.passports.models import NewPassport
from portal.database.transactions import session
from portal.home import retrieval
from portal.journal.journal import Entry
from portal.retention import accounts, periods
from portal.retention.own_data import data_of
from portal.retention.sweeping import sweep
from portal.web.errors import SentBefore
from tests.factories import (
    BIRTH,
    PASSPORT,
    make_account,
    make_case,
    make_package,
    make_post,
    make_row,
    signed_in,
)
from tests.mailbox import Mailbox, text_of
from tests.visitor import Visitor

NEW, RIGHT = "N7654321", "N7654312"
SPOUSE = {"relationship": "spouse", "given_names": "Srey", "date_of_birth": "1992-01-02", "passport_number": "N7777777"}
EXPIRES = {"day": "12", "month": "4", "year": "2036"}


@pytest.fixture
def holder(visitor):
    account = make_account(email="dara@example.org", email_confirmed_at=clock.now())
    signed_in(visitor, account)
    return account


@pytest.fixture
def desk(app):
    return signed_in(Visitor(app), make_account("desk", make_post()))


def report(visitor, case, language="en", **answers):
    return visitor.submit(f"/{language}/passport/{case.public_id}", **{"number": NEW, **EXPIRES, **answers})


def decide(desk, **answers):
    link = next(one for one in desk.open("/en/staff/passport/").links if "/staff/passport/" in one and one[-1] != "/")
    return desk.submit(link, **answers)


def reported():
    session.expire_all()
    return session.scalars(select(NewPassport).order_by(NewPassport.id)).all()


def matches(case, number, after=timedelta()):
    try:
        return match(case.post, Proof(case.number, (BIRTH,), number), case.account_id, clock.now() + after)[0] == case
    except NoMatch:
        return False


def test_a_new_passport_is_reported_accepted_and_the_person_is_told(visitor, holder, desk):
    case, mailbox = make_case(holder), Mailbox()
    page = report(visitor, case, number="n 765-4321")
    assert page.path == f"/en/cases/{case.public_id}"
    assert "We have sent the details of the new passport to the Embassy" in page.text
    assert "New passport …4321 of Dara Sok" in page.text and "We are checking it" in page.text

    assert "New passports to check 1" in desk.open("/en/staff/").text
    decide(desk, decision="accept")

    session.expire_all()
    assert (case.principal.passport_number, str(case.principal.passport_expires_on)) == (NEW, "2036-04-12")
    (mail,) = mailbox.deliver()
    assert mail["Subject"] == "You have a new message about your case" and NEW not in text_of(mail)
    assert "The Embassy accepted the new passport" in visitor.open("/en/dashboard").text
    page = visitor.open(f"/en/cases/{case.public_id}")
    assert "Accepted" in page.text and "The old number still finds your case until" in page.text
    assert "There are no new passports to check." in desk.open("/en/staff/passport/").text


def test_staff_correct_what_was_reported_and_accept_it(visitor, holder, desk):
    case = make_case(holder)
    report(visitor, case)
    decide(desk, decision="accept", number=RIGHT, expires_on="2036-04-21")

    session.expire_all()
    assert (case.principal.passport_number, reported()[0].number) == (RIGHT, RIGHT)
    assert "Accepted, with a correction by the Embassy" in visitor.open(f"/en/cases/{case.public_id}").text


def test_staff_refuse_for_a_reason_that_is_read_in_the_readers_language(visitor, holder, desk):
    case = make_case(holder)
    report(visitor, case)
    decide(desk, decision="refuse", reason="bring", words="Any morning.")

    page = visitor.open(f"/es/cases/{case.public_id}")
    session.expire_all()
    assert case.principal.passport_number == PASSPORT
    assert "Any morning." in page.text and "We need to see the passport" not in page.text
    assert "We need to see the passport" in visitor.open(f"/en/cases/{case.public_id}").text
    assert "did not accept the new passport" in visitor.open("/en/dashboard").text
    report(visitor, case, number=RIGHT)  # another one can be reported then
    assert [one.state for one in reported()] == ["refused", "waiting"]


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"number": "?"}, "A passport number has 3 to 20 letters and digits"),
        ({"day": "31", "month": "2"}, "Enter the day, month and year on which the new passport expires."),
        ({"year": ""}, "Enter the day, month and year"),
        ({"year": "2001"}, "Enter an expiration date in the future."),
        ({"number": PASSPORT.lower()}, "We already have this passport number."),
    ],
)
def test_what_cannot_be_a_new_passport_is_told_at_the_form(visitor, holder, answers, error):
    page = report(visitor, make_case(holder), **answers)

    assert [one for one in page.errors if error in one]
    assert reported() == []


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"decision": None}, "Choose whether to accept or refuse."),
        ({"decision": "refuse"}, "Choose a reason for refusing."),
        ({"decision": "refuse", "reason": "other"}, "Write why the passport is refused."),
        ({"decision": "accept", "expires_on": "2001-01-01"}, "Enter an expiration date in the future."),
        ({"decision": "accept", "number": "?"}, "A passport number has 3 to 20 letters"),
    ],
)
def test_a_decision_that_is_not_whole_changes_nothing(visitor, holder, desk, answers, error):
    case = make_case(holder)
    report(visitor, case)
    page = decide(desk, **answers)

    assert [one for one in page.errors if error in one]
    assert (reported()[0].state, case.principal.passport_number) == ("waiting", PASSPORT)


def test_one_passport_of_a_person_waits_at_a_time_and_each_person_has_its_own(visitor, holder, desk):
    case = make_case(holder, more=[SPOUSE])
    report(visitor, case, traveller="1")
    page = report(visitor, case, number=RIGHT, traveller="1")
    report(visitor, case, number=RIGHT, traveller="0")

    assert "You already told us about a new passport of this person" in page.text
    assert [one.traveller.given_names for one in reported()] == ["Srey", "Dara"]
    decide(desk, decision="accept")
    session.expire_all()
    assert [one.passport_number for one in case.travellers] == [PASSPORT, NEW]


def test_a_form_sent_twice_is_one_report_and_other_answers_under_its_key_are_told_r12(app, holder):
    case, key, now = make_case(holder), uuid4(), clock.now()
    day = now.date() + timedelta(days=999)
    made = operations.report(case, case.principal, NEW, day, key, "account:1", now)

    assert operations.report(case, case.principal, "n7654321", day, key, "account:1", now) is made
    with pytest.raises(SentBefore):
        operations.report(case, case.principal, RIGHT, day, key, "account:1", now)
    operations.accept(made, NEW, day, "account:9", now)
    operations.accept(made, RIGHT, day, "account:9", now)  # a second click
    operations.refuse(made, "bring", "", "account:9", now)
    assert (made.state, case.principal.passport_number) == ("accepted", NEW)
    assert session.scalar(select(func.count()).select_from(FormerPassport)) == 1


def test_someone_elses_case_and_another_posts_passports_do_not_exist_r5(app, visitor, holder):
    case = make_case(holder)
    report(visitor, case)
    path = f"/en/staff/passport/{reported()[0].public_id}"
    other = make_post("HCM", country="VN", timezone="Asia/Ho_Chi_Minh")

    signed_in(Visitor(app), make_account()).open(f"/en/passport/{case.public_id}", status=404)
    signed_in(Visitor(app), make_account("supervisor", other)).open(path, status=404)
    signed_in(Visitor(app), make_account("guard", make_post())).open(path, status=403)


def test_what_was_reported_for_a_case_that_moved_waits_for_nobody_and_makes_room(app, visitor, holder, desk):
    case, newcomer = make_case(holder), make_account()
    report(visitor, case)
    path = f"/en/staff/passport/{reported()[0].public_id}"
    case.account_id = newcomer.id
    session.commit()

    assert "There are no new passports to check." in desk.open("/en/staff/passport/").text
    desk.open(path, status=404)
    page = report(signed_in(Visitor(app), newcomer), case, number=RIGHT)
    assert "…4312" in page.text and "…4321" not in page.text
    assert [one.account_id for one in reported()] == [newcomer.id]


def accepted(case, number=NEW):
    now = clock.now()
    made = operations.report(case, case.principal, number, now.date() + timedelta(days=999), uuid4(), "account:1", now)
    operations.accept(made, number, made.expires_on, "account:9", now)
    session.commit()


def test_the_old_number_finds_the_case_for_twelve_months(app, holder):
    case = make_case(holder)
    accepted(case)

    assert matches(case, NEW) and matches(case, PASSPORT) and not matches(case, RIGHT)
    assert matches(case, PASSPORT, timedelta(days=364))
    assert not matches(case, PASSPORT, timedelta(days=368)) and matches(case, NEW, timedelta(days=368))
    accepted(case, RIGHT)
    assert all(matches(case, number) for number in (PASSPORT, NEW, RIGHT))


def test_the_former_number_is_forgotten_when_it_no_longer_matches(app, holder):
    accepted(make_case(holder))
    for days, left in ((364, 1), (368, 0)):
        for _gone in sweep(clock.now() + timedelta(days=days), periods.in_use()):
            session.commit()
        assert session.scalar(select(func.count()).select_from(FormerPassport)) == left, days

    erased = session.scalars(select(Entry.after).where(Entry.action == "data erased")).all()
    assert [one["former_passports"] for one in erased if "former_passports" in one] == [1]


def test_the_old_number_opens_the_confirmation_pages_for_twelve_months(app, holder):
    case = make_case(holder, respond_by="courier")
    make_package(case)
    accepted(case)
    me = [case.principal.id]

    for number, after, found in ((NEW, 0, me), (PASSPORT, 0, me), (PASSPORT, 364, me), (PASSPORT, 368, [])):
        assert retrieval.find(number, (BIRTH,), "KH", clock.now() + timedelta(days=after)) == found, (number, after)


def test_a_case_file_does_not_undo_an_accepted_passport(app, holder):
    case = make_case(holder)
    row = make_row(case_number=case.number)
    accepted(case)

    assert store_cases([row], "command", clock.now()).unchanged == 1
    store_cases([make_row(case_number=case.number, passport_number="N5555555")], "command", clock.now())
    session.commit()
    assert case.principal.passport_number == NEW
    assert [one.differing for one in corrections.conflicts_of(case.post_id)] == ["N5555555"]
    assert store_cases([make_row(case_number=case.number, passport_number=NEW)], "command", clock.now()).changed == 1
    assert corrections.conflicts_of(case.post_id) == []


def test_each_step_is_in_the_journal_and_nothing_personal_in_it_or_in_clear_r6_r10(visitor, holder, desk):
    case = make_case(holder)
    report(visitor, case)
    decide(desk, decision="accept", number=RIGHT)

    entries = session.scalars(select(Entry).where(Entry.subject == "new_passport").order_by(Entry.id)).all()
    assert [one.action for one in entries] == ["passport reported", "passport viewed", "passport accepted"]
    assert all(number not in str((one.before, one.after)) for one in entries for number in (NEW, RIGHT))
    stored = session.connection().exec_driver_sql("SELECT number FROM new_passport").scalar()
    assert RIGHT.encode() not in bytes(stored)


def test_the_form_is_limited_by_account_r13(app, visitor, holder, monkeypatch):
    monkeypatch.setitem(app.extensions, "limits_factor", 1)
    case = make_case(holder)
    for _try in range(10):
        report(visitor, case, number="?")

    report_again = {"number": NEW, **EXPIRES}
    visitor.submit(f"/en/passport/{case.public_id}", status=429, **report_again)
    assert reported() == []


def test_a_reported_passport_goes_with_the_account_and_is_taken_along(visitor, holder):
    case = make_case(holder)
    report(visitor, case)
    held = data_of(holder.id, clock.now())["cases"][0]["new_passports"]
    assert [(one["number"], one["state"], one["traveller"]) for one in held] == [(NEW, "waiting", "Dara Sok")]

    accounts.erase(holder.id, "command", clock.now())
    session.commit()
    assert reported() == []
