"""What takes much memory and most requests never need: loaded at the first use, as `lazy_imports.openpyxl`.

A worker that only serves looks and bookings never holds it. What each takes of a process is measured (MiB): the
commands and what they stand on 9, zxcvbn 12, openpyxl and typst 7 each, webauthn 5, redis 4, holidays and icalendar
3 each.
"""

from importlib import import_module
from typing import Any

MODULES = {
    "commands": "portal.commands",
    "holidays": "holidays",
    "icalendar": "icalendar",
    "openpyxl": "openpyxl",
    "redis": "redis",
    "typst": "typst",
    "webauthn": "webauthn",
    "zxcvbn": "zxcvbn",
}


def __getattr__(name: str) -> Any:
    if name not in MODULES:
        raise AttributeError(name)
    return import_module(MODULES[name])
