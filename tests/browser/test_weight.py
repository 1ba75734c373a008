"""The first view of a page, its stylesheet included, fits the first 14,600 bytes of a connection."""

import re

import pytest

from portal.locale import LANGUAGES
from tests.browser.people import visit

FIRST_FLIGHT_BYTES = 14_600


@pytest.fixture(scope="module")
def stylesheet(album, server):
    """The stylesheet as it is sent, compressed in advance."""
    address = re.search(r'href="(/static/[^"]+\.css[^"]*)"', album.shots[0].answer.html)[1]
    answer = visit(server).open(address)
    assert answer.headers["Content-Encoding"] == "br", "static files are not compressed: make build"
    return answer


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_view_of_every_page_of_applicants_fits_the_first_flight(album, stylesheet, language):
    pages = [shot for shot in album.in_language(language) if shot.is_for_applicants]
    bytes_by_page = {shot.name: shot.answer.size + stylesheet.size for shot in pages}

    assert {name: size for name, size in bytes_by_page.items() if size > FIRST_FLIGHT_BYTES} == {}


def test_a_first_view_asks_for_nothing_but_the_stylesheet(album):
    asked = re.compile(r"<(?:script|img|iframe|video|audio|object|embed|source)\b|@import|url\(", re.IGNORECASE)

    # The door's work without a line is an addition of scripts (R11).
    pages = [shot for shot in album.shots if not shot.name.startswith("staff: door")]
    assert [str(shot) for shot in pages if asked.search(shot.answer.html)] == []
    assert all(len(re.findall(r"<link\b", shot.answer.html)) == 2 for shot in album.shots)
