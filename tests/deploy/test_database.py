"""The portal and its database in production: roles, a pooler between them, sessions that end without notice."""

import tempfile
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, ProgrammingError

from portal import create_app
from portal.cases.operations import add_status_words
from portal.database import postgresql
from portal.database.engines import make_engine
from portal.database.error_kinds import Meaning, meaning_of
from portal.database.transactions import session
from portal.migrations import state
from portal.settings.settings import SettingsError, settings_from
from tests.commands.terminal import run
from tests.deploy.pooler import make_roles, pgbouncer, restrict, settings_for_tests
from tests.factories import make_account, make_case, make_post, make_slot, signed_in
from tests.postgresql import temporary_postgresql
from tests.secrets import ENVIRONMENT

SETTINGS = {"timezone": "UTC", "lock_timeout": "10s", "statement_timeout": "30s"}
TIMES = 12  # more than the driver waits before it prepares a statement


@pytest.fixture(scope="module")
def pooler():
    """A pooler before a migrated database, with the roles of a production."""
    # Not the folder of the tests: the pooler is another user.
    with temporary_postgresql(*settings_for_tests()) as server, tempfile.TemporaryDirectory() as folder:
        make_roles(server)
        with pgbouncer(server, Path(folder)) as running:
            settings = settings_from({**ENVIRONMENT, "PORTAL_INSTANCE": folder})
            owner = create_app(replace(settings, database_url=running.direct_url("portal_owner")))
            with owner.app_context():
                state.upgrade()
                add_status_words()
                session.commit()
                session.remove()
            owner.extensions["engine"].dispose()
            restrict(server)
            yield running


@pytest.fixture
def database_url(pooler):
    """The portal of these tests uses the pooler."""
    return pooler.url


@pytest.fixture
def seated(app, pooler):
    """An applicant with a case, and a slot; all rows are gone afterwards."""
    add_status_words()  # they belong to posts, and go with the rows of the test before
    post = make_post()
    account = make_account()
    yield make_case(account), make_slot(post), account
    session.remove()
    tables = "account, post, limit_counter, journal_entry"
    pooler.server._run(f"SET session_replication_role = replica; TRUNCATE {tables} CASCADE", "portal")


def test_booking_goes_through_a_pooler_that_lends_sessions_out(seated, visitor):
    case, slot, account = seated
    signed_in(visitor, account)

    page = visitor.open(f"/en/appointments/cases/{case.public_id}/calendar")
    page = visitor.submit(page.path, slot=slot.id)

    assert page.h1 == "Appointment Confirmation Page"


def test_nothing_is_left_in_a_session_that_goes_to_somebody_else_next(pooler):
    engine = make_engine(pooler.url)
    asked = sa.text("SELECT CAST(:number AS integer)")
    with engine.connect() as one, engine.connect() as other:
        for _ in range(TIMES):
            one.execute(asked, {"number": 1})
            one.commit()
        other.execute(asked, {"number": 2})  # and keeps the session that the first one had
        assert one.execute(asked, {"number": 3}).scalar() == 3
    engine.dispose()


@pytest.mark.parametrize("way", ["pooler", "direct"])
def test_a_session_has_the_same_limits_with_and_without_a_pooler(pooler, way):
    engine = make_engine(pooler.url if way == "pooler" else pooler.direct_url("portal"))
    with engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in SETTINGS}
    engine.dispose()

    assert found == SETTINGS


@pytest.mark.parametrize(
    "forbidden",
    [
        "CREATE TABLE extra (id int)",
        "ALTER TABLE slot DROP CONSTRAINT ck_slot_room",
        "DROP TABLE appointment",
        "TRUNCATE journal_entry",
        "UPDATE journal_entry SET actor = 'nobody'",
        "DELETE FROM journal_entry",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
def test_the_application_changes_no_table_and_no_entry_of_the_journal_r6(pooler, forbidden):
    engine = make_engine(pooler.url)
    with engine.connect() as connection, pytest.raises(ProgrammingError) as refused:
        connection.execute(sa.text(forbidden))
    engine.dispose()

    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize(
    ("statement", "meaning"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", Meaning.AWAY),
        ("SET statement_timeout = 1; SELECT pg_sleep(1)", Meaning.BUSY),
        ("SELECT 1 / 0", Meaning.FAULT),
        ("SELECT nothing_of_that_name", Meaning.FAULT),
    ],
)
def test_what_means_that_there_is_no_database_now_is_told_from_a_defect(pooler, statement, meaning):
    engine = make_engine(pooler.direct_url("portal"))
    with engine.connect() as connection, pytest.raises(DBAPIError) as failed:
        connection.exec_driver_sql(statement)
    engine.dispose()

    assert meaning_of(failed.value) is meaning


def test_a_server_that_went_away_and_came_back_costs_nobody_a_page(pooler):
    engine = make_engine(pooler.direct_url("portal"))
    with engine.connect() as one, engine.connect() as other:
        assert one.exec_driver_sql("SELECT 1").scalar() == other.exec_driver_sql("SELECT 1").scalar() == 1
    pooler.server._run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'portal'")

    for _ in range(3):
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    engine.dispose()


def test_a_connection_that_was_idle_for_long_is_asked_and_replaced_if_it_says_nothing(pooler, monkeypatch):
    monkeypatch.setattr(postgresql, "TRUSTED_IDLE_SECONDS", -1)
    monkeypatch.setattr(postgresql, "_has_been_closed", lambda _connection: False)
    engine = make_engine(pooler.direct_url("portal"))
    seen = [_process_behind(engine), _process_behind(engine)]
    pooler.server._run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'portal'")
    seen.append(_process_behind(engine))
    engine.dispose()

    assert seen[0] == seen[1] != seen[2]


def _process_behind(engine):
    with engine.connect() as connection:
        return connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()


def test_a_server_that_takes_no_writes_any_more_is_left_and_another_page_is_not_lost(pooler):
    engine = make_engine(pooler.direct_url("portal"))
    with engine.connect() as connection:
        connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        connection.commit()
        with pytest.raises(sa.exc.InternalError) as refused:
            connection.exec_driver_sql("DELETE FROM limit_counter")
        assert refused.value.connection_invalidated
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM limit_counter")
    engine.dispose()


def test_a_backup_goes_to_the_database_itself_and_says_so_of_a_pool(seated, app, pooler, tmp_path, monkeypatch):
    file = tmp_path / "portal.backup"

    said = run(app, "backup", str(file), code=1).stderr

    assert "PORTAL_DATABASE_URL names a pool" in said and not file.exists()
    monkeypatch.setitem(app.extensions, "engine", make_engine(pooler.direct_url("portal")))
    assert "and verified" in run(app, "backup", str(file)).stdout
    app.extensions["engine"].dispose()


def test_a_pooler_of_another_kind_is_refused_by_name(pooler):
    with pytest.raises(SettingsError, match="pooler must be pgbouncer"):
        make_engine(pooler.url.replace("pooler=pgbouncer", "pooler=magic"))
