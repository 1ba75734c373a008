"""Confirmation pages as PDF: accessible, in any of the eight languages, with fonts of our own."""

import json
import threading
from functools import cache
from pathlib import Path

import typst

from portal.paper.glyphs import FONTS, printable

HERE = Path(__file__).parent
STANDARD = "ua-1"

_own = threading.local()


def confirmation_page(data):
    """Return the confirmation page of an appointment as PDF.

    data: what confirmation.typ shows, as plain lists, dicts and texts (portal.appointments.documents);
    characters that no font has are shown as "?".
    """
    return _made("confirmation.typ", data)


def courier_page(data):
    """Return the confirmation page of a package as PDF, as above: courier.typ, portal.courier.documents."""
    return _made("courier.typ", data)


def _made(template, data):
    told = {"data": json.dumps(_printable(data))}
    return _compiler(template).compile(format="pdf", sys_inputs=told, pdf_standards=[STANDARD])


def _printable(data):
    if isinstance(data, str):
        return printable(data)
    if isinstance(data, dict):
        return {key: _printable(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_printable(value) for value in data]
    return data


def _compiler(template):
    # One for each thread: a compiler that is in use refuses a second caller.
    own = vars(_own)
    if template not in own:
        own[template] = typst.Compiler(HERE / template, root=HERE, font_paths=_fonts(), ignore_system_fonts=True)
    return own[template]


@cache
def _fonts():
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
