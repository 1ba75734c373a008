"""People with accounts on the running portal: applicants who claim and book, staff."""

import re
from itertools import count
from urllib.parse import urlsplit

from portal.accounts.factors import DEMONSTRATION_SECRET
from portal.accounts.passwords import DEMONSTRATION_PASSWORD
from tests.browser.families import answers_of
from tests.browser.reader import Reader
from tests.factories import PASSWORD
from tests.visitor import CODE, code_now

NEW = "/appointments/new"
_numbers = count(1)


def visit(server):
    """A visitor who is not signed in."""
    return Reader(server.port)


def new_email():
    """An address that no account has."""
    return f"reader-{next(_numbers)}@example.org"


def sign_up(server):
    """A person with a new account."""
    reader = visit(server)
    secret = {"password": PASSWORD, "password_again": PASSWORD}
    reader.submit("/en/account/create", email=new_email(), language="en", agreed="y", **secret)
    return reader


def log_in(server, name):
    """A member of the demonstration's staff."""
    reader = visit(server)
    reader.submit("/en/account/login", name=f"{name}@example.org", password=DEMONSTRATION_PASSWORD)
    reader.submit(CODE, code=code_now(DEMONSTRATION_SECRET))
    return reader


def type_log_in(page, name, to):
    """Log a member of the demonstration's staff in on a browser's page, on the way to an address."""
    page.goto(f"/en/account/login?next={to}")
    page.fill("#name", f"{name}@example.org")
    page.fill("#password", DEMONSTRATION_PASSWORD)
    page.press("#password", "Enter")
    page.locator("#code:focus").wait_for()
    page.keyboard.type(code_now(DEMONSTRATION_SECRET))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: urlsplit(url).path == to)


def answer_steps(reader, name, steps=("visa", "purpose", "details", "questions", "case")):
    """Answer the steps for a family; return the path that follows, without the language."""
    answers = answers_of(name)
    for step in steps:
        answer = reader.submit(f"/en{NEW}/{step}", **answers[step])
    return answer.path.removeprefix("/en")


def book(reader, calendar):
    """Take the first free time of the last day of a calendar; return the path of the confirmation page."""
    last_day = re.findall(r'href="(\?day=[0-9-]+)', reader.open(f"/en{calendar}").html)[-1]
    first = re.search(r'name="slot" value="(\d+)"', reader.open(f"/en{calendar}{last_day}").html)[1]
    return reader.submit(f"/en{calendar}", slot=first).path.removeprefix("/en")
