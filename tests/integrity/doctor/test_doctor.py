"""The doctor: one line for each check, what to do, exit 1 if anything is wrong, and no secret."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bench.post_office import PostOffice, post_office
from portal import clock
from portal.database.engines import make_engine
from portal.database.transactions import session
from portal.integrity.doctor import database, environment
from portal.mail import outbox
from portal.mail.models import Message
from portal.mailing import heartbeats
from portal.security import encryption
from tests.factories import make_case
from tests.secrets import made_of


@pytest.fixture
def change(app, monkeypatch):
    """Give the portal other settings."""

    def use(**values):
        monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], **values))

    return use


def examine(app, code=None):
    """Return the doctor's findings, as pairs of state and sentence by subject, and its exit code."""
    session.rollback()
    result = app.test_cli_runner().invoke(args=["doctor"])
    assert code is None or result.exit_code == code, result.output
    found = {}
    for line in result.stdout.splitlines():
        state, _space, rest = line.partition(" ")
        name, _colon, words = rest.strip().partition(": ")
        found.setdefault(name, (state, words))
    return found


def test_every_check_is_one_line_with_a_state(app):
    heartbeats.worker_is_here(clock.now())
    session.commit()

    found = examine(app)

    assert {state for state, _words in found.values()} <= {"ok", "warning", "wrong"}
    for name in ("secrets", "database", "tables", "field keys", "worker", "mail", "fonts", "catalogues", "disk"):
        assert name in found
    for name in ("tables", "field keys", "worker", "mail", "fonts", "counts of attempts"):
        assert found[name][0] == "ok", found[name]


def test_no_secret_is_shown_r10(app, change):
    change(mail_url="smtp://user:hidden-word@localhost:1?starttls=off")
    said = app.test_cli_runner().invoke(args=["doctor"]).output
    settings = app.extensions["settings"]

    for secret in ("hidden-word", settings.secret_key, settings.digest_key, settings.field_keys[0]):
        assert secret not in said


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_postgresql_that_forgets_for_others_is_told_r4(app):
    with app.extensions["engine"].connect() as connection:
        connection.execute(text("ALTER DATABASE portal SET synchronous_commit = off"))
        connection.commit()
    app.extensions["engine"].dispose()
    found = examine(app)
    with app.extensions["engine"].connect() as connection:
        connection.execute(text("ALTER DATABASE portal RESET synchronous_commit"))
        connection.commit()

    assert found["synchronous_commit"][0] == "warning" and "Set it to on" in found["synchronous_commit"][1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_sound_installation_ends_with_zero(app, change):
    change(demonstration=False, remarks=())

    found = examine(app, code=0)

    assert (found["journal_mode"], found["synchronous"], found["demonstration"][0]) == (
        ("ok", "wal."),
        ("ok", "2."),
        "ok",
    )


def test_a_database_that_is_away_is_one_wrong_line_and_the_rest_is_looked_at(app, monkeypatch):
    away = make_engine("postgresql://nobody@/portal?host=/nowhere")
    monkeypatch.setitem(app.extensions, "engine", away)

    found = examine(app, code=1)
    away.dispose()

    assert found["database"][0] == "wrong" and "is away" in found["database"][1]
    assert found["fonts"][0] == "ok"


def test_tables_of_another_release_are_wrong(app, monkeypatch):
    monkeypatch.setattr(database.revisions, "HEAD", "of another release")

    assert examine(app, code=1)["tables"][1].endswith("Run `flask --app wsgi db upgrade`.")


def test_a_missing_key_is_wrong(app, change):
    make_case()
    settings = app.extensions["settings"]
    encryption.init_app(app, replace(settings, field_keys=(made_of("another key"),)))
    found = examine(app, code=1)
    encryption.init_app(app, settings)

    assert found["field keys"][0] == "wrong" and "traveller.passport_number" in found["field keys"][1]


@pytest.mark.parametrize(("minutes", "state"), [(1, "ok"), (5, "warning"), (30, "wrong")])
def test_a_worker_that_has_gone_is_noticed(app, minutes, state):
    heartbeats.worker_is_here(clock.now() - timedelta(minutes=minutes))
    session.commit()

    assert examine(app)["worker"][0] == state


def test_mails_that_wait_or_are_dead_are_noticed(app):
    outbox.write("news", "late", clock.now(), due_at=clock.now() - timedelta(hours=1))
    outbox.write("news", "dead", clock.now())
    session.query(Message).filter_by(key="dead").update({"state": "dead"})
    session.commit()

    found = examine(app)

    assert (found["outbox"][0], found["unsent emails"][0]) == ("warning", "warning")


def test_the_mail_server_is_asked_and_gets_no_mail(app, change, tmp_path):
    office = PostOffice()
    with post_office(tmp_path, office) as url:
        change(mail_url=url)
        there = examine(app)["mail"]
    gone = examine(app, code=1)["mail"]

    assert (there[0], office.taken) == ("ok", [])
    assert gone[0] == "wrong" and "no email can be sent" in gone[1]


def test_files_that_others_may_read_are_noticed(app):
    instance = app.extensions["settings"].instance
    (instance / "settings.env").write_text("# nothing")
    (instance / "settings.env").chmod(0o644)
    instance.chmod(0o755)
    found = examine(app, code=1)

    assert found["settings.env"] == (
        "wrong",
        f"others may look into it (644): chmod 600 {instance / 'settings.env'}",
    )
    assert found["instance folder"][0] == "warning"


def test_a_full_disk_is_wrong(app, monkeypatch):
    monkeypatch.setattr(environment, "LEAST_BYTES", 1 << 62)

    assert examine(app, code=1)["disk"][0] == "wrong"
