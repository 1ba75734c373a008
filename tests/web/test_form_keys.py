"""A form sent again takes effect once (R12); one sent again with other answers is told so, everywhere."""

from collections import namedtuple
from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest

from portal import clock
from portal.accounts import links, staff
from portal.appointments import cancelling
from portal.appointments import operations as appointments
from portal.cases.finding import requests
from portal.courier import operations as courier
from portal.database.transactions import session, writing
from portal.forms import KeyedForm
from portal.inquiries import operations as inquiries
from portal.slots import drafts
from portal.slots import operations as slots
from portal.slots.weeks import operations as weeks
from portal.slots.weeks.patterns import Pattern
from portal.web.errors import SentBefore
from portal.web.roles import SignedIn
from tests.factories import make_account, make_agency, make_case, make_package, make_post, make_slot, signed_in
from tests.visitor import Visitor

BY, NINE = "account:1", time(9)
Door = namedtuple("Door", "do one other")


def booking():
    case, pair = make_case(make_account()), (make_slot(), make_slot())
    return Door(lambda slot, key: appointments.schedule(case, slot.id, key, BY, clock.now()), *pair)


def moving():
    door = booking()
    with writing():
        door.do(make_slot(), uuid4())
    return door


def booking_at_the_counter():
    case, pair = make_case(make_account()), (make_slot(), make_slot())
    told = clock.now(), "at_counter"
    return Door(lambda slot, key: appointments.schedule(case, slot.id, key, BY, *told), *pair)


def registering_a_package():
    case, pair = make_case(make_account(), respond_by="courier"), (make_agency().id, make_agency().id)
    sent = case.principal
    return Door(lambda agency, key: courier.register(case, sent, agency, key, BY, clock.now()), *pair)


def asking():
    case = make_case(make_account())
    return Door(lambda text, key: inquiries.ask(case, "lost_letter", text, key, BY, clock.now()), "a", "b")


def _an_inquiry():
    with writing():
        return inquiries.ask(make_case(make_account()), "lost_letter", "first", uuid4(), BY, clock.now())


def writing_more():
    asked = _an_inquiry()
    return Door(lambda text, key: inquiries.write_more(asked, text, key, BY, clock.now()), "a", "b")


def answering():
    asked = _an_inquiry()
    return Door(lambda text, key: inquiries.answer(asked, text, key, BY, clock.now()), "a", "b")


def asking_for_a_case():
    account, post = make_account(), make_post()

    def do(surname, key):
        requests.ask(account.id, post, {"surname": surname}, key, BY, clock.now())

    return Door(do, "Sok", "Sokh")


def releasing():
    post, now, day = make_post(), clock.now(), clock.now().date() + timedelta(days=20)

    def do(last, key):
        asked = Pattern(day, last, frozenset(range(7)), (NINE,), 2)
        slots.release(post, slots.plan(post, asked, now), 2, now, key, BY, now)

    return Door(do, day + timedelta(days=1), day + timedelta(days=3))


def releasing_with_other_seats():
    post, now, day = make_post(), clock.now(), clock.now().date() + timedelta(days=20)
    planned = slots.plan(post, Pattern(day, day, frozenset(range(7)), (NINE,), 2), now)
    return Door(lambda seats, key: slots.release(post, planned, seats, now, key, BY, now), 2, 5)


def releasing_drafts():
    post, now = make_post(), clock.now()
    one, two = (make_slot(post) for _two in range(2))
    one.opens_at = two.opens_at = None
    session.commit()
    return Door(lambda ids, key: drafts.release_drafts(post, ids, now, key, BY, now), [one.id], [two.id])


def copying_a_week():
    post, now = make_post(), clock.now()
    monday = now.date() - timedelta(days=now.weekday()) + timedelta(days=14)
    for number in range(2):
        make_slot(post, start=datetime.combine(monday + timedelta(days=number), NINE))

    def do(to_day, key):
        weeks.make(post, weeks.draft_of_week(post, monday, to_day, now), now, key, BY, now)

    return Door(do, monday + timedelta(days=7), monday + timedelta(days=14))


