"""Backups: a restore gives exactly the same rows, and never half of them."""

import json
import stat
import subprocess
import threading
import zipfile

import pytest
from sqlalchemy import func, select, text

from portal import clock
from portal.backups import operations as backups
from portal.backups.archive import DESCRIPTION
from portal.backups.postgresql import MEMBER
from portal.backups.tally import Tally, of_lines
from portal.cases.importing.store_cases import store_cases
from portal.cases.models import Case, Traveller
from portal.database.engines import make_engine
from portal.database.transactions import session
from portal.migrations import state
from portal.posts.models import Post
from tests.commands.terminal import run
from tests.factories import PASSPORT, make_account, make_agency, make_case, make_package, make_post, make_row, make_slot


@pytest.fixture
def filled(app):
    """A portal with rows in many of its tables, and characters in texts that a copy may get wrong."""
    make_case(make_account(), surname="O'Neill\t\\N\n\u200b", more=[{"given_names": "Srey", "relationship": "spouse"}])
    make_package(agency=make_agency(make_post(), name='"Quoted", 50 %'))
    make_slot()
    return app


@pytest.fixture
def elsewhere(app, database_url, tmp_path, request):
    """Let the portal use another, empty database of the same kind."""
    if database_url.startswith("sqlite"):
        url = f"sqlite:///{tmp_path / 'other.db'}"
    else:
        server = request.getfixturevalue("postgresql")
        server.create("other")
        request.addfinalizer(lambda: server.drop("other"))
        url = server.url("other")
    before = app.extensions["engine"]
    made = make_engine(url)

    def move():
        session.remove()
        app.extensions["engine"] = made
        return made

    yield move
    session.remove()
    made.dispose()
    app.extensions["engine"] = before


@pytest.fixture
def file(tmp_path):
    return tmp_path / "portal.backup"


def contents():
    """The rows of every table, in any order."""
    session.rollback()
    engine = session.get_bind()
    with engine.connect() as connection:
        names = [name for name in state.Base.metadata.tables]
        found = {name: connection.execute(text(f'SELECT * FROM "{name}"')).all() for name in names}
    return {name: sorted(map(repr, rows)) for name, rows in found.items()}


def test_a_backup_restored_elsewhere_holds_the_same_rows_and_goes_on(filled, elsewhere, file):
    before = contents()

    said = run(filled, "backup", str(file)).stdout
    elsewhere()
    restored = run(filled, "restore", str(file))

    rows = sum(map(len, before.values())) + 1  # and the revision
    assert said.startswith(f"{rows} rows of ") and "and verified" in said
    assert restored.stdout.startswith(f"{rows} rows of ") and restored.stderr == ""
    assert contents() == before
    assert PASSPORT in session.scalars(select(Traveller.passport_number)).all()
    make_case()  # ids continue where they were
    assert run(filled, "check").stderr == "0 violations.\n"


def test_a_backup_can_be_read_by_its_owner_only_and_holds_no_secret_r10(filled, file):
    run(filled, "backup", str(file))
    settings = filled.extensions["settings"]

    with zipfile.ZipFile(file) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        if MEMBER in archive.namelist():  # which is compressed once more
            dump = archive.extract(MEMBER, file.parent)
            everything += subprocess.run(["pg_restore", "--file=-", dump], check=True, capture_output=True).stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for secret in (settings.secret_key, settings.digest_key, *settings.field_keys, *settings.signing_keys, PASSPORT):
        assert secret.encode() not in everything
    assert list(file.parent.glob(".*")) == []


def test_a_database_that_is_not_empty_is_replaced_only_when_asked(filled, file):
    run(filled, "backup", str(file))
    before = contents()
    make_case()

    refused = run(filled, "restore", str(file), code=1).stderr
    assert ("not empty" in refused, session.scalar(select(func.count()).select_from(Case))) == (True, 3)

    run(filled, "restore", str(file), "--replace")
    assert contents() == before


def test_a_database_with_tables_and_no_people_counts_as_empty(filled, elsewhere, file):
    run(filled, "backup", str(file))
    before = contents()
    elsewhere()
    run(filled, "db", "upgrade")

    run(filled, "restore", str(file))

    assert contents() == before


