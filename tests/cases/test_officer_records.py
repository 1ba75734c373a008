"""What officers write down: notes that only staff read, stages of a petition, and the passport that they ask for."""

from datetime import timedelta
from uuid import uuid4

import pytest

from portal import clock
from portal.accounts.models import Notice
from portal.cases import officer_records, passport_requests
from portal.cases.operations import require_may_book, require_may_send
from portal.cases.statuses import set_status
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.posts.operations import today
from portal.web.errors import NotFound, SentBefore
from tests.factories import make_account, make_case, make_post, signed_in
from tests.visitor import Visitor


@pytest.fixture
def officer(app):
    """An officer of Phnom Penh."""
    return signed_in(Visitor(app), make_account("officer", make_post()))


def staff_page(case, rest=""):
    return f"/en/staff/cases/{case.public_id}{rest}"


def returned(account=None):
    case = make_case(account)
    set_status(case, "returned", today(case.post, clock.now()), "command", clock.now())
    session.commit()
    return case


def test_a_note_is_read_by_staff_and_by_no_applicant_and_its_words_are_in_no_journal_entry(app, officer):
    case = make_case(holder := make_account())
    officer.submit(staff_page(case, "/notes"), text="marked-secret")

    assert "marked-secret" in officer.open(staff_page(case)).text
    person = signed_in(Visitor(app), holder)
    assert "marked-secret" not in person.open(f"/en/cases/{case.public_id}").html + person.open("/en/dashboard").html
    (entry,) = session.query(Entry).filter_by(action="case note written")
    assert "marked-secret" not in f"{entry.before} {entry.after}"


def test_the_desk_does_not_read_case_notes(app, officer):
    case = make_case()
    officer.submit(staff_page(case, "/notes"), text="marked-secret")
    desk = signed_in(Visitor(app), make_account("desk", case.post))

    assert "marked-secret" not in desk.open(staff_page(case)).text
    desk.open(staff_page(case, "/notes"), status=403)


def test_r12_the_same_note_is_written_once_and_another_by_the_same_form_is_told(app):
    case, key = make_case(), uuid4()
    for _again in range(2):
        officer_records.write_note(case, "One.", key, "command", clock.now())

    with pytest.raises(SentBefore):
        officer_records.write_note(case, "Two.", key, "command", clock.now())
    session.expire(case)
    assert [note.text for note in case.notes] == ["One."]


def test_the_holder_of_a_returned_petition_reads_who_must_act_and_by_when(app, officer):
    case = returned(holder := make_account())
    by = today(case.post, clock.now()) + timedelta(days=30)
    officer.submit(staff_page(case, "/stages"), kind="notice", happened_on="", respond_by=by.isoformat())

    page = signed_in(Visitor(app), holder).open(f"/en/cases/{case.public_id}").text
    assert "Waiting for the petitioner" in page and "The petitioner must answer the notice from USCIS by" in page
    assert "petition_stage" in {notice.kind for notice in session.query(Notice)}


def test_a_stage_without_proof_shows_no_date(app, officer):
    case = returned(holder := make_account())
    officer.submit(staff_page(case, "/stages"), kind="at_uscis", happened_on="", respond_by="")

    assert case.stages[0].happened_on is None
    page = signed_in(Visitor(app), holder).open(f"/en/cases/{case.public_id}").text
    assert "USCIS is reviewing the petition." in page and "The petition reached USCIS." not in page


def test_a_stage_that_was_a_mistake_is_taken_back_and_said_no_more(app, officer):
    case = returned()
    officer.submit(staff_page(case, "/stages"), kind="revoked")
    stage = case.stages[0]
    officer.post(f"/en/staff/cases/{case.public_id}/stages/{stage.id}/withdraw", status=303)

    session.expire_all()
    assert case.stages[0].withdrawn_at is not None
    assert "taken back" in officer.open(staff_page(case)).text
    with pytest.raises(NotFound):
        officer_records.withdraw_stage(case, 0, "command", clock.now())


def test_r12_the_same_stage_is_recorded_once_and_another_by_the_same_form_is_told(app):
    case, key = returned(), uuid4()
    for _again in range(2):
        officer_records.record_stage(case, "at_uscis", None, None, key, "command", clock.now())

    with pytest.raises(SentBefore):
        officer_records.record_stage(case, "revoked", None, None, key, "command", clock.now())
    assert len(case.stages) == 1


def test_a_stage_lies_in_the_past(officer):
    case = returned()
    page = officer.submit(staff_page(case, "/stages"), kind="at_uscis", happened_on="2999-01-01")

    assert page.errors == ["Choose today or an earlier day."] and case.stages == []


def test_whoever_is_asked_to_bring_a_passport_may_book_and_reads_that_it_is_no_decision(app, officer):
    case = make_case(holder := make_account(), respond_by="courier")
    until = today(case.post, clock.now()) + timedelta(days=30)
    officer.submit(staff_page(case, "/passport"), traveller="0", way="bring", until=until.isoformat())

    session.expire_all()
    require_may_book(case, until)
    page = signed_in(Visitor(app), holder).open("/en/dashboard").text
    assert "We need your passport to continue. This is not a decision" in page and "Book an appointment" in page


def test_whoever_is_asked_to_send_a_passport_may_send_it_although_no_document_is_asked_for(app):
    case = make_case(status="administrative_processing", respond_by="none", reasons=())
    passport_requests.ask(case, case.principal, "send", "command", clock.now())

    require_may_send(case)


def test_a_passport_that_is_no_longer_needed_is_no_longer_asked_for(officer):
    case = make_case(make_account())
    passport_requests.ask(case, case.principal, "send", "command", clock.now())
    session.commit()
    request = case.passport_requests[0]
    officer.post(f"/en/staff/cases/{case.public_id}/passport/{request.id}/withdraw", status=303)

    session.expire_all()
    assert case.passport_requests == []
    assert [one.kind for one in session.query(Notice).order_by(Notice.id)][-1] == "passport_not_needed"


def test_an_invitation_to_bring_a_passport_ends_with_the_request(officer):
    case = make_case(make_account(), respond_by="courier")
    until = today(case.post, clock.now()) + timedelta(days=30)
    officer.submit(staff_page(case, "/passport"), traveller="0", way="bring", until=until.isoformat())
    session.expire_all()
    request = case.passport_requests[0]
    officer.post(f"/en/staff/cases/{case.public_id}/passport/{request.id}/withdraw", status=303)

    session.expire_all()
    assert case.invited_until is None


def test_whoever_brings_a_passport_needs_a_day(officer):
    page = officer.submit(staff_page(make_case(), "/passport"), traveller="0", way="bring", until="")

    assert page.errors == ["Enter until when the person may come. They can book an appointment until then."]
