"""Confirmation pages as PDF: accessible, in any of the eight languages, with fonts of our own."""

import json
import threading
from functools import cache
from pathlib import Path

import typst

from portal.paper.glyphs import FONTS, printable

TEMPLATE = Path(__file__).parent / "confirmation.typ"
STANDARD = "ua-1"

_own = threading.local()


def confirmation_page(data):
    """Return a confirmation page as PDF.

    data: what confirmation.typ shows, as plain lists, dicts and texts (portal.appointments.documents);
    characters that no font has are shown as "?".
    """
    told = {"data": json.dumps(_printable(data))}
    return _compiler().compile(format="pdf", sys_inputs=told, pdf_standards=[STANDARD])


def _printable(data):
    if isinstance(data, str):
        return printable(data)
    if isinstance(data, dict):
        return {key: _printable(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_printable(value) for value in data]
    return data


def _compiler():
    # One for each thread: a compiler that is in use refuses a second caller.
    if not hasattr(_own, "compiler"):
        _own.compiler = typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=_fonts(), ignore_system_fonts=True)
    return _own.compiler


@cache
def _fonts():
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
