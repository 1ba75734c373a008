"""The store of files: encrypted at rest, in a folder or in S3; it survives new keys, and is in every backup."""

import dataclasses
import os
import shutil
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal import clock, lazy_imports
from portal.backups import operations as backups
from portal.backups.archive import Unfit
from portal.database import key_rotation
from portal.database.transactions import session
from portal.evidence import uploads
from portal.evidence.file_models import SentDocument
from portal.evidence.file_store import NoSuchPart, StoreAway, store
from portal.security import encryption, file_encryption
from portal.settings import parsing
from portal.settings.env_file import new_key
from portal.settings.parsing import SettingsError
from tests.evidence import s3_server
from tests.evidence.papers import add, file, holder, officer, picture, send
from tests.evidence.test_files import files_of
from tests.visitor import Visitor


@pytest.fixture(scope="module")
def s3():
    """A server that speaks the language of S3; gives the address of a bucket in it."""
    with s3_server.running() as address:
        client = {"endpoint_url": address, "region_name": s3_server.REGION}
        lazy_imports.fsspec.filesystem("s3", key="k", secret="s", client_kwargs=client).mkdir("portal-files")
        yield f"s3://k:s@portal-files/one?endpoint={address}&region={s3_server.REGION}"


def use(app, url):
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], files_url=url)


@pytest.fixture(params=["folder", "s3"])
def kept_in(request, app):
    """Keep files in a folder of the instance, or in S3."""
    if request.param == "s3":
        use(app, request.getfixturevalue("s3"))
    yield request.param
    for name in list(store().names()):
        store().delete(name)


def test_a_part_is_read_as_it_was_written_and_is_gone_when_it_is_deleted(kept_in):
    name, content = uuid4(), os.urandom(700_000)

    store().put(name, "original", [content[:300_000], content[300_000:]])

    assert b"".join(store().blocks_of(name, "original")) == content
    assert (store().parts_of(name), list(store().names())) == (["original"], [name])
    store().delete(name)
    store().delete(name)
    assert (store().parts_of(name), list(store().names())) == ([], [])
    with pytest.raises(NoSuchPart):
        list(store().blocks_of(name, "original"))


def test_files_are_sent_and_looked_at_wherever_they_are_kept(kept_in, app, visitor):
    case = holder(visitor)
    add(visitor, case, file(picture()))
    send(visitor, case)
    (kept,) = files_of(case)

    assert visitor.client.get(f"/en/evidence/files/{kept.public_id}/1").data[:3] == b"\xff\xd8\xff"
    staff = officer(Visitor(app))
    assert staff.client.get(f"/en/staff/files/pages/{kept.public_id}/1/small").data[:3] == b"\xff\xd8\xff"


def test_a_store_that_is_away_is_said_and_nothing_is_half_kept(app, visitor):
    case = holder(visitor)
    use(app, "s3://k:s@portal-files/one?endpoint=http://127.0.0.1:9&region=eu-west-1")

    page = add(visitor, case, file(picture()))

    assert page.errors[0].endswith("We cannot store files right now. Send this one again in a few minutes.")
    assert files_of(case) == []
    with pytest.raises(StoreAway):
        list(store().names())


def test_nothing_of_a_file_stands_in_the_store_as_it_came(app, visitor, tmp_path):
    case, content = holder(visitor), picture("PNG")
    add(visitor, case, file(content))

    parts = [one.read_bytes() for one in (tmp_path / "files").rglob("*") if one.is_file()]

    assert len(parts) == 3
    assert not any(content[:16] in one or b"JFIF" in one for one in parts)
    assert uploads.part_of(files_of(case)[0], uploads.ORIGINAL) == content


def test_files_can_be_read_after_the_keys_were_rotated(app, visitor):
    case, content = holder(visitor), picture()
    add(visitor, case, file(content))
    settings = app.extensions["settings"]
    encryption.init_app(app, dataclasses.replace(settings, field_keys=(new_key(), *settings.field_keys)))
    app.extensions["settings"] = dataclasses.replace(settings, field_keys=(new_key(), *settings.field_keys))
    encryption.init_app(app, app.extensions["settings"])

    key_rotation.rotate(lambda _number: None)
    encryption.init_app(app, dataclasses.replace(settings, field_keys=app.extensions["settings"].field_keys[:1]))

    try:
        session.expire_all()
        assert uploads.part_of(files_of(case)[0], uploads.ORIGINAL) == content
    finally:
        encryption.init_app(app, settings)


@pytest.mark.parametrize("size", [0, 1, file_encryption.CHUNK_BYTES, 3 * file_encryption.CHUNK_BYTES + 5])
def test_what_is_encrypted_in_chunks_is_decrypted_and_nothing_else(size):
    key, content = file_encryption.new_key(), os.urandom(size)
    sealed = b"".join(file_encryption.encrypted(key, "page-1", [content]))

    assert b"".join(file_encryption.decrypted(key, "page-1", [sealed])) == content
    for other in (
        sealed[:-1],
        sealed + b"x",
        bytes([sealed[0] ^ 1]) + sealed[1:],
        sealed[: -file_encryption.CHUNK_BYTES - 16],
    ):
        with pytest.raises(file_encryption.Altered):
            list(file_encryption.decrypted(key, "page-1", [other]))
    with pytest.raises(file_encryption.Altered):
        list(file_encryption.decrypted(key, "page-2", [sealed]))


def test_files_come_back_with_a_backup(app, visitor, tmp_path):
    case, content = holder(visitor), picture()
    add(visitor, case, file(content))
    send(visitor, case)
    name, engine = files_of(case)[0].public_id, app.extensions["engine"]
    session.remove()
    done = backups.backup(engine, tmp_path / "backup.zip", clock.now(), lambda _number: None)
    shutil.rmtree(tmp_path / "files")
    orphan = uuid4()
    store().put(orphan, "original", [b"later"])

    session.remove()
    backups.restore(engine, tmp_path / "backup.zip", lambda _number: None, replace=True)

    assert done.files == 1
    assert list(store().names()) == [name]
    assert uploads.part_of(files_of(case)[0], uploads.ORIGINAL) == content


def test_a_restore_that_fails_leaves_the_store_as_it_was(app, visitor, tmp_path, monkeypatch):
    case = holder(visitor)
    add(visitor, case, file(picture()))
    engine = app.extensions["engine"]
    session.remove()
    backups.backup(engine, tmp_path / "backup.zip", clock.now(), lambda _number: None)
    shutil.rmtree(tmp_path / "files")
    other = uuid4()
    store().put(other, "original", [b"x"])

    def fail(*_what):
        raise Unfit("no")

    monkeypatch.setattr(backups.ENGINES[engine.name], "load", fail)
    with pytest.raises(Unfit):
        backups.restore(engine, tmp_path / "backup.zip", lambda _number: None, replace=True)

    assert list(store().names()) == [other]
    assert session.scalars(select(SentDocument)).all()


@pytest.mark.parametrize("url", ["", "s3://bucket/folder", "s3://k:s@bucket?endpoint=https://s3.example.org"])
def test_an_address_of_a_store_is_taken(url):
    assert parsing.files_url({"PORTAL_FILES_URL": url}) == url


@pytest.mark.parametrize("url", ["/folder", "s3://", "s3://key@bucket", "s3://bucket?color=red", "gs://bucket"])
def test_an_address_that_is_no_store_stops_the_start(url):
    with pytest.raises(SettingsError, match="PORTAL_FILES_URL must be"):
        parsing.files_url({"PORTAL_FILES_URL": url})
