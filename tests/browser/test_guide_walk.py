"""The guide for letter holders in a real browser: scripts off, 320 pixels wide, by mouse and by keyboard."""

import pytest

from tests.browser.walkers import Keyboard, Mouse, narrow_page

CHOSEN = ("visa-0", "letter-0", "asks-0", "age-2", "documents-1")


@pytest.mark.parametrize(("language", "hands"), [("en", Mouse), ("ar", Keyboard)])
def test_five_answers_end_at_one_button(browser, server, language, hands):
    with narrow_page(browser, server) as page:
        walker, send = hands(page), page.locator("#form .actions button")
        page.goto(f"/{language}/guide")
        for chosen in CHOSEN:
            walker.press(send)
            assert page.locator("#mistakes a").get_attribute("href") == f"#{chosen.split('-')[0]}-0"
            walker.tick(page.locator(f"#{chosen}"))
            walker.press(send)

        assert page.locator("main .primary").get_attribute("href") == f"/{language}/account/create"


def test_back_and_another_language_keep_the_answers_of_the_guide(browser, server):
    with narrow_page(browser, server) as page:
        walker, send = Mouse(page), page.locator("#form .actions button")
        page.goto("/en/guide")
        walker.tick(page.locator("#visa-0"))
        walker.unfold(page.locator(".languages summary"))
        walker.press(page.get_by_role("button", name="ខ្មែរ"))
        assert (page.locator("html").get_attribute("lang"), page.locator("#visa-0").is_checked()) == ("km", True)
        walker.press(send)
        walker.tick(page.locator("#letter-1"))
        walker.press(send)
        walker.unfold(page.locator(".languages summary"))
        walker.press(page.get_by_role("link", name="English"))
        assert page.get_by_role("heading", level=1).inner_text() == "Ask the Embassy for a copy of the letter"
        walker.press(page.locator(".back a"))
        assert page.locator("#letter-1").is_checked()
        walker.press(page.locator(".back a"))

        assert page.locator("#visa-0").is_checked()
