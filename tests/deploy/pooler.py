"""A real pgbouncer from deploy/pgbouncer, in front of a PostgreSQL with the roles of deploy/postgresql."""

import contextlib
import os
import shutil
import subprocess
import time

import psycopg

from bench.servers import free_port
from portal.settings.settings import ROOT

FILES = ROOT / "deploy"
OWNER_PASSWORD, PASSWORD = "of-the-owner", "of-the-portal"
STARTED_WITHIN = 15


# Settings for which a test has no memory, certificate or address, or that do not fit on a command line.
CERTIFICATE = {"ssl", "ssl_cert_file", "ssl_key_file"}
NOT_HERE = {"shared_buffers", *CERTIFICATE, "listen_addresses", "log_line_prefix", "fsync", "max_connections"}


def settings_of_postgresql():
    """The settings of deploy/postgresql/portal.conf by name, as written there."""
    lines = (FILES / "postgresql" / "portal.conf").read_text().splitlines()
    return dict(line.split(" = ", 1) for line in lines if " = " in line and not line.startswith("#"))


def settings_for_tests():
    """Those settings that a PostgreSQL of the tests can be started with."""
    return [f"{name}={value}" for name, value in settings_of_postgresql().items() if name not in NOT_HERE]


class Pooler:
    """PostgreSQL and the pooler in front of it: the addresses of the portal's database."""

    def __init__(self, server, port):
        self.server, self.port = server, port

    @property
    def url(self):
        """The portal's address by way of the pooler."""
        return f"postgresql+psycopg://portal:{PASSWORD}@127.0.0.1:{self.port}/portal?pooler=pgbouncer"

    def direct_url(self, role):
        """The address of the database itself, for a role."""
        return f"postgresql+psycopg://{role}@/portal?host={self.server.folder}"


def make_roles(server):
    """Make the roles and the database as an operator does."""
    line = ["psql", "--quiet", f"--host={server.folder}", "--username=postgres", f"--set=password={PASSWORD}"]
    line += [f"--set=owner_password={OWNER_PASSWORD}", f"--file={FILES / 'postgresql' / 'roles.sql'}"]
    subprocess.run(line, check=True)


def restrict(server):
    """Revoke the application's excess privileges, once the tables exist."""
    line = ["psql", "--quiet", f"--host={server.folder}", "--username=portal_owner", "--dbname=portal"]
    subprocess.run([*line, f"--file={FILES / 'postgresql' / 'grants.sql'}"], check=True)


@contextlib.contextmanager
def pgbouncer(server, folder):
    """Run pgbouncer in a folder; yield the Pooler."""
    port = free_port()
    text = (FILES / "pgbouncer" / "pgbouncer.ini").read_text()
    text = text.replace("host=127.0.0.1 port=5000", f"host={server.folder}").replace("= 6432", f"= {port}")
    text = text.replace("/etc/pgbouncer", str(folder)).replace("/run/postgresql", str(folder))
    (folder / "pgbouncer.ini").write_text(text)
    (folder / "userlist.txt").write_text(f'"portal" "{PASSWORD}"\n')
    owner = {}
    if os.getuid() == 0:  # it refuses to be root
        owner = {"user": "postgres", "group": "postgres", "extra_groups": []}
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "postgres", "postgres")
    with (folder / "pgbouncer.log").open("w") as log:
        line = ["/usr/sbin/pgbouncer", "pgbouncer.ini"]
        process = subprocess.Popen(line, cwd=folder, stdout=log, stderr=log, **owner)
    try:
        _wait_for(port)
        yield Pooler(server, port)
    finally:
        process.terminate()
        process.wait()


def _wait_for(port):
    line = f"host=127.0.0.1 port={port} dbname=portal user=portal password={PASSWORD}"
    end = time.monotonic() + STARTED_WITHIN
    while True:
        try:
            psycopg.connect(line).close()
            return
        except psycopg.Error:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
