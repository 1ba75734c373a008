"""QR codes of signed codes: as a drawing in a page, and as an image file for the PDF."""

from dataclasses import dataclass
from functools import lru_cache

import segno
from flask import current_app

ADDRESS = "/V/"
LEVEL = "q"
QUIET = 4
MASK = 3


@dataclass(frozen=True)
class Drawing:
    """A QR code as lines one module high: the side of its square in modules, quiet zone included, and its path."""

    side: int
    path: str

    @property
    def file(self):
        """The drawing as an SVG file, black on white."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.side} {self.side}">'
            f'<path fill="#fff" d="M0 0h{self.side}v{self.side}h-{self.side}z"/>'
            f'<path stroke="#000" d="{self.path}"/></svg>'
        )


def address_of(code):
    """Return the short address of a code, in characters that a QR code encodes compactly."""
    return current_app.extensions["settings"].public_url.upper() + ADDRESS + code


def drawing_of(code):
    """Return the QR code of a code's address."""
    return _drawn(address_of(code))


def drawing_of_text(text):
    """Return a QR code of any text. It is not cached: the text may be a secret."""
    return _drawing(segno.make(text, error=LEVEL, micro=False))


@lru_cache(maxsize=1024)
def _drawn(text):
    # Choosing the mask ourselves saves four fifths of the time; a signature looks random under any mask.
    return _drawing(segno.make(text, error=LEVEL, micro=False, mask=MASK))


def _drawing(made):
    drawn = made.svg_inline(omitsize=True, border=QUIET)
    return Drawing(side=int(made.symbol_size(border=QUIET)[0]), path=drawn.rpartition(' d="')[2].partition('"')[0])
