"""A PostgreSQL server of our own, in a temporary folder, on a socket only."""

import contextlib
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

import psycopg

EMPTY = """
DO $$
DECLARE one record;
BEGIN
  SET LOCAL session_replication_role = replica;
  SET LOCAL lock_timeout = '2s';
  FOR one IN SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'status_word')
  LOOP
    EXECUTE format('DELETE FROM %I', one.tablename);
  END LOOP;
  DELETE FROM status_word WHERE post_id IS NOT NULL;
  PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""

# A test may drop an index or a constraint, to see the damage.
SHAPE = """
SELECT version_num, (SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'),
  (SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace)
FROM alembic_version
"""


class Server:
    """A running PostgreSQL: its databases are created and dropped by name."""

    def __init__(self, folder, settings=()):
        self.folder = folder
        self._shapes, self._kept = {}, {}
        self._settings = ("fsync=off", "max_connections=200", *settings)

    def start(self):
        """Start the server on its folder."""
        options = " ".join(f"-c {setting}" for setting in self._settings)
        self.control("pg_ctl", "-w", "-l", f"{self.folder}/log", "-o", f"-k {self.folder} -h '' {options}", "start")

    def stop(self):
        """Stop the server at once, like a power cut."""
        self._forget_connections()
        self.control("pg_ctl", "-m", "immediate", "-w", "stop")

    def control(self, program, *arguments):
        """Run a program of PostgreSQL on the server's folder, as the user who owns it."""
        bins = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        before = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        line = [*before, str(bins / program), "-D", f"{self.folder}/data", *arguments]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def url(self, name):
        """The address of a database, as the portal's settings take it."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def create(self, name, template="template1", disk=None):
        """Create a database as a copy of another; disk: a folder of the server's user for its data."""
        if disk is not None:
            self._run(f"CREATE TABLESPACE \"{name}\" LOCATION '{disk}'")
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"' + (f' TABLESPACE "{name}"' if disk else ""))

    def drop(self, name):
        """Drop a database, whoever is still connected."""
        self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def empty(self, name, template):
        """Delete what a database's template does not have; create it again if that is impossible."""
        if template not in self._shapes:
            self._shapes[template] = self._run(SHAPE, template)
        try:
            # One connection for all, as each costs the server a process.
            kept = self._kept[name] = self._kept.get(name) or self._connect(name)
            if kept.execute(SHAPE).fetchall() == self._shapes[template]:
                kept.execute(EMPTY)
                # Its reads are counted now, and not during a test that looks at the counts.
                kept.execute("SELECT pg_stat_force_next_flush()")
                return
        except psycopg.Error:
            pass
        self._forget_connections()
        self.drop(name)
        self.create(name, template)

    def _forget_connections(self):
        while self._kept:
            self._kept.popitem()[1].close()

    def _connect(self, database):
        return psycopg.connect(f"dbname={database} user=postgres host={self.folder}", autocommit=True)

    def _run(self, statement, database="postgres"):
        with self._connect(database) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else []


@contextlib.contextmanager
def temporary_postgresql(*settings):
    """Start a server and stop it again; settings are more of the kind "fsync=on"."""
    folder = tempfile.mkdtemp(prefix="portal-postgresql-")
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    server = Server(folder, settings)
    server.control("initdb", "-A", "trust", "-U", "postgres", "-N", "-E", "UTF8", "--locale=C.UTF-8")
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
