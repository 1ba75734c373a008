"""Bring the database up to date, and say whether it is."""

import time
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.exc import OperationalError

from portal.db import Base

TRIES = 60
PAUSE_SECONDS = 0.5
BUSY = ("LockNotAvailable", "DeadlockDetected")


def upgrade(revision="head", connection=None):
    """Bring the application's database to a revision, beside people who use it.

    With a connection, inside its transaction. Else a step that has to wait too long for a lock is undone, and tried
    again a little later.
    """
    for _try in range(TRIES - 1 if connection is None else 0):
        try:
            command.upgrade(_config(), revision)
        except OperationalError as error:
            if type(error.orig).__name__ not in BUSY:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return
    command.upgrade(_config(connection), revision)


def downgrade(revision):
    """Take the application's database back to a revision."""
    command.downgrade(_config(), revision)


def revisions():
    """Return the names of all revisions, the first first."""
    scripts = ScriptDirectory(str(Path(__file__).parent)).walk_revisions()
    return [script.revision for script in scripts][::-1]


def is_migrated():
    """Say whether the database has the tables of this release, or of a later one.

    The database is migrated before the servers get the new release: those that still run the old one go on.
    """
    revision = current(current_app.extensions["engine"])
    return revision is not None and (is_head(revision) or not is_known(revision))


def current(engine):
    """Return the revision of a database, or None where it has no tables."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_head(revision):
    """Say whether a revision is the newest of this release."""
    return revision == _scripts().get_current_head()


def is_known(revision):
    """Say whether a revision is one of this release."""
    return revision in _known()


@cache
def _known():
    return {script.revision for script in _scripts().walk_revisions()}


@cache
def _scripts():
    return ScriptDirectory(str(Path(__file__).parent))


def _config(connection=None):
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    engine = current_app.extensions["engine"]
    config.attributes.update(engine=engine, connection=connection, metadata=Base.metadata)
    return config
