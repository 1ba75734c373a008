"""A package on paper: the page and its PDF, who gets them, and the verification of its code."""

import re

import pytest
from sqlalchemy import select

from portal import clock
from portal.courier import operations, package_papers
from portal.database.transactions import session
from portal.i18n.locale import LANGUAGES, gettext, in_language
from portal.journal.journal import Entry
from portal.paper import tokens
from portal.paper.references import new_reference
from tests.courier.people import NAMES, registered
from tests.factories import make_account, make_agency, make_post, signed_in
from tests.paper.paper import codes_in, facts, picture_of, text_of, unembedded_fonts
from tests.visitor import Visitor

ABROAD = {"country": "JO", "city": "Amman", "timezone": "Asia/Amman"}
BY = "account:1"


@pytest.fixture
def print_of(tmp_path):
    """Call it to write a package's PDF in a language; returns its path."""

    def write(submission, language="en"):
        with in_language(language):
            path = tmp_path / f"{language}.pdf"
            path.write_bytes(package_papers.confirmation_pdf(submission))
        return path

    return write


@pytest.fixture
def package(app):
    """A registered package of a person with a name that no template contains."""
    return registered(surname="Vannak", given_names="Rithy", case_number="PHP2025654321")


def staff(app, role="desk", post=None):
    return signed_in(Visitor(app), make_account(role, post or make_post()))


def scan(visitor, submission_or_code):
    code = submission_or_code if isinstance(submission_or_code, str) else package_papers.code_of(submission_or_code)
    return visitor.open(f"/V/{code}")


def seen():
    session.expire_all()
    return session.scalars(select(Entry.subject).where(Entry.action == "code read")).all()


def test_twelve_travellers_and_twenty_entries_are_one_accessible_page_in_every_language(app, print_of):
    submission = registered(travellers=12, documents=9, names=NAMES, others=3, passport=True)
    assert len(package_papers.confirmation(submission)["contents"]) >= 20
    for language in LANGUAGES:
        path = print_of(submission, language)
        with in_language(language):
            title = gettext("Courier Confirmation Page")
        known = facts(path)
        assert (known["Title"], known["Tagged"], known["Pages"]) == (title, "yes", "1"), language
        assert "(A4)" in known["Page size"]
        assert unembedded_fonts(path) == []
        assert codes_in(picture_of(path, 110)) == [f"HTTP://LOCALHOST:8000/V/{package_papers.code_of(submission)}"]


def test_long_names_and_unknown_letters_do_not_cost_the_page(app, print_of):
    submission = registered(surname="X" * 60, given_names="🙂" + "Y" * 60)

    for language in ("en", "km", "ar"):
        assert facts(print_of(submission, language))["Pages"] == "1"


def test_the_page_says_where_from_whom_what_and_by_when(app, print_of):
    submission = registered(travellers=2, documents=6, others=2, passport=True)
    written = text_of(print_of(submission))
    day, has_passed = operations.last_day(submission.case, clock.now().date())

    assert submission.reference in written and "Immigrant Visa Unit" in written
    assert submission.agency.name in written and "Monday to Friday 08:00 to 17:00" in written
    assert "Police certificate (original) – Dara Sok" in written
    assert "Birth certificate – Child 1 Sok" in written
    assert "Affidavit of support of the petitioner" in written
    assert "Passport" in written and "2 other documents" in written
    assert "Number of documents 10" in written
    assert f"{day:%B} {day.day}, {day.year}" in written and not has_passed
    assert "You pay the courier." in written
    assert "http://localhost:8000/en/confirmation" in written
    assert submission.case.number in written.partition("Sender's receipt")[2]


def test_after_the_last_day_the_page_says_that_a_new_application_is_required_r7(app, print_of):
    late = registered(refused_on=clock.now().date().replace(year=clock.now().year - 2))

    assert "A new application and fee are required before a visa can be issued." in text_of(print_of(late))


def test_a_page_without_a_last_day_says_nothing_of_one_r7(app):
    submission = registered()
    before = len(package_papers.confirmation(submission)["notes"])
    submission.case.principal.refusals[0].overcome_on = clock.now().date()
    session.commit()

    assert len(package_papers.confirmation(submission)["notes"]) == before - 1


def test_the_page_says_who_pays(app):
    submission = registered()
    submission.case.post.courier_paid_by_post = True

    assert package_papers.confirmation(submission)["notes"][-1]["own"] == "The Embassy pays the courier."


