"""The Printable Version on paper, which the guard checks."""

import re
import subprocess

import pytest

from tests.browser.families import FAMILIES
from tests.browser.people import answer_steps, book, sign_up
from tests.browser.walkers import logged_in

MOST_PAGES = {"prints one": 1, "prints eight": 2}
LEAST_MARGIN_POINTS = 36
PRINTED_WIDTH = {"width": 688, "height": 1000}  # A4 between its margins, in CSS pixels
LANGUAGES = ["en", "km", "ar"]


@pytest.fixture(scope="module")
def papers(browser, server):
    """By family: a tab of the account that booked, and the path of the Printable Version."""
    contexts, found = [], {}
    for family in MOST_PAGES:
        reader = sign_up(server)
        path = book(reader, answer_steps(reader, family))
        contexts.append(logged_in(browser.new_context(base_url=server.url, viewport=PRINTED_WIDTH), server, reader))
        found[family] = contexts[-1].new_page(), f"{path}/print"
    yield found
    for context in contexts:
        context.close()


@pytest.fixture
def opened(papers):
    """Open the Printable Version of a family in a language; gives the tab."""

    def open_page(family, language):
        tab, path = papers[family]
        tab.goto(f"/{language}{path}")
        tab.evaluate("document.fonts.ready.then(() => true)")
        return tab

    return open_page


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("family", MOST_PAGES)
def test_the_printed_page_is_short_and_says_what_a_guard_needs(opened, tmp_path, family, language, paper):
    tab = opened(family, "en")
    needed = [tab.locator(".reference").inner_text(), tab.locator(".facts strong").inner_text()]
    needed += [row["case_number"] for row in FAMILIES[family]] + [row["surname"] for row in FAMILIES[family]]
    opened(family, language).pdf(path=tmp_path / "page.pdf", format=paper, prefer_css_page_size=True, tagged=True)
    printed = _text(tmp_path / "page.pdf")

    assert printed.count("\f") <= MOST_PAGES[family]
    assert [text for text in needed if _bare(text) not in _bare(printed)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("family", MOST_PAGES)
def test_nothing_is_cut_off_at_the_edge_of_the_paper(opened, tmp_path, family, language):
    tab = opened(family, language)
    tab.emulate_media(media="print")
    width = tab.evaluate("document.documentElement.scrollWidth")
    tab.emulate_media(media=None)
    tab.pdf(path=tmp_path / "page.pdf", format="A4", prefer_css_page_size=True)
    boxes = _text(tmp_path / "page.pdf", "-bbox")
    paper = float(re.search(r'<page width="([\d.]+)"', boxes)[1])

    assert width <= PRINTED_WIDTH["width"]
    assert min(map(float, re.findall(r'xMin="([\d.]+)"', boxes))) >= LEAST_MARGIN_POINTS
    assert max(map(float, re.findall(r'xMax="([\d.]+)"', boxes))) <= paper - LEAST_MARGIN_POINTS


def _text(path, *options):
    return subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, text=True, check=True).stdout


def _bare(text):
    return "".join(text.split())
