"""Staff find, add and correct cases through pages."""

import pytest
from sqlalchemy import func, select

from portal.cases.models import Case, Traveller
from portal.database.transactions import session
from portal.journal.journal import Entry
from tests.cases.case_file import NUMBER, SOK, SPOUSE, stored
from tests.factories import make_account, make_case, make_post, signed_in
from tests.visitor import Visitor

CASES, NEW, FIND = "/en/staff/cases/", "/en/staff/cases/new", "/en/staff/find"
TYPED = {name: value for name, value in SOK.items() if name != "post"} | {
    "status": "refused",
    "reasons": "original Police Certificate\nMarriage Certificate",
}


@pytest.fixture
def officer(app, visitor):
    """An officer of Phnom Penh who is signed in."""
    return signed_in(visitor, make_account("officer", make_post()))


def somebody(app, role, code="PHP"):
    place = {} if code == "PHP" else {"country": "JO", "city": "Amman", "timezone": "Asia/Amman"}
    return signed_in(Visitor(app), make_account(role, make_post(code, **place)))


def address(case, position=None):
    return f"{CASES}{case.public_id}" + ("" if position is None else f"/travellers/{position}")


def deeds(subject="case"):
    session.expire_all()
    return session.scalars(select(Entry.action).where(Entry.subject == subject).order_by(Entry.id)).all()


def add(officer, **cells):
    """Fill in the form for a case and send it."""
    page = officer.open(NEW)
    page.fields.update({**TYPED, **cells})
    return officer.submit(NEW, page=page)


def people(case):
    session.expire_all()
    return [(one.name, one.passport_number) for one in stored(case.number).travellers]


def test_an_officer_adds_a_case_by_the_form(officer):
    page = add(officer)

    assert page.h1 == f"Case {NUMBER}"
    assert "Police Certificate (original)" in page.text
    case = stored()
    assert (case.principal.name, case.status, len(case.refusals[0].items)) == ("Dara Sok", "refused", 2)
    assert deeds()[0] == "case added"


def test_another_traveller_is_added_with_the_same_number(officer):
    add(officer)

    page = add(officer, **SPOUSE)

    assert "Srey Sok" in page.text
    assert [one.relationship_to_principal for one in stored().travellers] == ["principal", "spouse"]


@pytest.mark.parametrize(
    ("column", "typed", "error"),
    [
        ("case_number", "", "Enter the case number."),
        ("case_number", "12345", "A case number has three letters and ten digits"),
        ("visa_class", "IR/1", "is not a visa class"),
        ("status", "pending", "Select an option from the list"),
        ("status_date", "soon", "is not a date like 2026-01-31"),
        ("surname", "", "cannot be empty"),
        ("surname", "Sok\x00", "We cannot read some of the characters here."),
        ("given_names", "x" * 10_000, "This is too long."),
        ("date_of_birth", "1990-13-01", "is not a date of birth"),
        ("passport_number", "!", "is not a passport number"),
        ("nationality", "ZZ", "Select an option from the list"),
        ("relationship", "1", "is not a relationship"),
        ("refused_on", "2026-02-30", "is not a date like 2026-01-31"),
        ("refused_on", "", "is required if there are reasons"),
        ("respond_by", "by post", "is not one or more of"),
        ("respond_by", "", "is required if there is a refusal"),
        ("reasons", "A nice letter", "not in the standard list"),
        ("letter_code", "x" * 300, "This is too long."),
    ],
)
def test_a_bad_cell_is_said_beside_its_field_and_nothing_is_stored(officer, column, typed, error):
    page = add(officer, **{column: typed})

    assert page.h1 == "Add a case"
    assert f'id="{column}-error"' in page.html
    assert any(error in said for said in page.errors)
    assert session.scalar(select(func.count()).select_from(Case)) == 0


def test_what_was_typed_stays_beside_an_error(officer):
    page = add(officer, status_date="soon")

    typed = ("case_number", "status_date", "surname", "passport_number", "nationality")
    assert {name: page.fields[name] for name in typed} == {
        **{name: TYPED[name] for name in typed},
        "status_date": "soon",
    }
    assert "original Police Certificate\nMarriage Certificate" in page.html


@pytest.mark.parametrize(
    ("cells", "after"),
    [
        ({"surname": "Sokh"}, ("Dara Sokh", "N0123456")),
        ({"passport_number": "N7654321"}, ("Dara Sok", "N7654321")),
        ({"given_names": ""}, ("Sok", "N0123456")),
        ({"surname": "Sokh", "passport_number": "N7654321"}, ("Dara Sokh", "N7654321")),
        ({"surname": "Sokh", "passport_number": "N7654321", "date_of_birth": "1991"}, ("Dara Sokh", "N7654321")),
    ],
)
def test_a_corrected_principal_is_the_same_traveller(officer, cells, after):
    case = make_case(more=[SPOUSE])

    officer.submit(address(case, 0), **cells)

    assert people(case) == [after, ("Srey Sok", "N7777777")]


