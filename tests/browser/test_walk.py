"""Booking a return appointment in a real browser: scripts off, 320 pixels wide, by mouse and by keyboard."""

import re
from urllib.parse import urlsplit

import pytest

from tests.browser.families import FAMILIES
from tests.browser.people import NEW, answer_steps, book, sign_up
from tests.browser.signposts import by_id, by_label
from tests.browser.walkers import TYPED, Keyboard, Mouse, Walk, narrow_page

REFERENCE = re.compile(r"[A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.mark.parametrize(
    ("language", "family", "hands", "signposts"),
    [
        ("en", "walks by mouse", Mouse, by_label),
        ("en", "walks by keyboard", Keyboard, by_label),
        ("km", "walks in Khmer", Mouse, by_id),
        ("ar", "walks in Arabic", Keyboard, by_id),
    ],
)
def test_the_whole_walk_ends_on_a_page_to_print(browser, server, language, family, hands, signposts):
    with narrow_page(browser, server) as page:
        walk = Walk(FAMILIES[family], hands(page), signposts)
        walk.sign_up(language)
        walk.begin()
        walk.describe()
        walk.answer()
        walk.schedule()
        reference = page.locator(".reference bdi").inner_text()
        walk.hands.press(walk.find["print"])

        assert REFERENCE.fullmatch(reference)
        assert page.locator(".reference").inner_text() == reference
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")


def test_the_first_stop_of_the_keyboard_leads_past_the_header(browser, server):
    with narrow_page(browser, server) as page:
        page.goto("/en/account/login")
        page.keyboard.press("Tab")
        assert page.locator("*:focus").bounding_box()["y"] > 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")

        assert page.locator("*:focus").get_attribute("id") == "name"


def test_enter_in_a_field_goes_on_and_does_not_change_the_language(browser, server):
    reader = sign_up(server)
    answer_steps(reader, "is found", ["visa", "purpose", "details", "questions"])
    with narrow_page(browser, server, reader) as page:
        page.goto(f"/km{NEW}/case")
        page.locator("#case_number").press("Enter")

        assert page.url.endswith(f"/km{NEW}/case")
        assert page.locator("#mistakes a").get_attribute("href") == "#case_number"


def test_another_language_in_the_middle_of_a_step_keeps_what_was_typed(browser, server):
    reader = sign_up(server)
    answer_steps(reader, "is found", ["visa", "purpose"])
    with narrow_page(browser, server, reader) as page:
        walk = Walk(FAMILIES["is found"], Mouse(page), by_id)
        page.goto(f"/en{NEW}/details")
        walk.describe()
        typed = _values(walk)
        for name, language in (("ខ្មែរ", "km"), ("العربية", "ar"), ("English", "en")):
            walk.hands.unfold(page.locator(".languages summary"))
            walk.hands.press(page.get_by_role("button", name=name))
            assert (page.locator("html").get_attribute("lang"), _values(walk)) == (language, typed)
        walk.hands.press(walk.find["go on"])

        assert page.url.endswith(f"/en{NEW}/questions")


def test_back_keeps_the_answers(browser, server):
    reader = sign_up(server)
    answer_steps(reader, "is found", ["visa", "purpose"])
    with narrow_page(browser, server, reader) as page:
        walk = Walk(FAMILIES["is found"], Mouse(page), by_label)
        page.goto(f"/en{NEW}/details")
        walk.describe()
        typed = _values(walk)
        walk.hands.press(walk.find["go on"])
        walk.hands.press(walk.find["back"])
        assert _values(walk) == typed
        walk.hands.press(walk.find["back"])
        assert walk.find["purpose"].is_checked()
        walk.hands.press(walk.find["back"])

        assert walk.find["visa"].is_checked()


def test_an_appointment_is_moved_and_then_cancelled(browser, server):
    reader = sign_up(server)
    confirmation = book(reader, answer_steps(reader, "moves"))
    with narrow_page(browser, server, reader) as page:
        hands = Mouse(page)
        page.goto(f"/en{confirmation}")
        before = page.locator(".facts strong").first.inner_text()
        hands.press(page.get_by_role("link", name="Choose another time"))
        hands.press(page.locator(".month a").last)
        hands.tick(page.get_by_role("radio").nth(1))
        hands.press(page.get_by_role("button", name="Schedule Appointment"))
        assert urlsplit(page.url).path.endswith(confirmation)
        assert page.get_by_role("status").inner_text().startswith("We have changed your appointment.")
        assert page.locator(".facts strong").first.inner_text() != before
        page.goto(f"/en{confirmation}/cancel")
        hands.press(page.get_by_role("button", name="Cancel the appointment"))

        assert (
            page.get_by_role("status").inner_text() == "Your appointment has been canceled. You can book another time."
        )


def _values(walk):
    return [walk.find[name].input_value() for name in ("location", *TYPED, "nationality")]
