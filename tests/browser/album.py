"""Every page of the portal in every language, as it came over the line: seen once, judged by several tests."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from portal import clock
from portal.locale import LANGUAGES
from portal.posts.operations import post_by_code, today
from portal.slots.models import Slot
from tests.browser.people import NEW, answer_steps, book, log_in, sign_up, visit
from tests.browser.reader import Answer
from tests.factories import PASSWORD, make_slot

TOO_LONG = "x" * 300_000
EVERY_DAY = list(range(7))


@dataclass(frozen=True)
class Shot:
    """One page in one language; staff says that applicants never see it."""

    name: str
    language: str
    staff: bool
    answer: Answer


class Album:
    """The pages seen so far."""

    def __init__(self):
        self.shots = []

    def take(self, reader, name, path, *, status=200, staff=False):
        """Keep a page in all languages."""
        for language in LANGUAGES:
            self._keep(name, language, staff, reader.open(f"/{language}{path}", status=status))

    def send(self, reader, name, path, *, status=200, staff=False, to=None, **answers):
        """Keep what a form that may be sent again answers, in all languages."""
        for language in LANGUAGES:
            address = to and f"/{language}{to}"
            answer = reader.submit(f"/{language}{path}", status=status, to=address, **answers)
            self._keep(name, language, staff, answer)

    def _keep(self, name, language, staff, answer):
        self.shots.append(Shot(name, language, staff, answer))


def see_everything(server):
    """Return the Album of all pages."""
    album = Album()
    for see in (_visitor, _steps, _other_ways, _booked, _full, _last_day, _too_late, _requests, _staff):
        see(server, album)
    return album


def _visitor(server, album):
    reader, secret = visit(server), {"password": PASSWORD, "password_again": PASSWORD}
    album.take(reader, "front page", "/")
    album.take(reader, "create an account", "/account/create")
    album.send(reader, "create an account, wrong", "/account/create", language=None)
    album.take(reader, "log in", "/account/login")
    album.send(reader, "log in, wrong", "/account/login", name="nobody@example.org", password="wrong")
    album.send(reader, "400", "/account/login", status=400, csrf_token="00", name="nobody@example.org")
    album.take(reader, "404", "/nowhere", status=404)
    album.send(reader, "405", "/account/login", to="/dashboard", status=405)
    album.send(reader, "413", "/account/login", status=413, name=TOO_LONG)
    for language in LANGUAGES:
        once = visit(server)
        answers = {"no_email": "y", "language": language, "agreed": "y", **secret}
        album._keep("recovery codes", language, False, once.submit(f"/{language}/account/create", **answers))


def _steps(server, album):
    reader = sign_up(server)
    album.take(reader, "dashboard, empty", "/dashboard")
    album.take(reader, "my account", "/account")
    album.take(reader, "password", "/account/password")
    album.send(reader, "password, wrong", "/account/password", current="wrong", password="short")
    album.take(reader, "language", "/account/language")
    album.take(reader, "log out", "/account/logout")
    album.take(reader, "step 1", f"{NEW}/visa")
    album.send(reader, "step 1, wrong", f"{NEW}/visa")
    album.send(reader, "instead, nonimmigrant", f"{NEW}/visa", visa="nonimmigrant")
    answer_steps(reader, "is found", ["visa"])
    album.take(reader, "step 2", f"{NEW}/purpose")
    album.send(reader, "step 2, wrong", f"{NEW}/purpose")
    album.send(reader, "instead, courier", f"{NEW}/purpose", purpose="courier")
    album.send(reader, "instead, status", f"{NEW}/purpose", purpose="status")
    answer_steps(reader, "is found", ["purpose"])
    album.take(reader, "step 3", f"{NEW}/details")
    wrong = {"day": "31", "month": "2", "year": "2099", "has_new_passport": "y", "telephone": "x"}
    album.send(reader, "step 3, wrong", f"{NEW}/details", **wrong)
    answer_steps(reader, "is too late", ["details"])
    album.take(reader, "step 4", f"{NEW}/questions")
    album.send(reader, "step 4, wrong", f"{NEW}/questions")
    album.send(reader, "instead, no letter", f"{NEW}/questions", letter="no", documents="no", recent="no")
    album.send(reader, "instead, old letter", f"{NEW}/questions", letter="yes", documents="yes", recent="no")
    answer_steps(reader, "is found", ["questions"])
    album.take(reader, "step 5, letter code", f"{NEW}/case")
    album.send(reader, "step 5, wrong", f"{NEW}/case", case_number="AA00B1C2D3")
    album.send(reader, "step 5, no match", f"{NEW}/case", case_number="AMM2025699999")
    album.take(reader, "dashboard, begun", "/dashboard")
    album.take(reader, "403", "/staff/", status=403)


def _other_ways(server, album):
    reader = sign_up(server)
    for name in ("has a visa", "is in processing", "sends by courier", "goes to a clinic", "came too late"):
        album.take(reader, f"may not book, {name}", answer_steps(reader, name))
    album.take(reader, "dashboard, other ways", "/dashboard")


def _booked(server, album):
    reader = sign_up(server)
    calendar = answer_steps(reader, "books")
    album.take(reader, "calendar", calendar)
    album.send(reader, "calendar, wrong", calendar)
    page = book(reader, calendar)
    album.take(reader, "confirmation", page)
    album.take(reader, "printable version", f"{page}/print")
    album.take(reader, "calendar, move", calendar)
    album.take(reader, "cancel", f"{page}/cancel")
    album.take(reader, "dashboard, booked", "/dashboard")
    other = book(reader, answer_steps(reader, "cancels"))
    reader.submit(f"/en{other}/cancel")
    album.take(reader, "confirmation, cancelled", other)
    album.take(reader, "printable version, cancelled", f"{other}/print")
    album.take(reader, "dashboard, cancelled", "/dashboard?said=cancelled")


def _full(server, album):
    with server.database() as session:
        hcm = session.query(Slot).filter_by(post_id=post_by_code("HCM").id)
        hcm.filter(Slot.opens_at <= clock.now()).update({"closed_at": clock.now()})
    reader = sign_up(server)
    album.take(reader, "calendar, nothing until a release", answer_steps(reader, "waits for a release"))


def _last_day(server, album):
    with server.database():
        post = post_by_code("BKK")
        post.in_service = post.in_person = True
        here = today(post, clock.now())
    reader = sign_up(server)
    calendar = answer_steps(reader, "finds nothing")
    album.take(reader, "calendar, nothing announced", calendar)
    with server.database():
        make_slot(post_by_code("BKK"), datetime.combine(here + timedelta(days=60), time(9, 0)))
    album.take(reader, "calendar, after the last day", calendar)


def _too_late(server, album):
    reader = sign_up(server)
    page = book(reader, answer_steps(reader, "is too late"))
    with server.database():
        post_by_code("AMM").cutoff_hours = 24 * 365
    album.take(reader, "confirmation, too late", page)
    album.take(reader, "cancel, too late", f"{page}/cancel")


def _requests(server, album):
    found, refused, officer = sign_up(server), sign_up(server), log_in(server, "officer")
    album.take(officer, "staff, nobody waits", "/staff/cases/requests", staff=True)
    for reader in (found, refused):
        answer_steps(reader, "is found", ["visa", "purpose", "details", "questions"])
        reader.submit(f"/en{NEW}/case", case_number="PHP2025699999")
        reader.submit(f"/en{NEW}/case", to=f"/en{NEW}/ask", case_number="PHP2025699999")
    album.take(found, "dashboard, asked", "/dashboard?said=asked")
    album.take(officer, "staff, requests", "/staff/cases/requests", staff=True)
    links = [link for link in officer.open("/en/staff/cases/requests").page.links if "/requests/" in link]
    first, second = (link.removeprefix("/en") for link in links)
    album.take(officer, "staff, request", first, staff=True)
    album.send(officer, "staff, request, wrong", first, staff=True, case_number="PHP2025699999")
    number = answer_steps.__globals__  # placeholder
