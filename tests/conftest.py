"""Shared fixtures: the portal on a real SQLite file and on a real PostgreSQL, and its visitors."""

import os
import shutil
import time

import pytest
from flask import current_app, request
from playwright.sync_api import sync_playwright

from portal import create_app
from portal.appointments.calendar import shared_page
from portal.cases.operations import add_status_words
from portal.database.engines import make_engine
from portal.database.transactions import session
from portal.i18n.locale import DEFAULT, in_language
from portal.migrations import state
from portal.settings.settings import settings_from
from portal.web import identity
from tests import slow_work
from tests import tripwire as wires
from tests.postgresql import temporary_postgresql
from tests.secrets import ENVIRONMENT
from tests.visitor import Visitor

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TEMPLATE, DATABASE = "template_portal", "portal"
# Code that differs between the databases: each example on both, always.
ABOUT_THE_DATABASE = ("backups", "commands", "integrity", "races", "writing", "test_busy", "database")
# Code independent of the database (paper, page texts), or proved on both by `make prove`.
NOT_ABOUT_IT = (
    "accounts/test_logged_out",
    "accounts/test_session_end",
    "attack/test_spider",
    "attack/test_trespass",
    "courier/test_paper",
    "guide",
    "keys/test_table",
    "paper",
    "web/test_browser_hints",
)


# Slow files, the slowest first: the next free process takes the next one, so that all end together.
LONGEST_FIRST = (
    "browser/test_album",
    "races/test_faults",
    "test_migrations.py",
    "races/test_mail",
    "slots/test_a_year_of_rules",
    "races/test_stopped_worker",
    "races/test_seal",
    "writing/test_jobs_and_commands",
    "races/test_herd",
    "browser/test_door",
    "test_every_page",
    "browser/test_courier_walk",
    "races/test_lookups",
    "browser/test_walk",
    "home/test_retrieval",
    "health/test_on_a_server",
    "races/test_release",
    "slots/test_rules",
    "keys/test_table",
    "cases/test_interrupted",
    "browser/test_passkeys",
    "writing/test_who_goes_first",
    "retention",
    "values/test_doors",
    "test_migrations_interrupted",
    "test_without_room",
    "starting/test_make_run",
    "web/test_browser_hints",
    "races/test_cancelled_day",
)


def pytest_collection_modifyitems(config, items):
    """Begin with what takes long; leave to `make prove` what a test would show on PostgreSQL again.

    That is: further examples and the like.
    """
    items.sort(key=_place)
    if "PORTAL_PROVE" in os.environ:
        return
    seen, kept, left = set(), [], []
    for item in items:
        test = item.parent.nodeid, getattr(item, "originalname", item.name)
        on_postgresql = "callspec" in vars(item) and item.callspec.params.get("database_url") == "postgresql"
        is_further = test in seen and not _is_one_of(item, ABOUT_THE_DATABASE)
        (left if on_postgresql and (is_further or _is_one_of(item, NOT_ABOUT_IT)) else kept).append(item)
        if on_postgresql:
            seen.add(test)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


def _place(item):
    places = (place for place, name in enumerate(LONGEST_FIRST) if _is_one_of(item, (name,)))
    return next(places, len(LONGEST_FIRST))


def _is_one_of(item, names):
    return item.nodeid.startswith(tuple(f"tests/{name}" for name in names))


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL of our own; yields the folder of its socket."""
    with temporary_postgresql() as folder:
        yield folder


@pytest.fixture(scope="session")
def _templates(tmp_path_factory):
    """Migrated SQLite databases and PostgreSQL templates, made once for each kind."""
    return {}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path, _templates, tmp_path_factory):
    """The address of a migrated database for this test alone, of either kind."""
    if request.param == "sqlite":
        if "sqlite" not in _templates:
            _templates["sqlite"] = tmp_path_factory.mktemp("template") / "portal.db"
            _migrate(f"sqlite:///{_templates['sqlite']}", tmp_path)
        shutil.copy(_templates["sqlite"], tmp_path / "portal.db")
        return f"sqlite:///{tmp_path / 'portal.db'}"
    server = request.getfixturevalue("postgresql")
    if "postgresql" not in _templates:
        server.create(TEMPLATE)
        _migrate(server.url(TEMPLATE), tmp_path)
        server.create(DATABASE, template=TEMPLATE)
        _templates["postgresql"] = server.url(DATABASE)
    # A database for each test costs more than the test: all rows are deleted after each.
    request.addfinalizer(lambda: server.empty(DATABASE, TEMPLATE))
    return _templates["postgresql"]


@pytest.fixture
def settings(database_url, tmp_path):
    """Settings of a demonstration on the test's own database."""
    return _settings(database_url, tmp_path)


