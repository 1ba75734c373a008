"""A limit on concurrent requests: FIFO semaphores for threads that run Python (docs/decisions/gate.md).

Threads that run Python at once contend for the interpreter's lock (GIL). A thread holds a place while it works on
a request; it gives the place up for work that takes seconds, and lends it while it runs outside Python, such as
hashing.
Forms can take all places but one: a reader never waits behind a crowd that submits.
"""

import threading
from contextlib import contextmanager

from portal.database.fair_semaphore import Turns

PLACES, FORMS = 4, 3
_places, _forms = Turns(PLACES), Turns(FORMS)
_own = threading.local()


@contextmanager
def place(*, form=False):
    """Hold a place for the time of the block, or until leave(); form: one of the places for forms."""
    _take(form)
    try:
        yield
    finally:
        leave()


def leave():
    """Give up the place of this thread, for work that takes seconds; leaving twice has no effect."""
    form, _own.form = _form(), None
    if form is not None:
        _places.release()
    if form:
        _forms.release()


@contextmanager
def aside():
    """Lend the place of this thread, if it has one, to others for the time of the block."""
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
    """Return whether the place of this thread is one for forms, or None if it has no place."""
    return getattr(_own, "form", None)
