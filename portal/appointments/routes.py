"""The pages of an appointment: choose a time, the confirmation page, move, cancel."""

from datetime import UTC, date, datetime, time

from flask import Blueprint, current_app, redirect, render_template, request, url_for

from portal import clock
from portal.access import applicant_only, current_user
from portal.appointments import calendar, operations
from portal.appointments.forms import CancelForm, TimeForm
from portal.cases import operations as cases
from portal.cases.clock import booking_last_day
from portal.db import commits
from portal.errors import PortalError
from portal.locale import babel_locale, current, format_offset
from portal.posts.operations import today
from portal.slots import operations as slots

bp = Blueprint("appointments", __name__, url_prefix="/<language:lang>/appointments")


@bp.route("/cases/<uuid:case_id>/calendar", methods=["GET", "POST"])
@applicant_only
@commits
def choose_time(case_id):
    case = cases.case_for(current_user, case_id, for_change=request.method == "POST")
    form = TimeForm()
    if form.validate_on_submit():
        try:
            booked = _book_or_move(case, form)
        except cases.MayNotBook as refusal:
            return _may_not_book(case, refusal)
        except PortalError as refusal:
            form.slot.errors = [refusal.message]
        else:
            return redirect(url_for(".confirmation", reference=booked.reference), 303)
    return _calendar_page(case, form)


@bp.route("/<reference>")
@applicant_only
def confirmation(reference):
    appointment = operations.appointment_for(current_user, reference)
    return render_template("appointments/confirmation.html", **_confirmed(appointment))


@bp.route("/<reference>/print")
@applicant_only
def printable(reference):
    appointment = operations.appointment_for(current_user, reference)
    return render_template("appointments/print.html", **_confirmed(appointment))


@bp.route("/<reference>/cancel", methods=["GET", "POST"])
@applicant_only
@commits
def cancel(reference):
    appointment = operations.appointment_for(current_user, reference, for_change=request.method == "POST")
    form, refusal = CancelForm(), None
    if form.validate_on_submit():
        try:
            operations.cancel(appointment, current_user.actor, clock.now())
        except operations.TooLate as error:
            refusal = error
        else:
            return redirect(url_for("home.dashboard", said="cancelled"), 303)
    return render_template("appointments/cancel.html", form=form, refusal=refusal, **_confirmed(appointment))


def _book_or_move(case, form):
    now, by = clock.now(), current_user.actor
    live = operations.live_appointment(case)
    if live is not None and live.form_key != form.key:
        return operations.move(live, form.slot.data, form.key, by, now)
    return operations.book(case, form.slot.data, form.key, by, now)


def _calendar_page(case, form):
    now = clock.now()
    live = operations.live_appointment(case)
    if live is not None and not operations.can_change(live, now):
        return redirect(url_for(".confirmation", reference=live.reference), 303)
    try:
        cases.require_may_book(case, today(case.post, now))
    except cases.MayNotBook as refusal:
        return _may_not_book(case, refusal)
    last_day = booking_last_day(case)
    first_weekday = babel_locale(current(), case.post.country).first_week_day
    offer = calendar.offer(
        id(current_app.extensions["engine"]),
        case.post,
        now,
        day=_day_asked_for(),
        last_day=last_day,
        first_weekday=first_weekday,
    )
    return render_template(
        "appointments/calendar.html",
        case=case,
        form=form,
        offer=offer,
        live=live,
        last_day=last_day,
        first_weekday=first_weekday,
        offset=format_offset(_noon(offer.day) if offer.day else now, case.post),
        next_release=None if offer.months else slots.next_release(case.post_id, now),
        now=now,
    )


def _may_not_book(case, refusal):
    return render_template(
        "appointments/may_not_book.html", case=case, kind=refusal.kind, last_day=booking_last_day(case)
    )


def _day_asked_for():
    try:
        return date.fromisoformat(request.args.get("day", "")[:10])
    except ValueError:
        return None


def _noon(day):
    return datetime.combine(day, time(12), UTC)


def _confirmed(appointment):
    now = clock.now()
    case = appointment.case
    return {
        "appointment": appointment,
        "case": case,
        "bring": cases.what_to_bring(case),
        "last_day": booking_last_day(case),
        "can_change": operations.can_change(appointment, now),
        "changeable_until": operations.changeable_until(appointment),
        "printed_at": now,
    }
