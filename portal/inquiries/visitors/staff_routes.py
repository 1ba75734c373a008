"""The page on which officers answer a question that was asked without an account."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.database.transactions import records
from portal.inquiries import answers
from portal.inquiries.forms import CATEGORIES, AnswerForm
from portal.inquiries.visitors import operations
from portal.journal import journal
from portal.web.audience import staff_only
from portal.web.errors import PortalError
from portal.web.identity import current_user

bp = Blueprint("staff_visitor_questions", __name__, url_prefix="/<language:lang>/staff/inquiries/visitors")


@bp.route("/<uuid:question_id>", methods=["GET", "POST"])
@staff_only("officer")
@records
def answer(question_id):
    question = operations.question_of_post(current_user.post_id, question_id)
    form = AnswerForm(answers.titles(answers.GENERAL))
    if "use" in request.form:
        form.add(answers.text_for(form.standard.data, question.language, answers.GENERAL))
    elif form.validate_on_submit():
        try:
            operations.answer(question, form.text.data, form.key, current_user.actor, clock.now())
        except PortalError as refusal:
            form.refused(form.text, refusal)
        else:
            return redirect(url_for("staff_inquiries.queue", said="answered_by_email"), 303)
    journal.record(current_user.actor, "visitor question viewed", question, post_id=question.post_id)
    page = {"question": question, "form": form, "categories": CATEGORIES}
    return render_template("inquiries/visitors/staff/question.html", **page)
