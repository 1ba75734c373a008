"""Supervisors manage the agencies of their post: by form, by file; the desk reads them."""

import io

import pytest
from sqlalchemy import select

from portal.courier.models import Agency
from portal.database.transactions import session
from portal.integrity import checks
from portal.journal.journal import Entry
from tests.factories import make_account, make_agency, make_post, signed_in
from tests.visitor import Visitor

AGENCIES = "/en/staff/courier/agencies"
NEW, IMPORT = f"{AGENCIES}/new", f"{AGENCIES}/import"
HEADER = "code,courier,name,city,address,opening_hours"
RIVERSIDE = {
    "code": "dhl-01",
    "courier": "DHL",
    "name": "Riverside",
    "city": "Phnom Penh",
    "address": "1 Quay\r\nPhnom Penh",
    "opening_hours": "",
}


@pytest.fixture
def supervisor(app, visitor):
    """A supervisor of Phnom Penh who is signed in."""
    return signed_in(visitor, make_account("supervisor", make_post(courier=True)))


def somebody(app, role, code="PHP"):
    place = {} if code == "PHP" else {"country": "JO", "city": "Amman", "timezone": "Asia/Amman"}
    return signed_in(Visitor(app), make_account(role, make_post(code, courier=True, **place)))


def send(supervisor, *lines, raw=None):
    """Upload a file of agencies."""
    content = raw if raw is not None else "\n".join(lines).encode()
    return supervisor.submit(IMPORT, file=(io.BytesIO(content), "agencies.csv"))


def kept():
    session.rollback()
    session.expire_all()
    return session.scalars(select(Agency).order_by(Agency.code)).all()


def deeds():
    session.rollback()
    return session.scalars(select(Entry.action).where(Entry.subject == "agency").order_by(Entry.id)).all()


def test_an_agency_is_added_and_its_code_kept_in_capitals(supervisor):
    page = supervisor.submit(NEW, **RIVERSIDE)

    assert (page.path, "The agency has been saved." in page.text) == (AGENCIES, True)
    (agency,) = kept()
    assert (agency.code, agency.address, agency.closed_at) == ("DHL-01", "1 Quay\nPhnom Penh", None)
    assert deeds() == ["agency added"]


def test_the_same_form_sent_twice_says_that_the_code_is_taken(supervisor):
    for _click in range(2):
        page = supervisor.submit(NEW, **RIVERSIDE)

    assert page.errors == ["Another agency at your post already has this code."]
    assert len(kept()) == 1


def test_an_agency_is_corrected_and_saving_it_as_it_is_changes_nothing(supervisor):
    address = f"{AGENCIES}/{make_agency(address='1 Quay').code}"

    supervisor.submit(address)
    supervisor.submit(address, address="2 Quay")

    assert [one.address for one in kept()] == ["2 Quay"]
    assert deeds() == ["agency added", "agency changed"]


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"code": ""}, "Enter a code."),
        ({"code": "a/b"}, "letters, digits and dashes only"),
        ({"code": "x" * 21}, "Use at most 20 characters."),
        ({"courier": " "}, "Enter the courier."),
        ({"name": "x" * 81}, "Use at most 80 characters."),
        ({"city": "\x00"}, "We cannot read some of the characters here."),
        ({"address": ""}, "Enter the address."),
        ({"opening_hours": "x" * 401}, "Use at most 400 characters."),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(supervisor, typed, error):
    page = supervisor.submit(NEW, **{**RIVERSIDE, **typed})

    assert page.h1 == "Add an agency"
    assert error in page.errors[0]
    assert kept() == []


def test_an_agency_is_closed_and_opened_again_once_each(supervisor):
    code = make_agency().code
    address = f"{AGENCIES}/{code}"
    for deed, shown in (("close", True), ("reopen", False)):
        page = supervisor.submit(f"{address}/{deed}", page=supervisor.open(AGENCIES))
        supervisor.post(f"{address}/{deed}", status=303)
        assert (f"{code} Closed" in page.text) == shown

    assert deeds() == ["agency added", "agency closed", "agency opened"]
    assert list(checks.violations()) == []


