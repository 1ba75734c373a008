"""The files that applicants sent, in a backup: as they are in the store, encrypted, under `files/<name>/<part>`.

They are read after the database: whatever its copy names is in the store for a day at least, deleted or not.
"""

import zipfile
from contextlib import contextmanager
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select

from portal.backups.archive import Unfit, blocks_of
from portal.database.transactions import reading
from portal.evidence.file_models import SentFile, UnwantedFile
from portal.evidence.file_store import StoreAway, store

FOLDER = "files/"
AWAY = "The store of files (PORTAL_FILES_URL) cannot be reached. Nothing was changed."


def dump(engine, archive, on_progress):
    """Write every file that the database names into an archive; return how many there are, for its description."""
    if not sa.inspect(engine).has_table(SentFile.__tablename__):
        return {"files": 0}
    names = _names()
    try:
        for name in names:
            for part in store().parts_of(name):
                _write(archive, name, part)
            on_progress(1)
    except StoreAway as error:
        raise Unfit(AWAY) from error
    return {"files": len(names)}


@contextmanager
def restored(archive):
    """Have the files of an archive in the store; what it does not hold is deleted once the block has ended well.

    Where the block fails, the store is as it was before.
    """
    try:
        before, brought = set(store().names()), _put(archive)
    except StoreAway as error:
        raise Unfit(AWAY) from error
    try:
        yield
    except BaseException:
        _delete(brought - before)
        raise
    _delete(before - brought)


def _names():
    with reading() as own:
        return sorted({*own.scalars(select(SentFile.public_id)), *own.scalars(select(UnwantedFile.public_id))})


def _write(archive, name, part):
    # Stored as it is: what is encrypted does not pack.
    member = zipfile.ZipInfo(f"{FOLDER}{name.hex}/{part}")
    with archive.open(member, "w", force_zip64=True) as file:
        for block in store().blocks_of(name, part):
            file.write(block)


def _put(archive):
    brought = set()
    for member in archive.namelist():
        if not member.startswith(FOLDER):
            continue
        _folder, hexadecimal, part = member.split("/")
        name = UUID(hexadecimal)
        with archive.open(member) as file:
            store().put(name, part, blocks_of(file))
        brought.add(name)
    return brought


def _delete(names):
    for name in names:
        store().delete(name)
