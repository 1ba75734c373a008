"""Migrations lead to the tables of the models, and take everybody along."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

from portal.accounts.models import Account
from portal.cases.models import Case
from portal.db import Base, session
from portal.migrations import state
from portal.sessions.models import SignIn
from tests.factories import make_account, make_case, signed_in


def test_the_migrated_tables_are_those_of_the_models(app):
    with app.extensions["engine"].connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_people_and_their_cases_stay_when_tables_come_and_go(app, visitor):
    account = make_account()
    make_case(account)
    signed_in(visitor, account)
    session.remove()

    state.downgrade("0001")
    state.upgrade()

    assert [session.scalar(select(func.count()).select_from(model)) for model in (Account, SignIn, Case)] == [1, 1, 1]
    assert visitor.open("/en/dashboard").h1 == "Dashboard"


def test_the_release_before_goes_on_when_the_tables_are_those_of_a_later_one(app, visitor):
    _set_revision("of a later one")
    try:
        assert visitor.client.get("/readyz").status_code == 200
    finally:
        _set_revision("0001")
        assert visitor.client.get("/readyz").status_code == 503
        _set_revision(ScriptDirectory(str(Path(state.__file__).parent)).get_current_head())
    assert visitor.client.get("/readyz").status_code == 200


def _set_revision(revision):
    session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    session.commit()