def test_a_file_adds_and_corrects_and_again_changes_nothing(supervisor):
    make_agency(code="DHL-01")
    lines = (
        HEADER,
        'dhl-01,DHL,Riverside,Phnom Penh,"1 Quay, ground floor\nPhnom Penh",Mon-Fri',
        "",
        "DHL-02,DHL,ទីផ្សារ,សៀមរាប,២ ផ្លូវ,",
    )

    page = send(supervisor, *lines)
    again = send(supervisor, raw=b"\xef\xbb\xbf" + "\r\n".join(lines).encode())

    assert "Added: 1. Changed: 1." in page.text and "Added: 0. Changed: 0." in again.text
    assert [(one.code, one.city) for one in kept()] == [("DHL-01", "Phnom Penh"), ("DHL-02", "សៀមរាប")]
    assert kept()[0].address == "1 Quay, ground floor\nPhnom Penh"
    assert deeds() == ["agency added", "agency changed", "agency added"]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (",DHL,Name,City,Street,", "Line 4, column code : enter a value."),
        ("DHL-03,DHL,Name,,Street,", "Line 4, column city : enter a value."),
        ("DHL-03,DHL", "Line 4, column address : enter a value."),
        ("DHL 03,DHL,Name,City,Street,", "Line 4, column code : “ DHL 03 ” is not valid."),
        (f"DHL-03,{'x' * 41},Name,City,Street,", f"Line 4, column courier : “ {'x' * 40} …” is too long."),
        ("DHL-01,DHL,Name,City,Street,", "Line 4, column code : “ DHL-01 ” is in the file twice."),
        ("DHL-03,DHL,Na\x00me,City,Street,", "Line 4, column name : “ Na�me ” is not valid."),
        ("DHL-03,DHL,Name,City,Street,Mon,Tue", "Line 4 has more cells than columns, from “ Tue ” on."),
        ('DHL-03,DHL,"Name,City,Street,', "Line 4 cannot be read"),
    ],
)
def test_a_mistake_is_said_by_line_and_column_and_nothing_is_saved(supervisor, row, error):
    page = send(supervisor, HEADER, 'DHL-01,DHL,Name,City,"Street\nTown",', row)

    assert page.h1 == "Import agencies" and page.errors == ["The file is not in the right format. Nothing was saved."]
    assert error in page.text
    assert (kept(), deeds()) == ([], [])


def test_all_mistakes_of_a_file_are_shown_fifty_at_most(supervisor):
    page = send(supervisor, HEADER, *([",DHL,Name,City,Street,"] * 60))

    assert page.text.count("column code : enter a value.") + page.text.count("is in the file twice") == 50


@pytest.mark.parametrize("content", [b"", b"code;courier;name\n", b"PK\x03\x04", b"\x00"])
def test_what_is_no_file_of_agencies_names_the_missing_columns(supervisor, content):
    assert "Line 1: the column address is missing." in send(supervisor, raw=content).text


def test_what_is_not_utf_8_is_refused(supervisor):
    assert send(supervisor, raw="é".encode("latin-1")).errors == ["Save the file as CSV UTF-8, then choose it again."]
    assert supervisor.submit(IMPORT).errors == ["Choose a file."]


def test_the_template_has_the_columns(supervisor):
    response = supervisor.client.get(f"{AGENCIES}/template.csv")

    assert (response.mimetype, response.text.strip()) == ("text/csv", HEADER)


def test_r5_agencies_of_another_post_do_not_exist(app, supervisor):
    agency, abroad = make_agency(), somebody(app, "supervisor", "AMM")
    path = f"{AGENCIES}/{agency.code}"

    assert agency.name not in abroad.open(AGENCIES).text
    abroad.open(path, status=404)
    for deed in ("", "/close", "/reopen"):
        abroad.post(path + deed, status=404, name="Mine")
    send(abroad, HEADER, f"{agency.code},DHL,Mine,Amman,Street,")
    assert [(one.name, one.post_id) for one in kept() if one.post_id == agency.post_id] == [
        (agency.name, agency.post_id)
    ]
    assert agency.closed_at is None


@pytest.mark.parametrize("role", ["desk", "scheduler", "officer"])
def test_the_desk_reads_agencies_and_changes_none(app, role):
    agency, person = make_agency(), somebody(app, role)

    page = person.open(AGENCIES)
    assert agency.name in page.text and not {"Close", "Add an agency"} & set(page.buttons)
    for path in (NEW, IMPORT, f"{AGENCIES}/template.csv", f"{AGENCIES}/{agency.code}"):
        person.open(path, status=403)
    for path in (NEW, IMPORT, f"{AGENCIES}/{agency.code}", f"{AGENCIES}/{agency.code}/close"):
        person.post(path, status=403, **RIVERSIDE)
    assert deeds() == ["agency added"]


@pytest.mark.parametrize("role", [None, "guard", "administrator"])
def test_applicants_guards_and_administrators_are_refused(app, role):
    person = signed_in(Visitor(app), make_account(role, make_post() if role == "guard" else None))

    for path in (AGENCIES, NEW, IMPORT):
        person.open(path, status=403)
