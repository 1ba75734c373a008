"""Tours of the portal: every page in every state."""

import re
from datetime import datetime, time, timedelta
from uuid import uuid4

from flask import current_app

from portal import clock
from portal.accounts import links
from portal.accounts.models import Account
from portal.appointments import appointment_papers
from portal.appointments.models import Appointment
from portal.i18n.locale import LANGUAGES, in_language
from portal.mail import outbox
from portal.mail.models import Message
from portal.mailing import unsubscribe
from portal.posts.operations import post_by_code, today
from portal.slots.models import Slot
from tests.browser.album import Album
from tests.browser.ask_tour import see_questions_without_an_account
from tests.browser.day_tour import see_days, see_the_import
from tests.browser.door_tour import see_the_door
from tests.browser.evidence_tour import see_evidence
from tests.browser.factor_tour import see_second_step
from tests.browser.families import FAMILIES
from tests.browser.file_tour import see_files
from tests.browser.guide_tour import see_the_guide
from tests.browser.keeping_tour import see_posts, see_staff
from tests.browser.leaving_tour import see_a_full_account, see_what_is_kept
from tests.browser.mail_desk import see_agencies, see_mail_desk
from tests.browser.new_passport_tour import see_new_passports
from tests.browser.packages import see_packages, see_the_way_to_a_package
from tests.browser.passkey_tour import see_passkeys
from tests.browser.people import NEW, answer_steps, book, log_in, sign_up, visit
from tests.browser.post_tour import see_calendar_address, see_statuses
from tests.browser.retrieval import see_retrieval
from tests.browser.rule_tour import see_rules
from tests.factories import PASSWORD, make_slot

EVERY_DAY = list(range(7))
OTHER_WAYS = ("has a visa", "is in processing", "sends by courier", "goes to a clinic", "came too late")
TOO_LONG = "x" * 300_000
UNKNOWN = "PHP2025699999"


def see_everything(server):
    """Return the Album of all pages."""
    album = Album()
    for tour in (
        _without_account,
        see_the_guide,
        _account,
        _steps,
        _no_match,
        _other_ways,
        _booked,
        _cancelled,
        _full,
        _late,
        _questions,
        see_questions_without_an_account,
        _mail,
        see_the_way_to_a_package,
        see_packages,
        see_files,
        see_retrieval,
        see_passkeys,
        see_what_is_kept,
        see_new_passports,
        see_evidence,
    ):
        tour(server, album)
    for tour in (_requests, _slots, _cases, see_mail_desk, see_agencies, _staff, see_statuses, see_calendar_address):
        tour(server, album)
    see_the_door(server, album)
    see_staff(server, album)
    see_posts(server, album)
    see_rules(server, album)
    see_days(server, album)
    see_the_import(server, album)
    see_second_step(server, album)
    return album


def _without_account(server, album):
    reader = visit(server)
    album.take(reader, "front page", "/")
    album.take(reader, "create an account", "/account/create")
    album.send(reader, "create an account, wrong", "/account/create", language=None)
    album.take(reader, "log in", "/account/login")
    album.send(reader, "log in, wrong", "/account/login", name="nobody@example.org", password="wrong")
    album.send(reader, "400", "/account/login", status=400, csrf_token="00", name="nobody@example.org")
    album.take(reader, "404", "/nowhere", status=404)
    album.send(reader, "405", "/account/login", to="/dashboard", status=405)
    album.send(reader, "413", "/account/login", status=413, name=TOO_LONG)


def _account(server, album):
    typed = {"no_email": "y", "password": PASSWORD, "password_again": PASSWORD, "agreed": "y"}
    for language in LANGUAGES:
        reader = visit(server)
        answer = reader.submit(f"/{language}/account/create", language=language, **typed)
        album.add("recovery codes", language, answer)
    album.take(reader, "new recovery codes", "/account/recovery-codes")
    reader = sign_up(server)
    album.take(reader, "dashboard, empty", "/dashboard")
    album.take(reader, "my account", "/account")
    album.take(reader, "password", "/account/password")
    album.send(reader, "password, wrong", "/account/password", current="wrong", password="short")
    album.take(reader, "language", "/account/language")
    album.take(reader, "log out", "/account/logout")
    album.take(reader, "403", "/staff/", status=403)


