"""The calendar page: what most people look at most often, so it is made once and given out many times.

A page of one person is at most a quarter of a second old; the form token and the one-time key are
put into it afresh for every answer.
"""

from datetime import UTC, date, datetime, time
from uuid import uuid4

from flask import current_app, redirect, render_template, request, url_for
from markupsafe import Markup

from portal import clock
from portal.access import current_user, masked_token
from portal.appointments import calendar, operations
from portal.appointments.forms import TimeForm
from portal.cases import operations as cases
from portal.cases.clock import booking_last_day
from portal.fresh import Fresh
from portal.locale import babel_locale, current, format_offset
from portal.posts.operations import today
from portal.slots import operations as slots

TOKEN, KEY = "form-token-goes-here", "form-key-goes-here"
_pages = Fresh()
_offers = Fresh()


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
    _offers.forget()
    calendar.forget_times()


def page(case, form):
    """Return the calendar page of a case, with what a form holds and its errors."""
    now = clock.now()
    live = operations.live_appointment(case)
    if live is not None and not operations.can_change(live, now):
        return redirect(url_for("appointments.confirmation", reference=live.reference), 303)
    try:
        cases.require_may_book(case, today(case.post, now))
    except cases.MayNotBook as refusal:
        return may_not_book(case, refusal)
    last_day = booking_last_day(case)
    offer = _offer(case.post, last_day, now)
    return render_template(
        "appointments/calendar.html",
        case=case,
        form=form,
        offer=offer,
        times=_times_html(case.post, offer, form),
        live=live,
        last_day=last_day,
        next_release=None if offer.months else slots.next_release(case.post_id, now),
    )


def may_not_book(case, refusal):
    """Return the page that says why a case needs no appointment, and what to do."""
    last_day = booking_last_day(case)
    return render_template("appointments/may_not_book.html", case=case, kind=refusal.kind, last_day=last_day)


def _made(case_id):
    form = TimeForm(token=TOKEN)
    form.form_key.data = KEY
    return page(cases.case_for(current_user, case_id), form)


def _offer(post, last_day, now):
    engine_id = id(current_app.extensions["engine"])
    return calendar.offer(engine_id, post, now, day=_day_asked_for(), last_day=last_day, first_weekday=_monday(post))


def _times_html(post, offer, form):
    """Return the months and times as HTML, shared by all who see the same offer without errors."""
    if not offer.months:
        return ""
    values = {"post": post, "offer": offer, "form": form, "first_weekday": _monday(post)}
    values["offset"] = format_offset(datetime.combine(offer.day, time(12), UTC), post)

    def make():
        return Markup(render_template("appointments/offer.html", **values))  # noqa: S704 (our own template, escaped)

    if form.slot.errors or form.slot.data:
        return make()
    return _offers.get((id(current_app.extensions["engine"]), post.id, current(), offer), make)


def _monday(post):
    return babel_locale(current(), post.country).first_week_day


def _page_key(case_id):
    engine_id = id(current_app.extensions["engine"])
    return engine_id, current_user.account_id, case_id, current(), request.args.get("day", "")[:10]


def _day_asked_for():
    try:
        return date.fromisoformat(request.args.get("day", "")[:10])
    except ValueError:
        return None
