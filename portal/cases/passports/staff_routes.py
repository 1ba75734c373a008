"""The pages on which staff decide about new passports."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.cases.passports import operations
from portal.cases.passports.forms import REASONS, STATES, DecisionForm
from portal.cases.passports.models import WAITING
from portal.database.transactions import records
from portal.journal import journal
from portal.web.audience import staff_only
from portal.web.identity import current_user

bp = Blueprint("staff_passports", __name__, url_prefix="/<language:lang>/staff/passport")


@bp.route("/")
@staff_only("desk")
def queue():
    return render_template("cases/passports/staff/queue.html", waiting=operations.queue(current_user.post_id))


@bp.route("/<uuid:passport_id>", methods=["GET", "POST"])
@staff_only("desk")
@records
def decide(passport_id):
    passport = operations.passport_at_post(current_user.post_id, passport_id, for_change=request.method == "POST")
    form = DecisionForm(data={"number": passport.number, "expires_on": passport.expires_on})
    if form.validate_on_submit() and _decided(passport, form):
        return redirect(url_for(".queue", said="passport_decided"), 303)
    journal.record(current_user.actor, "passport viewed", passport, post_id=passport.post_id)
    page = {"passport": passport, "waits": passport.state == WAITING, "states": STATES, "reasons": REASONS}
    return render_template("cases/passports/staff/decide.html", form=form, **page)


def _decided(passport, form):
    """Carry out the decision; return whether it succeeded, otherwise the form says why not."""
    by, now = current_user.actor, clock.now()
    if form.decision.data == "refuse":
        operations.refuse(passport, form.reason.data, (form.words.data or "").strip(), by, now)
        return True
    try:
        operations.accept(passport, form.number.data, form.expires_on.data, by, now)
    except operations.Expired as refusal:
        form.expires_on.errors = [refusal.message]
        return False
    return True
