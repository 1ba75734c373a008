"""The pages of an appointment: choose a time, the confirmation page, change, cancel."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.appointments import appointment_papers, held_places, operations
from portal.appointments.booking_case import case_to_book, case_to_book_locked
from portal.appointments.calendar.page import time_page
from portal.appointments.calendar.shared_page import made_once, refuses_at_once
from portal.appointments.forms import CancelForm, TimeForm
from portal.cases import operations as cases
from portal.cases.refusals.deadline import booking_last_day
from portal.database.transactions import commits
from portal.forms import BaseForm
from portal.posts.operations import today
from portal.web.audience import applicant_only
from portal.web.errors import NotFound, PortalError
from portal.web.identity import current_user

bp = Blueprint("appointments", __name__, url_prefix="/<language:lang>/appointments")


@bp.route("/cases/<uuid:case_id>/calendar", methods=["GET", "POST"])
@applicant_only
@made_once
def choose_time(case_id):
    form = TimeForm()
    if form.validate_on_submit():
        try:
            reference, is_moved = _schedule(case_id, form)
            said = {"said": "moved"} if is_moved else {}
            return redirect(url_for(".confirmation", reference=reference, **said), 303)
        except NotFound:
            raise
        except PortalError as refusal:
            form.refused(form.slot, refusal)
    return time_page(case_to_book(current_user.account_id, case_id), form)


@refuses_at_once
@commits
def _schedule(case_id, form):
    """Book the time of a form, or move the appointment there; return the reference, and whether it was moved."""
    case, now = case_to_book_locked(current_user.account_id, case_id), clock.now()
    live = operations.live_appointment(case, now) if case.had_appointment else None
    is_moved = live is not None and live.slot_id != form.slot.data
    return operations.schedule(case, form.slot.data, form.key, current_user.actor, now), is_moved


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
    return render_template("appointments/cancel.html", **{**_confirmed(appointment), "form": form, "refusal": refusal})


@bp.route("/<reference>/keep", methods=["POST"])
@applicant_only
@commits
def keep(reference):
    appointment = operations.appointment_for(current_user, reference)
    if not BaseForm().validate_on_submit():
        return redirect(url_for(".confirmation", reference=reference), 303)
    try:
        held_places.keep(appointment, current_user.actor, clock.now())
    except held_places.HoldOver:
        return redirect(url_for("home.dashboard", said="hold_over"), 303)
    return redirect(url_for(".confirmation", reference=reference, said="kept"), 303)


def _confirmed(appointment):
    now = clock.now()
    case = appointment.case
    return {
        "appointment": appointment,
        "case": case,
        "code": appointment_papers.drawing_of(appointment),
        "bring": cases.what_to_bring(case),
        "last_day": booking_last_day(case, today(case.post, now)),
        "is_over": appointment.has_lapsed(now),
        "form": BaseForm(),
        "can_change": operations.can_change(appointment, now),
        "changeable_until": operations.changeable_until(appointment),
        "printed_at": now,
    }
