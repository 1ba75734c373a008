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
