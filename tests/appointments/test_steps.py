"""Booking an appointment, step by step, through pages."""

import json

import pytest
from sqlalchemy import select

from portal.appointments.models import Appointment, Draft
from portal.cases.finding.models import CaseRequest
from portal.cases.models import Case
from portal.database.transactions import session
from tests.factories import make_account, make_case, make_post, make_slot, signed_in
from tests.visitor import Visitor

NEW = "/en/appointments/new"
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
YES = {"letter": "yes", "documents": "yes", "recent": "yes"}


@pytest.fixture
def applicant(app, visitor):
    make_post()
    return signed_in(visitor, make_account())


def answer_until(applicant, step, **details):
    """Answer the steps before one with valid answers, and return the page of that one."""
    answers = {"visa": {"visa": "immigrant"}, "purpose": {"purpose": "follow_up"}}
    answers |= {"details": {**DETAILS, **details}, "questions": YES}
    page = applicant.open(f"{NEW}/visa")
    for name, given in answers.items():
        if name == step:
            return page
        page = applicant.submit(f"{NEW}/{name}", **given)
    return page


def test_the_whole_way_ends_on_the_confirmation_page(applicant):
    case, slot = make_case(), make_slot()
    answer_until(applicant, "case")

    calendar = applicant.submit(f"{NEW}/case", case_number=case.number.lower())
    page = applicant.submit(calendar.path, slot=slot.id)

    assert page.h1 == "Appointment Confirmation Page"
    assert case.number in page.text
    assert "Police certificate (original)" in page.text
    assert session.scalar(select(Draft)) is None


def test_labels_of_the_details_are_as_the_design_says(applicant):
    labels = answer_until(applicant, "details").labels

    wanted = ["Interview location", "Surname", "Given names", "Date of birth", "Day", "Month", "Year"]
    wanted += ["Passport number", "Nationality", "Telephone number"]
    assert [label for label in labels if label in wanted] == wanted


def test_a_step_opened_out_of_order_leads_to_the_first_open_one(applicant):
    assert applicant.open(f"{NEW}/case").path == f"{NEW}/visa"
    applicant.submit(f"{NEW}/visa", visa="immigrant")

    assert applicant.open(f"{NEW}/questions").path == f"{NEW}/purpose"
    assert applicant.open(NEW).path == f"{NEW}/purpose"


def test_answers_are_kept_with_the_account_for_another_device(app):
    account = make_account()
    make_post()
    answer_until(signed_in(Visitor(app), account), "questions")

    elsewhere = signed_in(Visitor(app), account)
    assert elsewhere.open(NEW).path == f"{NEW}/questions"
    assert elsewhere.open(f"{NEW}/details").fields["surname"] == "Sok"


def test_answers_are_encrypted_in_the_database_r10(applicant):
    answer_until(applicant, "questions")

    stored = bytes(session.connection().exec_driver_sql("SELECT answers FROM draft").scalar_one())
    assert b"N0123456" not in stored
    assert b"Sok" not in stored


@pytest.mark.parametrize(
    ("step", "answers", "says"),
    [
        ("visa", {"visa": "nonimmigrant"}, "This service is for immigrant visas"),
        ("purpose", {"purpose": "courier"}, "Send the documents as your letter tells you"),
        ("purpose", {"purpose": "status"}, "Your dashboard shows the status"),
        ("questions", {**YES, "letter": "no"}, "You need a letter"),
        ("questions", {**YES, "documents": "no"}, "First collect all the documents"),
        ("questions", {**YES, "recent": "no"}, "The 12 months may be over"),
    ],
)
def test_a_no_leads_somewhere_useful(applicant, step, answers, says):
    answer_until(applicant, step)

    page = applicant.submit(f"{NEW}/{step}", **answers)

    assert page.path == f"{NEW}/instead"
    assert says in page.text
    assert f"{NEW}/{step}" in page.links


