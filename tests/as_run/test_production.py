"""The portal as people meet it, without the demonstration: set up by an operator, used by an applicant, over TLS."""

import re
import subprocess
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from bench import flows
from bench.casefile import write_rows
from portal.settings.settings import ROOT
from tests.as_run.people import DARA, create_staff, set_up_and_enter
from tests.as_run.production import production
from tests.mailbox import text_of

DEMONSTRATION = re.compile("demonstration", re.IGNORECASE)
REFUSED = date.today() - timedelta(days=60)
CASE = {
    **DARA,
    "visa_class": "IR1",
    "status": "refused",
    "status_date": REFUSED.isoformat(),
    "relationship": "principal",
    "interview_date": REFUSED.isoformat(),
    "refused_on": REFUSED.isoformat(),
    "respond_by": "in_person",
    "reasons": "original Police Certificate;Marriage Certificate",
    "letter_code": "",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A production of one post, one case and some times, set up by commands and by the pages of staff."""
    with production(tmp_path_factory.mktemp("production")) as running:
        running.flask("posts", "import", ROOT / "portal" / "data" / "posts.csv")
        _take_into_service(running)
        cases = running.folder / "cases.csv"
        write_rows(cases, [CASE])
        running.flask("cases", "import", cases)
        _release(running)
        yield running


def test_an_applicant_books_and_prints_and_nothing_says_demonstration(made):
    guest = made.guest()
    flows.create_account(guest, "dara@example.org")
    confirmation = flows.take_time(guest, flows.claim(guest, DARA))
    flows.print_out(guest, confirmation)
    paper = _text_of_pdf(guest.fetch(f"{confirmation}.pdf"), made.folder)
    made.flask("worker", "--once")

    letters = [text_of(message_from_bytes(mail, policy=default)) for mail in made.mails]
    seen = [one.html for one in guest.pages if not one.body.startswith(b"%PDF")]
    assert len(letters) >= 1
    assert CASE["surname"].casefold() in paper.casefold()
    assert [found for text in (*seen, *letters, paper) for found in DEMONSTRATION.findall(text)] == []
    assert all(name.startswith("__Host-") for name in guest.cookies if "session" in name)
    assert [one.name for one in made.notes.faults] == []


def _take_into_service(running):
    supervisor, admin = running.guest(), running.guest()
    set_up_and_enter(supervisor, create_staff(running, "supervisor", "PHP"))
    supervisor.submit("/en/staff/settings", address="1 Street, Phnom Penh", contact="+855 23 000 000")
    set_up_and_enter(admin, create_staff(running, "administrator"))
    admin.submit("/en/staff/posts/PHP/service", in_service="y", in_person="y", languages="km en")


def _release(running):
    first = date.today() + timedelta(days=3)
    last = first + timedelta(days=7)
    running.flask(
        "slots", "release", "--post", "PHP", "--from", first, "--to", last, "--at", "09:00,09:30", "--seats", "2"
    )


def _text_of_pdf(content, folder):
    file = folder / "paper.pdf"
    file.write_bytes(content)
    return subprocess.run(["pdftotext", str(file), "-"], check=True, capture_output=True, text=True).stdout
