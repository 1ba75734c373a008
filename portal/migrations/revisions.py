"""The revision of a database, and those that this release knows: for a server, without loading Alembic."""

from pathlib import Path

import sqlalchemy as sa
from flask import current_app

KNOWN = sorted(path.name.partition("_")[0] for path in (Path(__file__).parent / "versions").glob("[0-9]*.py"))
HEAD = KNOWN[-1]
_VERSION = sa.table("alembic_version", sa.column("version_num"))


def is_migrated():
    """Say whether the database has the tables of this release, or of a later one.

    The database is migrated before the servers get the new release: servers of the old one keep running.
    """
    revision = current(current_app.extensions["engine"])
    return revision is not None and (revision == HEAD or revision not in KNOWN)


def current(engine):
    """Return the revision of a database, or None if it has no tables."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(_VERSION.name):
            return None
        return connection.scalar(sa.select(_VERSION.c.version_num))
