"""The calendar page: what most people look at most often, so it is made once and given out many times.

Everybody who books for the first time at a post sees the same page but for case number, last day and
address; it is at most a quarter of a second old. The form token and the one-time key are put into
it afresh for every answer.
"""

from datetime import UTC, date, datetime, time
from uuid import UUID, uuid4

from flask import current_app, redirect, render_template, request, url_for

from portal import clock
from portal.access import current_user
from portal.appointments import calendar, looks, operations
from portal.appointments.forms import TimeForm
from portal.cases import operations as cases
from portal.cases.clock import booking_last_day
from portal.form_tokens import masked_token
from portal.fresh import Fresh
from portal.locale import babel_locale, current, format_day, format_offset
from portal.posts.operations import today
from portal.slots import operations as slots

# What stands in a page made in advance where each answer has something of its own.
TOKEN, KEY = "form-token-goes-here", "form-key-goes-here"
NUMBER, LAST_DAY = "case-number-goes-here", "last-day-goes-here"
CASE = UUID("00000000-0000-4000-8000-00000000ca5e")
_pages = Fresh()
_shared = Fresh()


def fresh_page(case_id):
    """Return the calendar page of a case of whoever is signed in; raise NotFound for other cases (R5)."""
    answer = _pages.get(_page_key(case_id), lambda: _made(case_id))
    if not isinstance(answer, str):
        return answer
    return answer.replace(TOKEN, masked_token(), 1).replace(KEY, str(uuid4()), 1)


def forget(case_id):
    """Forget the page as whoever is signed in sees it now: something was just changed there."""
    _pages.forget(_page_key(case_id))


def forget_everything():
    """Make every page anew: for tests."""
    _pages.forget()
    _shared.forget()
    calendar.forget_times()


def page(case, form):
    """Return the calendar page of a case, with what a form holds and its errors."""
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
    if not offer.months and request.method == "GET":
        looks.count(_engine_id(), case.post_id, today(case.post, now))
    if live is not None or form.errors or form.form_key.data != KEY:
        shown_day = last_day and format_day(last_day, case.post)
        return _rendered(case.post, case.number, case.public_id, shown_day, offer, form, live)
    return _shared_page(case, last_day, offer, form)


def _shared_page(case, last_day, offer, form):
    """Return the page of a first booking: alike for all at a post but for number, last day and address."""
    post = case.post
    key = (_engine_id(), post.id, current(), offer, last_day is None)

    def make():
        shown_day = last_day and LAST_DAY
        html = _rendered(post, NUMBER, CASE, shown_day, offer, form, None)
        return html.replace(str(case.public_id), str(CASE))

    html = _shared.get(key, make).replace(NUMBER, case.number).replace(str(CASE), str(case.public_id))
    return html.replace(LAST_DAY, format_day(last_day, post)) if last_day else html


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


def _made(case_id):
    form = TimeForm(token=TOKEN)
    form.form_key.data = KEY
    return page(cases.case_for(current_user, case_id), form)


def offer_of(post, last_day, now):
    """Return what a post offers, opened on the day asked for in the address; last_day: that of the case's clock."""
    weekday = first_weekday(post)
    return calendar.offer(_engine_id(), post, now, day=_day_asked_for(), last_day=last_day, first_weekday=weekday)


def first_weekday(post):
    """Return the weekday with which a week begins in the post's country, 0 for Monday."""
    return babel_locale(current(), post.country).first_week_day


def _page_key(case_id):
    return _engine_id(), current_user.account_id, case_id, current(), request.args.get("day", "")[:10]


def _engine_id():
    return id(current_app.extensions["engine"])


def _day_asked_for():
    try:
        return date.fromisoformat(request.args.get("day", "")[:10])
    except ValueError:
        return None
