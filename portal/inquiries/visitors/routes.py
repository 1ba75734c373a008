"""The pages on which people without an account ask the Embassy a question."""

from flask import Blueprint, redirect, render_template, url_for

from portal import clock
from portal.accounts.links import LinkUnfit
from portal.database.transactions import commits, writing
from portal.forms import BaseForm
from portal.i18n.locale import current
from portal.inquiries.forms import CATEGORIES
from portal.inquiries.visitors import operations
from portal.inquiries.visitors.forms import QuestionForm
from portal.limits import recipients
from portal.limits.throttle import slowed
from portal.posts.operations import all_posts, place, post_by_code
from portal.values.emails import sign_in_name
from portal.web.audience import public
from portal.web.errors import PortalError

GONE = 410
bp = Blueprint("visitor_questions", __name__, url_prefix="/<language:lang>/inquiries/ask")


@bp.route("", methods=["GET", "POST"])
@public
@slowed(30, 120, "1 hour")
def ask():
    form = QuestionForm(all_posts())
    if form.validate_on_submit():
        try:
            _ask(form)
        except recipients.TooManyMails as refusal:
            form.refused(form.email, refusal)
        except PortalError as refusal:
            form.refused(form.text, refusal)
        else:
            return redirect(url_for(".sent"), 303)
    return render_template("inquiries/visitors/ask.html", form=form)


@bp.route("/sent")
@public
def sent():
    return render_template("inquiries/visitors/sent.html")


@bp.route("/<token>", methods=["GET", "POST"])
@public
@slowed(30, 120, "1 hour")
@commits
def confirm(token):
    form, question = BaseForm(), operations.question_of_link(token, clock.now())
    if form.validate_on_submit():
        operations.confirm(question, clock.now())
        return redirect(url_for(".confirm", token=token), 303)
    page = {"form": form, "question": question, "token": token, "place": place(question.post)}
    return render_template("inquiries/visitors/confirm.html", categories=CATEGORIES, **page)


@bp.route("/<token>/not-mine", methods=["POST"])
@public
@slowed(30, 120, "1 hour")
@commits
def disown(token):
    question = operations.question_of_link(token, clock.now())
    if BaseForm().validate_on_submit():
        operations.disown(question, clock.now())
    return redirect(url_for("home.front", said="question_erased"), 303)


@bp.errorhandler(LinkUnfit)
def link_unfit(_error):
    return render_template("inquiries/visitors/link_unfit.html"), GONE


def _ask(form):
    """Count the email to the address, unless this form was sent before; then keep the question."""
    if not operations.was_asked(form.key):
        recipients.count(recipients.QUESTIONS, sign_in_name(form.address))
    post = post_by_code(form.location.data)
    told = form.category.data, form.text.data, form.address, form.case_number.data
    with writing():
        operations.ask(post, *told, current(), form.key, clock.now())