def test_the_pdf_says_what_the_page_says(app, visitor, print_of):
    account = make_account()
    submission = registered(account, travellers=2, documents=4, others=1)
    page = signed_in(visitor, account).open(f"/en/courier/{submission.reference}/print")
    written = text_of(print_of(submission))

    said = re.findall(
        r"[\w()-]{3,}", re.sub(r"<title>.*?</title>|<!--.*?-->|<[^>]*>", " ", "<main" + page.html.partition("<main")[2])
    )
    assert len(said) > 60
    assert [word for word in said if word not in written] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_printable_page_is_bilingual_and_leads_back_and_to_the_pdf(app, visitor, language):
    account = make_account()
    submission = registered(account, documents=3, passport=True)
    page = signed_in(visitor, account).open(f"/{language}/courier/{submission.reference}/print")

    assert {f"/{language}/courier/{submission.reference}{end}" for end in ("", ".pdf")} <= set(page.links)
    assert ("Police certificate (original)" in page.text) and submission.reference in page.text
    assert ('class="english"' in page.html) == (language != "en")
    assert '<svg class="qr" role="img"' in page.html


def test_the_owner_takes_the_page_as_a_file_that_no_cache_keeps(app, visitor):
    account = make_account()
    submission = registered(account)
    answer = signed_in(visitor, account).client.get(f"/km/courier/{submission.reference}.pdf")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{submission.reference}.pdf"'
    assert answer.data.startswith(b"%PDF")


@pytest.mark.parametrize("end", [".pdf", "/print"])
def test_r5_the_page_of_somebody_else_does_not_exist(app, visitor, package, end):
    path = f"/en/courier/{package.reference}{end}"
    assert "/en/account/login" in visitor.client.get(path).location
    signed_in(visitor, make_account()).open(path, status=404)
    staff(app, "supervisor").open(path, status=403)


def test_a_withdrawn_registration_has_a_page_that_says_so_and_no_code(app, visitor, print_of):
    account = make_account()
    submission = registered(account)
    operations.withdraw(submission, BY, clock.now())
    session.commit()
    page = signed_in(visitor, account).open(f"/en/courier/{submission.reference}/print")

    assert "This registration has been withdrawn." in page.text and "qr" not in page.html
    path = print_of(submission)
    assert "This registration has been withdrawn." in text_of(path) and codes_in(picture_of(path, 110)) == []


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("registered", "Valid registration"),
        ("dropped_off", "The package has been dropped off"),
        ("received", "The package is at the Embassy"),
        ("returned", "The package has been sent back"),
        ("collected", "The package has been sent back"),
        ("withdrawn", "This registration has been withdrawn"),
    ],
)
def test_one_sentence_says_what_a_code_is_worth_in_each_state(package, visitor, state, word):
    package.state = state
    session.commit()

    assert scan(visitor, package).h1 == word


def test_a_page_from_before_a_change_says_that_it_is_changed(package, visitor):
    old = package_papers.code_of(package)
    operations.change_agency(package, make_agency(package.case.post).id, BY, clock.now())
    session.commit()

    assert scan(visitor, old).h1 == "Changed: this page is no longer valid"
    assert scan(visitor, package).h1 == "Valid registration"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stranger_sees_reference_and_state_and_nothing_personal(package, visitor, language):
    page = visitor.open(f"/{language}/verify/package/{package_papers.code_of(package)}")

    assert package.reference in page.text
    secrets = ("Vannak", "Rithy", package.case.number, "Police", package.agency.name)
    assert not any(secret in page.html for secret in secrets)
    assert seen() == []


def test_whatever_is_wrong_with_a_code_the_answer_is_one(app, package, visitor):
    good, at = package_papers.code_of(package), package_papers.registered_locally(package)
    bad = {
        "changed": good.replace(".1.", ".2."),
        "cut": good[:-3],
        "other purpose": "C" + tokens.sign(package.reference, 1, at)[1:],
        "unknown reference": tokens.sign(new_reference("PHP"), 1, at, tokens.COURIER),
        "a version to come": tokens.sign(package.reference, 9, at, tokens.COURIER),
        "another time": tokens.sign(package.reference, 1, at.replace(year=2020), tokens.COURIER),
        "no code": "C.x",
    }
    mains = {scan(visitor, code).html.partition("<main")[2].partition("</main>")[0] for code in bad.values()}

    assert len(mains) == 1 and "Not valid" in mains.pop()


@pytest.mark.parametrize("role", ["desk", "officer", "supervisor"])
def test_r6_staff_of_the_post_are_led_to_the_mail_desk_and_that_is_in_the_journal(app, package, role):
    page = scan(staff(app, role), package)

    assert f"/en/staff/courier/packages/{package.reference}" in page.links
    assert seen() == ["submission"]


def test_r5_others_see_what_strangers_see(app, package):
    others = [staff(app, "supervisor", make_post("AMM", **ABROAD)), staff(app, "guard")]
    others += [signed_in(Visitor(app), make_account()), signed_in(Visitor(app), make_account("administrator"))]

    for other in others:
        assert "/staff/courier/" not in scan(other, package).html
    assert seen() == []


@pytest.mark.parametrize("typed", ["{}", " {}\r\n", "HTTP://LOCALHOST:8000/V/{}"])
def test_a_scanner_that_types_leads_to_the_same_page(package, visitor, typed):
    page = visitor.submit("/en/verify", code=typed.format(package_papers.code_of(package).lower()))

    assert page.path.startswith("/en/verify/package/") and page.h1 == "Valid registration"
