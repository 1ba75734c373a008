"""Lazy imports of libraries that take much memory and that most requests never need: `lazy_imports.openpyxl`.

A process that only serves calendars and bookings never loads them. Measured memory of each in a process (MiB): the
commands and their dependencies 9, zxcvbn 12, openpyxl and typst 7 each, webauthn 5, redis 4, holidays and icalendar
take 3 each.
"""

from importlib import import_module
from typing import Any

MODULES = {
    "commands": "portal.commands",
    "fsspec": "fsspec",
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