def cancelling_slots():
    post, now, pair = make_post(), clock.now(), (make_slot(), make_slot())
    until = now + timedelta(days=1)

    def do(slot, key):
        cancelling.cancel_slots(post, [slot.id], "illness", until, key, BY, now)

    return Door(do, *pair)


def inviting_staff():
    keeper = make_account("administrator")
    who = SignedIn(keeper.id, "administrator", None, "", False, clock.now())
    post = make_post()

    def do(email, key):
        staff.create(who, email, "hash", "desk", post, key, clock.now())

    return Door(do, "one@example.org", "two@example.org")


def changing_an_address():
    account = make_account()

    def do(address, key):
        if not links.was_asked(key, address):
            links.ask_to_confirm(account, address, clock.now(), key)

    return Door(do, "one@example.org", "two@example.org")


def forgetting_a_password():
    def do(address, key):
        if not links.was_asked(key, address):
            links.ask_for_reset(address, key, clock.now())

    return Door(do, "one@example.org", "two@example.org")


DOORS = {
    booking: "TimeForm",
    moving: "TimeForm",
    booking_at_the_counter: "CounterForm",
    registering_a_package: "AgencyForm",
    asking: "InquiryForm",
    writing_more: "TextForm",
    answering: "AnswerForm",
    asking_for_a_case: "AskForm",
    releasing: "ReleaseForm",
    releasing_with_other_seats: "ReleaseForm",
    releasing_drafts: "DraftsForm",
    copying_a_week: "CopyForm",
    cancelling_slots: "CancelSlotsForm",
    inviting_staff: "InviteForm",
    changing_an_address: "EmailForm",
    forgetting_a_password: "ForgottenForm",
}
ELSEWHERE = {
    "NoteForm": "tests/cases/test_officer_records.py",
    "ReportForm": "tests/cases/test_passports.py",
    "SendForm": "tests/evidence/test_files.py",
    "StageForm": "tests/cases/test_officer_records.py",
    "WindowForm": "tests/evidence/test_receipts.py",
    "ApplyForm": "makes slots by the same operation as CopyForm",
    "CreateForm": "tests/accounts/test_form_sent_again.py",
    "RuleForm": "the other terms are taken: the rule is changed, and off",
    "ScanForm": "another code is another person's, and is looked at",
    "PlainForm": "holds nothing to answer",
    "QuestionForm": "tests/inquiries/test_visitor_questions.py",
    "RemindForm": "holds nothing to answer",
}


@pytest.mark.parametrize("door", DOORS)
def test_the_same_key_with_other_answers_is_told_at_every_door_r12(app, door):
    door, key = door(), uuid4()
    for _again in range(2):
        with writing():
            door.do(door.one, key)

    with pytest.raises(SentBefore), writing():
        door.do(door.other, key)
    session.rollback()


def test_every_form_with_a_key_is_thought_of():
    keyed, waiting = set(), [KeyedForm]
    while waiting:
        found = waiting.pop().__subclasses__()
        keyed |= {one.__name__ for one in found}
        waiting += found

    assert keyed == {*DOORS.values(), *ELSEWHERE}


def test_a_package_sent_again_with_another_office_shows_the_one_it_has(app):
    make_post(courier=True)
    package, other = make_package(), make_agency()
    visitor, key = signed_in(Visitor(app), package.case.account), str(package.form_key)
    page = visitor.submit(
        f"/en/courier/cases/{package.case.public_id}/agency",
        page=visitor.open("/en/account/logout"),
        agency=other.id,
        form_key=key,
    )

    assert "we did not change it" in page.text


def test_a_question_sent_again_with_another_text_is_told_and_taken_at_the_next_press(app):
    case = make_case(make_account())
    visitor, path = signed_in(Visitor(app), case.account), f"/en/inquiries/new/{case.public_id}"
    form = visitor.open(path)
    visitor.submit(path, page=form, category="lost_letter", text="first")

    told = visitor.submit(path, page=form, category="lost_letter", text="second")
    assert "sent this form before with different answers" in told.errors[0]
    visitor.submit(path, page=told, category="lost_letter", text="second")
    assert [one.texts[0].text for one in inquiries.inquiries_of(case)] == ["second", "first"]
