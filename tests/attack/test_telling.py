"""What exists is answered like what does not: identically, with the same queries and the same hashes (R8).

Time is measured in make prove; here the work is counted, which load on the machine does not change.
"""

import re
from types import SimpleNamespace

import pytest
from sqlalchemy import event

from portal.accounts import passwords
from portal.web import identity
from tests.appointments.test_steps import DETAILS, YES
from tests.factories import PASSPORT, make_account, make_case, make_post, signed_in
from tests.visitor import Visitor

OWN = re.compile(r'name="(csrf_token|form_key)" value="[^"]*"|<!--.*?-->', re.DOTALL)
PASSING = {"Set-Cookie", "Content-Length", "Date", "X-Request-Id"}
KNOWN, UNKNOWN = "known.person@example.org", "other.person@example.org"
WRONG = "not the password 27"
NEW = {"password": WRONG, "password_again": WRONG}
BORN = {"registered": "yes", "day": "1", "month": "1", "year": "1901", "nationality": "KH"}


@pytest.fixture
def work(app, monkeypatch):
    """The portal's work since the last call: statements and hashes, in order."""
    done = []

    def note(_connection, _cursor, statement, *_more):
        done.append(re.sub(r"\s+", " ", statement))

    real = passwords._hasher
    counting = SimpleNamespace(
        verify=lambda *given: (done.append("verify"), real.verify(*given))[1],
        hash=lambda *given: (done.append("hash"), real.hash(*given))[1],
    )
    monkeypatch.setattr(passwords, "_hasher", counting)
    event.listen(app.extensions["engine"], "before_cursor_execute", note)
    yield done
    event.remove(app.extensions["engine"], "before_cursor_execute", note)


def test_an_account_that_exists_is_answered_like_one_that_does_not_r8(app, work):
    make_account(email=KNOWN, email_confirmed_at=None)
    doors = {
        "/en/account/login": {"password": WRONG},
        "/en/account/forgotten": {},
        "/en/account/recover": {"code": "AAAA-BBBB-CCCC", **NEW},
    }
    for path, answers in doors.items():
        known, unknown = (answer(Visitor(app), work, path, typed, name=typed, **answers) for typed in (KNOWN, UNKNOWN))
        assert known == unknown, path


def test_a_case_or_passport_that_exists_is_answered_like_one_that_does_not_r8(app, work):
    taken, free = make_case(make_account()), make_case()
    make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
    absent = "PHP2025999999"
    somebody = signed_in(Visitor(app), make_account())
    steps = {"visa": {"visa": "immigrant"}, "purpose": {"purpose": "follow_up"}, "details": DETAILS, "questions": YES}
    for step, given in steps.items():
        somebody.submit(f"/en/appointments/new/{step}", **{**given, **({"year": "1991"} if "year" in given else {})})
    for known in (taken.number, free.number):
        assert alike(somebody, work, "/en/appointments/new/case", "case_number", known, absent)
        assert alike(somebody, work, "/en/status", "case_number", known, absent, location="AMM")
    assert alike(Visitor(app), work, "/en/confirmation", "passport_number", PASSPORT, "N9999999", **BORN)


def test_without_the_hash_of_nobody_the_same_count_tells_who_has_an_account(app, work, monkeypatch):
    make_account(email=KNOWN)
    real = passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda password, kept: kept is not None and real(password, kept))
    path = "/en/account/login"
    known, unknown = (answer(Visitor(app), work, path, typed, name=typed, password=WRONG) for typed in (KNOWN, UNKNOWN))

    assert known != unknown
    assert ("verify" in known[-1], "verify" in unknown[-1]) == (True, False)


def alike(visitor, work, path, name, known, unknown, **answers):
    """Whether two values of a field are answered alike."""
    one, other = (answer(visitor, work, path, typed, **answers, **{name: typed}) for typed in (known, unknown))
    assert one == other, path
    return True


def answer(visitor, work, path, typed, **answers):
    """Everything that a form's answer could reveal, and the work done for it."""
    page = visitor.open(path)
    identity.forget_everyone()
    work.clear()
    response = visitor.client.post(path, data={**page.fields, **answers})
    done = list(work)
    headers = sorted((name, value) for name, value in response.headers if name not in PASSING)
    return response.status_code, headers, OWN.sub("", response.text).replace(typed, ""), done
