"""The pages of a package: its confirmation page, whose documents are in it, and what its sender did with it."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.courier import agencies, operations
from portal.courier.agency_page import LAST_STEP, agency_page
from portal.courier.forms import AgencyForm, ContentsForm, FamilyForm, PlainForm
from portal.courier.intake import MORE_REASONS
from portal.courier.labels import PACKAGE_STATES
from portal.courier.package_timeline import steps_of
from portal.database.transactions import commits
from portal.posts.operations import today
from portal.web.audience import applicant_only
from portal.web.identity import current_user

bp = Blueprint("package", __name__, url_prefix="/<language:lang>/courier")


@bp.route("/<reference>/family")
@applicant_only
def family(reference):
    submission = operations.submission_for(current_user, reference)
    if submission.state != "registered":
        return _too_late(submission)
    return render_template("courier/family.html", submission=submission, step=5, steps=LAST_STEP)


@bp.route("/<reference>/family/add", methods=["GET", "POST"])
@applicant_only
@commits
def add_family(reference):
    submission = operations.submission_for(current_user, reference, for_change=request.method == "POST")
    if submission.state != "registered":
        return _too_late(submission)
    others = [one for one in submission.case.travellers if one.id != submission.sender_id]
    form = FamilyForm(others, data={"travellers": [one.traveller_id for one in submission.family]})
    if form.validate_on_submit():
        operations.set_family(submission, form.travellers.data, current_user.actor, clock.now())
        return redirect(url_for(".family", reference=reference), 303)
    return render_template("courier/add_family.html", submission=submission, others=others, form=form)


@bp.route("/<reference>")
@applicant_only
def show(reference):
    submission = operations.submission_for(current_user, reference)
    case = submission.case
    return render_template(
        "courier/package.html",
        submission=submission,
        case=case,
        steps=steps_of(submission),
        states=PACKAGE_STATES,
        reasons=MORE_REASONS,
        number=operations.number_of_documents(submission),
        missing=operations.what_is_missing(submission),
        last_day=operations.last_day_words(case, today(case.post, clock.now())),
        may_send_again=operations.may_send_again(case),
        form=PlainForm(),
    )


@bp.route("/<reference>/contents", methods=["GET", "POST"])
@applicant_only
@commits
def contents(reference):
    submission = operations.submission_for(current_user, reference, for_change=request.method == "POST")
    if submission.state != "registered":
        return _too_late(submission)
    fits = operations.what_fits(submission)
    form = ContentsForm([item for _traveller, item in fits], data=_packed(submission))
    if form.validate_on_submit():
        what = form.documents.data, form.with_passport.data, form.number_of_others
        operations.pack(submission, *what, current_user.actor, clock.now())
        return redirect(url_for(".contents", reference=reference, said="packed"), 303)
    missing = operations.what_is_missing(submission)
    return render_template("courier/contents.html", submission=submission, fits=fits, missing=missing, form=form)


@bp.route("/<reference>/agency", methods=["GET", "POST"])
@applicant_only
@commits
def change_agency(reference):
    submission = operations.submission_for(current_user, reference, for_change=request.method == "POST")
    if submission.state != "registered":
        return _too_late(submission)
    form = AgencyForm(agencies.agencies_of(submission.post_id), data={"agency": submission.agency_id})
    if form.validate_on_submit():
        operations.change_agency(submission, form.agency.data, current_user.actor, clock.now())
        return redirect(_page_of(submission, "agency_changed"), 303)
    return agency_page(submission.case, form, submission)


@bp.route("/<reference>/withdraw", methods=["GET", "POST"])
@applicant_only
@commits
def withdraw(reference):
    submission = operations.submission_for(current_user, reference, for_change=request.method == "POST")
    if submission.state != "registered":
        return _too_late(submission)
    form = PlainForm()
    if form.validate_on_submit():
        operations.withdraw(submission, current_user.actor, clock.now())
        return redirect(_page_of(submission, "package_withdrawn"), 303)
    return render_template("courier/withdraw.html", submission=submission, form=form)


@bp.route("/<reference>/dropped-off", methods=["POST"])
@applicant_only
@commits
def drop_off(reference):
    return _noted(reference, operations.drop_off, "package_dropped_off")


@bp.route("/<reference>/collected", methods=["POST"])
@applicant_only
@commits
def collect(reference):
    return _noted(reference, operations.collect, "package_collected")


def _noted(reference, note, said):
    submission = operations.submission_for(current_user, reference, for_change=True)
    try:
        note(submission, current_user.actor, clock.now())
    except operations.TooLate:
        return _too_late(submission)
    return redirect(_page_of(submission, said), 303)


def _too_late(submission):
    said = "package_withdrawn" if submission.state == "withdrawn" else "package_too_late"
    return redirect(_page_of(submission, said), 303)


def _page_of(submission, said):
    return url_for(".show", reference=submission.reference, said=said)


def _packed(submission):
    return {
        "documents": [one.refusal_item_id for one in submission.contents],
        "with_passport": submission.with_passport,
        "other_documents": str(submission.other_documents or ""),
    }
