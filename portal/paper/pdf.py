"""Confirmation pages as PDF: accessible, in any of the eight languages, with the portal's own fonts."""

import json
from collections import deque
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from portal import lazy_imports
from portal.i18n.locale import gettext_noop
from portal.paper.bilingual import both, values_of
from portal.paper.glyphs import FONTS, is_printable, printable

HERE = Path(__file__).parent
STANDARD = "ua-1"
NOT_WHOLE = gettext_noop("Some letters in this name cannot be printed. They are in the passport.")

_idle: deque[Any] = deque()


def confirmation_page(data):
    """Return the confirmation page of an appointment as PDF.

    data: the content for confirmation.typ, as plain lists, dicts and texts (portal.appointments.appointment_papers).
    Characters that no font has are replaced by "…", with a sentence under a name.
    """
    return _made("confirmation.typ", data)


def courier_page(data):
    """Return the confirmation page of a package as PDF, as above: courier.typ, portal.courier.package_papers."""
    return _made("courier.typ", data)


def receipt_page(data):
    """Return a document receipt as PDF, as above, a page a copy: receipt.typ, portal.evidence.receipt_papers."""
    return _made("receipt.typ", data)


def _made(template, data):
    # As a file, not as an input of the compiler: new inputs clear its cache of layouts,
    # and a page differs from the last one in a few lines only (docs/decisions/paper-speed.md).
    files = {"main.typ": _source(template), "parts.typ": _source("parts.typ")}
    files["data.json"] = json.dumps(_printable(data)).encode()
    with _compiler() as compiler:
        return compiler.compile(input=files, format="pdf", pdf_standards=[STANDARD])


def _printable(data):
    if isinstance(data, str):
        return printable(data)
    if isinstance(data, dict):
        return {key: _printable(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [shown for value in data for shown in _with_word(value)]
    return data


def _with_word(value):
    """Return what the page shows for one item of a list: after a name with missing characters, a sentence about it."""
    shown = [_printable(value)]
    if isinstance(value, dict) and value.get("name") and not is_printable(value["text"]):
        shown += values_of(both(NOT_WHOLE), small=True)
    return shown


@contextmanager
def _compiler():
    """Lend a compiler from a pool to one caller, since it refuses a second one.

    The pool has as many as were needed at once.
    """
    try:
        compiler = _idle.pop()
    except IndexError:
        compiler = lazy_imports.typst.Compiler(root=HERE, font_paths=_fonts(), ignore_system_fonts=True)
    try:
        yield compiler
    finally:
        _idle.append(compiler)


@cache
def _source(name):
    return (HERE / name).read_bytes()


@cache
def _fonts():
    return lazy_imports.typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
