"""Staff pages for one day of the calendar: the people expected; cancel it or part of it; seats; undo a release."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.appointments import bookings, cancelling
from portal.appointments.staff_forms import CANCELLED_FOR, CancelSlotsForm, SeatsForm
from portal.database.transactions import commits, records
from portal.forms import BaseForm
from portal.i18n.locale import format_time
from portal.journal import journal
from portal.posts.operations import post_by_id
from portal.slots import operations as slots
from portal.slots import releases as acts
from portal.slots.weeks.patterns import read_day
from portal.web.audience import staff_only
from portal.web.errors import NotFound, PortalError
from portal.web.identity import current_user

bp = Blueprint("day", __name__, url_prefix="/<language:lang>/staff/day")
LOOKED_BACK = timedelta(days=30)


@bp.route("/<day>")
@staff_only("scheduler")
@records
def show(day):
    return render_template("appointments/staff/day.html", **_day_of(day), form=BaseForm())


@bp.route("/<day>/print")
@staff_only("scheduler")
@records
def printable(day):
    return render_template("appointments/staff/day_print.html", **_day_of(day))


@bp.route("/<day>/cancel", methods=["GET", "POST"])
@staff_only("scheduler")
@commits
def cancel(day):
    post, now = post_by_id(current_user.post_id), clock.now()
    found = [slot for slot in _slots_of(post, day) if slot.starts_at > now]
    form, plan = _cancel_form(post, found, now), None
    if form.validate_on_submit():
        if "confirm" in request.form:
            try:
                act = _cancelled(post, form, now)
            except PortalError as refusal:
                form.refused(form.slots, refusal)
            else:
                return redirect(url_for(".cancelled", public_id=act.public_id), 303)
        else:
            chosen = [slot for slot in found if slot.id in form.slots.data]
            plan = cancelling.plan_of(post, chosen, form.hold_until, now)
    return render_template(
        "appointments/staff/day_cancel.html", post=post, day=read_day(day), form=form, plan=plan, slots=found
    )


@bp.route("/cancellations")
@staff_only("desk")
def cancellations():
    post = post_by_id(current_user.post_id)
    found = cancelling.cancellations_since(post.id, clock.now() - LOOKED_BACK)
    return render_template("appointments/staff/cancellations.html", post=post, found=found, reasons=CANCELLED_FOR)


@bp.route("/cancellations/<uuid:public_id>")
@staff_only("desk")
@records
def cancelled(public_id):
    act = cancelling.cancellation_at(current_user.post_id, public_id)
    journal.record(current_user.actor, "telephone numbers viewed", act, post_id=act.post_id)
    post = post_by_id(act.post_id)
    return render_template(
        "appointments/staff/cancellation.html", post=post, act=act, reasons=CANCELLED_FOR, now=clock.now()
    )


@bp.route("/slots/<int(max=2147483647):slot_id>/seats", methods=["GET", "POST"])
@staff_only("scheduler")
@commits
def seats(slot_id):
    slot = slots.slot_at(current_user.post_id, slot_id)
    return _set_seats(slot, "appointments/staff/seats.html", slot.seats)


@bp.route("/slots/<int(max=2147483647):slot_id>/seat", methods=["GET", "POST"])
@staff_only("scheduler")
@commits
def add_seat(slot_id):
    slot = slots.slot_at(current_user.post_id, slot_id)
    # The form has the resulting number, not "one more": pressed twice it adds one.
    return _set_seats(slot, "appointments/staff/add_seat.html", slot.seats + 1)


@bp.route("/releases")
@staff_only("scheduler")
def releases():
    post = post_by_id(current_user.post_id)
    found = acts.releases_since(post.id, clock.now() - LOOKED_BACK)
    return render_template("appointments/staff/releases.html", post=post, found=found)


@bp.route("/releases/<int(max=2147483647):release_id>/undo", methods=["GET", "POST"])
@staff_only("scheduler")
@commits
def undo(release_id):
    act = acts.release_at(current_user.post_id, release_id)
    form, refusal = BaseForm(), None
    if form.validate_on_submit():
        try:
            acts.undo_release(act, current_user.actor, clock.now())
        except acts.EverBooked as error:
            refusal = error
        else:
            return redirect(url_for(".releases", said="undone"), 303)
    post = post_by_id(act.post_id)
    return render_template("appointments/staff/undo.html", post=post, act=act, form=form, refusal=refusal)


def _slots_of(post, day):
    asked = read_day(day)
    if asked is None:
        raise NotFound
    return slots.slots_by_day(post.id, asked, asked)


def _day_of(day):
    """Return the data of a day's pages, and record that its names were looked at."""
    post = post_by_id(current_user.post_id)
    found, asked = _slots_of(post, day), read_day(day)
    journal.record(current_user.actor, "day viewed", post, post_id=post.id, after={"day": asked.isoformat()})
    return {
        "post": post,
        "day": asked,
        "earlier": asked - timedelta(days=1),
        "later": asked + timedelta(days=1),
        "slots": found,
        "people": bookings.people_in([slot.id for slot in found]),
        "now": clock.now(),
    }


def _cancel_form(post, found, now):
    proposed = cancelling.hold_proposed(post, now)
    data = {"slots": [slot.id for slot in found], "hold_on": proposed.date(), "hold_at": f"{proposed:%H:%M}"}
    return CancelSlotsForm(post, found, lambda slot: format_time(slot.local_start.time(), post), now, data=data)


def _cancelled(post, form, now):
    return cancelling.cancel_slots(
        post, form.slots.data, form.reason.data, form.hold_until, form.key, current_user.actor, now
    )


def _set_seats(slot, template, proposed):
    form = SeatsForm(data={"seats": proposed})
    if form.validate_on_submit():
        try:
            slots.set_seats(slot, form.seats.data, current_user.actor, clock.now())
        except PortalError as refusal:
            form.seats.errors = [refusal.message]
        else:
            return redirect(url_for(".show", day=slot.local_start.date().isoformat(), said="seats_changed"), 303)
    return render_template(template, post=post_by_id(slot.post_id), slot=slot, form=form)
