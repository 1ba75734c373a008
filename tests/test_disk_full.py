"""A full disk: a plain page, nothing half saved, and normal operation once there is space."""

import errno
import os
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from itertools import count

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from portal.accounts.models import Account
from portal.cases.importing import routes as import_routes
from portal.database.engines import make_engine
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.observability import logs
from tests.factories import PASSWORD, make_account, make_post, signed_in
from tests.visitor import Visitor

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def limit(app):
    """Limit the pages of the database file: SQLite's own error, as on a full disk."""

    def let_it_have(pages):
        app.extensions["engine"].dispose()
        made = app.extensions["engine"] = make_engine(app.extensions["settings"].database_url)
        event.listen(made, "connect", lambda raw, _record: raw.execute(f"PRAGMA max_page_count={pages}"))
        session.remove()
        return made

    return let_it_have


@pytest.fixture
def make_room(limit):
    """A database without space for one more row; returns a function that frees some."""
    engine = limit(1)  # SQLite reads this as: no more than it has
    with suppress(OperationalError):
        for number in count():
            with engine.begin() as connection:
                connection.exec_driver_sql(f"INSERT INTO limit_counter VALUES ('{number:060}', 1, 9e9)")
    return lambda: limit(1_000_000)


def create_account(app, language, status=200):
    typed = {"email": "dara@example.org", "password": PASSWORD, "password_again": PASSWORD, "agreed": "y"}
    return Visitor(app).submit(f"/{language}/account/create", **typed, status=status)


def size_of(model):
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("language", ["en", "km"])
def test_on_a_full_disk_a_page_says_so_and_nothing_is_half_saved(app, make_room, language):
    page = create_account(app, language, status=503)

    assert (page.lang, page.response.headers["Retry-After"]) == (language, "30")
    assert page.h1
    assert (size_of(Account), size_of(Entry)) == (0, 0)


def test_a_log_that_cannot_be_written_keeps_no_page_from_its_reader(app, visitor, monkeypatch):
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], log_requests=True))
    full = open("/dev/full", "w")  # noqa: SIM115  # its closing fails
    logs.begin(full)
    try:
        assert visitor.open("/en/").h1
    finally:
        logs.end()
        with suppress(OSError):
            full.close()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_refuses_an_upload_is_a_plain_page(app, visitor, monkeypatch, number):
    def refuse(*_anything):
        raise OSError(number, os.strerror(number))

    officer = signed_in(visitor, make_account("officer", post=make_post()))
    monkeypatch.setattr(import_routes.uploads, "read_upload", refuse)

    page = officer.submit("/en/staff/cases/import/", file=(BytesIO(b"x"), "cases.csv"), status=503)
    assert page.response.headers["Retry-After"] == "30" and page.h1


def test_with_room_again_the_same_is_done(app, make_room):
    create_account(app, "en", status=503)
    make_room()

    assert create_account(app, "en").h1 == "Dashboard"
    assert size_of(Account) == 1
