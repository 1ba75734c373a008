"""Cached page fragments, each compressed only once, joined into one gzip stream (docs/decisions/speed.md).

A gzip stream can be joined from parts that end on a whole byte and refer to nothing before them. Secret or random
values of each response (form token, idempotency key) are put between the parts
uncompressed: they are never compressed together with the rest of the page, so its length reveals nothing (BREACH).
"""

import struct
import zlib
from functools import cached_property, lru_cache

from flask import Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

LEVEL = 9
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_END = b"\x03\x00"


class Piece:
    """A fragment of a page that is used in many responses."""

    def __init__(self, text):
        self.plain = text.encode()

    @cached_property
    def packed(self):
        """The fragment in raw deflate, ending on a whole byte, without references to earlier data."""
        packing = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        return packing.compress(self.plain) + packing.flush(zlib.Z_FULL_FLUSH)


class Afresh:
    """A fragment of one response only."""

    def __init__(self, text):
        self.plain = text.encode()

    @property
    def packed(self):
        """The fragment in raw deflate, uncompressed."""
        length = len(self.plain)
        return struct.pack("<BHH", 0, length, length ^ 0xFFFF) + self.plain


def answer(pieces):
    """Return fragments as one response, in gzip if the browser accepts it."""
    parts = list(pieces)
    plain = b"".join(part.plain for part in parts)
    headers = {"Content-Type": "text/html; charset=utf-8"}
    if takes_gzip(request.headers.get("Accept-Encoding", "")):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        ending = struct.pack("<II", zlib.crc32(plain), len(plain))
        plain = b"".join((_HEADER, *(part.packed for part in parts), _END, ending))
    return Response(plain, headers=headers, direct_passthrough=True)  # compressed already


@lru_cache(maxsize=256)
def takes_gzip(accepted):
    """Say whether an Accept-Encoding header allows gzip."""
    return parse_accept_header(accepted, Accept).quality("gzip") > 0
