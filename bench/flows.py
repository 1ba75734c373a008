"""Complete flows through the portal by HTTP: book, send by courier, ask, look up; and flows of staff.

Each takes a Guest and, if a case is needed, a row of a case file that no one else uses.
"""

import re
from uuid import uuid4

from portal.accounts.factors import DEMONSTRATION_SECRET
from portal.accounts.passwords import DEMONSTRATION_PASSWORD
from tests.browser.families import steps_of
from tests.factories import PASSWORD
from tests.visitor import CODE, code_now

NEW = "/en/appointments/new"
STAFF = ("desk", "scheduler", "guard", "supervisor", "admin")
STEPS = ("visa", "purpose", "details", "questions", "case")
PDF = b"%PDF-"
ICS = b"BEGIN:VCALENDAR"


class Unexpected(Exception):
    """A page was successful, but not the one that the flow leads to."""


def create_account(guest, email=None):
    """Create an account; return its e-mail address."""
    email = email or f"guest-{uuid4().hex}@example.org"
    secret = {"password": PASSWORD, "password_again": PASSWORD}
    _came(guest.submit("/en/account/create", email=email, language="en", agreed="y", **secret), "/en/dashboard")
    return email


def log_in(guest, email, password=PASSWORD):
    """Log an applicant in."""
    _came(guest.submit("/en/account/login", name=email, password=password), "/en/dashboard")


def log_in_staff(guest, name, code=None):
    """Log a member of the demonstration's staff in, with a code or the current one."""
    guest.submit("/en/account/login", name=f"{name}@example.org", password=DEMONSTRATION_PASSWORD)
    _came(guest.submit(CODE, code=code or code_now(DEMONSTRATION_SECRET)), "/en/staff/")


def look_up_status(guest, row):
    """Look up the status of a case."""
    guest.submit("/en/status", location=row["post"], case_number=row["case_number"])


def claim(guest, row):
    """Answer the steps to the calendar of a case; return the calendar's path."""
    answers = steps_of(row)
    for step in STEPS:
        answer = guest.submit(f"{NEW}/{step}", **answers[step])
    return _came(answer, "/en/appointments/cases/")


def take_time(guest, calendar, day=""):
    """Take the first free time of a day ("?day=…") or of the last day; return the confirmation page's path."""
    day = day or re.findall(r'href="(\?day=[0-9-]+)', guest.open(calendar).html)[-1]
    page = guest.open(f"{calendar}{day}").html
    slot = re.search(r'name="slot" value="(\d+)"', page)[1]
    return _came(guest.submit(calendar, slot=slot), "/en/appointments/")


def print_out(guest, confirmation):
    """Open the page to print, the PDF and the calendar file."""
    reference = confirmation.rsplit("/", 1)[1]
    _holds(guest.open(f"{confirmation}/print").html, reference)
    _begins(guest.fetch(f"{confirmation}.pdf"), PDF)
    _begins(guest.fetch(f"{confirmation}.ics"), ICS)


def cancel(guest, confirmation):
    """Cancel an appointment."""
    _came(guest.submit(f"{confirmation}/cancel"), "/en/")


def book(guest, row):
    """Create an account, book, print, move and cancel."""
    create_account(guest)
    calendar = claim(guest, row)
    confirmation = take_time(guest, calendar)
    print_out(guest, confirmation)
    days = re.findall(r'href="(\?day=[0-9-]+)', guest.open(calendar).html)
    take_time(guest, calendar, days[-2] if len(days) > 1 else days[-1])
    cancel(guest, confirmation)


def ask(guest, row):
    """Create an account, claim a case, ask the post about it."""
    create_account(guest)
    case_id = re.search(r"/cases/([0-9a-f-]{36})", claim(guest, row))[1]
    question = {"category": "documents", "text": "May I bring a copy?"}
    _came(guest.submit(f"/en/inquiries/new/{case_id}", **question), "/en/")


def register_package(guest, row):
    """With an account, register a package of a case; return the package's path."""
    guest.submit("/en/courier/service")
    typed = {**steps_of(row)["details"], **steps_of(row)["case"]}
    agencies = _came(guest.submit("/en/courier/details", **typed), "/en/courier/cases/")
    agency = re.search(r'name="agency" value="(\d+)"', guest.open(agencies).html)[1]
    return _came(guest.submit(agencies, agency=agency), "/en/courier/").removesuffix("/family")


def pack(guest, package):
    """Say that everything the letter lists is in the envelope."""
    documents = re.findall(r'name="documents" value="(\d+)"', guest.open(f"{package}/contents").html)
    guest.submit(f"{package}/contents", documents=documents, with_passport="y")


def come_back(guest, row, reference):
    """Without an account, reprint a confirmation page with the passport."""
    details = steps_of(row)["details"]
    typed = {name: details[name] for name in ("passport_number", "day", "month", "year", "nationality")}
    pages = _came(guest.submit("/en/confirmation", **typed), "/en/confirmation/")
    _holds(guest.open(f"{pages}/{reference}").html, reference)


def send_by_courier(guest, row, stranger=None):
    """Create an account, register a package, print it, reprint it without an account, withdraw it."""
    create_account(guest)
    package = register_package(guest, row)
    pack(guest, package)
    _begins(guest.fetch(f"{package}.pdf"), PDF)
    guest.open(f"{package}/print")
    if stranger is not None:
        come_back(stranger, row, package.rsplit("/", 1)[1])
    guest.submit(f"{package}/withdraw")


def import_by_page(guest, name, content):
    """As a signed-in officer, upload a case file, look at the preview, confirm."""
    answer = guest.upload("/en/staff/cases/import/", name, content)
    preview = _came(answer, "/en/staff/cases/import/")
    if preview.endswith("/import/"):
        raise Unexpected(f"the file was not taken: {answer.page.text[-300:]}")
    guest.submit(preview)


def _came(answer, beginning):
    path = answer.path.partition("?")[0].partition("#")[0]
    if not path.startswith(beginning):
        raise Unexpected(f"{path} came, not {beginning}…: {' '.join(answer.page.errors) or answer.page.h1}")
    return path


def _holds(page, text):
    if text not in page:
        raise Unexpected(f"{text} is not on the page")


def _begins(content, sign):
    if not content.startswith(sign):
        raise Unexpected(f"{content[:20]!r} came, not {sign!r}")
