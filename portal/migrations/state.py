"""Bring the database up to date, and say whether it is."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from portal.db import Base


def upgrade(revision="head", connection=None):
    """Bring the application's database to a revision; with a connection, inside its transaction."""
    command.upgrade(_config(connection), revision)


def downgrade(revision):
    """Take the application's database back to a revision."""
    command.downgrade(_config(), revision)


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
