"""Pictures of the pages of a file that someone sent, made by a child process with bounds of memory and time."""

import json
from contextlib import closing
from dataclasses import dataclass

from portal.cases.importing.bounded_process import child, one_of_few
from portal.i18n.locale import _l
from portal.settings.settings import ROOT
from portal.web.errors import PortalError

MOST_PAGES = 50
LONGEST, LONGEST_SMALL = 2000, 360  # pixels
MOST_PIXELS = {"jpeg": 120_000_000, "png": 50_000_000, "heic": 60_000_000}
MEMORY_BYTES, CPU_SECONDS, SECONDS = 1024 * 1024 * 1024, 40, 90
MOST_PICTURE_BYTES = 8 * 1024 * 1024
_LONGEST_LINE = 200
_FOLDER = str(ROOT / "portal" / "evidence")
_CHILD = f"import sys; sys.path.append({_FOLDER!r}); from picturing.child import main; main()"
_QUESTION = {
    "most_pages": MOST_PAGES,
    "longest": LONGEST,
    "longest_small": LONGEST_SMALL,
    "most_pixels": MOST_PIXELS,
    "memory_bytes": MEMORY_BYTES,
    "cpu_seconds": CPU_SECONDS,
}


class FileRefused(PortalError):
    """A file is not taken; the message says why, and what to do."""


class PicturesBusy(FileRefused):
    message = _l("Many files are being opened right now. Send this one again in a minute.")


TOO_MUCH = _l("Opening this file takes too long. Print it to a new PDF, or photograph each page.")
UNREADABLE = _l(
    "We could not open this file. It may be damaged, or not all of it arrived. Send it again, or photograph the paper."
)
REFUSALS = {
    "kind": _l("This is not a kind of file that we can show. Send a PDF, JPEG, PNG or HEIC file."),
    "two_kinds": _l(
        "This file contains something besides the document. Photograph the paper, or save it as a new PDF, and send "
        "that."
    ),
    "program": _l(
        "This PDF contains a program, a form that calculates, or another file. Open it, print it to a new PDF, and "
        "send that. Or photograph each page."
    ),
    "password": _l("This PDF is locked with a password. Save it without the password, and send it again."),
    "pages": _l("This PDF has more than 50 pages. Split it into parts, and send each part."),
    "pixels": _l("This picture is too large to open. Take it again with a lower resolution."),
    "unreadable": UNREADABLE,
    "too_much": TOO_MUCH,
}


@dataclass(frozen=True)
class PagePicture:
    """One page: its number from 1, and two JPEGs of it."""

    number: int
    large: bytes
    small: bytes


@dataclass
class Told:
    """What a file was found to be, once all its pictures were taken."""

    kind: str = ""
    pages: int = 0


def pictures_of(file, told):
    """Yield a PagePicture for each page of an open file with a number of its own, and fill in what it is.

    Raises FileRefused; what was yielded before is then worth nothing.
    """
    with one_of_few("pictures", PicturesBusy), child(_CHILD, file, _QUESTION, SECONDS) as said:
        with closing(_read(said)) as answers:
            for answer, large, small in answers:
                if "refused" in answer:
                    raise FileRefused(REFUSALS.get(answer["refused"], UNREADABLE))
                if "end" in answer:
                    told.kind, told.pages = answer["kind"], answer["end"]
                    return
                yield PagePicture(answer["page"], large, small)
        raise FileRefused(TOO_MUCH)


def _read(said):
    """Yield what the child says, with the bytes that follow; ends where it ends, or says what it would not say."""
    while line := said.readline(_LONGEST_LINE):
        try:
            answer = json.loads(line)
        except ValueError:
            return
        sizes = [answer.get("bytes", 0), answer.get("small", 0)]
        if max(sizes) > MOST_PICTURE_BYTES:
            return
        parts = [said.read(size) for size in sizes]
        if [len(part) for part in parts] != sizes:
            return
        yield answer, *parts
