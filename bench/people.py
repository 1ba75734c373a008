"""The people of a herd, and the form that each has open when the instant comes."""

import csv
import re
from dataclasses import dataclass, field

from bench.client import BROWSERS_ENCODING, ask, form_of, get, post
from portal.i18n.locale import COOKIE as LANGUAGE_COOKIE

POST = "PHP"
CALENDAR = re.compile(r"/en(/appointments/cases/[0-9a-f-]{36}/calendar)")


class PageUnfit(Exception):
    """A page did not have what a person needs to continue."""


@dataclass
class Person:
    """One of the herd; fields has the hidden fields of the open calendar's form."""

    cookie: str
    case_number: str
    calendar: str = ""
    fields: dict = field(default_factory=dict)

    def look(self, language="en", encoding="", day=""):
        """Return the request for the calendar, opened on a day if one is given, by a browser with cookies."""
        address = f"/{language}{self.calendar}" + (f"?day={day}" if day else "")
        return get(address, f"{self.cookie}; {LANGUAGE_COOKIE}={language}", encoding)

    def book(self, slot_id, **fields):
        """Return the form that books a slot, as a browser sends it."""
        sent = self.fields | {"slot": slot_id} | fields
        return post(f"/en{self.calendar}", sent, self.cookie, BROWSERS_ENCODING)


def make_people(portal, number, seats):
    """Create people who may book, signed in, and one slot with seats for some; return people and the slot's id."""
    file = portal.folder / "herd.csv"
    portal.command("demo", "herd", "--post", POST, "--cases", number, "--seats", seats, "--out", file)
    with file.open(encoding="utf-8", newline="") as lines:
        people = [Person(line["cookie"], line["case_number"]) for line in csv.DictReader(lines)]
    return people, portal.execute("SELECT max(id) FROM slot")[0][0]


def open_calendars(port, people):
    """Let everyone find the calendar on the dashboard and open it."""
    if not all(person.calendar for person in people):
        pages = ask(port, [get("/en/dashboard", person.cookie) for person in people])
        for person, page in zip(people, pages, strict=True):
            person.calendar = _found(CALENDAR.search(page.text), page)[1]
    for person, page in zip(people, ask(port, [person.look() for person in people]), strict=True):
        person.fields = form_of(_found(page.status == 200 and page.text, page))


def _found(what, page):
    if not what:
        raise PageUnfit(f"status {page.status}: {page.text[:2000]}")
    return what
