"""At every entry every spelling of a value counts as the same: form, file, lookup, limit, command (R17)."""

import re
from uuid import uuid4

import pytest
from flask import current_app

from portal import clock
from portal.accounts import links, operations, recovery
from portal.accounts.forms import CreateForm
from portal.appointments.forms import CaseForm, DetailsForm
from portal.cases.finding.proofs import Proof, match
from portal.cases.importing.rows import read_row
from portal.cases.numbers import read_number
from portal.cases.operations import case_at
from portal.database.transactions import session, writing
from portal.home.retrieval_forms import RetrievalForm
from portal.limits import rules
from portal.paper.references import read_reference
from portal.posts.operations import all_posts
from portal.status.forms import StatusForm
from tests.cases.case_file import line
from tests.commands.terminal import run
from tests.factories import BIRTH, PASSPORT, PASSWORD, make_account, make_case, make_post
from tests.values import spellings

NUMBER, SIGN_IN_NUMBER, CODE, EMAIL = "PHP2025600001", "8041088555", "1HH4SNCVJ3S0", "user@straße.example"
DETAILS = {"location": "PHP", "day": "12", "month": "4", "year": "1990", "nationality": "KH", "surname": "Sok"}


@pytest.fixture
def known(app):
    """A case with a letter code, an account for each kind of name."""
    make_post()
    make_case(case_number=NUMBER, letter_code=CODE)
    numbered = make_account(email="numbered@example.org")
    numbered.email, numbered.sign_in_number = None, SIGN_IN_NUMBER
    make_account(email=EMAIL)
    session.commit()
    return app


def sent(function, **data):
    """The result of a function while a form is sent."""
    with current_app.test_request_context("/en/status", method="POST", data=data):
        return function()


def of_form(form, name, **data):
    """The value of a submitted form under a name; None if it refuses that field."""

    def read():
        made = form()
        made.validate()
        return None if made.errors else getattr(getattr(made, name), "data", getattr(made, name))

    return sent(read, **data)


def of_file(column, typed):
    """The value of a case file with this cell; what the file refuses to guess has its own tests."""
    if re.search("[._/]", typed) or "\u202e" in typed or "\u202d" in typed or "\u2066" in typed:
        return None
    row, bad = read_row(line(**{column: typed, "refused_on": "2026-09-24"}), {"PHP": ()}, {"KH"})
    return getattr(row, column) if not bad else str(bad)


def matched(**typed):
    given = {"number": NUMBER, "birth_dates": (BIRTH,), "passport_number": "N0000000"}
    return match(make_post(), Proof(**{**given, **typed}), None, clock.now())[0].id


def spent(purpose, typed):
    """Whether a code that an account has just received is used up by this spelling."""
    account = make_account()
    with writing():
        session.add(
            recovery.RecoveryCode(account_id=account.id, code_digest=recovery.digest_of(CODE, purpose), purpose=purpose)
        )
        session.flush()
        done = recovery.spend(account.id, purpose, typed, clock.now())
        session.rollback()
    return done


def reset_to(typed):
    """The recipient of the link for a forgotten password."""
    with writing():
        links.ask_for_reset(typed, uuid4(), clock.now())
    message = session.query(links.outbox.Message).order_by(links.outbox.Message.id.desc()).first()
    with writing():
        return links.reset_link(message, clock.now())[0].id


def create_staff(typed):
    """The command's output for an address that an account has."""
    words = ["staff", "create", typed, "--role", "desk", "--post", "PHP", "--password-stdin"]
    return run(current_app, *words, typed=PASSWORD, code=1).output


