"""The counter: pages on which staff book, change or cancel for an applicant, and print the confirmation page."""

from datetime import UTC, datetime, time

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.appointments import appointment_papers, held_places, operations
from portal.appointments.calendar.page import day_asked_for, first_weekday
from portal.appointments.offers import are_only_after, free_times, offer_of
from portal.appointments.staff_forms import CounterCancelForm, CounterForm
from portal.cases import operations as cases
from portal.cases.refusals.deadline import booking_last_day
from portal.database.transactions import commits
from portal.forms import BaseForm
from portal.i18n.locale import LANGUAGES, format_offset
from portal.posts.operations import today
from portal.web.audience import staff_only
from portal.web.errors import NotFound, PortalError
from portal.web.identity import current_user

bp = Blueprint("counter", __name__, url_prefix="/<language:lang>/staff/counter")


@bp.route("/<uuid:case_id>")
@staff_only("desk")
def show(case_id):
    case, now = cases.case_of_post(current_user.post_id, case_id), clock.now()
    spoken = dict.fromkeys([*([case.account.language] if case.account else []), *case.post.language_codes, "en"])
    return render_template(
        "appointments/staff/counter.html",
        case=case,
        appointment=operations.live_appointment(case, now),
        refusal=_refusal(case, now),
        languages={code: LANGUAGES[code] for code in spoken},
        form=BaseForm(),
    )


@bp.route("/<uuid:case_id>/time", methods=["GET", "POST"])
@staff_only("desk")
@commits
def choose_time(case_id):
    case = cases.case_of_post(current_user.post_id, case_id, for_change=request.method == "POST")
    form = CounterForm()
    if form.validate_on_submit():
        try:
            now = clock.now()
            operations.schedule(case, form.slot.data, form.key, current_user.actor, now, form.reason.data)
        except PortalError as refusal:
            form.refused(form.slot, refusal)
        else:
            return redirect(url_for(".show", case_id=case.public_id, said="counter_booked"), 303)
    return _calendar(case, form)


@bp.route("/<uuid:case_id>/keep", methods=["POST"])
@staff_only("desk")
@commits
def keep(case_id):
    case = cases.case_of_post(current_user.post_id, case_id, for_change=True)
    appointment, said = operations.live_appointment(case, clock.now()), "hold_over"
    if BaseForm().validate_on_submit() and appointment is not None:
        held_places.keep(appointment, current_user.actor, clock.now())
        said = "counter_booked"
    return redirect(url_for(".show", case_id=case.public_id, said=said), 303)


@bp.route("/<uuid:case_id>/cancel", methods=["GET", "POST"])
@staff_only("desk")
@commits
def cancel(case_id):
    case = cases.case_of_post(current_user.post_id, case_id, for_change=request.method == "POST")
    form, appointment = CounterCancelForm(), operations.live_appointment(case, clock.now())
    if appointment is None:
        return redirect(url_for(".show", case_id=case.public_id), 303)
    if form.validate_on_submit():
        operations.cancel(appointment, current_user.actor, clock.now(), form.reason.data)
        return redirect(url_for(".show", case_id=case.public_id, said="counter_cancelled"), 303)
    return render_template("appointments/staff/counter_cancel.html", case=case, appointment=appointment, form=form)


@bp.route("/<uuid:case_id>/print")
@staff_only("desk")
def printable(case_id):
    case, now = cases.case_of_post(current_user.post_id, case_id), clock.now()
    appointment = operations.live_appointment(case, now)
    if appointment is None:
        raise NotFound
    return render_template(
        "appointments/staff/counter_print.html",
        case=case,
        appointment=appointment,
        code=appointment_papers.drawing_of(appointment),
        bring=cases.what_to_bring(case),
        printed_at=now,
    )


def _calendar(case, form):
    """Return the applicants' calendar of the post, for a case."""
    now, post = clock.now(), case.post
    times, weekday = free_times(post.id, now), first_weekday(post)
    only_after = are_only_after(times, booking_last_day(case, today(post, now)))
    offer = offer_of(times, day=day_asked_for(), only_after=only_after, first_weekday=weekday)
    return render_template(
        "appointments/staff/counter_time.html",
        case=case,
        post=post,
        form=form,
        offer=offer,
        live=operations.live_appointment(case, now),
        refusal=_refusal(case, now),
        first_weekday=weekday,
        offset=format_offset(datetime.combine(offer.day, time(12), UTC), post) if offer.day else "",
    )


def _refusal(case, now):
    """Return the kind of the rule because of which the case may not book, or None."""
    try:
        cases.require_may_book(case, today(case.post, now))
    except cases.MayNotBook as refusal:
        return refusal.kind
    return None
