"""The resources of a running portal: memory, open files, connections to its database, its write-ahead log."""

from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.servers import POSTGRESQL

SERVER, WORKER = "server", "worker"
MEBIBYTE = 2**20
PG_LOG = "SELECT coalesce(sum(size), 0) FROM pg_ls_waldir()"
PG_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@dataclass(frozen=True)
class Used:
    """The resources at a moment: MiB and open files by role, connections, MiB of the write-ahead log."""

    memory: dict[str, float]
    files: dict[str, int]
    connections: int
    log: float

    def __str__(self):
        of_roles = (
            f"{role} {self.memory[role]:.0f} MiB, {self.files[role]} open files" for role in sorted(self.memory)
        )
        return f"{', '.join(of_roles)}, {self.connections} connections, write-ahead log {self.log:.1f} MiB"


class Usage:
    """A probe of a portal that tools/run started, on a kind of database."""

    def __init__(self, running, database):
        self.running, self.database = running, database

    def now(self):
        """Return the present Used; for several processes of a role, the sum."""
        memory: dict[str, float] = {}
        files: dict[str, int] = {}
        for role, folder in self._processes():
            memory[role] = memory.get(role, 0.0) + _resident(folder)
            files[role] = files.get(role, 0) + len(list((folder / "fd").iterdir()))
        connections, log = self._of_postgresql() if self.database == POSTGRESQL else self._of_sqlite()
        return Used(memory, files, connections, log)

    def _processes(self):
        for number in self.running.process_numbers():
            folder = Path(f"/proc/{number}")
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if "granian" in line:
                yield SERVER, folder
            elif line.rstrip().endswith(" worker"):
                yield WORKER, folder

    def _of_postgresql(self):
        address = self.running.environment["PORTAL_DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(address, autocommit=True) as connection:
            connections, log = (connection.execute(words).fetchone()[0] for words in (PG_CONNECTIONS, PG_LOG))
        return int(connections), float(log) / MEBIBYTE

    def _of_sqlite(self):
        database = self.running.folder / "instance" / "portal.db"
        opened = [
            one
            for _role, folder in self._processes()
            for one in (folder / "fd").iterdir()
            if one.exists() and one.readlink() == database
        ]
        log = database.with_name("portal.db-wal")
        return len(opened), log.stat().st_size / MEBIBYTE if log.exists() else 0.0


def _resident(folder):
    lines = (folder / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
