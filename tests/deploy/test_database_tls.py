"""The connection to the database: encrypted, and only to the known certificate."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography import x509
from sqlalchemy.exc import OperationalError

from bench.certificates import write_certificate
from bench.servers import free_port
from portal.database.engines import make_engine
from tests.deploy.front import NAME
from tests.postgresql import temporary_postgresql

ENCRYPTED = sa.text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")


@pytest.fixture(scope="module")
def folder():
    """A folder with a certificate and its key, as the server's user may read them."""
    with tempfile.TemporaryDirectory() as name:
        made = Path(name)
        write_certificate(made, x509.DNSName(NAME))
        (made / "key.pem").chmod(0o600)
        if os.getuid() == 0:
            for path in (made, *made.iterdir()):
                shutil.chown(path, "postgres", "postgres")
        yield made


@pytest.fixture(scope="module")
def address(folder):
    """The address of a PostgreSQL with that certificate, but for what the client wants of it."""
    port = free_port()
    files = (f"ssl_cert_file={folder}/certificate.pem", f"ssl_key_file={folder}/key.pem")
    with temporary_postgresql("ssl=on", *files, "listen_addresses=127.0.0.1", f"port={port}"):
        yield f"postgresql+psycopg://postgres@/postgres?hostaddr=127.0.0.1&port={port}&sslmode=verify-full"


def ask(url):
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return connection.scalar(ENCRYPTED)
    finally:
        engine.dispose()


def test_the_portal_talks_to_the_database_whose_certificate_it_was_given(address, folder):
    assert ask(f"{address}&host={NAME}&sslrootcert={folder}/certificate.pem") is True


def test_it_talks_to_no_other_database_whatever_that_calls_itself(address, folder, tmp_path):
    write_certificate(tmp_path, x509.DNSName(NAME))
    with pytest.raises(OperationalError):
        ask(f"{address}&host={NAME}&sslrootcert={tmp_path}/certificate.pem")
    with pytest.raises(OperationalError):
        ask(f"{address}&host=other.example.org&sslrootcert={folder}/certificate.pem")
