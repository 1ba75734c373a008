"""Bring the database to a revision, up or down."""

import os
import time
from argparse import Namespace
from pathlib import Path

from alembic import command
from alembic.config import Config
from flask import current_app
from sqlalchemy.exc import OperationalError

from portal.database import sqlite_file
from portal.database.base import Base
from portal.database.transactions import own_connections_write

TRIES = 60
PAUSE_SECONDS = 0.5
BUSY = ("LockNotAvailable", "DeadlockDetected")


def upgrade(revision="head", connection=None):
    """Upgrade the application's database to a revision, while people use it.

    With a connection, inside its transaction. Otherwise a step that has to wait too long for a lock is rolled back, and
    tried
    again a little later.
    """
    if connection is None:
        sqlite_file.create(current_app.extensions["engine"])
    for _try in range(TRIES - 1 if connection is None else 0):
        try:
            with own_connections_write():
                command.upgrade(_config(), revision)
        except OperationalError as error:
            if type(error.orig).__name__ not in BUSY:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return
    with own_connections_write():
        command.upgrade(_config(connection), revision)


def downgrade(revision):
    """Downgrade the application's database to a revision."""
    with own_connections_write():
        command.downgrade(_config(), revision)


def config(engine, connection=None, more_versions=None):
    """Return Alembic's configuration for a database: the portal's migrations, and those of one more folder."""
    here = Path(__file__).parent
    made = Config(cmd_opts=Namespace(quiet=True))  # our commands print their own result
    made.set_main_option("script_location", str(here))
    made.set_main_option("path_separator", "os")
    if more_versions:
        made.set_main_option("version_locations", os.pathsep.join((str(here / "versions"), str(more_versions))))
    made.attributes.update(engine=engine, connection=connection, metadata=Base.metadata)
    return made


def _config(connection=None):
    return config(current_app.extensions["engine"], connection)
