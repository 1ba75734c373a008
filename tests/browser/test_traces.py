"""Nothing personal is left in the portal's files: database, log, mail (R10)."""

from email import message_from_bytes
from email.policy import default

import pytest

from portal import clock
from portal.accounts.models import Account
from tests.browser.families import FAMILIES
from tests.browser.people import answer_steps, book, sign_up

OURS = {"cases.csv", "settings.env"}


@pytest.fixture(scope="module")
def written(server):
    """The portal's files, by name, after a person has booked, asked and canceled, and all mail was sent."""
    reader = sign_up(server)
    with server.database() as session:
        session.query(Account).filter(Account.email.is_not(None)).update({"email_confirmed_at": clock.now()})
    page = book(reader, answer_steps(reader, "leaves no trace"))
    for ending in ("", "/print"):
        reader.open(f"/km{page}{ending}")
    reader.submit("/en/account/forgotten", name="nobody-at-all@example.org")
    server.run("worker", "--once")
    reader.submit(f"/en{page}/cancel")
    server.run("worker", "--once")
    return {file.name: _plain(file) for file in server.folder.rglob("*") if file.is_file() and file.name not in OURS}


def test_no_passport_number_and_no_date_of_birth_is_left_in_clear(written):
    people = [person for rows in FAMILIES.values() for person in rows]
    personal = {person[cell].encode() for person in people for cell in ("passport_number", "date_of_birth")}

    assert [(name, one) for name, data in written.items() for one in personal if one in data] == []


def test_the_log_names_nobody_and_no_case(written):
    rows = FAMILIES["leaves no trace"]
    log = written["server.log"]

    assert [cell for row in rows for cell in (row["case_number"], row["surname"]) if cell.encode() in log] == []
    assert b"@example.org" not in log


def test_mail_came_and_holds_no_status_and_no_case_number_in_its_text(written):
    mails = {name: data for name, data in written.items() if name.endswith(".eml")}
    number = FAMILIES["leaves no trace"][0]["case_number"].encode()

    assert any(b"has been canceled" in data for data in mails.values())
    assert [name for name, data in mails.items() if number in data or b"Refused" in data] == []


def _plain(file):
    """The bytes of a file; of a mail also its decoded parts."""
    data = file.read_bytes()
    if file.suffix != ".eml":
        return data
    mail = message_from_bytes(data, policy=default)
    return data + b"".join(part.get_payload(decode=True) or b"" for part in mail.walk())
