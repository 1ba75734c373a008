"""The store of files: a folder of the instance, or an S3-compatible store where several nodes serve.

What is in it is encrypted before it comes here (portal/security/file_encryption.py). A file is a name, a UUID, under
which several parts stand: "original", and the pictures of its pages. Nothing here is done inside of a transaction.
"""

import os
import shutil
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID, uuid4

from flask import current_app

from portal import lazy_imports
from portal.security.private_file import private

FOLDER = "files"
BLOCK_BYTES = 256 * 1024
S3_PART_BYTES = 5 * 1024 * 1024


class StoreAway(Exception):
    """The store cannot be reached, or refuses: nothing is said of what is in it."""


class NoSuchPart(Exception):
    """There is no such part in the store."""


def store():
    """Return the store that the settings name."""
    settings = current_app.extensions["settings"]
    if settings.files_url:
        return _bucket(settings.files_url)
    return LocalStore(settings.instance / FOLDER)


class LocalStore:
    """A store in a folder: two letters of the name, then the name, then the parts."""

    def __init__(self, folder):
        self._folder = Path(folder)

    def put(self, name, part, blocks):
        """Write a part; when this returns it is whole and on the disk (R4)."""
        place = self._place(name)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = place / f".{part}.{uuid4().hex}"
        try:
            with open(aside, "xb", opener=private) as file:
                for block in blocks:
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, place / part)
        finally:
            with suppress(OSError):
                aside.unlink(missing_ok=True)

    def blocks_of(self, name, part):
        """Yield the bytes of a part; raises NoSuchPart."""
        try:
            file = open(self._place(name) / part, "rb")  # noqa: SIM115 (closed below)
        except FileNotFoundError as error:
            raise NoSuchPart from error
        with file:
            while block := file.read(BLOCK_BYTES):
                yield block

    def parts_of(self, name):
        """Return the parts of a file that are there, by name."""
        place = self._place(name)
        return sorted(one.name for one in place.iterdir() if one.name[0] != ".") if place.is_dir() else []

    def delete(self, name):
        """Delete a file with all its parts; what is not there is deleted already."""
        shutil.rmtree(self._place(name), ignore_errors=True)

    def names(self):
        """Yield the names of all files."""
        for place in self._folder.glob("??/*"):
            with suppress(ValueError):
                yield UUID(place.name)

    def _place(self, name):
        return self._folder / name.hex[:2] / name.hex


class S3Store:
    """A store in a bucket of S3, or of what speaks its language, by fsspec."""

    def __init__(self, url):
        where = urlsplit(url)
        asked = parse_qs(where.query)
        keys = {"key": unquote(where.username), "secret": unquote(where.password or "")} if where.username else {}
        client = {name: asked[given][0] for name, given in _CLIENT.items() if given in asked}
        self._root = f"{where.hostname}{where.path.rstrip('/')}"
        self._files = lazy_imports.fsspec.filesystem(
            "s3",
            use_listings_cache=False,
            default_block_size=S3_PART_BYTES,
            client_kwargs=client,
            config_kwargs=_PATIENCE,
            **keys,
        )

    def put(self, name, part, blocks):
        """Write a part; when this returns the store has said that it has it."""
        with _plainly(), self._files.open(self._path(name, part), "wb") as file:
            for block in blocks:
                file.write(block)

    def blocks_of(self, name, part):
        """Yield the bytes of a part; raises NoSuchPart."""
        with _plainly(), self._files.open(self._path(name, part), "rb", cache_type="readahead") as file:
            while block := file.read(BLOCK_BYTES):
                yield block

    def parts_of(self, name):
        """Return the parts of a file that are there, by name."""
        with _plainly():
            return sorted(path.rpartition("/")[2] for path in self._files.find(self._path(name)))

    def delete(self, name):
        """Delete a file with all its parts; what is not there is deleted already."""
        with suppress(NoSuchPart), _plainly():
            self._files.rm(self._files.find(self._path(name)))

    def names(self):
        """Yield the names of all files."""
        with _plainly():
            found = self._files.find(self._root)
        for name in sorted({path.split("/")[-2] for path in found}):
            with suppress(ValueError):
                yield UUID(name)

    def _path(self, name, part=""):
        return f"{self._root}/{name.hex}/{part}".rstrip("/")


_PATIENCE = {"connect_timeout": 5, "read_timeout": 20, "retries": {"max_attempts": 1}}
_CLIENT = {"endpoint_url": "endpoint", "region_name": "region"}


class _plainly:  # noqa: N801 (read as a word of the `with` statement)
    """Say StoreAway or NoSuchPart for whatever the libraries below say."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _trace):
        if isinstance(error, FileNotFoundError):
            raise NoSuchPart from error
        if isinstance(error, OSError) or (kind is not None and kind.__module__.startswith(_LIBRARIES)):
            raise StoreAway(kind.__name__) from error


_LIBRARIES = ("botocore", "aiobotocore", "aiohttp", "s3fs")


@lru_cache(maxsize=4)
def _bucket(url):
    return S3Store(url)
