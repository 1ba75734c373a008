"""Creating an account, logging in and out, password and language, through pages."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal import clock
from portal.accounts.models import Account, RecoveryCode
from portal.accounts.passwords import DEMONSTRATION_PASSWORD, hash_password
from portal.database.transactions import session
from portal.forms import HONEYPOT
from portal.journal.journal import Entry
from portal.sessions.models import SignIn
from portal.web import session_cookie
from tests.factories import PASSWORD, make_account, make_factor, make_post, signed_in
from tests.visitor import Visitor

CREATE = "/en/account/create"
LOG_IN = "/en/account/login"


def create(visitor, **answers):
    typed = {"email": "dara@example.org", "password": PASSWORD, "password_again": PASSWORD, "agreed": "y", **answers}
    return visitor.submit(CREATE, **typed)


def test_a_new_account_is_signed_in_and_lands_on_the_dashboard(visitor):
    page = create(visitor)

    assert (page.h1, page.path) == ("Dashboard", "/en/dashboard")
    assert "New Application / Schedule Appointment" in page.text


def test_somebody_without_email_gets_a_number_and_codes_to_print(visitor):
    page = create(visitor, email="", no_email="y")
    account = session.scalar(select(Account))
    visitor.submit("/en/account/logout")

    assert account.sign_in_number in page.text
    assert session.query(RecoveryCode).filter_by(account_id=account.id).count() == 8
    assert visitor.log_in(account.sign_in_number, PASSWORD).h1 == "Dashboard"


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"email": ""}, "Enter your email address, or select that you do not have one."),
        ({"email": "nobody"}, "This email address is not complete"),
        ({"email": "a@b.org\r\nBcc: c@d.org"}, "This email address is not complete"),
        ({"no_email": "y"}, "Enter an email address, or select that you do not have one: not both."),
        ({"password": "short", "password_again": "short"}, "Use at least 12 characters"),
        ({"password": "p" * 129, "password_again": "p" * 129}, "Use at most 128 characters"),
        ({"password": "passwordpassword", "password_again": "passwordpassword"}, "easy to guess"),
        ({"password": "dara@example.org", "password_again": "dara@example.org"}, "easy to guess"),
        ({"password": "phnompenh embassy", "password_again": "phnompenh embassy"}, "easy to guess"),
        ({"password": DEMONSTRATION_PASSWORD, "password_again": DEMONSTRATION_PASSWORD}, "easy to guess"),
        ({"password_again": "another otter here"}, "The passwords do not match"),
        ({"agreed": None}, "Select the box to continue."),
        ({"language": "xx"}, "Select an option from the list"),
        ({HONEYPOT: "http://robot.example"}, "Your browser filled in a hidden field"),
    ],
)
def test_a_bad_registration_is_explained_and_creates_nothing(visitor, answers, says):
    page = create(visitor, **answers)

    assert any(says in error for error in page.errors) or says in page.text, page.errors
    assert session.query(Account).count() == 0


def test_who_fell_into_the_robots_trap_gets_out_with_the_password_alone(visitor):
    assert not {"website", "url", "name", "phone", "address", "company"} & {HONEYPOT}
    caught = create(visitor, **{HONEYPOT: "https://mysite.example"})
    assert HONEYPOT not in caught.fields
    assert f'href="#{HONEYPOT}"' not in caught.html
    assert (caught.fields["email"], caught.fields["password"]) == ("dara@example.org", "")

    page = visitor.submit(CREATE, page=caught, password=PASSWORD, password_again=PASSWORD)
    assert (page.path, session.query(Account).count()) == ("/en/dashboard", 1)


def test_an_address_that_is_taken_is_said_so(visitor):
    make_account(email="dara@example.org")

    assert "There is already an account with this email address" in create(visitor, email="DARA@example.org").errors[0]


def test_a_registration_sent_twice_is_one_account_r12(app, visitor):
    page = visitor.open(CREATE)
    typed = {"email": "dara@example.org", "password": PASSWORD, "password_again": PASSWORD, "agreed": "y"}
    visitor.submit(CREATE, page=page, **typed)
    again = Visitor(app)
    fields = {**page.fields, "csrf_token": again.open(CREATE).fields["csrf_token"], **typed}

    assert again.client.post(CREATE, data=fields).status_code == 303
    assert session.query(Account).count() == 1


def test_the_cookie_holds_a_random_number_and_the_database_its_digest_only(visitor):
    create(visitor)
    number = visitor.client.get_cookie(session_cookie.PLAIN_COOKIE).value

    row = session.scalar(select(SignIn))
    assert len(number) == 43
    assert row.number_digest == session_cookie.number_digest(number) != number


def test_logging_in_gives_a_new_number(visitor):
    account = make_account()
    visitor.open(LOG_IN)
    before = visitor.client.get_cookie(session_cookie.PLAIN_COOKIE).value
    visitor.log_in(account.email, PASSWORD)

    assert visitor.client.get_cookie(session_cookie.PLAIN_COOKIE).value != before


def test_logging_out_ends_the_session_on_the_server(visitor):
    signed_in(visitor, make_account())
    number = visitor.client.get_cookie(session_cookie.PLAIN_COOKIE).value
    visitor.submit("/en/account/logout")
    visitor.enter(number)

    assert visitor.open("/en/dashboard").path == LOG_IN
    assert session.query(SignIn).count() == 0


@pytest.mark.parametrize("name", ["somebody@example.org", "nobody@example.org", "0000000000"])
def test_a_wrong_log_in_says_the_same_whoever_it_is(visitor, name):
    make_account(email="somebody@example.org")

    errors = visitor.log_in(name, "not the password").errors

    assert errors == [
        "Those sign-in details are not right. Check your email address or sign-in number, and your password."
    ]


def test_after_logging_in_a_person_lands_where_they_wanted_to_go(visitor):
    account = make_account()
    asked = visitor.open("/en/account")

    page = visitor.submit(asked.response.request.full_path, name=account.email, password=PASSWORD)
    assert page.path == "/en/account"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"])
def test_nobody_is_sent_to_another_site_after_logging_in(visitor, target):
    account = make_account()

    page = visitor.submit(f"{LOG_IN}?next={target}", name=account.email, password=PASSWORD)

    assert page.path == "/en/dashboard"


def test_a_shared_device_keeps_nothing_and_ends_soon(visitor):
    account = make_account()
    visitor.submit(LOG_IN, name=account.email, password=PASSWORD, shared_device="y")

    row = session.scalar(select(SignIn))
    assert row.shared_device
    assert row.ends_at - row.started_at <= timedelta(minutes=20)
    assert visitor.client.get_cookie(session_cookie.PLAIN_COOKIE).max_age is None


def test_a_session_that_was_idle_too_long_is_over(visitor):
    signed_in(visitor, make_account())
    session.execute(update(SignIn).values(ends_at=clock.now() - timedelta(seconds=1)))
    session.commit()

    assert visitor.open("/en/dashboard").path == LOG_IN


def test_using_a_session_keeps_it_alive_but_not_for_ever(visitor):
    signed_in(visitor, make_account())
    now = clock.now()
    long_ago = now - timedelta(hours=47)
    values = {"started_at": long_ago, "seen_at": now - timedelta(hours=1), "ends_at": now + timedelta(minutes=5)}
    session.execute(update(SignIn).values(**values))
    session.commit()
    visitor.open("/en/dashboard")

    session.expire_all()
    assert session.scalar(select(SignIn.ends_at)) == long_ago + timedelta(hours=48)


def test_changing_the_password_needs_the_present_one_and_ends_other_sessions(app, visitor):
    account = make_account()
    elsewhere = signed_in(Visitor(app), account)
    signed_in(visitor, account)
    new = {"password": "eleven brass kettles", "password_again": "eleven brass kettles"}

    assert visitor.submit("/en/account/password", current="wrong", **new).errors
    assert "Your password has been changed." in visitor.submit("/en/account/password", current=PASSWORD, **new).text
    assert elsewhere.open("/en/dashboard").path == LOG_IN
    assert visitor.open("/en/dashboard").path == "/en/dashboard"


def test_the_preferred_language_can_be_changed(visitor):
    signed_in(visitor, make_account())

    page = visitor.submit("/en/account/language", language="ar")

    assert (page.path, page.lang) == ("/ar/account", "ar")
    assert session.scalar(select(Account.language)) == "ar"


def test_staff_land_on_their_own_page(visitor):
    account = make_account("desk", make_post())

    assert visitor.log_in(account.email, PASSWORD, make_factor(account)).path == "/en/staff/"


def test_the_demonstrations_password_opens_nothing_outside_a_demonstration(app, visitor):
    create(visitor)
    account = session.scalar(select(Account))
    account.password_hash = hash_password(DEMONSTRATION_PASSWORD)
    session.commit()
    object.__setattr__(app.extensions["settings"], "demonstration", False)

    assert Visitor(app).log_in(account.email, DEMONSTRATION_PASSWORD).errors


@pytest.mark.parametrize(
    "password", ["purple otter ladder 99 " * 5, "រកសេះបីក្បាលក្នុងព្រៃជ្រៅ", "👩🏽‍🚀 zebra 🪁 lemon 🧵 quilt"]
)
def test_a_long_password_of_any_characters_opens_the_account_exactly_as_typed(app, visitor, password):
    page = create(visitor, password=password, password_again=password)

    assert page.h1 == "Dashboard", page.errors
    assert Visitor(app).log_in("dara@example.org", password).h1 == "Dashboard"
    assert Visitor(app).log_in("dara@example.org", password[:-1]).errors


def test_a_changed_password_gives_the_session_a_new_number(visitor):
    signed_in(visitor, make_account())
    before = visitor.client.get_cookie(session_cookie.PLAIN_COOKIE).value
    new = {"password": "eleven brass kettles", "password_again": "eleven brass kettles"}
    visitor.submit("/en/account/password", current=PASSWORD, **new)

    assert visitor.client.get_cookie(session_cookie.PLAIN_COOKIE).value != before
    assert visitor.enter(before).open("/en/dashboard").path == LOG_IN


@pytest.mark.parametrize("name", ["somebody@example.org", "nobody@example.org"])
def test_a_failed_log_in_is_in_the_journal_without_the_name_that_was_typed_r6(visitor, name):
    account = make_account(email="somebody@example.org")
    visitor.log_in(name, "not the password")

    entry = session.query(Entry).order_by(Entry.id.desc()).first()
    whose = account.id if name == account.email else 0
    assert (entry.actor, entry.action, entry.subject_id) == ("visitor", "log-in failed", whose)
    assert "@" not in str([entry.before, entry.after])


def test_log_ins_are_in_the_journal_without_personal_data_r6(visitor):
    create(visitor)
    visitor.submit("/en/account/logout")
    visitor.log_in("dara@example.org", PASSWORD)

    entries = session.query(Entry).order_by(Entry.id).all()
    assert [entry.action for entry in entries] == ["account created", "logged in", "logged out", "logged in"]
    assert "dara" not in str([(entry.actor, entry.before, entry.after) for entry in entries])
