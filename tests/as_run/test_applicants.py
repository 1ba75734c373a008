"""Applicants use what `make run` starts, in a browser and by HTTP, from its first second on."""

import re

from bench import flows
from tests.as_run.people import DARA, MARIA
from tests.browser.signposts import by_label
from tests.browser.walkers import CourierWalk, Mouse, Walk

REFERENCE = re.compile(r"[A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{4}")


def test_somebody_books_prints_moves_and_cancels(day, page):
    walk = Walk([DARA], Mouse(page), by_label)
    walk.sign_up("en")
    walk.begin()
    walk.describe()
    walk.answer()
    # Tomorrow's times may be too near to be moved.
    walk.hands.press(page.locator(".month a").nth(-2))
    walk.schedule()
    reference = page.locator(".reference bdi").inner_text()
    confirmation = page.url.partition("#")[0].partition("?")[0]
    walk.hands.press(walk.find["print"])
    _assert_paper(page, confirmation, reference)

    page.goto(confirmation)
    before = page.locator(".facts strong").first.inner_text()
    walk.hands.press(page.get_by_role("link", name="Choose another time"))
    walk.hands.press(page.locator(".month a").last)
    walk.hands.tick(page.get_by_role("radio").nth(1))
    walk.hands.press(page.get_by_role("button", name="Schedule Appointment"))
    assert page.locator(".facts strong").first.inner_text() != before

    page.goto(f"{confirmation}/cancel")
    walk.hands.press(page.get_by_role("button", name="Cancel the appointment"))
    assert page.get_by_role("status").inner_text() == "Your appointment has been canceled. You can book another time."


def test_somebody_sends_documents_by_courier_and_comes_back_by_the_passport(day, page):
    walk = CourierWalk([MARIA], Mouse(page), by_label)
    walk.sign_up("en")
    walk.begin()
    walk.describe()
    walk.register()
    reference = page.locator(".reference bdi").inner_text()
    walk.hands.press(walk.find["print"])
    assert reference in page.locator("body").inner_text()

    walk.come_back("en")

    assert reference in page.locator("body").inner_text()


def test_anybody_sees_where_a_case_stands(day, page):
    page.goto("/en/status")
    page.get_by_label("Interview location", exact=True).select_option("PHP")
    page.locator("#case_number").fill("PHP2025600006")
    page.locator("#form .actions button").click()

    assert "Issued" in page.locator("main").inner_text()


def test_an_imported_case_is_booked_by_http_and_asked_about(day):
    row = day.case("visits")
    flows.book(day.guest(), row)

    flows.ask(day.guest(), day.case("visits"))


def _assert_paper(page, confirmation, reference):
    assert REFERENCE.fullmatch(reference)
    assert page.locator(".reference").inner_text() == reference
    for ending, sign in ((".pdf", b"%PDF-"), (".ics", b"BEGIN:VCALENDAR")):
        assert page.request.get(f"{confirmation}{ending}").body().startswith(sign)
