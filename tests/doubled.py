"""One form sent twice at the same instant: a double click."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from portal.database.transactions import session

PATIENCE_SECONDS = 2


def let_both_look_first(monkeypatch, module, name):
    """Make two callers of a function wait for each other: both have read before either writes.

    On SQLite, where the second waits for the write lock before it reads, the first continues alone after a while.
    """
    both, real = threading.Barrier(2), getattr(module, name)

    def wait(*values, **named):
        with suppress(threading.BrokenBarrierError):
            both.wait(PATIENCE_SECONDS)
        return real(*values, **named)

    monkeypatch.setattr(module, name, wait)


def send_twice(app, visitors, path, form):
    """Send the same form as two visitors at once, each with a token of their own; returns the answers.

    path: the action, or one for each visitor; form: a page that each visitor was shown, with the entered values.
    """
    session.rollback()
    paths = [path] * len(visitors) if isinstance(path, str) else path

    def send(one):
        visitor, address, fields = one
        with app.app_context():
            return visitor.client.post(address, data=fields)

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(send, zip(visitors, paths, form, strict=True)))
