"""People in the tests: cases of every demonstration, staff who log in as people do, the time at a post."""

import re
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

from bench import flows
from portal import clock
from tests.factories import PASSWORD
from tests.visitor import code_now

DARA = {
    "post": "PHP",
    "case_number": "PHP2025600001",
    "surname": "Sok",
    "given_names": "Dara",
    "date_of_birth": "1990-04-12",
    "passport_number": "N0123456",
    "nationality": "KH",
}
MARIA = {
    "post": "CDJ",
    "case_number": "CDJ2025600001",
    "surname": "García López",
    "given_names": "María",
    "date_of_birth": "1988-08-03",
    "passport_number": "G12345678",
    "nationality": "MX",
}
PHNOM_PENH = ZoneInfo("Asia/Phnom_Penh")
LAST_TIME = "23:59"
TOO_LATE = timedelta(minutes=3)
SECRET = re.compile(r"secret=([A-Z2-7]+)")


def local_now():
    """Return the date and time in Phnom Penh."""
    return clock.now().astimezone(PHNOM_PENH)


def a_day_with_room():
    """Return today in Phnom Penh; in the last minutes of a day, wait for the next, so that a time today is left."""
    while (local_now() + TOO_LATE).date() != local_now().date():
        time.sleep(1)
    return local_now().date()


def create_staff(running, role, post=None):
    """Create an account of staff by the command; return its e-mail address."""
    email = f"{role}-{post or 'all'}@example.org".casefold()
    at = ["--post", post] if post else []
    done = running.flask("staff", "create", email, "--role", role, *at, "--password-stdin", typed=f"{PASSWORD}\n")
    assert done.code == 0, done.said
    return email


def set_up_and_enter(guest, email):
    """Log new staff in, who set up the app of one-time codes as a person does: with the secret on the page."""
    page = guest.submit("/en/account/login", name=email, password=PASSWORD)
    secret = SECRET.search(page.html)[1]
    guest.submit("/en/account/factor", code=code_now(secret))
    guest.open("/en/staff/")


def come_today(guest, row):
    """Book a time today for a case of Phnom Penh; return the reference."""
    flows.create_account(guest)
    calendar = flows.claim(guest, row)
    return flows.take_time(guest, calendar, f"?day={local_now().date()}").rsplit("/", 1)[1]
