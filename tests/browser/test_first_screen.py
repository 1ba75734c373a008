"""The first screen of a phone of 320 by 640 pixels: heading, answer and the one button stand on it."""

import re

import pytest

from portal.i18n.locale import LANGUAGES
from tests.browser.people import answer_steps, book, sign_up
from tests.browser.walkers import NARROW, narrow_page

LOOKED_AT = ("en", "km", "ar")
HEADING_WITHIN = 120
BAR_WITHIN = 50
PLACES = """() => {
  const box = selector => document.querySelector(selector)?.getBoundingClientRect();
  return {
    header: box("header").bottom,
    heading: box("h1").top,
    button: box("main .primary").bottom,
    answer: box("main .large, main .largest")?.bottom,
    week: box(".month tbody tr")?.bottom,
    width: document.documentElement.scrollWidth,
  };
}"""


@pytest.fixture(scope="module")
def person(server):
    """Whoever has an appointment: a reader, and the addresses of the pages about it."""
    reader = sign_up(server)
    confirmation = book(reader, answer_steps(reader, "sees the first screen"))
    case = re.search(r'href="/en(/cases/[0-9a-f-]+)"', reader.open("/en/dashboard").html)[1]
    return reader, {"dashboard": "/dashboard", "case": case, "confirmation": confirmation, "status": "/status"}


def places(browser, server, reader, address):
    """Where the parts of a page stand, in CSS pixels from its top."""
    with narrow_page(browser, server, reader) as page:
        page.goto(address)
        return page.evaluate(PLACES)


@pytest.mark.parametrize("language", LOOKED_AT)
@pytest.mark.parametrize("name", ["dashboard", "case", "confirmation", "status"])
def test_answer_and_button_stand_on_the_first_screen(browser, server, person, name, language):
    reader, addresses = person
    found = places(browser, server, reader, f"/{language}{addresses[name]}")

    assert found["header"] < found["heading"] < HEADING_WITHIN, found
    assert found["button"] <= NARROW["height"], found
    assert name == "status" or found["answer"] < found["button"], found
    assert found["width"] <= NARROW["width"], found


@pytest.fixture(scope="module")
def chooser(server):
    """Whoever is about to choose a time: a reader, and the address of the calendar."""
    reader = sign_up(server)
    return reader, answer_steps(reader, "sees the calendar")


@pytest.mark.parametrize("language", LOOKED_AT)
def test_the_first_week_of_the_calendar_stands_on_the_first_screen(browser, server, chooser, language):
    reader, calendar = chooser
    found = places(browser, server, reader, f"/{language}{calendar}")

    assert found["header"] < found["heading"] < HEADING_WITHIN, found
    assert found["week"] <= NARROW["height"], found
    assert found["width"] <= NARROW["width"], found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bar_is_one_line_in_every_language(browser, server, person, language):
    reader, addresses = person
    with narrow_page(browser, server, reader) as page:
        page.goto(f"/{language}{addresses['dashboard']}")

        assert page.locator("header").bounding_box()["height"] <= BAR_WITHIN
        assert page.locator("h1").bounding_box()["y"] < HEADING_WITHIN


def test_the_menu_and_the_languages_open_without_a_script_and_name_this_page(browser, server, person):
    reader, _addresses = person
    with narrow_page(browser, server, reader) as page:
        page.goto("/en/dashboard")
        page.locator(".menu summary").press("Enter")
        assert page.locator(".menu [aria-current=page]").inner_text() == "Dashboard"
        assert page.get_by_role("link", name="New Application / Schedule Appointment", exact=True).is_visible()
        page.locator(".languages summary").press("Enter")

        assert page.locator(".languages a").count() == 7
        assert all(one.bounding_box()["height"] >= 44 for one in page.locator(".languages a").all())
        assert not page.locator(".menu .drop").is_visible(), "one is open at a time"


def test_a_form_filled_in_wrongly_says_so_in_its_title_and_leads_to_the_summary(browser, server):
    with narrow_page(browser, server) as page:
        page.goto("/en/account/create")
        assert not page.title().startswith("Error")
        page.locator("#form .actions button").click()

        assert page.title() == "Error: Create an account – 221(g) Portal"
        assert page.locator("*:focus").get_attribute("id") == "mistakes"
