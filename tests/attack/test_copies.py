"""A copy of everything identifies no one: database, dump, backup, logs, mail, cookie (R10)."""

import logging
import re
import subprocess
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import select

from bench.leaks import disguises, found_in, unkeyed_digests
from portal import clock
from portal.accounts.models import Account
from portal.cases.models import Traveller
from portal.database.transactions import session
from portal.security import encryption
from portal.web import session_cookie
from tests.factories import make_account, make_agency, make_case, make_post, make_slot, signed_in
from tests.mailbox import Mailbox
from tests.visitor import Visitor

NUMBER, BORN, PHONE, WORDS = "Q7391846", "1973-08-29", "+855 92 441 783", "copper walnut 27 lantern"
PERSONAL = (NUMBER, BORN, "29 August 1973", "19730829", PHONE, "+85592441783", "92441783", WORDS)
LETTER_CODE = "KHLT7Q29XW"
ANSWERS = {
    "visa": {"visa": "immigrant"},
    "purpose": {"purpose": "follow_up"},
    "details": {
        "location": "PHP",
        "surname": "Sok",
        "given_names": "Dara",
        "day": "29",
        "month": "8",
        "year": "1973",
        "passport_number": NUMBER.lower(),
        "nationality": "KH",
        "telephone": PHONE,
    },
    "questions": {"letter": "yes", "documents": "yes", "recent": "yes"},
}
PERSON = {"date_of_birth": BORN, "passport_number": NUMBER}


@pytest.fixture
def copied(app, caplog):
    """The files left after people have used everything, by name, and the secrets that they had."""
    caplog.set_level(logging.DEBUG)
    applicant, staff, secrets = Visitor(app), Visitor(app), set()
    make_post(courier=True)
    secrets |= _sign_up(applicant)
    _book_and_send(applicant)
    secrets |= _get_addresses(applicant)
    _be_seen(app, staff)
    mails = Mailbox()
    mails.deliver()
    secrets |= {
        applicant.client.get_cookie(session_cookie.PLAIN_COOKIE).value,
        staff.client.get_cookie(session_cookie.PLAIN_COOKIE).value,
    }
    assert session.scalar(select(Account).where(Account.telephone.is_not(None))).telephone == PHONE
    files = {"log": caplog.text.encode(), **_database(app), **_mails(mails.folder)}
    yield files, secrets
    session.rollback()


def _sign_up(applicant):
    page = applicant.submit(
        "/en/account/create",
        no_email="y",
        password=WORDS,
        password_again=WORDS,
        language="en",
        agreed="y",
    )
    codes = set(re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", page.text))
    assert codes
    return codes | {code.replace("-", "") for code in codes}


def _book_and_send(applicant):
    case, slot = make_case(letter_code=LETTER_CODE, **PERSON), make_slot()
    for step, given in ANSWERS.items():
        applicant.submit(f"/en/appointments/new/{step}", **given)
    calendar = applicant.submit("/en/appointments/new/case", case_number=case.number, letter_code=LETTER_CODE)
    confirmation = applicant.submit(calendar.path, slot=slot.id)
    for ending in ("/print", ".pdf", ".ics"):
        assert applicant.client.get(f"{confirmation.path}{ending}").status_code == 200
    sending, agency = make_case(respond_by="courier", **PERSON), make_agency()
    page = applicant.submit("/en/courier/details", **{**ANSWERS["details"], "case_number": sending.number})
    applicant.submit(page.path, agency=agency.id)
    applicant.submit(
        f"/en/inquiries/new/{case.public_id}", category="mistake", text=f"My number is {NUMBER}, not this."
    )


def _get_addresses(applicant):
    page = applicant.submit("/en/account/calendar")
    applicant.submit("/en/account/email", email="dara@example.org", current=WORDS)
    return {re.search(r"/calendar/([^\"]+)\.ics", page.html)[1]}


def _be_seen(app, staff):
    signed_in(staff, make_account("supervisor", make_post()))
    case = session.scalar(select(Traveller)).case
    for path in (f"cases/{case.public_id}", f"counter/{case.public_id}", "inquiries/", "courier/packages"):
        staff.open(f"/en/staff/{path}")
    stranger = Visitor(app)
    stranger.log_in("nobody@example.org", WORDS)
    typed = {"registered": "yes", "passport_number": NUMBER, "day": "29", "month": "8", "year": "1973"}
    stranger.submit("/en/confirmation", **typed, nationality="KH")
    stranger.submit("/en/account/forgotten", name="dara@example.org")
    session.query(Account).filter(Account.email.is_not(None)).update({"email_confirmed_at": clock.now()})
    session.commit()


def _database(app):
    """The bytes of the database as a thief copies it, and of a backup."""
    session.commit()
    url, folder = app.extensions["engine"].url, app.extensions["settings"].instance
    if app.extensions["engine"].name == "sqlite":
        files = {file.name: file.read_bytes() for file in folder.glob("portal.db*")}
    else:
        line = ["pg_dump", "-h", url.query["host"], "-U", "postgres", url.database]
        files = {"dump": subprocess.run(line, check=True, capture_output=True).stdout}
    target = folder / "copy.backup"
    app.test_cli_runner().invoke(args=["backup", str(target)], catch_exceptions=False)
    return files | {"backup": target.read_bytes()}


def _mails(folder):
    files = {}
    for file in folder.glob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        parts = b"".join(part.get_payload(decode=True) or b"" for part in mail.walk())
        files[file.name] = file.read_bytes() + parts
    assert files
    return files


def test_no_copy_of_anything_gives_anybody_away_r10(copied, app, monkeypatch):
    files, secrets = copied
    unmailed = {name: data for name, data in files.items() if not name.endswith(".eml")}

    assert found_in(files, PERSONAL) == []
    assert len(secrets) > 10
    assert found_in(unmailed, secrets | {LETTER_CODE}) == []
    assert found_in({one: one.encode() for one in secrets}, PERSONAL) == []
    _nobody_can_match_what_they_guess(b"".join(unmailed.values()), app, monkeypatch)


def _nobody_can_match_what_they_guess(database, app, monkeypatch):
    assert encryption.digest("passport", NUMBER).encode() in database
    monkeypatch.setitem(app.extensions, "digest_key", b"a key that somebody guessed")
    assert encryption.digest("passport", NUMBER).encode() not in database


@pytest.mark.parametrize("how", range(8))
def test_the_search_finds_a_secret_in_every_disguise(how):
    ways = sorted(disguises(NUMBER) | set(list(unkeyed_digests(NUMBER))[:20]))

    assert found_in({"file": b"x" * 7 + ways[how * 3] + b"y"}, [NUMBER]) == [("file", NUMBER)]
