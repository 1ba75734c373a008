"""Pages on which an officer decides about a refusal, and invites a person to come."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.cases import operations
from portal.cases.refusals import operations as refusals
from portal.cases.refusals.deadline import a_year_after
from portal.cases.refusals.forms import InvitationForm, refusal_form
from portal.database.transactions import commits
from portal.web.audience import staff_only
from portal.web.identity import current_user

bp = Blueprint("refusals", __name__, url_prefix="/<language:lang>/staff/cases/<uuid:case_id>")


@bp.route("/refusals/<int(max=2147483647):refusal_id>", methods=["GET", "POST"])
@staff_only("officer")
@commits
def decide(case_id, refusal_id):
    case = operations.case_of_post(current_user.post_id, case_id, for_change=request.method == "POST")
    refusal = refusals.refusal_of(case, refusal_id)
    form = refusal_form(refusals.items_shown(refusal), refusals.decided_of(refusal))
    if form.validate_on_submit() and _is_decided(refusal, form):
        return redirect(url_for("cases.show", case_id=case_id, said="stored"), 303)
    year = a_year_after(refusal.refused_on)
    return render_template("cases/staff/refusal.html", case=case, refusal=refusal, form=form, year=year)


@bp.route("/invitation", methods=["GET", "POST"])
@staff_only("officer")
@commits
def invite(case_id):
    case = operations.case_of_post(current_user.post_id, case_id, for_change=request.method == "POST")
    form = InvitationForm(data={"until": case.invited_until})
    if form.validate_on_submit():
        try:
            refusals.invite(case, form.until.data, current_user.actor, clock.now())
        except refusals.TooEarly as refusal:
            form.until.errors = [refusal.message]
        else:
            return redirect(url_for("cases.show", case_id=case_id, said="stored"), 303)
    return render_template("cases/staff/invitation.html", case=case, form=form)


def _is_decided(refusal, form):
    """Carry out what the form says; return whether it succeeded, otherwise the form says why not."""
    try:
        refusals.decide(refusal, refusals.Decided(**form.decided), form.states, current_user.actor, clock.now())
    except refusals.TooEarly as error:
        early = form.last_day if form.last_day.data and form.last_day.data < refusal.refused_on else form.evidence_on
        early.errors = [error.message]
    except (refusals.NotYet, refusals.NoEvidence) as error:
        form.evidence_on.errors = [error.message]
    else:
        return True
    return False
