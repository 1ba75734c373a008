"""Pages on which an officer decides about a refusal, and invites a person to come."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.cases import operations
from portal.cases.refusals import deadline
from portal.cases.refusals import operations as refusals
from portal.cases.refusals.deadline_sentences import last_day_sentence
from portal.cases.refusals.forms import InvitationForm, OvercomeForm, answer_form, refusal_form
from portal.database.transactions import commits
from portal.posts.operations import today
from portal.web.audience import staff_only
from portal.web.identity import current_user

bp = Blueprint("refusals", __name__, url_prefix="/<language:lang>/staff/cases/<uuid:case_id>")


@bp.route("/refusals/<int(max=2147483647):refusal_id>", methods=["GET", "POST"])
@staff_only("officer")
@commits
def decide(case_id, refusal_id):
    case, refusal = _refusal(case_id, refusal_id)
    form = refusal_form(refusals.items_shown(refusal), refusals.decided_of(refusal))
    if form.validate_on_submit() and _is_decided(refusal, form):
        return redirect(url_for("case_page.show", case_id=case_id, said="stored"), 303)
    shown, last = refusals.items_shown(refusal), _last_day(case, refusal)
    return render_template(
        "cases/staff/refusal.html", case=case, refusal=refusal, form=form, shown=shown, last_day=last
    )


@bp.route("/refusals/<int(max=2147483647):refusal_id>/answer", methods=["GET", "POST"])
@staff_only("officer")
@commits
def answer(case_id, refusal_id):
    case, refusal = _refusal(case_id, refusal_id)
    form = answer_form(refusals.items_shown(refusal))
    if form.validate_on_submit():
        said = form.answer.data, set(form.missing.data or ()), form.words.data
        try:
            refusals.answer(refusal, *said, current_user.actor, clock.now())
        except refusals.NoEvidence as error:
            form.answer.errors = [error.message]
        else:
            return redirect(url_for("case_page.show", case_id=case_id, said="answer_recorded"), 303)
    return render_template("cases/staff/answer.html", case=case, refusal=refusal, form=form)


@bp.route("/refusals/<int(max=2147483647):refusal_id>/overcome", methods=["GET", "POST"])
@staff_only("officer")
@commits
def overcome(case_id, refusal_id):
    case, refusal = _refusal(case_id, refusal_id)
    form = OvercomeForm()
    if form.validate_on_submit():
        refusals.overcome(refusal, form.way.data, current_user.actor, clock.now())
        return redirect(url_for("statuses.set_status", case_id=case_id, said="overcome"), 303)
    return render_template("cases/staff/overcome.html", case=case, refusal=refusal, form=form)


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
            return redirect(url_for("case_page.show", case_id=case_id, said="stored"), 303)
    return render_template("cases/staff/invitation.html", case=case, form=form)


def _last_day(case, refusal):
    """Return the sentence on the last day that the applicant reads, or None where there is none."""
    return last_day_sentence(case, refusal, today(case.post, clock.now())) if deadline.last_day(case, refusal) else None


def _refusal(case_id, refusal_id):
    case = operations.case_of_post(current_user.post_id, case_id, for_change=request.method == "POST")
    return case, refusals.refusal_of(case, refusal_id)


def _is_decided(refusal, form):
    """Carry out what the form says; return whether it succeeded, otherwise the form says why not."""
    try:
        items = {item_id: refusals.OfItem(**said) for item_id, said in form.items.items()}
        refusals.decide(refusal, refusals.Decided(**form.decided), items, current_user.actor, clock.now())
    except refusals.TooLate as error:
        form.please_respond_by.errors = [error.message]
    except refusals.TooEarly as error:
        asked = form.please_respond_by.data
        early = form.please_respond_by if asked and asked < refusal.refused_on else form.evidence_on
        early.errors = [error.message]
    except (refusals.NotYet, refusals.NoEvidence) as error:
        form.evidence_on.errors = [error.message]
    else:
        return True
    return False
