"""The calendar page: what it shows, and what is answered instead to whoever may not choose a time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from flask import current_app, redirect, render_template, request, url_for
from markupsafe import escape

from portal import clock
from portal.appointments import operations
from portal.appointments.booking_case import BookingPost
from portal.appointments.calendar import empty_calendar_counts
from portal.appointments.calendar.recent_offers import recent_offer
from portal.appointments.forms import TimeForm
from portal.appointments.models import Appointment
from portal.appointments.offers import Offer
from portal.cases import operations as cases
from portal.cases.refusals.deadline import booking_last_day, booking_refusal
from portal.cases.refusals.deadline_sentences import last_day_sentence
from portal.i18n.babel_locales import babel_locale
from portal.i18n.locale import current, format_offset
from portal.posts.operations import today
from portal.slots import operations as slots


@dataclass(frozen=True, slots=True)
class TimePage:
    """What is shown to whoever may choose a time. last_day: the sentence on the page, "" for none.

    live: the appointment that the case has, or None.
    """

    post: BookingPost
    number: str
    case_id: UUID
    last_day: str
    offer: Offer
    live: Appointment | None
    form: TimeForm

    def html(self):
        """Return the page as HTML."""
        post, day, now = self.post, self.offer.day, clock.now()
        return render_template(
            "appointments/calendar.html",
            **{name: getattr(self, name) for name in self.__slots__},
            first_weekday=first_weekday(post),
            offset=format_offset(datetime.combine(day, time(12), UTC), post) if day else "",
            next_release=None if self.offer.months else slots.next_release(post.id, now),
        )


def time_page(case, form):
    """Return the TimePage of a BookingCase with a form and its errors, or another answer where it may not choose."""
    now = clock.now()
    live = operations.live_appointment(case, now) if case.had_appointment else None
    if live is not None and not operations.can_change(live, now):
        return redirect(url_for("appointments.confirmation", reference=live.reference), 303)
    post, day = case.post, today(case.post, now)
    refusal = booking_refusal(case, day)
    said = escape(last_day_sentence(case, refusal, day)) if refusal else ""
    try:
        cases.require_may_book(case, day)
    except cases.MayNotBook as error:
        return render_template("appointments/may_not_book.html", case=case, kind=error.kind, last_day=said)
    weekday = first_weekday(post)
    offer = recent_offer(post.id, now, day=day_asked_for(), last_day=booking_last_day(case, day), first_weekday=weekday)
    if not offer.months and request.method == "GET":
        empty_calendar_counts.count(id(current_app.extensions["engine"]), post.id, day)
    return TimePage(post, case.number, case.public_id, said, offer, live, form)


def first_weekday(post):
    """Return the weekday on which a week begins in the post's country, 0 for Monday."""
    return babel_locale(current(), post.country).first_week_day


def day_asked_for():
    """Return the day in the address, or None where there is none or what stands there is no day."""
    try:
        return date.fromisoformat(request.args.get("day", "")[:10])
    except ValueError:
        return None
