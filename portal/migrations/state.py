"""Bring the database up to date, and say whether it is."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from portal.db import Base


def upgrade(revision="head"):
    """Bring the application's database to a revision."""
    command.upgrade(_config(), revision)


def downgrade(revision):
    """Take the application's database back to a revision."""
    command.downgrade(_config(), revision)


def is_migrated():
    """Say whether the database has the tables of this release, or of a later one.

    The database is migrated before the servers get the new release: those that still run the old one go on.
    """
    with current_app.extensions["engine"].connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    return revision is not None and revision not in _passed()


@cache
def _passed():
    """Return the revisions that this release knows and has left behind."""
    script = ScriptDirectory(str(Path(__file__).parent))
    return {step.revision for step in script.walk_revisions()} - {script.get_current_head()}


def _config():
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes.update(engine=current_app.extensions["engine"], metadata=Base.metadata)
    return config
