"""Pages on which staff set the status of a case, manage the words of their post, and record other dates of a case."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.cases import operations, statuses
from portal.cases.forms import ExpiryForm, StatusForm, word_form
from portal.cases.refusals import letters
from portal.database.transactions import commits
from portal.forms import BaseForm
from portal.i18n.locale import in_language
from portal.posts.operations import post_by_id, today
from portal.web.audience import staff_only
from portal.web.errors import PortalError
from portal.web.identity import current_user

bp = Blueprint("statuses", __name__, url_prefix="/<language:lang>/staff/cases")


@bp.route("/<uuid:case_id>/status", methods=["GET", "POST"])
@staff_only("officer")
@commits
def set_status(case_id):
    case, now, told = (
        operations.case_of_post(current_user.post_id, case_id, for_change=request.method == "POST"),
        clock.now(),
        None,
    )
    form = StatusForm(case.post, data={"word": case.status, "effective_on": today(case.post, now)})
    if form.validate_on_submit():
        if "save" not in request.form:
            told = _told_in(case.post.language_codes, form.word.data)
        elif _is_set(case, form, now):
            return redirect(url_for("case_page.show", case_id=case_id, said="stored"), 303)
    return render_template("cases/staff/status.html", case=case, form=form, told=told)


@bp.route("/words", methods=["GET", "POST"])
@staff_only("officer")
def words():
    post = post_by_id(current_user.post_id)
    return render_template("cases/staff/words.html", post=post, words=statuses.own_words(post.id))


@bp.route("/words/new", methods=["GET", "POST"])
@staff_only("supervisor")
@commits
def add_word():
    post = post_by_id(current_user.post_id)
    form = word_form(post.language_codes)
    if form.validate_on_submit():
        texts = form.texts("name"), form.texts("meaning")
        try:
            statuses.add_word(post, form.code.data, form.standard.data, *texts, current_user.actor, clock.now())
        except statuses.WordTaken as refusal:
            form.code.errors = [refusal.message]
        else:
            return redirect(url_for(".words", said="word_added"), 303)
    return render_template("cases/staff/word.html", post=post, form=form)


@bp.route("/<uuid:case_id>/letters/<int(max=2147483647):refusal_id>", methods=["GET", "POST"])
@staff_only("officer")
@commits
def reissue(case_id, refusal_id):
    case, form = operations.case_of_post(current_user.post_id, case_id, for_change=request.method == "POST"), BaseForm()
    if form.validate_on_submit():
        code = letters.reissue(case, refusal_id, current_user.actor, clock.now())
        return render_template("cases/staff/letter_reissued.html", case=case, code=code)
    return render_template("cases/staff/letter.html", case=case, form=form)


@bp.route("/<uuid:case_id>/travellers/<int(max=99):position>/dates", methods=["GET", "POST"])
@staff_only("officer")
@commits
def expiries(case_id, position):
    case = operations.case_of_post(current_user.post_id, case_id, for_change=request.method == "POST")
    traveller = operations.traveller_of(case, position)
    form = ExpiryForm(obj=traveller)
    if form.validate_on_submit():
        days = form.medical_expires_on.data, form.passport_expires_on.data
        letters.set_expiries(traveller, *days, current_user.actor, clock.now())
        return redirect(url_for("case_page.show", case_id=case_id, said="stored"), 303)
    return render_template("cases/staff/expiries.html", case=case, traveller=traveller, form=form)


def _is_set(case, form, now):
    """Set what the form says; return whether it succeeded, otherwise the form says why not."""
    try:
        statuses.set_status(case, form.word.data, form.effective_on.data, current_user.actor, now)
    except PortalError as refusal:
        form.effective_on.errors = [refusal.message]
        return False
    return True


def _told_in(languages, code):
    """Return what an applicant will read, as triples of language, word and meaning."""
    told = []
    for language in languages:
        with in_language(language):
            told.append((language, str(statuses.status_name(code)), str(statuses.status_meaning(code))))
    return told
