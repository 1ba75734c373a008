"""The mail desk through its pages: scan, list, take in."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal import clock
from portal.accounts.models import Notice
from portal.courier import intake
from portal.courier.operations import change_agency, withdraw
from portal.database.transactions import session
from portal.paper import tokens
from portal.paper.references import new_reference
from tests.courier.desk import DAY, DESK, address, code_of, deeds, items, received, somebody, stored
from tests.doubled import let_both_look_first, send_twice
from tests.factories import make_account, make_agency, make_case, make_package, make_post, signed_in
from tests.visitor import Visitor


@pytest.fixture
def desk(app):
    """A member of the mail desk of Phnom Penh."""
    return somebody(app, "desk")


@pytest.mark.parametrize("typed", [str, str.lower, lambda code: f"https://example.org/V/{code}", lambda c: f" {c}\t"])
def test_a_scanned_code_opens_the_package(desk, typed):
    package = make_package()

    page = desk.submit(DESK, code=typed(code_of(package)))

    assert page.h1 == f"Package {package.reference}"
    assert "Dara Sok" in page.text and "older" not in page.text


def test_a_typed_reference_opens_the_package(desk):
    package = make_package()

    assert desk.submit(DESK, code=package.reference.lower().replace("-", " ")).path == address(package)


def test_a_page_printed_before_a_change_opens_the_package_and_says_so(desk):
    package = make_package()
    old = code_of(package)
    change_agency(package, make_agency(package.case.post).id, "account:1", clock.now())
    session.commit()

    page = desk.submit(DESK, code=old)

    assert page.path == address(package)
    assert "The printed page is older than the registration" in page.text


def test_a_withdrawn_package_is_said_at_once(desk):
    package = make_package()
    withdraw(package, "account:1", clock.now())
    session.commit()

    for code in (code_of(package), package.reference):
        assert "Withdrawn: do not check it in" in desk.submit(DESK, code=code).text
    assert "Check in the package" not in desk.open(address(package)).buttons


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (lambda: new_reference("PHP"), "Not known"),
        (lambda: new_reference("AMM"), "Not for this post"),
        (lambda: tokens.sign(new_reference("AMM"), 1, DAY, tokens.COURIER), "Not for this post"),
        (lambda: tokens.sign(new_reference("PHP"), 1, DAY), "An appointment, not a package"),
        (lambda: tokens.sign(new_reference("PHP"), 1, DAY, tokens.COURIER).replace(".1.", ".2."), "Not known"),
        (lambda: "PHP-0000-0000", "Not known"),
        (lambda: "x" * 399, "Not known"),
        (lambda: "../../etc", "Not known"),
    ],
)
def test_any_other_code_is_answered_loudly_on_a_page_ready_for_the_next(desk, code, word):
    page = desk.submit(DESK, code=code())

    assert page.path == DESK
    assert f"✕ {word}" in page.text and 'role="alert"' in page.html
    assert page.fields["code"] == "" and " autofocus" in page.html


@pytest.mark.parametrize("code", ["", " ", "x" * 401, "PHP\x00"])
def test_a_scan_that_is_no_code_leaves_an_empty_field(desk, code):
    page = desk.submit(DESK, code=code)

    assert (page.h1, page.fields["code"], len(page.errors)) == ("Mail desk: packages", "", 1)


def test_r5_a_package_of_another_post_does_not_exist(app):
    package, abroad = make_package(), somebody(app, "supervisor", "AMM")
    item = items(package)[0]
    refusal = package.case.refusals[0].id

    for code in (code_of(package), package.reference):
        assert "Not for this post" in abroad.submit(DESK, code=code).text
    abroad.open(address(package), status=404)
    for deed in ("", f"/items/{item}", f"/refusals/{refusal}/stop", "/return"):
        abroad.post(address(package) + deed, status=404)
    assert "There are no packages here." in abroad.open(f"{DESK}packages?state=registered").text
    assert stored(package).state == "registered"


def test_packages_are_listed_by_state_with_counts_and_the_old_are_named(desk):
    with time_machine.travel(clock.now() - timedelta(days=31), tick=False):
        old = make_package()
    new, taken = make_package(), received(make_package())

    page = desk.open(f"{DESK}packages")

    assert page.text.index(old.reference) < page.text.index(new.reference)
    assert (page.text.count("31 days overdue"), page.text.count(" overdue ")) == (1, 1)
    assert taken.reference not in page.text
    assert taken.reference in desk.open(f"{DESK}packages?state=received").text
    start = desk.open(DESK).text
    assert "Registered (2)" in start and "Received (1)" in start and "Withdrawn (0)" in start


@pytest.mark.parametrize("query", ["state=withdrawn", "state=%00", "page=99999999999999999999", "page=-1", "page=x"])
def test_a_list_with_nothing_in_it_says_so(desk, query):
    assert "There are no packages here." in desk.open(f"{DESK}packages?{query}").text


def test_a_long_list_has_pages(desk, monkeypatch):
    monkeypatch.setattr("portal.courier.staff_routes.ON_A_PAGE", 1)
    first, second = make_package(), make_package()

    pages = [desk.open(f"{DESK}packages?page={number}") for number in (0, 1)]

    assert first.reference in pages[0].text and second.reference not in pages[0].text
    assert second.reference in pages[1].text and "Older" in pages[1].text and "Newer" not in pages[1].text


def test_r6_opening_a_package_is_noted(desk):
    desk.open(address(make_package()))

    assert deeds("package viewed") == 1


def test_the_page_ticks_what_the_person_listed_and_says_who_and_until_when(desk):
    package = make_package(with_passport=True, other_documents=3)

    page = desk.open(address(package))

    assert page.html.count(" checked") == 2
    assert "Police certificate (original), of Dara Sok" in page.text
    assert "In time: the last day" in page.text
    assert package.case.number in page.text and package.agency.name in page.text
    assert "Other documents 3" in page.text


def test_what_was_not_listed_can_be_ticked_too(desk):
    package = make_package(listed=False)

    page = desk.submit(address(package), found=items(package)[:1])

    assert "The package has been checked in." in page.text and "Was in the envelope" in page.text
    (one,) = stored(package).contents
    assert (one.refusal_item_id, one.state, one.item.state) == (items(package)[0], "received", "received")


def test_what_was_listed_and_is_not_in_the_envelope_is_missing(desk):
    package = make_package()

    page = desk.submit(address(package), found=items(package)[1:])

    assert "Was not in the envelope" in page.text
    states = {one.refusal_item_id: (one.state, one.item.state) for one in stored(package).contents}
    assert list(states.values()) == [("missing", "outstanding"), ("received", "received")]


def test_a_package_with_nothing_in_it_is_taken_in(desk):
    package = make_package(listed=False)
    desk.submit(address(package), found=None)

    assert (stored(package).state, package.contents) == ("received", [])


def test_an_item_of_another_case_cannot_be_ticked(desk):
    package, other = make_package(), make_package()

    desk.submit(address(package), found=items(other))

    assert stored(package).state == "registered"


def test_taken_in_twice_is_once_and_the_second_sees_the_page_as_it_is(app, desk):
    package, other = make_package(), somebody(app, "desk")
    stale = other.open(address(package))
    desk.submit(address(package), found=items(package)[:1])

    page = other.submit(address(package), page=stale, found=items(package))

    assert "Was not in the envelope" in page.text
    assert deeds("package received") == 1


def test_two_clicks_at_the_same_instant_take_in_once(app, monkeypatch):
    package = make_package()
    people = [somebody(app, "desk"), somebody(app, "desk")]
    shown = [one.open(address(package)).fields for one in people]
    let_both_look_first(monkeypatch, intake, "today")

    answers = send_twice(app, people, address(package), [{**one, "found": items(package)} for one in shown])

    assert [answer.status_code for answer in answers] == [303, 303]
    assert (deeds("package received"), stored(package).state) == (1, "received")
    assert len(session.scalars(select(Notice)).all()) == 1


def test_a_package_that_was_withdrawn_meanwhile_stays_withdrawn(desk):
    package = make_package()
    stale = desk.open(address(package))
    withdraw(package, "account:1", clock.now())
    session.commit()

    page = desk.submit(address(package), page=stale, found=items(package))

    assert "Withdrawn on" in page.text
    assert stored(package).state == "withdrawn"


def test_a_package_after_the_last_day_is_taken_in_and_the_page_says_plainly_that_it_is_late_r7(desk):
    day = clock.now().date() - timedelta(days=400)
    package = make_package(make_case(make_account(), respond_by="courier", refused_on=day))

    page = desk.open(address(package))
    assert "Late: the last day" in page.text and "A new application and fee may be needed" in page.text

    desk.submit(address(package), found=items(package))
    assert stored(package).state == "received"


def test_a_change_of_language_keeps_what_was_typed_and_saves_nothing(desk):
    package, there = make_package(listed=False), received(make_package())

    answer = desk.post(address(package), found=items(package)[:1], language_switch="km")
    assert answer.text.count(" checked") == 1
    answer = desk.post(address(there), carrier="Other", tracking_number="7", language_switch="km")
    assert 'value="Other"' in answer.text
    assert "x" in desk.post(DESK, code="x", language_switch="km").text
    assert (stored(package).state, stored(there).state) == ("registered", "received")


@pytest.mark.parametrize("role", [None, "guard", "administrator"])
def test_others_see_no_package(app, role):
    package = make_package()
    somebody = signed_in(Visitor(app), make_account(role, make_post() if role == "guard" else None))

    for path in (DESK, f"{DESK}packages", address(package)):
        somebody.open(path, status=403)


@pytest.mark.parametrize("role", ["desk", "supervisor"])
def test_the_mail_desk_is_found_from_the_staff_home(app, role):
    page = somebody(app, role).open("/en/staff/")

    assert "Mail desk: packages" in page.text
    assert ("Courier agencies" in page.text) == (role == "supervisor")
