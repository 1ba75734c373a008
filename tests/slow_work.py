"""Detects slow work inside a writing transaction (R16), in every test.

Slow work is: a password hash, a PDF, sending a mail, a wait, and a file that the portal opens.
"""

import builtins
import smtplib
import sys
import threading
import time
import traceback
from functools import wraps

import argon2
import typst

from portal.database import engines

found: list[str] = []


def watch(patch):
    """Detect slow work inside a writing transaction from now on."""
    patch.setattr(argon2.PasswordHasher, "hash", _watched(argon2.PasswordHasher.hash))
    patch.setattr(argon2.PasswordHasher, "verify", _watched(argon2.PasswordHasher.verify))
    patch.setattr(typst, "Compiler", _watched_compiler(typst.Compiler))
    patch.setattr(smtplib.SMTP, "send", _watched(smtplib.SMTP.send))
    patch.setattr(time, "sleep", _watched(time.sleep, of_portal=True))
    patch.setattr(threading.Event, "wait", _watched(threading.Event.wait, of_portal=True))
    patch.setattr(builtins, "open", _watched(builtins.open, of_portal=True))


def _watched(slow, *, of_portal=False):
    @wraps(slow)
    def wrapper(*args, **kwargs):
        if engines.is_writing() and not (of_portal and not _asked_by_portal()):
            stack = "".join(traceback.format_stack(limit=12))
            found.append(f"{slow.__qualname__} while a transaction was open:\n{stack}")
        return slow(*args, **kwargs)

    return wrapper


def _watched_compiler(kind):
    class Watched:
        def __init__(self, *args, **kwargs):
            self._compiler = kind(*args, **kwargs)

        def __getattr__(self, name):
            attribute = getattr(self._compiler, name)
            return _watched(attribute) if name == "compile" else attribute

    return Watched


def _asked_by_portal():
    return sys._getframe(2).f_globals.get("__name__", "").startswith("portal.")


def taken():
    """Return what was detected since the last call."""
    noticed = found.copy()
    found.clear()
    return noticed
