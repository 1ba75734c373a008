"""Hints to browsers: which fields are about the person (WCAG 1.3.5), and what must not be translated."""

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from bench.spider import starts_of
from bench.walk import walk
from bench.world import make_world
from portal.cases.models import Case
from portal.database.transactions import session
from tests.door.people import expected, scanned
from tests.door.test_pages import CHILD, DOOR
from tests.factories import make_account, signed_in

PURPOSES = {
    "day": {"bday-day"},
    "month": {"bday-month"},
    "year": {"bday-year"},
    "surname": {"family-name"},
    "given_names": {"given-name"},
    "telephone": {"tel"},
    "email": {"email", "username"},
}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
NEVER_SHOWN = {"title", "script", "style", "option", "textarea"}
REFERENCE = r"\b[A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{4}\b"


class Texts(HTMLParser):
    """The texts of a page, and which of them a program may translate; its fields."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.translated, self.fields, self._open = [], [], []
        self.feed(html)

    def handle_starttag(self, name, attributes):
        found = dict(attributes)
        if name == "input" and found.get("type", "text") not in ("hidden", "radio", "checkbox", "password", "file"):
            self.fields.append(found)
        if name not in VOID:
            self._open.append((name, found.get("translate")))

    def handle_endtag(self, name):
        while self._open and self._open.pop()[0] != name:
            pass

    def handle_data(self, data):
        is_kept = any(value == "no" or name in NEVER_SHOWN for name, value in self._open)
        if not is_kept:
            self.translated.append(data)


def pages_of(app, persona):
    """Every page that a persona can reach, parsed."""
    for path in walk(app, persona.visitor, starts_of(persona)).paths:
        answer = persona.visitor.client.get(path)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            yield path, Texts(answer.text)


@pytest.fixture
def world(app):
    """Two posts with everything."""
    return make_world(app)


@pytest.mark.parametrize("role", ["visitor", "applicant"])
def test_every_field_about_the_person_tells_the_browser_what_it_is_for(app, world, role):
    seen, wrong = set(), []
    for path, page in pages_of(app, world.persona(role)):
        for one in page.fields:
            wanted = PURPOSES.get(one.get("name"))
            seen |= {one["name"]} if wanted else set()
            # The day on which a passport expires is no date of birth.
            if wanted and one.get("autocomplete") not in wanted and "/passport/" not in path:
                wrong.append((path, one["name"]))

    assert wrong == []
    assert {"day", "month", "year"} <= seen and (role == "visitor" or "surname" in seen)


def told_to_be_translated(pages, cases):
    """The names, numbers, references and addresses of the cases that a browser's translation would change."""
    people = {part for case in cases for one in case.travellers for part in (one.surname, one.given_names) if part}
    words = [rf"\b{re.escape(one)}\b" for one in (*people, *(case.number for case in cases))]
    kept = re.compile("|".join([*words, "Example Street", REFERENCE]))
    return [(path, text) for path, page in pages for text in page.translated if kept.search(text)]


def test_no_name_reference_case_number_or_address_of_an_applicant_is_translated(app, world):
    persona = world.persona("applicant")
    cases = session.scalars(select(Case).where(Case.account_id == persona.account.id)).all()

    assert len(cases) > 4
    found = told_to_be_translated(pages_of(app, persona), cases)
    assert found == [], "\n".join(map(str, found))


def test_what_a_guard_compares_with_a_paper_is_not_translated_either(app, visitor):
    appointment = expected(more=[CHILD], surname="Flores", given_names="Rose")
    guard = signed_in(visitor, make_account("guard", appointment.case.post))
    pages = [guard.open(f"{DOOR}list"), guard.submit(DOOR, code=scanned(appointment))]

    assert all("Flores" in page.text for page in pages)
    read = [(page.path, Texts(page.html)) for page in pages]
    assert told_to_be_translated(read, [appointment.case]) == []
