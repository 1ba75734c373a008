"""The pages on which officers answer inquiries."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.database.transactions import records
from portal.inquiries import answers, operations
from portal.inquiries.forms import CATEGORIES, AnswerForm
from portal.inquiries.visitors.operations import whole_queue
from portal.journal import journal
from portal.posts.operations import post_by_id, today
from portal.web.audience import staff_only
from portal.web.errors import SentBefore
from portal.web.identity import current_user

bp = Blueprint("staff_inquiries", __name__, url_prefix="/<language:lang>/staff/inquiries")


@bp.route("/")
@staff_only("officer")
def queue():
    post = post_by_id(current_user.post_id)
    here = today(post, clock.now())
    waiting = whole_queue(post.id)
    return render_template(
        "inquiries/staff/inquiries.html", waiting=waiting, categories=CATEGORIES, post=post, today=here
    )


@bp.route("/<uuid:inquiry_id>", methods=["GET", "POST"])
@staff_only("officer")
@records
def answer(inquiry_id):
    inquiry, form = operations.inquiry_of_post(current_user.post_id, inquiry_id), AnswerForm(answers.titles())
    if "use" in request.form:
        form.add(answers.text_for(form.standard.data, inquiry.account.language))
    elif form.validate_on_submit():
        try:
            operations.answer(inquiry, form.text.data, form.key, current_user.actor, clock.now())
        except SentBefore as refusal:
            form.refused(form.text, refusal)
        else:
            return redirect(url_for(".queue", said="answered"), 303)
    journal.record(current_user.actor, "inquiry viewed", inquiry, post_id=inquiry.post_id)
    return render_template("inquiries/staff/inquiry.html", inquiry=inquiry, form=form, categories=CATEGORIES)
