"""Writing a migration: Alembic compares the tables of the newest revision with the models (autogenerate)."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from alembic import command

from portal.migrations import revisions, state

_REMARK = "# ###"  # Alembic's own, around what it has written


def write(message, folder=None):
    """Write a migration from the newest revision to the models; return the path of its file.

    message: a sentence for its first line. folder: where to write it, by default with the others. The tables are
    created in
    a temporary SQLite file: the database of the settings is not used. If the models need no change, the
    migration is empty, to be filled by hand.
    """
    with TemporaryDirectory() as own:
        engine = sa.create_engine(f"sqlite:///{Path(own) / 'tables.db'}")
        config = state.config(engine, more_versions=folder)
        command.upgrade(config, "head")
        number = f"{int(revisions.HEAD) + 1:04}"
        script: Any = command.revision(
            config, message.strip().rstrip("."), autogenerate=True, rev_id=number, version_path=folder
        )
        engine.dispose()
    path = Path(script.path)
    path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if _REMARK not in line))
    return path