def _steps(server, album):
    reader = sign_up(server)
    album.take(reader, "step 1", f"{NEW}/visa")
    album.send(reader, "step 1, wrong", f"{NEW}/visa")
    album.send(reader, "instead, nonimmigrant", f"{NEW}/visa", visa="nonimmigrant")
    answer_steps(reader, "is found", ["visa"])
    album.take(reader, "step 2", f"{NEW}/purpose")
    album.send(reader, "step 2, wrong", f"{NEW}/purpose", purpose=None)
    album.send(reader, "instead, courier", f"{NEW}/purpose", purpose="courier")
    album.send(reader, "instead, status", f"{NEW}/purpose", purpose="status")
    answer_steps(reader, "is found", ["purpose"])
    album.take(reader, "step 3", f"{NEW}/details")
    wrong = {"day": "31", "month": "2", "year": "2099", "has_new_passport": "y", "telephone": "x"}
    album.send(reader, "step 3, wrong", f"{NEW}/details", **wrong)


def _no_match(server, album):
    reader = sign_up(server)
    answer_steps(reader, "is too late", ["visa", "purpose", "details"])
    album.take(reader, "step 4", f"{NEW}/questions")
    album.send(reader, "step 4, wrong", f"{NEW}/questions", letter=None, documents=None, recent=None)
    album.send(reader, "instead, no letter", f"{NEW}/questions", letter="no", documents="no", recent="no")
    album.send(reader, "instead, old letter", f"{NEW}/questions", letter="yes", documents="yes", recent="no")
    answer_steps(reader, "is too late", ["questions"])
    album.take(reader, "step 5", f"{NEW}/case")
    album.send(reader, "step 5, wrong", f"{NEW}/case", case_number="AA00B1C2D3")
    album.send(reader, "step 5, no match", f"{NEW}/case", case_number=UNKNOWN)
    album.take(reader, "dashboard, begun", "/dashboard")


def _other_ways(server, album):
    reader = sign_up(server)
    for name in OTHER_WAYS:
        album.take(reader, f"may not book: {name}", answer_steps(reader, name))
    album.take(reader, "dashboard, other ways", "/dashboard")


def _booked(server, album):
    reader = sign_up(server)
    calendar = answer_steps(reader, "books")
    album.take(reader, "calendar", calendar)
    album.send(reader, "calendar, wrong", calendar)
    page = book(reader, calendar)
    album.take(reader, "confirmation", page)
    album.take(reader, "printable version", f"{page}/print")
    with server.database() as session:
        reference = page.rsplit("/", 1)[1]
        code = appointment_papers.code_of(session.query(Appointment).filter_by(reference=reference).one())
    album.take(visit(server), "verified", f"/verify/{code}")
    album.take(log_in(server, "desk"), "staff: verified", f"/verify/{code}")
    album.take(reader, "calendar, move", calendar)
    album.take(reader, "cancel", f"{page}/cancel")
    album.take(reader, "dashboard, booked", "/dashboard")
    story = re.search(r'href="(/en/cases/[^"]+)"', reader.open("/en/dashboard").html)[1]
    album.take(reader, "story of a case", story.removeprefix("/en"))
    see_a_full_account(reader, album)


def _cancelled(server, album):
    reader = sign_up(server)
    page = book(reader, answer_steps(reader, "cancels"))
    reader.submit(f"/en{page}/cancel")
    album.take(reader, "confirmation, cancelled", page)
    album.take(reader, "printable version, cancelled", f"{page}/print")
    album.take(reader, "dashboard, cancelled", "/dashboard?said=cancelled")


