"""Events of an account, each through the pages: after it, its keys are tried."""

from uuid import uuid4

from portal import clock
from portal.accounts import recovery
from portal.cases.finding import requests
from portal.database.transactions import session
from tests.factories import make_account, make_post, signed_in
from tests.keys.owner import (
    DEVICES,
    EMAIL,
    FORGOTTEN,
    NEW,
    RECOVER,
    Owner,
    Staff,
    Unconfirmed,
    Unproved,
    WithoutAddress,
)
from tests.keys.trying import given_at_desk
from tests.visitor import Visitor

TWICE = {"password": NEW, "password_again": NEW}
STAFF = "/en/staff/accounts/"


def reset_by_mail(owner):
    Visitor(owner.app).submit(FORGOTTEN, name=owner.address)
    owner.here.submit(owner.links("reset")[-1], **TWICE)
    owner.password = NEW


def recovery_by_code(owner):
    if not hasattr(owner, "codes"):
        owner.codes = recovery.new_codes(owner.account.id, recovery.PASSWORD)
        session.commit()
    assert owner.here.submit(RECOVER, name=owner.names()[-1], code=owner.codes[0], **TWICE).h1 == "Log in"
    owner.password = NEW


def change_of_password(owner):
    owner.here.submit("/en/account/password", current=owner.password, **TWICE)
    owner.password = NEW


def change_of_address(owner):
    address = f"new-{owner.account.id}@example.org"
    owner.here.submit(EMAIL, email=address, current=owner.password)
    owner.here.submit(owner.links("confirm", to=address)[-1])
    assert address in owner.here.open("/en/account").text


def log_out_everywhere(owner):
    owner.here.post(DEVICES, status=303)


def desk_gives_code(owner):
    given_at_desk(owner)


def case_is_moved(owner):
    other = make_account()
    typed = {"case_number": owner.case.number}
    asked = requests.ask(other.id, owner.case.post, typed, uuid4(), f"account:{other.id}", clock.now())
    session.commit()
    officer = signed_in(Visitor(owner.app), make_account("officer", owner.case.post))
    page = f"/en/staff/cases/requests/{asked.public_id}"
    officer.submit(page, case_number=owner.case.number, despite_owner="y")


def address_passes(owner):
    Visitor(owner.app).submit(FORGOTTEN, name=owner.address)
    Visitor(owner.app).submit(owner.links("reset")[-1], **TWICE)
    assert "no longer has an email address" in owner.here.open("/en/dashboard").text


def administrator_ends_sessions(owner):
    administrator(owner).submit(f"{STAFF}sessions", name=owner.name)


def second_step_is_reset(owner):
    press(owner, "factor")


def account_is_closed(owner):
    press(owner, "close")


def account_is_deleted(owner):
    owner.here.submit("/en/account/delete", understood="y", current=owner.password)


def administrator(owner):
    return signed_in(Visitor(owner.app), make_account("administrator", email=f"{uuid4().hex[:12]}@example.org"))


def press(owner, button):
    """Let a supervisor press a button on the page of a member of staff."""
    page = f"{STAFF}{owner.account.id}"
    supervisor = signed_in(Visitor(owner.app), make_account("supervisor", make_post()))
    supervisor.submit(f"{page}/{button}", page=supervisor.open(page))


# As the table names them: the event, and the kind of account.
EVENTS = {
    "a new password by mail": (reset_by_mail, (Owner, Unconfirmed, Staff)),
    "a new password by recovery code": (recovery_by_code, (Owner, WithoutAddress)),
    "a change of password": (change_of_password, (Owner, WithoutAddress, Unconfirmed, Staff)),
    "a change of e-mail address": (change_of_address, (Owner, WithoutAddress, Unconfirmed, Staff)),
    "*Sign out all other devices*": (log_out_everywhere, (Owner, WithoutAddress, Unconfirmed, Staff)),
    "sessions ended by an administrator": (administrator_ends_sessions, (Owner, WithoutAddress, Unconfirmed, Staff)),
    "a code given at the desk": (desk_gives_code, (WithoutAddress,)),
    "someone else confirming its address": (address_passes, (Unproved,)),
    "its case moved by an officer": (case_is_moved, (Owner, WithoutAddress)),
    "the second step reset": (second_step_is_reset, (Staff,)),
    "the account of staff closed": (account_is_closed, (Staff,)),
    "the account deleted": (account_is_deleted, (Owner, WithoutAddress, Unconfirmed)),
}
MOVED = "its case moved by an officer"
PASSED = "someone else confirming its address"
