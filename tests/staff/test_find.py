"""Staff find a case by anything that a person says or shows, from one field."""

from uuid import uuid4

import pytest
from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.event import listen, remove

from portal import clock
from portal.cases.finding.proofs import passport_digest
from portal.cases.importing.store_cases import correct_traveller, store_cases
from portal.cases.models import FormerPassport
from portal.cases.name_words import NameWord
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.retention.cases import erase_cases
from portal.sessions.models import SignIn
from portal.staff.find.models import StaffSearch
from portal.staff.find.operations import MOST, find
from tests.factories import (
    book,
    make_account,
    make_case,
    make_package,
    make_post,
    make_row,
    make_slot,
    signed_in,
)
from tests.visitor import Visitor

FIND = "/en/staff/find"


@pytest.fixture
def desk(app, visitor):
    """A member of the desk of Phnom Penh who is signed in."""
    return signed_in(visitor, make_account("desk", make_post()))


def numbers(typed, post=None):
    return [one.case.number for one in find((post or make_post()).id, typed, clock.now()).matches]


@pytest.mark.parametrize(
    "typed",
    [
        "PHP2025600001",
        "php 2025-600001",
        "  PHP2025 6000 01.",
        "Case: PHP2025600001, Sok",
        "ＰＨＰ２０２５６００００１",
        "PHP២០២៥៦០០០០១",
    ],
)
def test_a_case_number_is_found_however_it_was_pasted(app, typed):
    make_case(case_number="PHP2025600001")
    make_case(case_number="PHP2025600002", surname="Chea", passport_number="N0777777")

    assert numbers(typed) == ["PHP2025600001"]


def test_a_diversity_number_is_found_with_its_leading_zeros(app):
    make_case(case_number="2026AS77001", visa_class="DV1")

    assert numbers("2026 AS 00077001") == ["2026AS77001"]


@pytest.mark.parametrize(
    ("surname", "given", "typed"),
    [
        ("Sok", "Dara", "so"),
        ("Sok", "Dara", "DARA sok"),
        ("García López", "María", "lopez mar"),
        ("Đỗ", "Thị Hương", "do huong"),
        ("Al-Hussein", "Omar", "hussein"),
        ("Al-Hussein", "Omar", "alhus"),
        ("O’Brien", "Ann", "o'brien"),
        ("សុខ", "ដារ៉ា", "សុ"),
        ("أحمد", "ليلى", "احمد"),
        ("王", "小明", "王"),
        ("Straße", "", "STRASSE"),
    ],
)
def test_a_person_is_found_by_the_beginning_of_words_of_the_name_in_its_script(app, surname, given, typed):
    make_case(case_number="PHP2025600001", surname=surname, given_names=given)
    make_case(case_number="PHP2025600002", surname="Nhem", given_names="Bopha", passport_number="N0777777")

    assert numbers(typed) == ["PHP2025600001"]


@pytest.mark.parametrize("typed", ["s", "ok", "ara", "sok bopha", "-", "%", "_o", "so%"])
def test_one_letter_the_middle_of_a_word_and_signs_find_no_name(app, typed):
    make_case(case_number="PHP2025600001")

    assert numbers(typed) == ([] if typed != "so%" else ["PHP2025600001"])


def test_two_words_are_of_one_person_not_of_two(app):
    make_case(
        case_number="PHP2025600001",
        more=[{"surname": "Chea", "given_names": "Bopha", "relationship": "spouse", "passport_number": "N0777777"}],
    )

    assert (numbers("sok bopha"), numbers("chea bopha")) == ([], ["PHP2025600001"])


def test_a_passport_is_found_and_so_is_the_former_one(app):
    case = make_case(case_number="PHP2025600001")
    former = FormerPassport(traveller_id=case.principal.id, matches_until=clock.now())
    former.passport_digest = passport_digest("K7654321")
    session.add(former)
    session.commit()

    assert numbers("n 0123456") == numbers("K7654321") == ["PHP2025600001"]


def test_references_and_a_tracking_number_lead_to_their_case(app):
    case, sent = make_case(case_number="PHP2025600001"), make_package()
    appointment = book(case, make_slot().id, uuid4(), "command", clock.now())
    sent.return_carrier, sent.tracking_number = "DHL", "EE-123456789-KH"
    session.commit()

    assert numbers(appointment.reference.lower().replace("-", " ")) == ["PHP2025600001"]
    assert numbers(sent.reference) == numbers("ee-123456789-kh") == [sent.case.number]


@pytest.mark.parametrize("typed", ["Holder@Example.org", "+855 12 345 678", "012 345 678", "012345678"])
def test_the_holder_is_found_by_email_and_telephone(app, typed):
    holder = make_account(email="holder@example.org", telephone="+855 (12) 345-678")
    make_case(holder, case_number="PHP2025600001")
    make_case(make_account(), case_number="PHP2025600002", surname="Chea", passport_number="N0777777")

    assert numbers(typed) == ["PHP2025600001"]


def test_another_posts_case_does_not_exist_r5(app):
    amman = make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
    make_case(make_account(email="holder@example.org"), case_number="AMM2025600001", post="AMM")

    for typed in ("AMM2025600001", "sok", "N0123456", "holder@example.org"):
        assert (numbers(typed), numbers(typed, amman)) == ([], ["AMM2025600001"])