@pytest.mark.parametrize("cells", [{"surname": "Chan"}, {"surname": "Chan", "passport_number": "N6666666"}])
def test_a_corrected_spouse_is_the_same_traveller(officer, cells):
    case = make_case(more=[SPOUSE])

    officer.submit(address(case, 1), **cells)

    assert people(case)[1:] == [("Srey Chan", cells.get("passport_number", "N7777777"))]


def test_the_form_of_a_traveller_holds_what_is_known_and_saving_it_changes_nothing(officer):
    case = make_case(more=[SPOUSE], given_names="")
    before = people(case), deeds()

    page = officer.open(address(case, 0))
    assert (page.fields["surname"], page.fields["given_names"], page.fields["status"]) == ("Sok", "", "refused")
    officer.submit(page.path, page=page, reasons="original Police Certificate\nMarriage Certificate")

    assert (people(case), [deed for deed in deeds() if "viewed" not in deed]) == before


def test_the_number_of_a_case_cannot_be_changed_by_its_form(officer):
    case = make_case()

    officer.submit(address(case, 0), case_number="PHP2025999999", surname="Chan")

    assert session.scalars(select(Case.number)).all() == [case.number]


def test_a_case_is_found_by_its_number_however_it_is_typed(app):
    case = make_case(case_number=NUMBER)

    page = somebody(app, "desk").submit(FIND, q="php 2025-600001")

    assert page.path == address(case)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("PHP2025999999", "We found no case at your post"),
        ("AMM2025000001", "We found no case at your post"),
        ("AA00A1B2C3", "nonimmigrant"),
        ("IOE0912345678", "the receipt number of the petition"),
        ("", "Enter a case number, a name"),
        ("\x00", "We cannot read some of the characters here."),
    ],
)
def test_a_number_that_finds_nothing_gets_a_sentence(officer, typed, error):
    make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
    make_case(post="AMM", case_number="AMM2025000001")

    page = officer.submit(FIND, q=typed)

    assert page.h1 == "Find a case" and error in page.text


def test_r6_viewing_a_case_leaves_a_journal_entry(officer):
    case = make_case()
    officer.open(address(case))

    viewed = session.scalars(select(Entry).where(Entry.action == "case viewed")).one()
    assert (viewed.subject, viewed.subject_id, viewed.post_id) == ("case", case.id, case.post_id)
    assert viewed.actor.startswith("account:")


def test_r6_opening_the_form_of_a_traveller_is_viewing_the_case(officer):
    officer.open(address(make_case(), 0))

    assert deeds()[-1] == "case viewed"


def test_r6_a_correction_leaves_one_journal_entry(officer):
    case = make_case()
    officer.submit(address(case, 0), surname="Chan")

    assert deeds().count("case corrected") == 1


@pytest.mark.parametrize("role", ["officer", "supervisor", "desk"])
def test_r5_a_case_of_another_post_does_not_exist(app, role):
    case, abroad = make_case(), somebody(app, role, "AMM")

    abroad.open(address(case), status=404)
    abroad.open(address(case, 0), status=403 if role == "desk" else 404)
    abroad.post(address(case, 0), status=403 if role == "desk" else 404, surname="Chan")
    assert (people(case), deeds()) == ([("Dara Sok", "N0123456")], ["case added"])


def test_r5_a_traveller_who_is_not_there_does_not_exist(officer):
    officer.open(address(make_case(), 1), status=404)


def test_r5_an_officer_adds_cases_to_the_own_post_only(app):
    add(somebody(app, "officer", "AMM"))

    assert session.scalars(select(Case)).one().post_id == make_post("AMM").id


@pytest.mark.parametrize("role", ["desk", "scheduler"])
def test_the_desk_sees_cases_and_changes_none(app, role):
    case, person = make_case(), somebody(app, role)

    assert "Correct" not in person.open(address(case)).text
    person.open(NEW, status=403)
    person.post(NEW, status=403, surname="Chan")
    person.post(address(case, 0), status=403, surname="Chan")
    assert session.scalars(select(Traveller)).one().surname == "Sok"


@pytest.mark.parametrize("role", ["guard", "administrator"])
def test_guards_and_administrators_see_no_case(app, role):
    case = make_case()
    person = signed_in(Visitor(app), make_account(role, make_post() if role == "guard" else None))

    for path in (CASES, f"{CASES}requests", address(case), NEW):
        person.open(path, status=403)


def test_a_cell_that_looks_like_markup_is_shown_as_text(officer):
    page = add(officer, surname="<b>Sok</b>", given_names="=1+1")

    assert "=1+1 <b>Sok</b>" in page.text
    assert "<b>Sok" not in page.html
