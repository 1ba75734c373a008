"""Decisions on a received package: more needed or not, the 12 months, the return."""

import pytest
from sqlalchemy import select

from portal.accounts.models import Notice
from portal.database.transactions import session
from portal.integrity import checks
from tests.courier.desk import DESK, address, deeds, items, received, somebody, stored
from tests.factories import make_account, make_case, make_package

WAITING = {
    "given_names": "Srey",
    "date_of_birth": "1992-01-31",
    "passport_number": "N7777777",
    "relationship": "spouse",
    "respond_by": "none",
    "reasons": (),
}


@pytest.fixture
def desk(app):
    """A member of the mail desk of Phnom Penh."""
    return somebody(app, "desk")


@pytest.fixture
def officer(app):
    """An officer of Phnom Penh."""
    return somebody(app, "officer")


def package_in_processing():
    return received(make_package(make_case(make_account(), [WAITING], respond_by="courier")))


def test_r7_evidence_is_dated_and_an_officer_alone_confirms_that_the_clock_stopped(desk, officer):
    package = make_package()
    desk.submit(address(package), found=items(package))
    refusal = stored(package).case.refusals[0]
    stop = f"{address(package)}/refusals/{refusal.id}/stop"
    assert (refusal.evidence_on, refusal.clock_stopped_on) == (package.received_on, None)

    assert "All that we asked for came in time" not in desk.open(address(package)).buttons
    desk.post(stop, status=403)
    assert "All that we asked for came in time" in officer.open(address(package)).text
    page = officer.submit(stop, page=officer.open(address(package)))
    officer.post(stop, status=303)

    assert "The decision has been saved: the documents came in time." in page.text
    assert "Confirm that" not in page.text
    assert stored(package).case.refusals[0].clock_stopped_on == package.received_on
    assert deeds("clock stopped") == 1


def test_no_clock_is_stopped_before_evidence_came_or_on_a_refusal_of_another_case(officer):
    package, other = make_package(), received(make_package())

    officer.post(f"{address(package)}/refusals/{package.case.refusals[0].id}/stop", status=303)
    officer.post(f"{address(package)}/refusals/{other.case.refusals[0].id}/stop", status=404)

    assert deeds("clock stopped") == 0


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"decision": "nothing_more_needed", "reason": ""}, "Nothing more needed"),
        ({"decision": "nothing_more_needed", "reason": "expired"}, "Nothing more needed"),
        ({"decision": "more_needed", "reason": "unreadable"}, "More needed The document cannot be read."),
    ],
)
def test_an_officer_decides_on_each_document_and_the_person_is_told(officer, answers, said):
    package = received(make_package())
    item = items(package)[0]
    typed = {f"item-{item}-{name}": value for name, value in answers.items()}

    page = officer.submit(f"{address(package)}/items/{item}", page=officer.open(address(package)), **typed)
    officer.submit(f"{address(package)}/items/{item}", page=officer.open(address(package)), **typed)

    assert "The decision has been saved." in page.text and said in page.text
    assert deeds("document decided") == 1
    told = session.scalars(select(Notice.kind).where(Notice.account_id == package.case.account_id)).all()
    assert told == ["receipt_given", "document_decided"]


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({}, "Choose whether more is needed."),
        ({"decision": "perhaps"}, "Select an option from the list"),
        ({"decision": "more_needed", "reason": ""}, "Choose why more is needed."),
        ({"decision": "more_needed", "reason": "ugly"}, "Select an option from the list"),
    ],
)
def test_a_decision_that_is_not_whole_is_said_beside_its_document(officer, answers, error):
    package = received(make_package())
    item = items(package)[1]
    typed = {f"item-{item}-{name}": value for name, value in answers.items()}

    page = officer.submit(f"{address(package)}/items/{item}", page=officer.open(address(package)), **typed)

    assert page.h1 == f"Package {package.reference}"
    assert len(page.errors) == 1 and error in page.errors[0]
    assert deeds("document decided") == 0


def test_the_desk_reads_decisions_and_makes_none(desk):
    package = received(make_package())
    item = items(package)[0]

    page = desk.open(address(package))
    assert "An officer has not decided yet" in page.text and "Save" not in page.buttons
    desk.post(f"{address(package)}/items/{item}", status=403, **{f"item-{item}-decision": "nothing_more_needed"})
    assert deeds("document decided") == 0


def test_nothing_is_decided_before_a_package_is_here_or_on_documents_of_others(officer):
    package, other = make_package(), received(make_package())
    for there, item in ((package, items(package)[0]), (other, items(package)[0])):
        status = 400 if there is package else 404
        answer = {f"item-{item}-decision": "nothing_more_needed", f"item-{item}-reason": ""}
        officer.post(f"{address(there)}/items/{item}", status=status, **answer)

    assert deeds("document decided") == 0


def test_a_return_is_recorded_once_with_carrier_and_tracking_number(desk):
    package = received(make_package())
    stale = desk.open(address(package))
    assert stale.fields["carrier"] == "DHL"

    page = desk.submit(f"{address(package)}/return", page=stale, tracking_number=" JD-0146 ")
    again = desk.submit(f"{address(package)}/return", page=stale, carrier="Other", tracking_number="2")

    assert "The return has been recorded." in page.text and "JD-0146" in again.text
    after = stored(package)
    assert (after.state, after.return_carrier, after.tracking_number) == ("returned", "DHL", "JD-0146")
    assert deeds("package returned") == 1
    assert list(checks.violations()) == []


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"carrier": " "}, "Enter the name of the carrier."),
        ({"carrier": "x" * 41}, "Use at most 40 characters."),
        ({"tracking_number": "1" * 41}, "Use at most 40 characters."),
        ({"tracking_number": "JD 01/46"}, "letters, digits and dashes only"),
    ],
)
def test_a_return_that_does_not_fit_is_said(desk, answers, error):
    package = received(make_package())

    page = desk.submit(f"{address(package)}/return", page=desk.open(address(package)), **answers)

    assert error in page.errors[0]
    assert stored(package).state == "received"


def test_a_package_that_is_not_here_cannot_be_sent_back(desk):
    page = desk.submit(f"{address(make_package())}/return", page=desk.open(DESK), carrier="DHL", status=400)

    assert "This package is not at your post" in page.text


def test_a_return_in_administrative_processing_is_for_officers_who_say_so(desk, officer):
    package = package_in_processing()
    back = f"{address(package)}/return"

    page = desk.open(address(package))
    assert "Only an officer can send them back now." in page.text and "Record the return" not in page.buttons
    page = desk.submit(back, page=desk.open(DESK), carrier="DHL", tracking_number="1", despite_processing="y")
    assert "Send the documents back only if an officer says so." in page.errors[0]
    page = officer.submit(back, page=officer.open(address(package)))
    assert "Send the documents back only if an officer says so." in page.errors[0]
    assert stored(package).state == "received"

    officer.submit(back, page=page, despite_processing="y")
    assert stored(package).state == "returned"


def test_an_address_that_only_takes_forms_leads_to_the_package(officer):
    package = received(make_package())

    for deed in (f"items/{items(package)[0]}", "return"):
        assert officer.open(f"{address(package)}/{deed}").path == address(package)
