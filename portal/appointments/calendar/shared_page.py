"""What makes the calendar cheap: it wraps the view from outside, and taken away changes nothing but the price.

Everyone who looks at a post's calendar without an appointment sees the same page but for case number, last day and
address. It is rendered and compressed once for all, given out for at most a quarter of a second (that of the free
times and that of a person's page together), and form token and one-time key are put into every answer
(docs/decisions/speed.md).
"""

import re
from dataclasses import replace
from functools import wraps
from threading import Condition, Lock
from uuid import UUID, uuid4

from cachetools import TTLCache, cached
from flask import request

from portal import clock
from portal.appointments import operations
from portal.appointments.calendar import recent_offers
from portal.appointments.calendar.gzip_pieces import Afresh, Piece, answer
from portal.appointments.calendar.page import TimePage
from portal.appointments.forms import TimeForm
from portal.i18n.locale import current
from portal.web import session_end
from portal.web.csrf import masked_token
from portal.web.identity import current_user

PAGE_SECONDS = 0.1
MOST_PAGES, MOST_SHARED = 4096, 512

# What stands in a page made in advance where each answer has something of its own.
TOKEN, KEY = "form-token-goes-here", "form-key-goes-here"
OWN = (TOKEN, KEY, session_end.PLACE)
NUMBER, LAST_DAY = "case-number-goes-here", "last-day-goes-here"
CASE = UUID("00000000-0000-4000-8000-00000000ca5e")
_OF_AN_ANSWER = re.compile(f"({'|'.join(OWN)})")
_OF_A_CASE = re.compile(f"{NUMBER}|{LAST_DAY}|{CASE}")
_pages: TTLCache[tuple, list] = TTLCache(MOST_PAGES, PAGE_SECONDS)
_pages_lock = Lock()


def made_once(view):
    """Wrap the view of a calendar that returns a TimePage or another answer: render it once for many people."""

    @wraps(view)
    def wrapper(case_id):
        key = current_user.account_id, case_id, current(), request.query_string
        pieces = _kept(key)
        if pieces is not None:
            return _answered(pieces, uuid4())
        page = view(case_id)
        if not isinstance(page, TimePage):
            return page
        if not _is_alike_for_all(page):
            return page.html()
        pieces = _pieces_of(page)
        if request.method == "GET":
            with _pages_lock:
                _pages[key] = pieces
        return _answered(pieces, page.form.key)

    return wrapper


def refuses_at_once(book):
    """Wrap what books a time for a case: where the slot was seen without a seat, ask before a turn to write.

    A hint alone refuses no one. Most clicks of a herd end here.
    """

    @wraps(book)
    def wrapper(case_id, form):
        slot_id = form.slot.data
        if recent_offers.seems_gone(slot_id):
            operations.require_room(current_user.account_id, case_id, slot_id, clock.now())
        try:
            return book(case_id, form)
        except operations.SlotTaken:
            recent_offers.note_gone(slot_id)
            raise

    return wrapper


def _kept(key):
    """Return the page that was kept for whoever looks; whoever sends a form changes something, and gets a new one."""
    with _pages_lock:
        if request.method == "GET":
            return _pages.get(key)
        _pages.pop(key, None)
        return None


def forget():
    """Make every page again: for tests."""
    with _pages_lock:
        _pages.clear()
    _shared.cache_clear()
    recent_offers.forget()


def _is_alike_for_all(page):
    errors = [*page.form.slot.errors, *page.form.form_key.errors]
    return page.live is None and all(error is operations.SlotTaken.message for error in errors)


def _pieces_of(page):
    """Return a page as a list: pieces, and marks where an answer has something of its own."""
    # The address is a part of the page: its links to other languages repeat what was asked for.
    shared = _shared(page, current(), request.query_string)
    own = {NUMBER: page.number, str(CASE): str(page.case_id), LAST_DAY: page.last_day}
    return [_owned(part, own) for part in shared]


def _key(page, language, query):
    # The offer is compared by being the same: a page made from it is as old as the times it was made from.
    return page.offer, page.post.id, bool(page.last_day), bool(page.form.slot.errors), language, query


@cached(TTLCache(MOST_SHARED, recent_offers.TIMES_SECONDS), key=_key, condition=Condition())
def _shared(page, _language, _query):
    """Return the page of no one as a list: pieces, and text with marks where a case or an answer has its own."""
    form = TimeForm(formdata=None, token=TOKEN)
    form.form_key.data = KEY
    form.slot.errors = list(page.form.slot.errors)
    nobodys = replace(page, number=NUMBER, case_id=CASE, last_day=page.last_day and LAST_DAY, form=form)
    html = nobodys.html().replace(str(page.case_id), str(CASE))
    parts = _OF_AN_ANSWER.split(html)
    return [part if part in OWN or _OF_A_CASE.search(part) else Piece(part) for part in parts]


def _owned(part, own):
    if isinstance(part, Piece) or part in OWN:
        return part
    return Piece(_OF_A_CASE.sub(lambda found: own[found[0]], part))


def _answered(pieces, key):
    own = {TOKEN: masked_token, KEY: lambda: str(key), session_end.PLACE: session_end.line}
    return answer([part if isinstance(part, Piece) else Afresh(own[part]()) for part in pieces])
