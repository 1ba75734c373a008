"""Backup and restore of a PostgreSQL database: pg_dump's custom format, and rows that are counted and hashed.

Earlier releases wrote the output of COPY for each table (format 1), which can be restored as well.
"""

import shutil
import tempfile
from contextlib import contextmanager

import sqlalchemy as sa
from psycopg import sql
from sqlalchemy import text

from portal.backups import pg_dump
from portal.backups.archive import BLOCK_BYTES, Unfit, blocks_of, file_beside, write_member
from portal.backups.tally import Tally, of_lines
from portal.migrations import state

MEMBER = "portal.dump"
FORMAT = 2
SEEDED = ("alembic_version", "status_word")
PLAIN = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL client_encoding = 'UTF8'",
    "SET LOCAL timezone = 'UTC'",
)
FUNCTIONS = text(
    "SELECT CAST(CAST(oid AS regprocedure) AS text) FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
    "AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
)
SEQUENCES = text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()")


def dump(engine, archive, on_progress):
    """Write the output of pg_dump into an archive; return its tables with their tallies."""
    with file_beside(archive) as aside:
        pg_dump.dump(engine, aside.name)
        tables = {}
        for name, columns, blocks in pg_dump.tables_in(aside.name):
            tables[name] = {"columns": columns, **_tally(blocks)}
            on_progress(tables[name]["rows"])
        with engine.connect() as connection:
            sequences = dict(connection.execute(SEQUENCES).all())
        with open(aside.name, "rb") as file:
            write_member(archive, MEMBER, blocks_of(file), is_packed=True)
    return {"format": FORMAT, "tables": tables, "sequences": sequences}


def holds_something(engine):
    """Say whether the database has a row that no release puts there by itself."""
    with engine.connect() as connection:
        names = [name for name in _names(connection) if name not in SEEDED]
        return any(_has_rows(connection, name) for name in names)


def load(engine, archive, description, on_progress):
    """Create the tables of a backup and fill them, in one transaction that ends when every row has been verified.

    Existing data is deleted. Raises Unfit, and changes nothing, if a row differs.
    """
    with _file_of_pg_dump(archive) as dump_file, engine.begin() as connection:
        _speak_plainly(connection)
        _drop_all(connection)
        state.upgrade(description["revision"], connection=connection)
        _empty_all(connection)
        names = [name for name in _names(connection) if name in description["tables"]]
        if set(names) != set(description["tables"]):
            raise Unfit("The backup has tables that its release does not know. Nothing was changed.")
        stored = pg_dump.tables_in(dump_file, names) if dump_file else _texts_of_copy(archive, names)
        with _no_triggers(connection, names):
            for name, _, blocks in stored:
                _load_table(connection, name, blocks, description["tables"][name], on_progress)
        for name, value in description["sequences"].items():
            if value is not None:
                connection.execute(
                    text("SELECT setval(CAST(:name AS regclass), :value)"), {"name": name, "value": value}
                )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


@contextmanager
def _file_of_pg_dump(archive):
    """Yield the path of the output of pg_dump, or None for a backup of format 1."""
    if MEMBER not in archive.namelist():
        yield None
        return
    with tempfile.NamedTemporaryFile(prefix="portal-restore-") as aside:
        with archive.open(MEMBER) as member:
            shutil.copyfileobj(member, aside, BLOCK_BYTES)
        aside.flush()
        yield aside.name


def _texts_of_copy(archive, names):
    for name in names:
        with archive.open(f"tables/{name}.copy") as member:
            yield name, None, blocks_of(member)


def _load_table(connection, name, blocks, said, on_progress):
    into = _statement(name, said["columns"], "FROM STDIN")
    with connection.connection.cursor() as cursor, cursor.copy(into) as copy:
        for block in blocks:
            copy.write(block)
    if _tally(_copy_out(connection, name, said["columns"])) != {"rows": said["rows"], "hash": said["hash"]}:
        raise Unfit(f"The rows of {name} are not those that were backed up. Nothing was changed.")
    on_progress(said["rows"])


def _tally(blocks):
    tally = Tally()
    for _block in of_lines(blocks, tally):
        pass
    return tally.result()


@contextmanager
def _no_triggers(connection, names):
    """Load rows unchanged, without triggers: their effects are in the backup already."""
    _alter_all(connection, names, "DISABLE TRIGGER USER")
    yield
    _alter_all(connection, names, "ENABLE TRIGGER USER")


def _alter_all(connection, names, how):
    for name in names:
        quoted = connection.dialect.identifier_preparer.quote_identifier(name)
        connection.execute(text(f"ALTER TABLE {quoted} {how}"))


def _has_rows(connection, name):
    return connection.execute(sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1)).first() is not None


def _copy_out(connection, name, columns):
    with connection.connection.cursor() as cursor, cursor.copy(_statement(name, columns, "TO STDOUT")) as copy:
        yield from copy


def _statement(name, columns, direction):
    named = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) {}").format(sql.Identifier(name), named, sql.SQL(direction))


def _speak_plainly(connection):
    for setting in PLAIN:
        connection.execute(text(setting))


def _drop_all(connection):
    names = _names(connection)
    if names:
        quoted = ", ".join(connection.dialect.identifier_preparer.quote_identifier(name) for name in names)
        connection.execute(text(f"DROP TABLE {quoted} CASCADE"))
    for function in connection.scalars(FUNCTIONS).all():
        connection.execute(text(f"DROP FUNCTION {function}"))


def _empty_all(connection):
    """Delete the rows that migrations inserted: the backup has its own."""
    for name in reversed(_names(connection)):
        connection.execute(sa.delete(sa.table(name)))


def _names(connection):
    """Return the tables, each after those that it refers to."""
    found = sa.inspect(connection).get_sorted_table_and_fkc_names()
    return [name for name, _keys in found if name is not None]