def test_a_backup_with_one_changed_row_changes_nothing(filled, file, tmp_path):
    run(filled, "backup", str(file))
    damaged = tmp_path / "damaged.backup"
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(damaged, "w") as other:
        for name in archive.namelist():
            data = archive.read(name)
            if name == DESCRIPTION:
                said = json.loads(data)
                said["tables"]["traveller"]["hash"] = "0" * 64
                data = json.dumps(said).encode()
            other.writestr(name, data)
    make_case()
    before = contents()

    said = run(filled, "restore", str(damaged), "--replace", code=1).stderr

    assert "are not those that were" in said and "Nothing was changed." in said
    assert contents() == before


@pytest.mark.parametrize("damage", ["text", "short", "flipped"])
def test_a_damaged_file_is_refused_with_a_sentence(filled, file, damage):
    run(filled, "backup", str(file))
    before, data = contents(), file.read_bytes()
    middle = len(data) // 3
    flipped = data[:middle] + bytes(one ^ 255 for one in data[middle : middle + 400]) + data[middle + 400 :]
    file.write_bytes({"text": b"no backup", "short": data[: len(data) // 2], "flipped": flipped}[damage])

    said = run(filled, "restore", str(file), "--replace", code=1).stderr

    assert said.startswith("Error: ") and "Traceback" not in said
    assert contents() == before


def test_a_backup_of_another_kind_or_of_a_newer_release_is_refused(filled, file, tmp_path):
    run(filled, "backup", str(file))
    for change, words in (({"kind": "oracle"}, "is of oracle"), ({"revision": "9999"}, "newer release")):
        other = tmp_path / "other.backup"
        with zipfile.ZipFile(file) as archive, zipfile.ZipFile(other, "w") as made:
            made.writestr(DESCRIPTION, json.dumps(json.loads(archive.read(DESCRIPTION)) | change))
        assert words in run(filled, "restore", str(other), "--replace", code=1).stderr


def test_a_backup_that_cannot_be_written_leaves_nothing(filled, tmp_path):
    said = run(filled, "backup", str(tmp_path / "nowhere" / "file"), code=1).stderr

    assert "is not there, nor is its folder." in said


def test_a_backup_is_of_one_instant_while_others_write(filled, elsewhere, file):
    session.remove()
    began, stop = threading.Event(), threading.Event()

    def write():
        with filled.app_context():
            post = session.scalars(select(Post)).first()
            while not stop.is_set():
                store_cases([make_row(post=post.code)], "command", clock.now())
                session.commit()
                began.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert began.wait(10)
        backups.backup(filled.extensions["engine"], file, clock.now(), lambda _rows: None)
    finally:
        stop.set()
        writer.join()
    elsewhere()
    run(filled, "restore", str(file))

    assert session.scalar(select(func.count()).select_from(Case)) > 2
    assert run(filled, "check").stderr == "0 violations.\n"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_in_use_is_not_replaced(filled, file, database_url):
    run(filled, "backup", str(file))
    server = make_engine(database_url)
    with server.connect():
        said = run(filled, "restore", str(file), "--replace", code=1).stderr
    server.dispose()

    assert "stop the server and the workers first" in said


def test_other_keys_than_those_of_the_backup_are_noticed(filled, elsewhere, file, monkeypatch):
    run(filled, "backup", str(file))
    elsewhere()
    monkeypatch.setitem(filled.extensions, "digest_key", b"another key")

    assert "PORTAL_DIGEST_KEY is not the key that was used for the backup" in run(filled, "restore", str(file)).stderr


def test_rows_in_any_order_and_in_any_blocks_have_one_sum():
    one, other, third = Tally(), Tally(), Tally()
    for _block in of_lines([b"a\nb", b"c\n", b"d\n"], one):
        pass
    for row in (b"d", b"bc", b"a"):
        other.add(row)
    for row in (b"d", b"bc", b"a", b"a"):
        third.add(row)

    assert one.result() == other.result() != third.result()
