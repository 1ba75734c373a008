"""Registering a package in a real browser: scripts off, 320 pixels wide, by mouse and by keyboard."""

import re

import pytest

from tests.browser.families import FAMILIES
from tests.browser.signposts import by_id, by_label, by_spanish_label
from tests.browser.walkers import CourierWalk, Keyboard, Mouse, narrow_page

REFERENCE = re.compile(r"CDJ-[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.mark.parametrize(
    ("language", "family", "hands", "signposts"),
    [
        ("en", "sends by mouse", Mouse, by_label),
        ("en", "sends by keyboard", Keyboard, by_label),
        ("es", "sends in Spanish", Mouse, by_spanish_label),
        ("ar", "sends in Arabic", Keyboard, by_id),
    ],
)
def test_the_whole_walk_ends_on_a_page_for_the_courier(browser, server, language, family, hands, signposts):
    with narrow_page(browser, server) as page:
        walk = CourierWalk(FAMILIES[family], hands(page), signposts)
        walk.sign_up(language)
        walk.begin()
        walk.describe()
        walk.register()
        reference = page.locator(".reference bdi").inner_text()
        walk.hands.press(walk.find["print"])

        assert REFERENCE.fullmatch(reference)
        assert reference in page.locator("body").inner_text()
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")

        walk.come_back(language)
        assert reference in page.locator("body").inner_text()
        page.goto(f"/{language}/dashboard")
        assert page.url.partition("?")[0].endswith("/account/login"), "the door signs nobody in"


def test_back_keeps_the_details(browser, server):
    with narrow_page(browser, server) as page:
        walk = CourierWalk(FAMILIES["was told to come"], Mouse(page), by_label)
        walk.sign_up("en")
        walk.begin()
        walk.describe()
        walk.hands.press(walk.find["submit"])
        page.goto("/en/courier/details")

        assert walk.find["surname"].input_value() == walk.rows[0]["surname"]
        assert walk.find["case number"].input_value() == walk.rows[0]["case_number"]
