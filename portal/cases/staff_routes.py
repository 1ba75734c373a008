"""Pages on which staff add, correct and hand over cases."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.cases import operations
from portal.cases.finding import requests
from portal.cases.forms import FIELD_NAMES, AnswerForm, CaseRowForm, ConflictForm
from portal.cases.importing import corrections, store_cases
from portal.cases.importing.cells import cells_of
from portal.cases.numbers import NumberUnfit, read_number
from portal.database.transactions import commits, records
from portal.i18n.locale import _
from portal.journal import journal
from portal.posts.operations import post_by_id
from portal.web.audience import staff_only
from portal.web.identity import current_user

bp = Blueprint("cases", __name__, url_prefix="/<language:lang>/staff/cases")


@bp.route("/requests")
@staff_only("desk")
def queue():
    waiting = requests.queue(current_user.post_id)
    return render_template("cases/staff/requests.html", waiting=waiting, said=request.args.get("said"), now=clock.now())


@bp.route("/requests/<uuid:request_id>", methods=["GET", "POST"])
@staff_only("desk")
@records
def answer(request_id):
    asked = requests.request_at(current_user.post_id, request_id)
    told = requests.answers_of(asked)
    form = AnswerForm(data={"case_number": _known_number(told["case_number"])})
    if form.validate_on_submit() and asked.state == "open" and _answered(asked, form):
        return redirect(url_for(".queue", said="answered"), 303)
    if request.method == "GET":
        journal.record(current_user.actor, "case search viewed", asked, post_id=asked.post_id)
    return render_template("cases/staff/request.html", asked=asked, told=told, form=form)


@bp.route("/new", methods=["GET", "POST"])
@staff_only("officer")
@commits
def add():
    form = CaseRowForm(post_by_id(current_user.post_id))
    if form.validate_on_submit():
        store_cases.store_cases([form.row], current_user.actor, clock.now())
        stored = operations.case_at(current_user.post_id, form.row.case_number)
        return redirect(url_for("case_page.show", case_id=stored.public_id, said="stored"), 303)
    return render_template("cases/staff/case_form.html", form=form, case=None)


@bp.route("/<uuid:case_id>/travellers/<int:position>", methods=["GET", "POST"])
@staff_only("officer")
@records
def correct(case_id, position):
    case = operations.case_of_post(current_user.post_id, case_id, for_change=request.method == "POST")
    traveller = operations.traveller_of(case, position)
    form = CaseRowForm(case.post, data=cells_of(case, traveller))
    form.case_number.data = case.number
    if form.validate_on_submit():
        store_cases.correct_traveller(case, traveller, form.row, current_user.actor, clock.now())
        return redirect(url_for("case_page.show", case_id=case.public_id, said="stored"), 303)
    if request.method == "GET":
        journal.record(current_user.actor, "case viewed", case, post_id=case.post_id)
    return render_template("cases/staff/case_form.html", form=form, case=case)


@bp.route("/conflicts")
@staff_only("officer")
def conflicts():
    waiting = corrections.conflicts_of(current_user.post_id)
    return render_template("cases/staff/conflicts.html", waiting=waiting, fields=FIELD_NAMES)


@bp.route("/<uuid:case_id>/conflicts/<int:conflict_id>", methods=["GET", "POST"])
@staff_only("officer")
@records
def conflict(case_id, conflict_id):
    case = operations.case_of_post(current_user.post_id, case_id, for_change=request.method == "POST")
    found, form = corrections.conflict_of(case, conflict_id), ConflictForm()
    if form.validate_on_submit():
        corrections.decide(case, found, form.takes_file, current_user.actor, clock.now())
        return redirect(url_for("case_page.show", case_id=case.public_id, said="stored"), 303)
    if request.method == "GET":
        journal.record(current_user.actor, "case viewed", case, post_id=case.post_id)
    page = {"case": case, "conflict": found, "ours": corrections.value_of(found), "fields": FIELD_NAMES}
    return render_template("cases/staff/conflict.html", form=form, **page)


def _answered(asked, form):
    """Store the answer; return whether it succeeded, otherwise the form says why not."""
    by, now = current_user.actor, clock.now()
    # The number is prefilled: if a sentence was entered too, staff meant the sentence.
    if (form.answer.data or "").strip():
        requests.turn_down(asked, form.answer.data.strip(), by, now)
        return True
    try:
        case = operations.case_at(asked.post_id, read_number(form.case_number.data))
    except NumberUnfit as refusal:
        form.case_number.errors = [refusal.message]
        return False
    if case is None:
        form.case_number.errors = [_("There is no case with this number at your post. Add it first.")]
        return False
    if case.account_id not in (None, asked.account_id) and not form.despite_owner.data:
        form.despite_owner.errors = [
            _("This case is in another account. Select this to move it. We will tell both account holders.")
        ]
        return False
    requests.hand_over(asked, case, by, now)
    return True


def _known_number(typed):
    try:
        return read_number(typed)
    except NumberUnfit:
        return ""