def _full(server, album):
    with server.database() as session:
        open_ones = session.query(Slot).filter(Slot.post_id == post_by_code("HCM").id, Slot.opens_at <= clock.now())
        open_ones.update({"closed_at": clock.now()})
        post = post_by_code("BKK")
        post.in_service = post.in_person = True
        in_two_months = datetime.combine(today(post, clock.now()) + timedelta(days=60), time(9, 0))
    reader = sign_up(server)
    album.take(reader, "no appointments, next release", answer_steps(reader, "waits for a release"))
    calendar = answer_steps(reader, "finds nothing")
    album.take(reader, "no appointments", calendar)
    with server.database():
        make_slot(post_by_code("BKK"), in_two_months)
    album.take(reader, "calendar, after the last day", calendar)


def _late(server, album):
    reader = sign_up(server)
    page = book(reader, answer_steps(reader, "is too late"))
    with server.database():
        post_by_code("AMM").cutoff_hours = 24 * 365
    album.take(reader, "confirmation, too late to change", page)
    album.take(reader, "cancel, too late", f"{page}/cancel")


def _requests(server, album):
    found, refused, officer = sign_up(server), sign_up(server), log_in(server, "officer")
    album.take(officer, "staff: nobody waits", "/staff/cases/requests")
    for reader in (found, refused):
        _ask(reader)
    album.take(found, "dashboard, asked", "/dashboard?said=asked")
    album.take(officer, "staff: requests", "/staff/cases/requests")
    links = officer.open("/en/staff/cases/requests").page.links
    first, second = (link.removeprefix("/en") for link in links if "/requests/" in link)
    album.take(officer, "staff: request", first)
    album.send(officer, "staff: request, wrong", first, case_number=UNKNOWN)
    officer.submit(f"/en{first}", case_number=FAMILIES["is found"][0]["case_number"])
    officer.submit(f"/en{second}", case_number="", answer="We know no such person. / យើងមិនស្គាល់")
    album.take(officer, "staff: request, answered", first)
    album.take(found, "dashboard, found", "/dashboard")
    album.take(refused, "dashboard, not found", "/dashboard")


def _ask(reader):
    answer_steps(reader, "is found", ["visa", "purpose", "details", "questions"])
    reader.submit(f"/en{NEW}/case", case_number=UNKNOWN)
    reader.submit(f"/en{NEW}/case", to=f"/en{NEW}/ask")


def _questions(server, album):
    reader, officer = sign_up(server), log_in(server, "officer")
    page = answer_steps(reader, "asks")
    ask = page.replace("/appointments/cases/", "/inquiries/new/").removesuffix("/calendar")
    album.take(reader, "question", ask)
    album.send(reader, "question, wrong", ask, category=None, text="")
    album.send(reader, "question, too early", ask, category="processing", text="When?")
    thread = reader.submit(f"/en{ask}", category="documents", text="Is a copy enough?").path.removeprefix("/en")
    album.take(reader, "question, asked", thread)
    album.take(officer, "staff: questions", "/staff/inquiries/")
    link = thread.replace("/inquiries/", "/staff/inquiries/")
    album.take(officer, "staff: question", link)
    officer.submit(f"/en{link}", text="No. / ទេ។")
    album.take(reader, "question, answered", thread)
    album.take(reader, "dashboard, question answered", "/dashboard")


