"""The download of one's data: all of the account, nothing of others, after the password (docs/account-data.md)."""

import json
import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal import clock, features
from portal.appointments import kept_answers
from portal.cases.finding import requests
from portal.cases.operations import cases_of
from portal.database.base import Base
from portal.database.transactions import session
from portal.evidence.models import KEPT, OTHER, WINDOW
from portal.evidence.operations import Line, give_receipt
from portal.inquiries.operations import answer, ask
from portal.journal.journal import Entry
from portal.passkeys.models import Passkey
from portal.retention.own_data import LEFT_OUT, TABLES, as_json, data_of
from portal.settings.settings import ROOT
from tests.factories import PASSWORD, book, make_account, make_case, make_package, make_post, make_slot, signed_in

DATA = "/en/account/data"
KEY = {"credential_id": b"1", "user_handle": b"2", "public_key": b"3", "sign_count": 0}
TYPED, TELEPHONE = "X7654321", "+85512345678"


@pytest.fixture
def owner(app):
    """An account with a case that has everything a case can have, and its own rows; and another person's."""
    now = clock.now()
    account, other = make_account(email="owner@example.org", telephone=TELEPHONE), make_account(email="other@x.org")
    case = make_case(account, given_names="Dara", respond_by="in_person;courier")
    case.flags = ["surname"]
    session.add(Passkey(account_id=account.id, name="My telephone", made_at=now, **KEY))
    by = f"account:{account.id}"
    book(case, make_slot().id, uuid4(), by, now)
    make_package(case)
    give_receipt(case, WINDOW, [Line(OTHER, name="Photographs", custody=KEPT)], uuid4(), "command", now)
    inquiry = ask(case, "documents", "Which copy do you need?", uuid4(), by, now)
    answer(inquiry, "The certified one.", uuid4(), "command", now)
    kept_answers.keep(account.id, "details", {"surname": "Sok", "telephone": TELEPHONE}, now)
    requests.ask(account.id, make_post(), {"passport_number": TYPED}, uuid4(), by, now)
    ask(make_case(other, surname="Stranger"), "other", "A stranger asks.", uuid4(), "account:2", now)
    session.commit()
    return account


def take(visitor, account, kind="file", current=PASSWORD):
    signed_in(visitor, account)
    page = visitor.open(DATA)
    return visitor.client.post(DATA, data={**page.fields, "kind": kind, "current": current})


def test_the_file_holds_what_the_account_holds_and_its_giving_is_in_the_journal_r6(visitor, owner):
    response = take(visitor, owner)
    held = json.loads(response.text)

    assert response.headers["Content-Disposition"] == "attachment; filename=my-data.json"
    assert response.headers["Cache-Control"] == "no-store"
    assert (held["account"]["email"], held["account"]["telephone"]) == ("owner@example.org", TELEPHONE)
    assert held["requests"][0]["answers"]["passport_number"] == TYPED
    assert held["answers"]["details"]["surname"] == "Sok"
    assert [one["name"] for one in held["passkeys"]] == ["My telephone"]
    case = held["cases"][0]
    assert case["travellers"][0]["surname"] == "Sok"
    assert [one["document"] for one in case["refusals"][0]["listed"]] == [
        "Police certificate (original)",
        "Marriage certificate",
    ]
    assert (case["appointments"][0]["state"], case["packages"][0]["state"]) == ("booked", "registered")
    assert [one["text"] for one in case["inquiries"][0]["texts"]] == ["Which copy do you need?", "The certified one."]
    entry = session.scalars(select(Entry).where(Entry.action == "data taken along")).one()
    assert (entry.actor, entry.after) == (f"account:{owner.id}", {"as": "file"})


def test_nobody_elses_data_and_no_note_of_staff_is_in_it_and_every_key_is_documented(app, owner):
    case, held = cases_of(owner.id)[0], data_of(owner.id, clock.now())
    secret = ("Stranger", "other@x.org", case.principal.passport_number, case.principal.date_of_birth, "flags")
    assert [one for one in (*secret, owner.password_hash) if one in as_json(held)] == []

    page = (ROOT / "docs" / "account-data.md").read_text()
    documented = {key for row in re.findall(r"^\|(.*?)\|", page, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)}
    free = {"answers", "details", "mail_off"}  # what is in them is the person's, or the notice's
    assert keys_of(held, free) - documented == set()


def test_every_table_about_a_person_is_in_the_file_or_has_its_reason_why_not(app, owner):
    about = {"account", "case"}
    tables = Base.metadata.sorted_tables  # what a table refers to comes before it
    for _pass in tables:
        about |= {one.name for one in tables if any(key.column.table.name in about for key in one.foreign_keys)}

    added = {table: key for data in features.added("case_data").values() for table, key in data.tables.items()}
    known = {**TABLES, **LEFT_OUT, **added, **features.added("left_out")}
    assert about == known.keys(), "say in case_data or left_out of its feature.py what becomes of the table"
    assert {*TABLES.values(), *added.values()} - keys_of(data_of(owner.id, clock.now()), set()) == set()


def test_the_page_says_the_same_in_the_readers_language(visitor, owner):
    take(visitor, owner)
    page = visitor.submit("/es/account/data", kind="page", current=PASSWORD)

    assert (page.lang, page.path) == ("es", "/es/account/data")
    for text in ("owner@example.org", TELEPHONE, TYPED, "Which copy do you need?", "The certified one."):
        assert text in page.text


def test_without_the_password_nothing_is_shown(visitor, owner):
    response = take(visitor, owner, current="not the password")

    assert "The password is not right" in response.text
    assert TELEPHONE not in response.text


def keys_of(value, free):
    """Every key of nested values, except those inside a free one."""
    if isinstance(value, list):
        return {key for one in value for key in keys_of(one, free)}
    if isinstance(value, dict):
        inside = {key for name, one in value.items() if name not in free for key in keys_of(one, free)}
        return {*value, *inside}
    return set()
