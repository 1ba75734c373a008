"""The cost of translation for a page: CPU time in process, in Khmer, in English, and with untranslated texts."""

import io
import statistics
import sys
import time
from contextlib import contextmanager

from markupsafe import Markup

from portal.appointments.calendar import shared_page
from portal.i18n import locale

BATCH_SECONDS = 0.25
VARIANTS = ("km", "untranslated", "en")


def costs(portal, person, rounds):
    """Return the milliseconds of CPU time of each page, by page and variant; medians of rounds.

    The calendar is rendered for every call: a cached one is translated already.
    """
    app = portal.application()
    plain = portal.application()
    plain.jinja_env.globals.update(gettext=_as_it_is, ngettext=_one_or_many, _=_as_it_is)
    pages = {"calendar": person.calendar, "front": "/"}
    try:
        return {name: _page_costs(app, plain, path, person.cookie, rounds) for name, path in pages.items()}
    finally:
        for made in (app, plain):
            made.extensions["engine"].dispose()


def _page_costs(app, plain, path, cookie, rounds):
    calls = {
        "km": lambda: _call(app, f"/km{path}", cookie),
        "untranslated": lambda: _call(plain, f"/km{path}", cookie),
        "en": lambda: _call(app, f"/en{path}", cookie),
    }
    number = _enough(calls["km"])
    taken = {variant: [] for variant in VARIANTS}
    for turn in range(rounds):
        for variant in VARIANTS[:: 1 if turn % 2 == 0 else -1]:
            with _texts(untranslated=variant == "untranslated"):
                taken[variant].append(_batch(calls[variant], number))
    return {variant: statistics.median(found) for variant, found in taken.items()}


def _enough(call):
    """Warm up, and return how many calls fill a batch."""
    for _ in range(5):
        call()
    return max(5, int(BATCH_SECONDS * 1000 / _batch(call, 5)))


def _batch(call, number):
    call()
    began = time.process_time()
    for _ in range(number):
        call()
    return (time.process_time() - began) / number * 1000


def _call(app, path, cookie):
    shared_page.forget()
    said = []
    environment = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": cookie,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    answer = app(environment, lambda status, _headers, _error=None: said.append(status))
    for _part in answer:
        pass
    if hasattr(answer, "close"):
        answer.close()
    assert said == ["200 OK"], said


@contextmanager
def _texts(untranslated):
    """Let Python code, too, find every text untranslated inside the block."""
    catalogue = locale._catalogue
    if untranslated:
        locale._catalogue = lambda _code: catalogue(locale.DEFAULT)
    try:
        yield
    finally:
        locale._catalogue = catalogue


def _as_it_is(text, /, **values):
    return Markup(text) % values if values else Markup(text % {})


def _one_or_many(one, many, count, /, **values):
    return Markup(one if count == 1 else many) % {"num": count, **values}