def test_somebody_whose_letter_is_old_can_still_go_on(applicant):
    answer_until(applicant, "questions")
    page = applicant.submit(f"{NEW}/questions", **{**YES, "recent": "no"})

    assert f"{NEW}/case" in page.links
    assert applicant.open(f"{NEW}/case").path == f"{NEW}/case"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"day": "31", "month": "2"}, "This month does not have that day"),
        ({"month": "13"}, "Enter the month as a number from 1 to 12."),
        ({"year": "90"}, "Enter the year with four digits"),
        ({"year": "2999"}, "Enter the year with four digits"),
        ({"day": "x"}, "Enter the day as a number from 1 to 31."),
        ({"passport_number": "N" * 10_000}, "A passport number has 3 to 20 letters and digits"),
        ({"surname": "S\x00ok"}, "We cannot read some of the characters here"),
        ({"surname": "S\ufffdok"}, "We cannot read some of the characters here"),
        ({"surname": "S" * 101}, "This is too long"),
        ({"nationality": "QQ"}, "Select an option from the list"),
        ({"location": "ZZZ"}, "Select an option from the list"),
        ({"has_new_passport": "y"}, "Enter the number of your new passport"),
    ],
)
def test_bad_details_are_explained_beside_the_field_and_stay(applicant, typed, says):
    answer_until(applicant, "details")

    page = applicant.submit(f"{NEW}/details", **{**DETAILS, **typed})

    assert page.path == f"{NEW}/details"
    assert any(says in error for error in page.errors), page.errors
    assert page.fields["given_names"] == "Dara"


@pytest.mark.parametrize(
    "typed",
    [
        {"day": "១២", "month": "៤", "year": "១៩៩០"},
        {"day": "١٢", "month": "٠٤", "year": "١٩٩٠"},
        {"passport_number": "n 012-3456\u200b"},
        {"passport_number": "Ｎ０１２３４５６"},
    ],
)
def test_digits_of_any_script_and_stray_marks_do_not_matter(applicant, typed):
    case = make_case()
    answer_until(applicant, "case", **typed)

    assert applicant.submit(f"{NEW}/case", case_number=case.number).h1 == "Choose a time"


def test_a_passport_without_day_and_month_of_birth_matches(applicant):
    case = make_case(date_of_birth="1990")
    answer_until(applicant, "case", day="", month="", day_unknown="y")

    assert applicant.submit(f"{NEW}/case", case_number=case.number).h1 == "Choose a time"


def test_a_post_without_this_service_is_explained(applicant):
    make_post("BKK", country="KG", city="Bishkek", timezone="Asia/Bishkek", in_service=False)
    answer_until(applicant, "details")

    page = applicant.submit(f"{NEW}/details", **{**DETAILS, "location": "BKK"})

    assert any("You cannot book a return appointment for this place here" in error for error in page.errors)


@pytest.mark.parametrize("kind", ["unknown", "wrong birth", "wrong passport", "somebody else's"])
def test_r8_whatever_the_cause_no_match_is_one_answer(app, applicant, kind):
    owner = make_account() if kind == "somebody else's" else None
    case = make_case(
        owner,
        date_of_birth="1991-01-01" if kind == "wrong birth" else "1990-04-12",
        passport_number="N7654321" if kind == "wrong passport" else "N0123456",
    )
    answer_until(applicant, "case")
    number = "PHP2025999999" if kind == "unknown" else case.number

    page = applicant.submit(f"{NEW}/case", case_number=number)

    assert page.errors == ["We could not match this. Your letter may be newer than our records."]
    assert "Ask the Embassy to find my case" in page.buttons


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("AA00ABCDEF", "starts with AA00"),
        ("IOE0912345678", "receipt number"),
        ("hello", "three letters and ten digits"),
    ],
)
def test_a_wrong_kind_of_number_is_recognised(applicant, number, says):
    answer_until(applicant, "case")

    assert says in applicant.submit(f"{NEW}/case", case_number=number).errors[0]