def test_a_corrected_name_is_found_and_the_old_one_is_not(app):
    case = make_case(case_number="PHP2025600001")
    row = make_row(case_number=case.number, surname="Suon")
    correct_traveller(case, case.principal, row, "command", clock.now())
    session.commit()
    assert (numbers("suon"), numbers("sok")) == (["PHP2025600001"], [])

    store_cases([make_row(case_number="PHP2025600003", surname="Keo", passport_number="N1")], "command", clock.now())
    store_cases([make_row(case_number="PHP2025600003", surname="Kev", passport_number="N1")], "command", clock.now())
    session.commit()

    assert (numbers("kev"), numbers("keo")) == (["PHP2025600003"], [])


def test_the_words_of_a_name_are_erased_with_the_case(app):
    case = make_case()
    assert session.scalars(select(NameWord.word).order_by(NameWord.word)).all() == ["dara", "sok"]

    erase_cases([case], clock.now())
    session.commit()

    assert session.scalars(select(NameWord.word)).all() == []


def test_one_match_leads_to_the_case_and_no_address_has_the_words(app, desk):
    case = make_case(case_number="PHP2025600001")

    response = desk.post(FIND, status=303, q="Dara Sok")
    page = desk.open(response.location)

    assert "Sok" not in response.location and "600001" not in response.location
    assert page.path == f"/en/staff/cases/{case.public_id}"


def test_several_matches_are_a_table_with_status_and_turn(app, desk):
    make_case(case_number="PHP2025600001")
    make_case(case_number="PHP2025600002", passport_number="N0777777", given_names="Bopha")

    page = desk.submit(FIND, q="sok")

    for words in ("Dara Sok", "Bopha Sok", "PHP2025600001", "PHP2025600002", "The applicant must act"):
        assert words in page.text


def test_at_most_fifty_are_shown_and_the_page_says_that_there_are_more(app, desk):
    rows = [make_row(passport_number=f"N{number:07}") for number in range(MOST + 2)]
    make_post()
    store_cases(rows, "command", clock.now())
    session.commit()

    page = desk.submit(FIND, q="sok")

    assert "There are more matches" in page.text
    assert page.html.count('href="/en/staff/cases/') == MOST


def test_nothing_found_says_what_to_try(app, desk):
    page = desk.submit(FIND, q="Nobody")

    assert "We found no case" in page.text and "a passport number, also a former one" in page.text
    assert "Enter a case number, a name" in desk.submit(FIND, q=" ").errors[0]


def test_a_search_is_of_its_session_only_encrypted_and_ends_with_it(app, desk):
    address = desk.post(FIND, status=303, q="Nobody Anywhere").location
    other = signed_in(Visitor(app), make_account("officer", make_post()))

    other.open(address, status=404)
    desk.open(address)
    assert b"Nobody" not in bytes(session.connection().exec_driver_sql("SELECT words FROM staff_search").scalar())
    session.execute(delete(SignIn))
    session.commit()
    assert session.scalars(select(StaffSearch)).all() == []


def test_each_search_is_journalled_without_its_words(app, desk):
    desk.post(FIND, status=303, q="Dara Sok")

    entry = session.scalars(select(Entry).where(Entry.action == "cases searched")).one()
    assert (entry.subject, entry.before, entry.after, entry.post_id) == ("staff_search", None, None, make_post().id)


@pytest.mark.parametrize("role", ["guard", "administrator"])
def test_guards_and_administrators_have_no_search(app, visitor, role):
    staff = signed_in(visitor, make_account(role, make_post() if role == "guard" else None))

    assert 'role="search"' not in staff.open("/en/staff/").html
    staff.open(FIND, status=403)
    staff.post(FIND, status=403, q="sok")


def test_the_field_is_on_every_page_of_staff_and_on_none_of_applicants(app, desk):
    applicant = signed_in(Visitor(app), make_account())

    for path in ("/en/staff/", "/en/staff/cases/requests", "/en/account"):
        page = desk.open(path)
        assert 'role="search"' in page.html
        assert "script-src 'self'" in page.response.headers["Content-Security-Policy"]
    assert 'role="search"' not in applicant.open("/en/dashboard").html


def test_the_former_address_of_the_search_leads_to_the_same(app, desk):
    case = make_case(case_number="PHP2025600001")

    assert desk.open("/en/staff/cases/").path == FIND
    assert desk.submit("/en/staff/cases/", case_number=case.number).path == f"/en/staff/cases/{case.public_id}"


def test_fifty_matches_take_as_many_queries_as_three(app):
    make_post()
    store_cases([make_row(passport_number=f"N{number:07}") for number in range(3)], "command", clock.now())
    few = queries_of("sok", 3)
    store_cases([make_row(passport_number=f"P{number:07}") for number in range(47)], "command", clock.now())

    assert queries_of("sok", 50) == few


def queries_of(typed, matches):
    """How many statements a search takes that finds so many cases."""
    session.commit()
    counted, engine = [], app_engine()
    listen(engine, "before_cursor_execute", note := lambda *told: counted.append(told[2]))
    found = numbers(typed)
    remove(engine, "before_cursor_execute", note)
    assert len(found) == matches
    return len(counted)


def app_engine():
    return current_app.extensions["engine"]