def _mail(server, album):
    reader, now = sign_up(server), clock.now()
    with server.database() as session:
        account = session.query(Account).order_by(Account.id.desc()).first()
        links.ask_to_confirm(account, account.email, now, confirming := uuid4())
        asked = Message(public_id=uuid4(), address=account.email, written_at=now)
        _account, resetting = links.reset_link(asked, now)
        dead = {"state": "dead", "trouble": "server: 550", "done_at": now}
        outbox.write("news", "buried", now, account_id=account.id)
        session.query(Message).filter_by(key="buried").update(dead)
        with current_app.test_request_context(), in_language("en"):
            stopping_address = unsubscribe.address_for(account, "booked").split("/en", 1)[1]
        confirming = links.token(confirming)
    album.take(reader, "change the address", "/account/email")
    album.send(reader, "change the address, wrong", "/account/email", email="x", current="wrong")
    album.take(reader, "e-mails to me", "/account/mail")
    album.take(reader, "what can still open the account", "/account/keys")
    stranger = visit(server)
    album.take(stranger, "forgotten password", "/account/forgotten")
    album.send(stranger, "forgotten password, wrong", "/account/forgotten", name="")
    album.take(stranger, "forgotten password, asked", "/account/login?said=reset_asked")
    album.take(stranger, "recovery code", "/account/recover")
    album.send(stranger, "recovery code, wrong", "/account/recover", name="x", code="x", password=PASSWORD)
    album.take(stranger, "confirm an address", f"/account/confirm/{confirming}")
    album.take(stranger, "new password", f"/account/reset/{resetting}")
    album.send(stranger, "new password, wrong", f"/account/reset/{resetting}", password="short")
    album.take(stranger, "link does not work", "/account/reset/x", status=410)
    album.take(stranger, "stop e-mails", stopping_address)
    album.take(stranger, "verify", "/verify")
    album.send(stranger, "verify, wrong", "/verify", code="")
    album.take(stranger, "verified, not valid", "/verify/x")
    album.take(stranger, "status", "/status")
    album.send(stranger, "status, wrong", "/status", location="", case_number="x")
    number = FAMILIES["is in processing"][0]["case_number"]
    album.send(stranger, "status, told", "/status", location=number[:3], case_number=number)
    album.send(stranger, "status, not found", "/status", location="PHP", case_number=UNKNOWN)
    album.take(log_in(server, "admin"), "staff: e-mails that were not sent", "/staff/mail/")


def _slots(server, album):
    scheduler, day = log_in(server, "scheduler"), clock.now().date()
    soon, later = ((day + timedelta(days=days)).isoformat() for days in (2, 26))
    scheduler.submit("/en/staff/slots/", to=_first_close(scheduler, soon))
    album.take(scheduler, "staff: slots", f"/staff/slots/?from={soon}")
    album.take(scheduler, "staff: slots, announced", f"/staff/slots/?from={later}")
    album.take(scheduler, "staff: slots, none", "/staff/slots/?from=2020-01-06")
    album.take(scheduler, "staff: release", "/staff/slots/release")
    nothing = {"times": "9 o'clock", "seats": "0", "opens": "announced", "weekdays": None}
    album.send(scheduler, "staff: release, wrong", "/staff/slots/release", **nothing)
    span = {"first_day": day.isoformat(), "last_day": later, "weekdays": EVERY_DAY, "opens": "now"}
    some, same = {**span, "times": "00:00, 09:00, 16:45"}, {**span, "times": "09:00", "weekdays": [0]}
    album.send(scheduler, "staff: release, preview", "/staff/slots/release", **some)
    album.send(scheduler, "staff: release, nothing new", "/staff/slots/release", **same)


def _first_close(scheduler, day):
    html = scheduler.open(f"/en/staff/slots/?from={day}").html
    return html.split('action="')[1].split('"')[0]


def _cases(server, album):
    officer, number = log_in(server, "officer"), FAMILIES["prints eight"][0]["case_number"]
    album.take(officer, "staff: find a case", "/staff/find")
    album.send(officer, "staff: find a case, wrong", "/staff/find", q="")
    album.send(officer, "staff: find a case, several", "/staff/find", q="so")
    case = officer.submit("/en/staff/cases/", case_number=number).path.removeprefix("/en")
    album.take(officer, "staff: case", f"{case}?said=stored")
    album.take(officer, "staff: add a case", "/staff/cases/new")
    album.send(officer, "staff: add a case, wrong", "/staff/cases/new", status_date="x", reasons="no such")
    album.take(officer, "staff: correct a case", f"{case}/travellers/0")
    album.send(officer, "staff: correct a case, wrong", f"{case}/travellers/0", date_of_birth="1990-02-31")


def _staff(server, album):
    for name in ("guard", "supervisor", "admin"):
        album.take(log_in(server, name), f"staff: home of {name}", "/staff/")
    guard = log_in(server, "guard")
    album.take(guard, "staff: account", "/account")
    album.take(guard, "staff: 403", "/staff/slots/", status=403)