@pytest.fixture(scope="session")
def _portal(tmp_path_factory):
    """The portal, built once for all tests: its templates are compiled once."""
    folder = tmp_path_factory.mktemp("instance")
    made = create_app(_settings(f"sqlite:///{folder / 'portal.db'}", folder))
    made.extensions["engine"].dispose()
    made.testing = True
    made.teardown_request(_note_what_is_left)
    made.teardown_request(_close_what_was_sent)
    return made


@pytest.fixture
def app(_portal, settings):
    """The portal on this test's own database, migrated and empty, with its context pushed."""
    _portal.extensions.update(settings=settings, engine=_engine(settings.database_url), left_uncommitted=False)
    identity.forget_everyone()
    shared_page.forget()
    with _portal.app_context(), in_language(DEFAULT):
        yield _portal
        session.remove()
    _wait_for_threads(_portal.extensions["engine"].pool)
    _portal.extensions["engine"].dispose()


@pytest.fixture(scope="session", autouse=True)
def _stretched():
    """The tripwire for personal data in every test; metrics are checked once."""
    with pytest.MonkeyPatch.context() as patch:
        wires.stretch(patch)
        slow_work.watch(patch)
        yield
        wires.listen(None)
    assert wires.personal_in(wires.metrics()) == set()


@pytest.fixture(autouse=True)
def tripwire(request, _stretched):
    """What this test exposed; it fails if that is personal."""
    app = request.getfixturevalue("app") if "app" in request.fixturenames else None
    wire = wires.Tripwire()
    wires.listen(wire)
    yield wire
    if app is not None:
        wire.look_behind(app)
    wires.listen(None)
    assert wire.is_cut or wire.trips() == []
    assert slow_work.taken() == []


@pytest.fixture
def visitor(app):
    """A visitor who is not signed in."""
    return Visitor(app)


@pytest.fixture(scope="session")
def browser():
    """One Chromium for the whole run."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        yield running
        running.close()


def _engine(url, _first={}):  # noqa: B006 (it is kept on purpose)
    """A new engine with the dialect and the compiled statements of the first of its kind: a fifth of the time."""
    made = make_engine(url)
    if made.name not in _first:
        made.connect().close()  # queries the server's capabilities
        _first[made.name] = made.dialect, {}
    made.dialect, compiled = _first[made.name]
    made.update_execution_options(compiled_cache=compiled)
    return made


def _wait_for_threads(pool):
    """Wait until threads of a test have returned their connections; one kept would be closed in another test."""
    end = time.monotonic() + 10
    while pool.checkedout() and time.monotonic() < end:
        time.sleep(0.01)
    assert pool.checkedout() == 0, "a connection to the database is kept after the test"


def _note_what_is_left(_error):
    if session.new or session.dirty or session.deleted:
        current_app.extensions["left_uncommitted"] = True


def _close_what_was_sent(_error):
    request.environ["wsgi.input"].close()  # as the server does: a large form is a file of the test client


def _settings(database_url, folder):
    environment = {**ENVIRONMENT, "PORTAL_DATABASE_URL": database_url, "PORTAL_INSTANCE": str(folder)}
    return settings_from(environment)


def _migrate(database_url, folder):
    made = create_app(_settings(database_url, folder))
    with made.app_context():
        state.upgrade()
        add_status_words()
        session.commit()
        session.remove()
    made.extensions["engine"].dispose()
