"""The file of a backup: a zip with a description, and the output of the database engine.

It can be opened without the portal: `portal.db` is an SQLite database, `portal.dump` is for pg_restore, and
`tables/*.copy`, in backups of earlier releases, are outputs of PostgreSQL's COPY.
"""

import json
import os
import tempfile
import zipfile
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path

from portal.observability import operator_messages
from portal.security.private_file import private

FORMATS = (1, 2)  # 2: the output of pg_dump
DESCRIPTION = "backup.json"
BLOCK_BYTES = 1 << 20


class Unfit(Exception):
    """This backup cannot be made or restored; the text is a sentence that says why."""


class ProgramFailed(Unfit):
    """A program of the database ended with an error: the database itself may be damaged."""


@contextmanager
def new_archive(path):
    """A zip to write that gets its name only when it is complete, on disk, and has been read back."""
    path = Path(path)
    if path.exists() and not path.is_file():
        raise Unfit(f"The file {path} is there already, and is no file.")
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(aside, "x+b", opener=private) as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                yield archive
            file.flush()
            os.fsync(file.fileno())
        _require_whole(aside)
        os.replace(aside, path)
        sync_folder(path.parent)
    except OSError as error:
        error.filename = str(path)  # the requested file, not the temporary one beside it
        raise Unfit(operator_messages.sentence_of(error)) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def describe(archive, description):
    """Write the description of a backup."""
    archive.writestr(DESCRIPTION, json.dumps({"format": FORMATS[0], **description}, indent=1))


@contextmanager
def open_archive(path):
    """Open a zip for reading; yield it and its description. Raises Unfit if it is not a backup."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive, _description(archive, path)
    except (EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise Unfit(f"{path} is no backup of the portal, or it is damaged. Nothing was changed.") from error


def write_member(archive, name, blocks, *, is_packed=False):
    """Write a stream of blocks into a zip; if it is compressed already, it is stored as it is."""
    with archive.open(zipfile.ZipInfo(name) if is_packed else name, "w", force_zip64=True) as member:
        for block in blocks:
            member.write(block)


def file_beside(archive):
    """Return a temporary file in the folder of a backup, readable only by its owner."""
    return tempfile.NamedTemporaryFile(dir=Path(archive.fp.name).parent, prefix=".portal-backup-")


def blocks_of(file):
    """Yield the blocks of an open file."""
    while block := file.read(BLOCK_BYTES):
        yield block


def sync_folder(folder):
    """Flush a new name in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _description(archive, path):
    try:
        description = json.loads(archive.read(DESCRIPTION))
        is_known = description["format"] in FORMATS
    except (ValueError, KeyError, TypeError) as error:
        raise Unfit(f"{path} is no backup of the portal.") from error
    if not is_known:
        raise Unfit(f"{path} was made by a newer release: restore it with that one.")
    return description


def _require_whole(path):
    with zipfile.ZipFile(path) as archive:
        broken = archive.testzip()
    if broken:
        raise Unfit(f"{broken} does not read back as it was written: the disk is not to be trusted.")
