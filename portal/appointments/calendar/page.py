"""The calendar page, the most requested one, rendered once and cached for many people.

All who book for the first time at a post see the same page except for case number, last day and
address; it is at most a quarter of a second old. The form token and the idempotency key are inserted
into each response.
"""

import re
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid4

from flask import current_app, redirect, render_template, request, url_for

from portal import clock
from portal.appointments import operations
from portal.appointments.calendar import empty_calendar_counts, first_bookings
from portal.appointments.calendar import operations as calendar
from portal.appointments.calendar.gzip_pieces import Afresh, Piece, answer
from portal.appointments.calendar.short_cache import Fresh
from portal.appointments.forms import TimeForm
from portal.cases import operations as cases
from portal.cases.refusals.deadline import booking_last_day
from portal.i18n.babel_locales import babel_locale
from portal.i18n.locale import current, format_day, format_offset
from portal.posts.operations import today
from portal.slots import operations as slots
from portal.web import session_end
from portal.web.csrf import masked_token
from portal.web.identity import current_user

# Placeholders in a cached page for values of each response.
TOKEN, KEY = "form-token-goes-here", "form-key-goes-here"
OWN = (TOKEN, KEY, session_end.PLACE)
NUMBER, LAST_DAY = "case-number-goes-here", "last-day-goes-here"
CASE = UUID("00000000-0000-4000-8000-00000000ca5e")
_OF_AN_ANSWER = re.compile(f"({'|'.join(OWN)})")
_OF_A_CASE = re.compile(f"{NUMBER}|{LAST_DAY}|{CASE}")
_pages = Fresh()
_shared = Fresh()


def fresh_page(case_id):
    """Return the calendar page of a case of the signed-in user; raise NotFound for other cases (R5)."""
    made = _pages.get(_page_key(case_id), lambda: _made(case_id))
    return _answered(made, uuid4()) if isinstance(made, list) else made


def sold_out(case_id, form):
    """Return the page for a newcomer's click on a full slot, or None if a booking must be tried.

    Called before the click takes the write lock: most clicks of a herd end here.
    """
    slot_id, now = form.slot.data, clock.now()
    if not calendar.seems_gone(_engine_id(), slot_id):
        return None
    newcomer = operations.disappointed(current_user.account_id, case_id, slot_id, now)
    if newcomer is None:
        return None
    try:
        made = _for_newcomer(newcomer, now, error=str(operations.SlotTaken.message))
    except cases.MayNotBook:
        return None
    return _answered(made, form.key)


def refused(case_id, form, refusal):
    """Return the calendar page after a booking was refused."""
    if isinstance(refusal, operations.SlotTaken):
        calendar.note_gone(_engine_id(), form.slot.data)
    form.refused(form.slot, refusal)
    return sold_out(case_id, form) or page(cases.case_for(current_user, case_id), form)


def forget(case_id):
    """Remove the signed-in user's page from the cache, after a change."""
    _pages.forget(_page_key(case_id))


def forget_everything():
    """Clear the cache of pages: for tests."""
    _pages.forget()
    _shared.forget()
    calendar.forget_times()


def page(case, form):
    """Return the calendar page of a case, with a form's values and errors."""
    now = clock.now()
    live = operations.live_appointment(case, now)
    if live is not None and not operations.can_change(live, now):
        return redirect(url_for("appointments.confirmation", reference=live.reference), 303)
    try:
        cases.require_may_book(case, today(case.post, now))
    except cases.MayNotBook as refusal:
        return may_not_book(case, refusal)
    last_day = booking_last_day(case, today(case.post, now))
    offer = offer_of(case.post, last_day, now)
    _count_look(case, offer, now)
    shown_day = last_day and format_day(last_day, case.post)
    return _rendered(case.post, case.number, case.public_id, shown_day, offer, form, live)


def _made(case_id):
    """Return a page as fragments with placeholders between them, or another response."""
    newcomer = first_bookings.newcomer(current_user.account_id, case_id)
    if newcomer is not None:
        try:
            return _for_newcomer(newcomer, clock.now())
        except cases.MayNotBook:
            pass
    made = page(cases.case_for(current_user, case_id), _marked_form())
    return _in_pieces(made) if isinstance(made, str) else made


def _for_newcomer(newcomer, now, error=None):
    """Return the page of a first booking: common to all at a post except for number, last day and address."""
    post, day = newcomer.post, today(newcomer.post, now)
    cases.require_may_book(newcomer, day)
    last_day = booking_last_day(newcomer, day)
    offer = offer_of(post, last_day, now)
    _count_look(newcomer, offer, now)
    # The address is a part of the page: its links to other languages repeat the query.
    key = (_engine_id(), post.id, current(), request.query_string, offer, last_day is None, error)

    def make():
        form = _marked_form(error)
        html = _rendered(post, NUMBER, CASE, last_day and LAST_DAY, offer, form, None)
        return _in_pieces(html.replace(str(newcomer.public_id), str(CASE)))

    own = {NUMBER: newcomer.number, str(CASE): str(newcomer.public_id)}
    own[LAST_DAY] = format_day(last_day, post) if last_day else ""
    return [_owned(part, own) for part in _shared.get(key, make)]


def _in_pieces(html):
    """Return a page as a list: placeholders for a response's values, text for a case's, and cached fragments."""
    parts = _OF_AN_ANSWER.split(html)
    return [part if part in OWN or _OF_A_CASE.search(part) else Piece(part) for part in parts]


def _owned(part, own):
    if isinstance(part, Piece) or part in OWN:
        return part
    return Piece(_OF_A_CASE.sub(lambda found: own[found[0]], part))


def _answered(made, key):
    own = {TOKEN: masked_token, KEY: lambda: str(key), session_end.PLACE: session_end.line}
    return answer([part if isinstance(part, Piece) else Afresh(own[part]()) for part in made])


def _marked_form(error=None):
    form = TimeForm(formdata=None, token=TOKEN)
    form.form_key.data = KEY
    form.slot.errors = [error] if error else []
    return form


def _count_look(case, offer, now):
    if not offer.months and request.method == "GET":
        empty_calendar_counts.count(_engine_id(), case.post_id, today(case.post, now))


def _rendered(post, number, case_id, last_day, offer, form, live):
    now = clock.now()
    return render_template(
        "appointments/calendar.html",
        post=post,
        number=number,
        case_id=case_id,
        last_day=last_day,
        offer=offer,
        form=form,
        live=live,
        first_weekday=first_weekday(post),
        offset=format_offset(datetime.combine(offer.day, time(12), UTC), post) if offer.day else "",
        next_release=None if offer.months else slots.next_release(post.id, now),
    )


def may_not_book(case, refusal):
    """Return the page that says why a case needs no appointment, and what to do."""
    last_day = booking_last_day(case, today(case.post, clock.now()))
    return render_template("appointments/may_not_book.html", case=case, kind=refusal.kind, last_day=last_day)


def offer_of(post, last_day, now):
    """Return a post's offer, opened on the day in the address; last_day: the last day of the case's twelve months."""
    weekday = first_weekday(post)
    return calendar.offer(_engine_id(), post, now, day=_day_asked_for(), last_day=last_day, first_weekday=weekday)


def first_weekday(post):
    """Return the weekday on which a week begins in the post's country, 0 for Monday."""
    return babel_locale(current(), post.country).first_week_day


def _page_key(case_id):
    return _engine_id(), current_user.account_id, case_id, current(), request.query_string


def _engine_id():
    return id(current_app.extensions["engine"])


def _day_asked_for():
    try:
        return date.fromisoformat(request.args.get("day", "")[:10])
    except ValueError:
        return None
