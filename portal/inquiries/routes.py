"""The pages on which an applicant asks about a case."""

from flask import Blueprint, redirect, render_template, url_for

from portal import clock
from portal.cases import operations as cases
from portal.database.transactions import commits
from portal.evidence.operations import last_received_on
from portal.inquiries import operations
from portal.inquiries.forms import CATEGORIES, InquiryForm, RemindForm, TextForm
from portal.limits import rules as limits
from portal.web.audience import applicant_only
from portal.web.errors import SentBefore
from portal.web.identity import current_user

bp = Blueprint("inquiries", __name__, url_prefix="/<language:lang>/inquiries")


@bp.route("/new/<uuid:case_id>", methods=["GET", "POST"])
@applicant_only
@limits.at_most(10, "1 hour", per=limits.account)
@commits
def ask(case_id):
    case, form, early = cases.case_for(current_user, case_id), InquiryForm(), None
    if form.validate_on_submit():
        told = form.category.data, form.text.data, form.key, current_user.actor, clock.now()
        try:
            asked = operations.ask(case, *told, emergency=form.emergency.data)
        except operations.TooEarly as refusal:
            early = refusal.day
        except SentBefore as refusal:
            form.refused(form.text, refusal)
        else:
            return redirect(url_for(".thread", inquiry_id=asked.public_id, said="inquiry_asked"), 303)
    first_day = operations.first_day(case, last_received_on(case))
    page = {"form": form, "case": case, "early": early, "first_day": first_day, "remind": RemindForm()}
    return render_template("inquiries/ask.html", **page)


@bp.route("/remind/<uuid:case_id>", methods=["POST"])
@applicant_only
@commits
def remind(case_id):
    case, form = cases.case_for(current_user, case_id), RemindForm()
    if form.validate_on_submit():
        operations.remind(case, clock.now())
    return redirect(url_for("home.dashboard", said="will_remind"), 303)


@bp.route("/<uuid:inquiry_id>", methods=["GET", "POST"])
@applicant_only
@limits.at_most(20, "1 hour", per=limits.account)
@commits
def thread(inquiry_id):
    inquiry, form = operations.inquiry_for(current_user, inquiry_id), TextForm()
    if form.validate_on_submit():
        try:
            operations.write_more(inquiry, form.text.data, form.key, current_user.actor, clock.now())
        except SentBefore as refusal:
            form.refused(form.text, refusal)
        else:
            return redirect(url_for(".thread", inquiry_id=inquiry_id, said="inquiry_asked"), 303)
    return render_template("inquiries/thread.html", inquiry=inquiry, form=form, categories=CATEGORIES)
