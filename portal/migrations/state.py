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


def upgrade(revision="head"):
    """Bring the application's database to a revision, beside people who use it.

    A step that has to wait too long for a lock is undone, and tried again a little later.
    """
    for _try in range(TRIES - 1):
        try:
            command.upgrade(_config(), revision)
        except OperationalError as error:
            if type(error.orig).__name__ not in BUSY:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return
    command.upgrade(_config(), revision)


def downgrade(revision):
    """Take the application's database back to a revision."""
    command.downgrade(_config(), revision)


def revisions():
    """Return the names of all revisions, the first first."""
    scripts = ScriptDirectory(str(Path(__file__).parent)).walk_revisions()
    return [script.revision for script in scripts][::-1]


def is_migrated():
    """Say whether the database has the tables of this release."""
    with current_app.extensions["engine"].connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _head()


@cache
def _head():
    return ScriptDirectory(str(Path(__file__).parent)).get_current_head()


def _config():
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes.update(engine=current_app.extensions["engine"], metadata=Base.metadata)
    return config
