"""The second factor of staff: nothing opens before it; set up, entered, lost, guessed, reset."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from portal import clock
from portal.accounts import factors, recovery
from portal.accounts.factors import DEMONSTRATION_SECRET, STEP_SECONDS
from portal.accounts.models import SecondFactor
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.mail.models import Message
from portal.sessions.models import SignIn
from portal.web import identity, session_cookie
from portal.web.roles import SignedIn
from tests.factories import PASSWORD, make_account, make_factor, make_post, signed_in
from tests.test_every_page import PUBLIC, addresses
from tests.visitor import CODE, Visitor, code_now

SET_UP = "/en/account/factor"
HOME = "/en/staff/"
SECRET = re.compile(r"<code dir=\"ltr\">([A-Z2-7 ]+)</code>")
PRINTED = re.compile(r"<li>([0-9A-Z-]{14})</li>")


@pytest.fixture
def officer(app):
    """An officer with a second factor."""
    account = make_account("officer", make_post())
    account.app_secret = make_factor(account)
    return account


@pytest.fixture
def half(visitor, officer):
    """The officer, who has entered name and password."""
    visitor.log_in(officer.email, PASSWORD)
    return visitor


def number_of(visitor):
    return visitor.client.get_cookie(session_cookie.PLAIN_COOKIE).value


def set_up(visitor):
    """Set up a factor through the pages; return the code that was entered for it and the printed codes."""
    code = code_now(SECRET.search(visitor.open(SET_UP).html)[1].replace(" ", ""))
    return code, PRINTED.findall(visitor.submit(SET_UP, code=code).html)


def codes_of(account):
    """Printed codes of an account that has a factor."""
    codes = recovery.new_codes(account.id, recovery.FACTOR)
    session.commit()
    return codes


def newest_actions(count):
    found = select(Entry.action).order_by(Entry.id.desc()).limit(count)
    return list(reversed(session.scalars(found).all()))


def test_staff_log_in_with_a_password_then_a_code_and_land_where_they_wanted_to(visitor, officer):
    asked = visitor.open("/en/staff/find")
    second = visitor.submit(asked.response.request.full_path, name=officer.email, password=PASSWORD)
    assert (second.h1, second.labels) == ("Enter the code from your app", ["Code"])

    page = visitor.submit(second.response.request.full_path, code=code_now(officer.app_secret))

    assert page.path == "/en/staff/find"
    assert newest_actions(2) == ["gave the password", "logged in"]


def test_nothing_opens_before_the_second_step_but_itself_and_log_out(app, half):
    token = half.open(CODE).fields["csrf_token"]
    open_before = {*PUBLIC, "factors.enter", "factors.set_up", "accounts.log_out"}
    closed = [(rule, address) for rule, address in addresses(app) if rule.endpoint not in open_before]
    assert len(closed) > 50
    for rule, address in closed:
        for method in rule.methods & {"GET", "POST"}:
            answer = half.client.open(address, method=method, data={"csrf_token": token})
            assert (answer.status_code, answer.location.split("?")[0]) == (303, CODE), (address, method)


def test_who_is_half_entered_is_nobody_on_public_pages(half):
    page = half.open("/en/")

    assert "Staff home" not in page.text
    assert "Log out" in page.text


def test_the_second_step_gives_a_new_number_and_the_one_before_opens_nothing(half, officer):
    before = number_of(half)
    half.submit(CODE, code=code_now(officer.app_secret))

    assert number_of(half) != before
    assert half.open(HOME).h1 == "Staff home"
    assert half.enter(before).open(HOME).path == "/en/account/login"


def test_a_half_entered_session_lives_ten_minutes(half, officer):
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=2), tick=False):
        identity.forget_everyone()
        assert half.open(HOME).path == "/en/account/login"


def test_a_first_log_in_leads_to_the_setting_up_and_shows_recovery_codes_once(app, visitor):
    account = make_account("guard", make_post())
    page = visitor.log_in(account.email, PASSWORD)
    assert (page.h1, page.path) == ("Set up your second step", SET_UP)
    assert "otpauth://totp/" in "".join(page.links)
    before = number_of(visitor)

    code, printed = set_up(visitor)

    assert len(printed) == 8
    assert number_of(visitor) != before
    assert visitor.open(HOME).h1 == "Staff home"
    assert printed[0] not in visitor.open("/en/account/codes").html
    again = Visitor(app)
    again.log_in(account.email, PASSWORD)
    assert again.submit(CODE, code=code).errors, "the code of the setting up is used"


def test_a_wrong_code_sets_nothing_up(visitor):
    account = make_account("guard", make_post())
    visitor.log_in(account.email, PASSWORD)

    assert visitor.submit(SET_UP, code="000000").errors
    assert not factors.is_set_up(account.id)


def test_who_knows_the_password_only_cannot_replace_the_factor(half, officer):
    assert half.open(SET_UP).path == CODE
    here = session.scalar(select(SignIn))
    here.offered_secret = DEMONSTRATION_SECRET
    session.commit()

    answer = half.client.post(SET_UP, data={"csrf_token": half.open(CODE).fields["csrf_token"], "code": "1"})

    assert answer.location.split("?")[0] == CODE
    session.expire_all()
    assert session.scalar(select(SecondFactor.secret)) == officer.app_secret


def test_a_secret_that_one_session_was_shown_is_not_offered_to_another(app, visitor):
    account = make_account("desk", make_post())
    shown = []
    for one in (visitor, Visitor(app)):
        one.log_in(account.email, PASSWORD)
        shown.append(SECRET.search(one.open(SET_UP).html)[1])

    assert shown[0] != shown[1]
    assert SECRET.search(visitor.open(SET_UP).html)[1] == shown[0]


def test_secrets_stand_in_the_database_encrypted_only_r10(visitor, officer):
    visitor.log_in(make_account("desk", make_post()).email, PASSWORD)
    offered = SECRET.search(visitor.open(SET_UP).html)[1].replace(" ", "")
    rows = session.connection().exec_driver_sql("SELECT secret FROM second_factor").all()
    rows += session.connection().exec_driver_sql("SELECT offered_secret FROM sign_in").all()

    assert len(rows) == 2
    for secret in (officer.app_secret, offered):
        assert all(secret.encode() not in bytes(stored) for (stored,) in rows)


def test_a_new_app_replaces_the_old_one_and_logs_other_devices_out(app, officer):
    here, elsewhere = signed_in(Visitor(app), officer), signed_in(Visitor(app), officer)
    old_codes = codes_of(officer)

    set_up(here)

    assert elsewhere.open(HOME).path == "/en/account/login"
    assert here.open(HOME).path == HOME
    assert [message.kind for message in session.query(Message)] == ["factor_changed"]
    for code in (code_now(officer.app_secret), old_codes[0]):
        visitor = Visitor(app)
        visitor.log_in(officer.email, PASSWORD)
        assert visitor.submit(CODE, code=code).errors


@pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_wrong_and_no_more(officer, steps, opens):
    now = clock.now()
    typed = factors.present_code(officer.app_secret, now + timedelta(seconds=STEP_SECONDS * steps))

    assert factors._is_fresh(factor_of(officer), typed, now, False) is opens


def factor_of(account):
    return session.scalar(select(SecondFactor).where(SecondFactor.account_id == account.id))


def test_a_code_works_once_and_none_before_it(app, officer):
    now, step = clock.now(), timedelta(seconds=STEP_SECONDS)
    newer, older = (factors.present_code(officer.app_secret, one) for one in (now, now - step))
    person = SignedIn(officer.id, "officer", officer.post_id, "")

    factors.confirm_again(person, newer, now)
    for code in (newer, older):
        with pytest.raises(factors.WrongCode):
            factors.confirm_again(person, code, now)


@pytest.mark.parametrize("demonstration", [True, False])
def test_the_published_secret_opens_the_demonstration_again_and_again_and_nothing_else(officer, demonstration):
    session.execute(update(SecondFactor).values(secret=DEMONSTRATION_SECRET))
    session.expire_all()
    person, now = SignedIn(officer.id, "officer", officer.post_id, ""), clock.now()
    for _ in range(2):
        try:
            factors.confirm_again(person, code_now(DEMONSTRATION_SECRET), clock.now(), demonstration=demonstration)
            opened = True
        except factors.WrongCode:
            opened = False
        assert opened is demonstration, now


def test_a_recovery_code_stands_in_once_and_the_page_says_how_many_are_left(app, officer):
    code = codes_of(officer)[0]
    first, second = Visitor(app), Visitor(app)
    for visitor in (first, second):
        visitor.log_in(officer.email, PASSWORD)

    page = first.submit(CODE, code=code.lower())

    assert "You used a recovery code." in page.text
    assert "You have 7 codes left." in page.text
    assert HOME in page.links
    assert second.submit(CODE, code=code).errors


def test_new_recovery_codes_end_the_old_ones(app, officer):
    old = codes_of(officer)[0]
    new = PRINTED.findall(signed_in(Visitor(app), officer).submit("/en/account/codes").html)
    assert len(new) == 8

    for code, opens in ((old, False), (new[0], True)):
        visitor = Visitor(app)
        visitor.log_in(officer.email, PASSWORD)
        assert (not visitor.submit(CODE, code=code).errors) is opens


def test_a_recovery_code_serves_one_purpose(app, officer):
    for_factor = codes_of(officer)[0]
    for_password = recovery.new_codes(officer.id, recovery.PASSWORD)[0]
    session.commit()
    new = {"name": officer.email, "password": "eleven brass kettles", "password_again": "eleven brass kettles"}

    assert Visitor(app).submit("/en/account/recover", code=for_factor, **new).errors
    visitor = Visitor(app)
    visitor.log_in(officer.email, PASSWORD)
    assert visitor.submit(CODE, code=for_password).errors
    assert newest_actions(1) == ["wrong code of second factor"]


def test_guesses_are_counted_for_the_account_and_the_page_says_until_when_r13(app, half, officer, monkeypatch, caplog):
    monkeypatch.setitem(app.extensions, "limits_factor", 1)
    for _ in range(10):
        half.submit(CODE, code="000000")
    elsewhere = Visitor(app)
    elsewhere.log_in(officer.email, PASSWORD)

    for visitor in (half, elsewhere):
        page = visitor.submit(CODE, status=429, code=code_now(officer.app_secret))
        assert "You can try again in 15 minutes." in page.text
    told = [record.endpoint for record in caplog.records if record.getMessage() == "limit reached"]
    assert told == ["factors.enter", "factors.enter"]
    assert officer.email not in caplog.text


def test_a_session_of_the_release_before_has_to_give_the_second_factor(app, visitor, officer):
    signed_in(visitor, officer)
    session.execute(update(SignIn).values(factor_at=None))
    session.commit()
    identity.forget_everyone()

    assert visitor.open(HOME).path == CODE


def test_a_right_code_takes_back_the_wrong_ones_before_it(app, half, officer, monkeypatch):
    monkeypatch.setitem(app.extensions, "limits_factor", 1)
    for _ in range(9):
        half.submit(CODE, code="000000")
    half.submit(CODE, code=code_now(officer.app_secret))
    again = Visitor(app)
    again.log_in(officer.email, PASSWORD)

    assert again.submit(CODE, code="000000").status == 200


def test_a_factor_that_is_reset_is_set_up_anew_and_all_sessions_end(app, officer):
    here = signed_in(Visitor(app), officer)
    codes_of(officer)

    ended = factors.reset_factor(officer, "account:1", clock.now())
    session.commit()
    identity.forget_everyone()

    assert len(ended) == 1
    assert newest_actions(1) == ["second factor reset"]
    assert [message.kind for message in session.query(Message)] == ["factor_reset"]
    assert here.open(HOME).path == "/en/account/login"
    assert Visitor(app).log_in(officer.email, PASSWORD).path == SET_UP
    assert recovery.codes_left(officer.id, recovery.FACTOR) == 0
