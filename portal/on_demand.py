"""Libraries that take much memory, for pages that few ask for: loaded at the first use, as `on_demand.openpyxl`.

A worker that only serves looks and bookings never holds them. What a start costs without them is measured (MiB):
zxcvbn 12, openpyxl 7, redis 4, holidays 3.
"""

from importlib import import_module
from typing import Any

LIBRARIES = ("holidays", "openpyxl", "redis", "zxcvbn")


def __getattr__(name: str) -> Any:
    if name not in LIBRARIES:
        raise AttributeError(name)
    return import_module(name)
