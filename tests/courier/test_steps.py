"""Registering a package through pages: from the question what it is for to the Courier Confirmation Page."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import clock
from portal.appointments.models import Draft
from portal.cases.finding.models import CaseRequest
from portal.courier import intake, operations
from portal.courier.models import Submission
from portal.database.transactions import session
from portal.journal.journal import Entry
from tests.factories import make_account, make_agency, make_case, make_package, make_post, signed_in
from tests.visitor import Visitor

COURIER = "/en/courier"
DETAILS = {
    "location": "PHP",
    "surname": "Sok",
    "given_names": "Dara",
    "day": "12",
    "month": "4",
    "year": "1990",
    "passport_number": "N0123456",
    "nationality": "KH",
    "telephone": "",
}
LABELS = ["Interview location", "Surname", "Given names", "Day", "Month", "Year", "Passport number", "Nationality"]
LABELS += ["Case number", "Telephone number"]
SPOUSE = {"given_names": "Bopha", "passport_number": "N7654321", "relationship": "spouse", "respond_by": "courier"}
SPOUSE |= {"date_of_birth": "1992-01-02"}


@pytest.fixture
def account(app):
    make_post(courier=True)
    return make_account()


@pytest.fixture
def applicant(visitor, account):
    return signed_in(visitor, account)


def sending_case(account=None, **cells):
    return make_case(account, respond_by="courier", **cells)


def describe(applicant, case, **typed):
    return applicant.submit(f"{COURIER}/details", **{**DETAILS, "case_number": case.number, **typed})


def registered(applicant, case, **typed):
    agency = make_agency()
    page = describe(applicant, case, **typed)
    return applicant.submit(page.path, agency=agency.id).path.removesuffix("/family")


def test_the_ten_steps_end_on_the_courier_confirmation_page(applicant):
    case, agency = sending_case(), make_agency()
    assert f"{COURIER}/category" in applicant.open("/en/dashboard").links
    category = applicant.open(f"{COURIER}/category")
    assert f"{COURIER}/service" in category.links and "Immigrant Visas / Administrative Processing IV" in category.text

    details = applicant.submit(f"{COURIER}/service")
    agencies = applicant.submit(details.path, **DETAILS, case_number=case.number.lower())
    family = applicant.submit(agencies.path, agency=agency.id)
    page = applicant.open(next(link for link in family.links if re.fullmatch(r"/en/courier/PHP-[^/]+", link)))

    assert (details.path, page.h1) == (f"{COURIER}/details", "Courier Confirmation Page")
    assert f"{page.path}/print" in page.links and f"{page.path}.pdf" in page.links
    assert "You registered the package." in page.text
    assert session.scalar(select(Draft)) is None


def test_the_service_is_chosen_beforehand_because_it_is_the_only_one(applicant):
    page = applicant.open(f"{COURIER}/service")

    assert "Immigrant Document Courier – Administrative Processing IV" in page.labels
    assert page.fields["service"] == "documents"


def test_details_are_one_page_in_the_order_of_the_design(applicant):
    page = applicant.open(f"{COURIER}/details")

    assert [label for label in page.labels if label in LABELS] == LABELS
    assert "Submit" in page.buttons


def test_a_visitor_is_told_what_is_needed_and_asked_whether_registered_already(visitor):
    page = visitor.open(COURIER)

    assert page.h1 == "Send documents by courier"
    assert "Already registered?" in page.text and "/en/confirmation" in page.links
    assert {"/en/account/create", "/en/account/login?next=/en/courier/category"} <= set(page.links)


def test_what_was_typed_is_kept_for_another_device_and_is_no_begun_appointment(app, applicant, account):
    describe(applicant, sending_case(), case_number="PHP2025999999")

    elsewhere = signed_in(Visitor(app), account)
    assert elsewhere.open(f"{COURIER}/details").fields["surname"] == "Sok"
    assert elsewhere.open("/en/appointments/new").path == "/en/appointments/new/visa"
    assert "You have started booking an appointment" not in elsewhere.open("/en/dashboard").text


def test_answers_on_the_way_to_an_appointment_stay_after_a_package_is_registered(applicant):
    applicant.submit("/en/appointments/new/visa", visa="immigrant")
    registered(applicant, sending_case())

    assert applicant.open("/en/appointments/new").path == "/en/appointments/new/purpose"
    assert session.scalar(select(Draft)) is not None


@pytest.mark.parametrize("kind", ["unknown", "wrong birth", "wrong passport", "somebody else's"])
def test_r8_whatever_the_cause_no_match_is_one_answer(app, applicant, kind):
    case = sending_case(make_account() if kind == "somebody else's" else None)
    wrong = {"unknown": {"case_number": "PHP2025999999"}, "wrong birth": {"year": "1991"}}
    wrong["wrong passport"] = {"passport_number": "N7654321"}

    page = describe(applicant, case, **wrong.get(kind, {}))

    assert page.errors == ["We could not match this. Your letter may be newer than our records."]
    assert "Ask the Embassy to find my case" in page.buttons
    assert f"{COURIER}/details" in page.links
    assert applicant.open(f"{COURIER}/details").fields["surname"] == "Sok"


def test_the_embassy_is_asked_to_find_the_case_with_what_was_typed(applicant):
    page = describe(applicant, sending_case(), case_number="PHP2025999999")
    for _again in range(2):
        answer = applicant.submit(f"{COURIER}/ask", page=page)

    asked = session.scalars(select(CaseRequest)).one()
    assert "We have sent your answers to the Embassy" in answer.text
    assert '"PHP2025999999"' in asked.answers and '"1990-04-12"' in asked.answers


def test_nothing_is_asked_before_details_were_typed(applicant):
    assert applicant.open(f"{COURIER}/unmatched").path == f"{COURIER}/details"
    applicant.post(f"{COURIER}/ask", status=303)

    assert session.query(CaseRequest).count() == 0


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"location": "BKK"}, "You cannot register a package for this place here"),
        ({"location": ""}, "Select where you had your interview."),
        ({"case_number": "AA00ABCDEF"}, "starts with AA00"),
        ({"case_number": ""}, "Enter the case number"),
        ({"day": "31", "month": "2"}, "This month does not have that day"),
    ],
)
def test_bad_details_are_explained_beside_the_field_and_stay(applicant, typed, says):
    make_post("BKK", country="KG", city="Bishkek", timezone="Asia/Bishkek")

    page = describe(applicant, sending_case(), **typed)

    assert page.path == f"{COURIER}/details"
    assert any(says in error for error in page.errors), page.errors
    assert page.fields["given_names"] == "Dara"


def test_the_telephone_number_is_kept_with_the_account_and_never_in_the_journal_r10(applicant, account):
    describe(applicant, sending_case(), telephone="+855 12 345 678")

    entry = session.scalars(select(Entry).where(Entry.action == "telephone changed")).one()
    session.refresh(account)
    assert account.telephone == "+855 12 345 678"
    assert (entry.before, entry.after) == (None, None)


def test_the_traveller_who_typed_is_the_sender(applicant):
    case = sending_case(more=[SPOUSE])
    spouse = {"given_names": "Bopha", "passport_number": "N7654321", "day": "2", "month": "1", "year": "1992"}

    page = applicant.open(registered(applicant, case, **spouse))

    assert session.scalars(select(Submission)).one().sender_id == case.travellers[1].id
    assert "Bopha Sok" in page.text


def test_a_registration_sent_twice_is_one_package_r12(applicant):
    case, agency = sending_case(), make_agency()
    page = describe(applicant, case)
    answers = [applicant.submit(page.path, page=page, agency=agency.id).path for _again in range(2)]

    assert answers[0] == answers[1]
    assert session.query(Submission).count() == 1


def test_who_comes_back_to_register_again_finds_the_package(applicant):
    case = sending_case()
    package = registered(applicant, case)

    page = applicant.open(f"{COURIER}/cases/{case.public_id}/agency")

    assert page.path == package
    assert "This case already has a registered package." in page.text


def test_agencies_stand_by_city_with_address_and_opening_hours(applicant):
    make_agency(city="Siem Reap", name="North"), make_agency(city="Phnom Penh", name="Centre")

    page = describe(applicant, sending_case())

    assert [label for label in page.labels if label][-4:] == ["Phnom Penh", "DHL, Centre", "Siem Reap", "DHL, North"]
    assert "2 Example Street" in page.text and "Monday to Friday 08:00 to 17:00" in page.text
    assert "You pay the courier." in page.text
    assert "Search" not in page.buttons


def test_many_agencies_can_be_searched_by_city(applicant):
    for number in range(9):
        make_agency(city="Siem Reap" if number else "Kampót", name=f"Agency {number}")
    page = describe(applicant, sending_case())
    assert "Search" in page.buttons

    assert applicant.open(f"{page.path}?city=kampot").text.count("DHL, Agency") == 1
    elsewhere = applicant.open(f"{page.path}?city=Paris")
    assert elsewhere.text.count("DHL, Agency") == 9
    assert "There is no courier office in this city. Here are all the courier offices." in elsewhere.text


@pytest.mark.parametrize("agency", ["", "x", "999999", "99999999999999999999"])
def test_without_an_agency_nothing_is_registered(applicant, agency):
    make_agency()
    page = describe(applicant, sending_case())

    answer = applicant.submit(page.path, agency=agency)

    assert len(answer.errors) == 1
    assert session.query(Submission).count() == 0


def test_a_post_without_agencies_says_so(applicant):
    page = describe(applicant, sending_case())

    assert "No courier office is available now." in page.text


@pytest.mark.parametrize(
    ("cells", "heading", "leads_to"),
    [
        ({"respond_by": "in_person"}, "Bring the documents yourself", "appointments"),
        ({"respond_by": "direct"}, "Follow the instructions in your letter", "cases"),
        ({"respond_by": "courier", "status": "issued"}, "There is nothing to send", "cases"),
        (
            {"respond_by": "none", "status": "administrative_processing", "reasons": ()},
            "There is nothing to send",
            "cases",
        ),
    ],
)
def test_a_case_that_may_not_send_is_told_what_to_do_instead(applicant, cells, heading, leads_to):
    case = make_case(**cells)

    page = describe(applicant, case)

    assert page.h1 == heading
    assert any(str(case.public_id) in link and link.startswith(f"/en/{leads_to}/") for link in page.links)
    session.refresh(case)
    assert case.account_id is not None


def test_travellers_of_the_case_are_added_by_ticking_them(applicant):
    case = sending_case(more=[SPOUSE])
    package = registered(applicant, case)
    page = applicant.submit(f"{package}/family/add", travellers=case.travellers[1].id)

    assert page.path == f"{package}/family"
    assert "Bopha Sok" in page.text
    stranger = make_case(passport_number="N1111111").principal
    assert len(applicant.submit(f"{package}/family/add", travellers=stranger.id).errors) == 1


def test_somebody_alone_has_nobody_to_add(applicant):
    package = registered(applicant, sending_case())

    assert "There are no other travelers in your case to add" in applicant.open(f"{package}/family/add").text


def test_what_is_still_missing_is_said_before_the_envelope_is_sealed(applicant):
    case = sending_case()
    package = registered(applicant, case)
    assert "Not in the envelope yet" in applicant.open(package).text
    police, marriage = (item.id for item in case.refusals[0].items)

    page = applicant.submit(f"{package}/contents", documents=police, with_passport="y", other_documents="៣")
    assert "Police certificate (original)" in page.labels
    assert page.text.split("Not in the envelope yet")[1].count("Marriage certificate") == 1
    page = applicant.submit(f"{package}/contents", documents=[police, marriage])

    assert "Everything listed in the letter is in the envelope." in page.text
    assert operations.number_of_documents(session.scalars(select(Submission)).one()) == 6


def test_the_number_of_other_documents_is_at_most_99(applicant):
    package = registered(applicant, sending_case())

    assert applicant.submit(f"{package}/contents", other_documents="100").errors == ["Enter a number from 0 to 99."]


def test_the_agency_is_changed_and_the_old_page_is_out_of_date(applicant):
    package, other = registered(applicant, sending_case()), make_agency(name="South")

    page = applicant.submit(f"{package}/agency", agency=other.id)

    assert "Any page you printed earlier is out of date" in page.text
    assert "DHL, South" in page.text


def test_a_registration_is_withdrawn_after_a_question(applicant):
    package = registered(applicant, sending_case())

    page = applicant.submit(f"{package}/withdraw")

    assert page.h1 == "This registration has been withdrawn"
    assert any(link.endswith("/agency") for link in page.links)
    assert f"{package}/print" not in page.links


def test_once_dropped_off_a_package_is_only_followed(applicant):
    package = registered(applicant, sending_case())
    page = applicant.submit(f"{package}/dropped-off", page=applicant.open(package))
    assert "You handed the package to the courier." in page.text

    for step in ("family", "family/add", "contents", "agency", "withdraw"):
        assert "You can no longer change this." in applicant.open(f"{package}/{step}").text
    for step in ("family/add", "contents", "agency", "withdraw", "collected"):
        assert "said=package_too_late" in applicant.post(f"{package}/{step}", status=303).location
    assert session.scalars(select(Submission)).one().state == "dropped_off"


def test_the_time_line_follows_the_package_until_it_is_collected(applicant, account):
    package, now = make_package(sending_case(account)), clock.now()
    police, marriage = (one.item for one in package.contents)
    intake.receive(package, [police.id], "account:9", now)
    intake.decide(package, police, "more_needed", "unreadable", "account:9", now)
    intake.send_back(package, "DHL", "1234567890", "account:9", now + timedelta(days=2))
    session.commit()

    page = applicant.open(f"{COURIER}/{package.reference}")
    steps = ["You registered the package.", "The Embassy received the package.", "Received: Police certificate"]
    steps += [
        "Not in the envelope: Marriage certificate",
        "More is needed: Police certificate",
        "The document cannot be read.",
    ]
    steps += ["The Embassy sent your documents back.", "1234567890"]
    places = [page.text.find(step) for step in steps]
    assert -1 not in places and places == sorted(places)

    page = applicant.submit(f"{page.path}/collected", page=page)
    assert "You have your documents back." in page.text
    news = applicant.open("/en/dashboard").text
    assert "We received documents for case" in news and "looked at a document" in news and "sent your documents" in news


def test_a_late_package_is_taken_and_the_page_says_what_that_means_r7(applicant):
    late = clock.now().date() - timedelta(days=400)

    page = applicant.open(registered(applicant, sending_case(refused_on=late)))

    assert "A new application and fee are required before a visa can be issued." in page.text


def test_the_dashboard_leads_to_the_courier_and_then_to_the_package(applicant, account):
    case = sending_case(account)
    page = applicant.open("/en/dashboard")
    assert f"{COURIER}/cases/{case.public_id}/agency" in page.links

    package = make_package(case)
    page = applicant.open("/en/dashboard")
    assert f"{COURIER}/{package.reference}" in page.links and "See the Courier Confirmation Page" in page.text
    assert f"{COURIER}/{package.reference}" in applicant.open(f"/en/cases/{case.public_id}").links


def test_who_was_on_the_way_to_an_appointment_is_led_to_the_courier(applicant, account):
    case = sending_case(account)
    instead = applicant.open(f"/en/appointments/cases/{case.public_id}/calendar")

    assert f"{COURIER}/cases/{case.public_id}/agency" in instead.links
    applicant.submit("/en/appointments/new/visa", visa="immigrant")
    assert f"{COURIER}/category" in applicant.submit("/en/appointments/new/purpose", purpose="courier").links


def test_somebody_elses_package_has_no_pages_r5(app, applicant):
    package = make_package()
    path = f"{COURIER}/{package.reference}"

    for step in ("", "/family", "/family/add", "/contents", "/agency", "/withdraw"):
        applicant.open(f"{path}{step}", status=404)
    for step in ("/family/add", "/contents", "/agency", "/withdraw", "/dropped-off", "/collected"):
        applicant.post(f"{path}{step}", status=404)
    applicant.open(f"{COURIER}/cases/{package.case.public_id}/agency", status=404)


@pytest.mark.parametrize("language", ["en", "km", "es", "ar", "fr", "vi", "zh", "pt"])
def test_every_page_of_the_courier_opens_in_every_language(applicant, account, language):
    case = sending_case(account, more=[SPOUSE])
    make_agency()
    for page in ("", "/category", "/service", "/details", f"/cases/{case.public_id}/agency"):
        applicant.open(f"/{language}/courier{page}")
    package = make_package(case)

    for step in ("", "/family", "/family/add", "/contents", "/agency", "/withdraw"):
        applicant.open(f"/{language}/courier/{package.reference}{step}")
