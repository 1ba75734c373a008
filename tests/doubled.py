"""One form sent twice at the same instant: a doubled click."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from portal.db import session

PATIENCE_SECONDS = 2


def let_both_look_first(monkeypatch, module, name):
    """Let two callers of a function wait for each other: both have looked before either writes.

    On SQLite, where one waits its turn before it looks, the other goes on alone after a while.
    """
    both, real = threading.Barrier(2), getattr(module, name)

    def wait(*values):
        with suppress(threading.BrokenBarrierError):
            both.wait(PATIENCE_SECONDS)
        return real(*values)

    monkeypatch.setattr(module, name, wait)


def send_twice(app, visitors, path, form):
    """Send the same form as two visitors at once, each with a token of their own; gives the answers.

    form: a page that each visitor was shown, with what is typed into it.
    """
    session.rollback()

    def send(pair):
        visitor, fields = pair
        with app.app_context():
            return visitor.client.post(path, data=fields)

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(send, zip(visitors, form, strict=True)))