DOORS = {
    "case number": {
        "status form": lambda typed: of_form(
            lambda: StatusForm(all_posts()), "number", location="PHP", case_number=typed
        ),
        "case form": lambda typed: of_form(CaseForm, "number", case_number=typed),
        "file": lambda typed: of_file("case_number", typed),
        "staff's look-up": lambda typed: case_at(make_post().id, read_number(typed)).number,
        "limit": lambda typed: sent(rules.typed_case, case_number=typed),
    },
    "passport number": {
        "form": lambda typed: bool(of_form(RetrievalForm, "birth_dates", **{**DETAILS, "passport_number": typed})),
        "file": lambda typed: of_file("passport_number", typed),
        "look-up": lambda typed: matched(passport_number=typed),
        "limit": lambda typed: sent(rules.typed_passport, passport_number=typed),
        "limit with the address": lambda typed: sent(rules.typed_passport_here, passport_number=typed),
    },
    "sign-in number": {
        "log-in": lambda typed: operations.verified(typed, PASSWORD),
        "staff's look-up": lambda typed: operations.account_named(typed).id,
        "limit": lambda typed: sent(rules.typed_name, name=typed),
    },
    "e-mail address": {
        "log-in": lambda typed: operations.verified(typed, PASSWORD),
        "form": lambda typed: operations.account_named(of_form(CreateForm, "address", **creating(typed))).id,
        "staff's look-up": lambda typed: operations.account_named(typed).id,
        "forgotten password": reset_to,
        "limit": lambda typed: sent(rules.typed_name, name=typed),
        "command": create_staff,
    },
    "code": {
        "letter code": lambda typed: matched(letter_code=typed),
        "letter code of a file": lambda typed: recovery.printed_code(of_file("letter_code", typed)),
        "recovery code": lambda typed: spent(recovery.PASSWORD, typed),
        "second factor": lambda typed: spent(recovery.FACTOR, typed),
    },
    "reference": {"look-up": read_reference},
    "surname": {
        "form": lambda typed: of_form(lambda: DetailsForm(all_posts()), "surname", **detailed(surname=typed)),
        "file": lambda typed: of_file("surname", typed),
    },
    "given names": {
        "form": lambda typed: of_form(lambda: DetailsForm(all_posts()), "given_names", **detailed(given_names=typed)),
        "file": lambda typed: of_file("given_names", typed),
    },
    "telephone number": {
        "form": lambda typed: of_form(lambda: DetailsForm(all_posts()), "telephone", **detailed(telephone=typed)),
    },
}
SPELLINGS = {
    "case number": spellings.CASE_NUMBERS[NUMBER],
    "passport number": spellings.PASSPORT_NUMBERS[PASSPORT],
    "sign-in number": spellings.SIGN_IN_NUMBERS[SIGN_IN_NUMBER],
    "e-mail address": spellings.EMAILS[EMAIL],
    "code": spellings.CODES[CODE],
    "reference": spellings.REFERENCES["PHP7K3M10QE"],
    "surname": spellings.SURNAMES["Sok"],
    "given names": spellings.GIVEN_NAMES["Dara"],
    "telephone number": spellings.TELEPHONES["+855 12 345 678"],
}


def detailed(**typed):
    return {**DETAILS, "passport_number": PASSPORT, "given_names": "Dara", **typed}


def creating(typed):
    chosen = {"password": PASSWORD, "password_again": PASSWORD, "language": "en", "agreed": "y"}
    return {"email": typed, "form_key": str(uuid4()), **chosen}


@pytest.mark.parametrize(("value", "door"), [(value, door) for value, doors in DOORS.items() for door in doors])
def test_every_door_takes_every_spelling_for_the_same_r17(known, value, door):
    found = {typed: DOORS[value][door](typed) for typed in SPELLINGS[value]}

    answers = {answer for answer in found.values() if answer is not None}
    assert len(answers) == 1 and all(answers), found
    assert sum(answer is None for answer in found.values()) <= (2 if "file" in door else 0), found


@pytest.mark.parametrize("typed", spellings.SIGN_IN_NUMBERS[SIGN_IN_NUMBER])
def test_a_limit_of_log_ins_is_reached_by_whichever_spelling_r17(known, visitor, monkeypatch, typed):
    monkeypatch.setitem(known.extensions, "limits_factor", 1)
    for _try in range(10):
        visitor.log_in(SIGN_IN_NUMBER, "not the password")

    visitor.submit("/en/account/login", status=429, name=typed, password=PASSWORD)


def test_a_limit_of_look_ups_is_reached_by_whichever_spelling_r17(known, visitor, monkeypatch):
    monkeypatch.setitem(known.extensions, "limits_factor", 1)
    ways = spellings.CASE_NUMBERS["2026AS12345"]
    page = visitor.open("/en/status")
    statuses = [
        visitor.client.post(
            "/en/status", data={**page.fields, "location": "PHP", "case_number": ways[turn % len(ways)]}
        )
        for turn in range(11)
    ]

    assert [one.status_code for one in statuses[-2:]] == [200, 429]
