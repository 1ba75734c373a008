"""Pages put together from pieces made in advance, each compressed only once (docs/decisions/speed.md).

A gzip stream may be joined from parts that end on a whole byte and refer to nothing before them. What is
secret or drawn afresh for every answer (form token, one-time key) stands between the parts as it is,
uncompressed: no letter of it is ever compared with the rest of the page, so its length tells nothing (BREACH).
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
    """A part of a page that is given out many times."""

    def __init__(self, text):
        self.plain = text.encode()

    @cached_property
    def packed(self):
        """The part in raw deflate, ending on a whole byte, with nothing to refer back to."""
        packing = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        return packing.compress(self.plain) + packing.flush(zlib.Z_FULL_FLUSH)


class Afresh:
    """A part of one answer alone."""

    def __init__(self, text):
        self.plain = text.encode()

    @property
    def packed(self):
        """The part in raw deflate, uncompressed."""
        length = len(self.plain)
        return struct.pack("<BHH", 0, length, length ^ 0xFFFF) + self.plain


def answer(pieces):
    """Return pieces as one answer, packed where the browser takes gzip."""
    parts = list(pieces)
    plain = b"".join(part.plain for part in parts)
    headers = {"Content-Type": "text/html; charset=utf-8"}
    if takes_gzip(request.headers.get("Accept-Encoding", "")):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        ending = struct.pack("<II", zlib.crc32(plain), len(plain))
        plain = b"".join((_HEADER, *(part.packed for part in parts), _END, ending))
    return Response(plain, headers=headers, direct_passthrough=True)  # packed already


@lru_cache(maxsize=256)
def takes_gzip(accepted):
    """Say whether an Accept-Encoding header allows gzip."""
    return parse_accept_header(accepted, Accept).quality("gzip") > 0
