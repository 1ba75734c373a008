"""How many requests run Python at the same time: semaphores, in the order of arrival (docs/decisions/gate.md).

Threads that run Python at once wait for each other at the interpreter's lock. A thread has a place while it works on
a request; it gives it away for what takes seconds, and steps aside for what runs outside of Python, such as a hash.
Forms have all places but one: who only reads never waits behind a crowd that sends.
"""

import threading
from contextlib import contextmanager

from portal.database.fair_semaphore import Turns

PLACES, FORMS = 4, 3
_places, _forms = Turns(PLACES), Turns(FORMS)
_own = threading.local()


@contextmanager
def place(*, form=False):
    """Have a place for the time of the block, or until leave(); form: among those of forms."""
    _take(form)
    try:
        yield
    finally:
        leave()


def leave():
    """Give the place of this thread to others, for what takes seconds; leaving twice is leaving once."""
    form, _own.form = _form(), None
    if form is not None:
        _places.release()
    if form:
        _forms.release()


@contextmanager
def aside():
    """Let others have the place of this thread, if it has one, for the time of the block."""
    form = _form()
    leave()
    try:
        yield
    finally:
        if form is not None:
            _take(form)


def _take(form):
    if form:
        _forms.acquire()
    _places.acquire()
    _own.form = form


def _form():
    """Return whether the place of this thread is among those of forms, None where it has none."""
    return getattr(_own, "form", None)
