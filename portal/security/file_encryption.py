"""Files at rest: each under a random key of its own, in chunks, so that neither writing nor reading holds a whole file.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) with AES-256-GCM: chunks that are cut off,
swapped or taken from another file do not decrypt. The key of a file stands in the database as EncryptedBytes:
`keys rotate` brings it under the newest field key, and the files stay as they are.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BITS = 256
CHUNK_BYTES = 256 * 1024
PREFIX_BYTES, TAG_BYTES = 7, 16
_MIDDLE, _LAST = b"\x00", b"\x01"


class Altered(Exception):
    """A file is not as it was written, or under another key."""


def new_key():
    """Return a random key for one file."""
    return AESGCM.generate_key(KEY_BITS)


def encrypted(key, name, blocks):
    """Yield blocks of plain bytes encrypted; name: what else the key is used for has another one."""
    cipher, prefix = AESGCM(key), os.urandom(PREFIX_BYTES)
    yield prefix
    for number, chunk, is_last in _chunks(blocks, CHUNK_BYTES):
        yield cipher.encrypt(_nonce(prefix, number, is_last), chunk, name.encode())


def decrypted(key, name, blocks):
    """Yield the plain bytes of what encrypted gave; raises Altered where that is not what is there."""
    cipher, prefix = AESGCM(key), b""
    for number, chunk, is_last in _chunks(blocks, CHUNK_BYTES + TAG_BYTES, PREFIX_BYTES):
        if number == 0:
            prefix, chunk = chunk[:PREFIX_BYTES], chunk[PREFIX_BYTES:]
        try:
            yield cipher.decrypt(_nonce(prefix, number, is_last), chunk, name.encode())
        except (InvalidTag, ValueError) as error:
            raise Altered(name) from error


def _nonce(prefix, number, is_last):
    return prefix + number.to_bytes(4, "big") + (_LAST if is_last else _MIDDLE)


def _chunks(blocks, size, more=0):
    """Yield number, bytes and whether they are the last; all but the last have one size, the first so many more."""
    held, number, wanted = bytearray(), 0, size + more
    for block in blocks:
        held += block
        while len(held) > wanted:
            yield number, bytes(held[:wanted]), False
            del held[:wanted]
            number, wanted = number + 1, size
    yield number, bytes(held), True