def test_asking_the_embassy_twice_is_asking_once_r12(applicant):
    answer_until(applicant, "case")
    page = applicant.submit(f"{NEW}/case", case_number="PHP2025999999")

    first = applicant.submit(f"{NEW}/ask", page=page)
    applicant.submit(f"{NEW}/ask", page=page)

    assert "We have sent your answers to the Embassy" in first.text
    assert session.query(CaseRequest).count() == 1


def test_the_language_can_be_switched_without_losing_what_was_typed(applicant):
    answer_until(applicant, "details")

    page = applicant.submit(f"{NEW}/details".replace("/en/", "/km/"), language_switch="km", surname="Keo")

    assert (page.lang, page.fields["surname"], page.errors) == ("km", "Keo", [])
    assert session.scalar(select(Draft)).changed_at is not None


def test_one_account_holds_several_cases(applicant):
    numbers = [make_case(passport_number=passport).number for passport in ("N0123456", "N0123456")]
    for number in numbers:
        answer_until(applicant, "case")
        applicant.submit(f"{NEW}/case", case_number=number)

    text = applicant.open("/en/dashboard").text
    assert all(number in text for number in numbers)


def test_a_draft_cannot_be_forged_by_posting_a_later_step(applicant):
    case = make_case()

    applicant.post(f"{NEW}/case", status=303, case_number=case.number)
    applicant.post(f"{NEW}/ask", status=303)

    assert session.get_one(Case, case.id).account_id is None
    assert session.query(Appointment).count() == session.query(CaseRequest).count() == 0


def test_begun_answers_can_be_deleted(applicant):
    answer_until(applicant, "questions")

    applicant.submit("/en/appointments/new/anew", page=applicant.open("/en/dashboard"))

    assert session.query(Draft).count() == 0


@pytest.mark.parametrize("typed", [("   ", ""), ("\u200b", "-"), ("-", "FNU"), ("\u202e\u202c", "\u200d")])
def test_a_name_without_a_letter_is_none(applicant, typed):
    page = answer_until(applicant, "questions", surname=typed[0], given_names=typed[1])

    assert (page.path, page.errors) == (f"{NEW}/details", ["Enter your surname as it is in your passport."])


def kept_details():
    """The kept answers of the step with the details."""
    return json.loads(session.scalars(select(Draft)).one().answers)["details"]


@pytest.mark.parametrize("typed", [("Sokha", ""), ("", "Sokha"), ("-", "Sokha"), ("\u202eSokha\u202c", "FNU")])
def test_who_has_one_name_goes_on_with_it_in_either_field(applicant, typed):
    surname, given_names = typed
    page = answer_until(applicant, "questions", surname=surname, given_names=given_names)

    assert page.path == f"{NEW}/questions"
    assert (kept_details()["surname"], kept_details()["given_names"]) == ("Sokha", "")


def test_the_one_name_of_a_record_does_not_differ_from_the_one_name_under_given_names(applicant):
    case = make_case(surname="Sokha", given_names="")
    answer_until(applicant, "case", surname="", given_names="SOKHA")
    applicant.submit(f"{NEW}/case", case_number=case.number)

    assert session.scalars(select(Case).execution_options(populate_existing=True)).one().flags == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("012 345 678 / 098 765 432", "012 345 678 / 098 765 432"),
        ("+855 12 345 678 (mother)", "+855 12 345 678 (mother)"),
        ("012345678 Telegram", "012345678 Telegram"),
        ("call me", "call me"),
        ("០១២ ៣៤៥ ៦៧៨", "012 345 678"),
    ],
)
def test_a_telephone_number_never_stops_the_way_and_staff_see_what_was_typed(applicant, typed, kept):
    page = answer_until(applicant, "questions", telephone=typed)

    assert page.path == f"{NEW}/questions"
    assert kept_details()["telephone"] == kept
