"""What a file is by its content, and what it must not be besides."""

import re
import zlib

PDF, JPEG, PNG, HEIC = "pdf", "jpeg", "png", "heic"
_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_FIRST_BYTES = 1024
_END_OF_ZIP = b"PK\x05\x06"
_LONGEST_ZIP_COMMENT = 65_557
_MARKUP = re.compile(rb"<\s*(?:html|script|svg|!doctype|iframe|\?php)", re.IGNORECASE)
# Whatever runs, opens something else or carries another file (ISO 32000: 7.11.4, 12.6.4); XFA forms are programs.
_PROGRAM = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)(?![A-Za-z])")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT_STREAM = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)
_MOST_STREAMS, _MOST_UNPACKED = 2000, 2 * 1024 * 1024
_END_OF_PDF = b"%%EOF"


class Refused(Exception):
    """The file is not taken; the text is a word of page_pictures.REFUSALS."""


def kind_of(data):
    """Return what a file is by its first bytes; raises Refused("kind") for anything that is not taken."""
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[4:8] == b"ftyp" and data[8:12] in _BRANDS:
        return HEIC
    raise Refused("kind")


def require_one_kind(data, kind):
    """Raise Refused("two_kinds") where another program would read the file as something else."""
    first = data[:_FIRST_BYTES]
    if (kind != PDF and b"%PDF-" in first) or _MARKUP.search(first) or _is_zip(data):
        raise Refused("two_kinds")


def require_whole_pdf(data):
    """Raise Refused("unreadable") where a PDF has no end: its last pages would be missing without a word."""
    if _END_OF_PDF not in data[-2 * _FIRST_BYTES :]:
        raise Refused("unreadable")


def require_no_program(data):
    """Raise Refused("program") where a PDF has scripts, starts something, or carries other files.

    The pictures are made without running any of it; what is kept beside them must not run elsewhere either.
    """
    if any(_PROGRAM.search(_HEX.sub(_byte, text)) for text in _texts(data)):
        raise Refused("program")


def _texts(data):
    yield data
    for number, found in enumerate(_OBJECT_STREAM.finditer(data)):
        if number == _MOST_STREAMS:
            raise Refused("too_much")
        try:
            yield zlib.decompressobj().decompress(data[found.end() :], _MOST_UNPACKED)
        except zlib.error:
            continue


def _byte(found):
    return bytes([int(found[1], 16)])


def _is_zip(data):
    """Say whether the file ends as a ZIP ends: its comment reaches just to the end."""
    tail = data[-_LONGEST_ZIP_COMMENT:]
    at = tail.rfind(_END_OF_ZIP)
    while at >= 0:
        length = int.from_bytes(tail[at + 20 : at + 22], "little")
        if len(tail) - at >= 22 and at + 22 + length <= len(tail):
            return True
        at = tail.rfind(_END_OF_ZIP, 0, at)
    return False
