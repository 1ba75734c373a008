"""Migrations lead to the tables of the models, keep all rows, and leave the previous release working."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

from portal.accounts.models import Account
from portal.cases.models import Case
from portal.database.base import Base, Instant
from portal.database.transactions import session
from portal.migrations import new_revision, revisions, state
from portal.security.encryption import Encrypted
from portal.sessions.models import SignIn
from tests.factories import make_account, make_case, signed_in
from tests.filling import add_rows, sizes_of, tables_of

SURVIVED_SINCE = "0005"
LARGE = {"case", "traveller", "refusal", "refusal_item", "status_change", "journal_entry", "appointment", "slot"}


@pytest.fixture
def engine(app):
    """The engine of a database without tables; what a test leaves is dropped."""
    session.remove()
    state.downgrade("base")
    yield app.extensions["engine"]
    state.downgrade("base")


def differences(engine):
    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)


def columns_of(tables):
    return {(column.table.name, column.name): column for table in tables for column in table.c}


def broken_promises(before, after):
    """Yield the changes that would break a release which knows only the earlier tables."""
    old, new = columns_of(before), columns_of(after)
    known = {table.name for table in before}
    for place, column in old.items():
        if place not in new:
            yield f"{place} is gone"
        elif column.nullable and not new[place].nullable:
            yield f"{place} must have a value now"
    for place, column in new.items():
        if place[0] in known and place not in old and not (column.nullable or column.server_default is not None):
            yield f"{place} is new and has no default"


@pytest.fixture
def invented():
    """A table that no migration knows, for the duration of a test."""
    table = sa.Table(
        "invented",
        Base.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.ForeignKey("case.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("number", Encrypted, nullable=False),
        sa.Column("asked_at", Instant),
        sa.Column("state", sa.String(10)),
        sa.CheckConstraint("state IN ('open', 'done')", name="state"),
    )
    yield table
    Base.metadata.remove(table)


def test_a_command_writes_the_migration_that_the_models_ask_for(app, invented, tmp_path):
    path = new_revision.write("An invented table.", tmp_path)
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'portal.db'}")
    config = state.config(engine, more_versions=tmp_path)
    command.upgrade(config, "head")

    assert differences(engine) == []
    assert re.fullmatch(rf"{int(revisions.HEAD) + 1:04}_an_invented_table\.py", path.name)
    assert re.search("portal|# ###", path.read_text()) is None  # it works even when a type of the portal changes
    assert 'sa.CheckConstraint("state IN' in path.read_text()
    command.downgrade(config, "-1")
    assert not sa.inspect(engine).has_table("invented")
    engine.dispose()


def test_the_migrated_tables_are_those_of_the_models(app):
    assert differences(app.extensions["engine"]) == []


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
        _set_revision(revisions.HEAD)
    assert visitor.client.get("/readyz").status_code == 200


def _set_revision(revision):
    session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    session.commit()


def test_a_server_knows_the_revisions_that_alembic_knows():
    scripts = ScriptDirectory(str(Path(state.__file__).parent))

    assert [script.revision for script in scripts.walk_revisions()][::-1] == revisions.KNOWN
    assert scripts.get_current_head() == revisions.HEAD


def test_every_revision_goes_up_and_down_with_rows_in_every_table(engine):
    for revision in revisions.KNOWN:
        state.upgrade(revision)
        add_rows(engine, tables_of(engine))
    before = sizes_of(engine)
    assert min(before.values()) > 0
    assert differences(engine) == []

    for revision in revisions.KNOWN[-2::-1]:
        state.downgrade(revision)
        left = sizes_of(engine)
        assert left == {name: before[name] for name in left}, revision
        before = left
    state.upgrade()
    assert differences(engine) == []


def test_the_release_before_goes_on_working_while_tables_are_newer(engine):
    state.upgrade(SURVIVED_SINCE)
    before = tables_of(engine)
    for revision in revisions.KNOWN[revisions.KNOWN.index(SURVIVED_SINCE) + 1 :]:
        state.upgrade(revision)
        after = tables_of(engine)

        assert list(broken_promises(before, after)) == [], revision
        # It writes only the columns that it knows.
        add_rows(engine, before)
        before = after


def test_an_index_on_a_large_table_keeps_nobody_waiting(engine):
    if engine.dialect.name == "sqlite":
        return
    state.upgrade(SURVIVED_SINCE)
    statements = []
    sa.event.listen(engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    state.upgrade()

    built = [statement for statement in statements if statement.lstrip().startswith(("CREATE INDEX", "CREATE UNIQUE"))]
    on_large = [one for one in built if any(f"ON {name} " in one.replace('"', "") for name in LARGE)]
    assert on_large and all("CONCURRENTLY" in one for one in on_large), on_large
