"""WCAG 2.2 AA as far as axe can tell: every page, every language, light and dark, on a narrow screen and a wide one.

One template makes a page in all languages: the tests see each page in English, in Arabic, and in one of the
others in turn; `make prove` sees each in all of them.
"""

import os
from types import SimpleNamespace

import pytest

from portal.locale import DEFAULT, LANGUAGES
from tests.browser.album import Shot
from tests.browser.examiner import ALL_BUT_COLOURS, COLOURS, EVERYTHING, NARROW, WIDE, Examiner

WHOLLY_SEEN = ("en", "ar")
IN_TURN = [language for language in LANGUAGES if language not in WHOLLY_SEEN]
EVERY_PAGE_IN_EVERY_LANGUAGE = "PORTAL_PROVE" in os.environ


@pytest.fixture(scope="module")
def examiner(browser):
    """Examines pages on a narrow light screen."""
    made = Examiner(browser, NARROW, "light")
    yield made
    made.close()


@pytest.fixture(scope="module")
def dark_examiner(browser):
    """Examines pages on a wide dark screen."""
    made = Examiner(browser, WIDE, "dark")
    yield made
    made.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_page(album, examiner, language):
    # Contrast comes from the stylesheet, not from the language, and is half of the work.
    options = EVERYTHING if language == DEFAULT else ALL_BUT_COLOURS
    shots = album.in_language(language)
    if language in IN_TURN and not EVERY_PAGE_IN_EVERY_LANGUAGE:
        shots = shots[IN_TURN.index(language) :: len(IN_TURN)]

    assert examiner.findings(shots, options) == []


def test_axe_finds_nothing_in_the_dark(album, dark_examiner):
    assert dark_examiner.findings(album.in_language(DEFAULT), COLOURS) == []


@pytest.mark.parametrize("language", ["en", "km", "ar"])
def test_no_page_scrolls_sideways_at_320_pixels(album, examiner, language):
    widths = {str(shot): examiner.width(shot) for shot in album.in_language(language)}

    assert {name: width for name, width in widths.items() if width > NARROW["width"]} == {}


def test_axe_finds_what_is_wrong(album, examiner, dark_examiner):
    html = next(shot.answer.html for shot in album.shots if shot.name == "log in")
    unlabelled = html.replace('<label for="name">', "<label>").replace("<h1", '<h1 style="color:#444"')
    wrong = [Shot("wrong", "en", SimpleNamespace(html=unlabelled))]

    assert [finding.split(":")[0] for _page, finding in examiner.findings(wrong)] == ["label"]
    assert [finding.split(":")[0] for _page, finding in dark_examiner.findings(wrong, COLOURS)] == ["color-contrast"]
