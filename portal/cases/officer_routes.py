"""Officers write notes about a case, record the stages of a petition, and ask for a passport."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.cases import officer_records, operations, passport_requests
from portal.cases.officer_forms import NoteForm, PassportForm, StageForm
from portal.cases.refusals import operations as refusals
from portal.database.transactions import commits
from portal.forms import BaseForm
from portal.web.audience import staff_only
from portal.web.errors import SentBefore
from portal.web.identity import current_user

bp = Blueprint("officer", __name__, url_prefix="/<language:lang>/staff/cases/<uuid:case_id>")


@bp.route("/notes", methods=["GET", "POST"])
@staff_only("officer")
@commits
def write_note(case_id):
    case, form = _case(case_id), NoteForm()
    if form.validate_on_submit():
        try:
            officer_records.write_note(case, form.text.data or "", form.key, current_user.actor, clock.now())
        except SentBefore as refusal:
            form.refused(form.text, refusal)
        else:
            return _to_case(case_id, "note_written")
    return render_template("cases/staff/note.html", case=case, form=form)


@bp.route("/stages", methods=["GET", "POST"])
@staff_only("officer")
@commits
def record_stage(case_id):
    case, form = _case(case_id), StageForm()
    if form.validate_on_submit():
        said = form.kind.data, form.happened_on.data, form.respond_by.data
        try:
            officer_records.record_stage(case, *said, form.key, current_user.actor, clock.now())
        except SentBefore as refusal:
            form.refused(form.kind, refusal)
        except officer_records.NotYet as refusal:
            form.happened_on.errors = [refusal.message]
        else:
            return _to_case(case_id, "stage_recorded")
    return render_template("cases/staff/stage.html", case=case, form=form)


@bp.route("/stages/<int(max=2147483647):stage_id>/withdraw", methods=["POST"])
@staff_only("officer")
@commits
def withdraw_stage(case_id, stage_id):
    if BaseForm().validate_on_submit():
        officer_records.withdraw_stage(_case(case_id), stage_id, current_user.actor, clock.now())
    return _to_case(case_id, "stage_withdrawn")


@bp.route("/passport", methods=["GET", "POST"])
@staff_only("officer")
@commits
def ask_for_passport(case_id):
    case = _case(case_id)
    form = PassportForm(case.travellers)
    if form.validate_on_submit() and _is_asked(case, form):
        return _to_case(case_id, "passport_asked")
    return render_template("cases/staff/passport.html", case=case, form=form)


@bp.route("/passport/<int(max=2147483647):passport_request_id>/withdraw", methods=["POST"])
@staff_only("officer")
@commits
def withdraw_passport(case_id, passport_request_id):
    if BaseForm().validate_on_submit():
        passport_requests.withdraw(_case(case_id), passport_request_id, current_user.actor, clock.now())
    return _to_case(case_id, "passport_withdrawn")


def _case(case_id):
    return operations.case_of_post(current_user.post_id, case_id, for_change=request.method == "POST")


def _to_case(case_id, said):
    return redirect(url_for("case_page.show", case_id=case_id, said=said), 303)


def _is_asked(case, form):
    """Ask for the passport, and let the person come with it; say whether it could be, else the form says why."""
    by, now = current_user.actor, clock.now()
    try:
        if form.way.data == "bring":
            refusals.invite(case, form.until.data, by, now)
        passport_requests.ask(case, operations.traveller_of(case, form.traveller.data), form.way.data, by, now)
    except refusals.TooEarly as refusal:
        form.until.errors = [refusal.message]
    except passport_requests.AlreadyAsked as refusal:
        form.traveller.errors = [refusal.message]
    else:
        return True
    return False
