"""Applicants send documents as files: what may be sent, the pages of each document, and Send."""

from flask import Blueprint, jsonify, redirect, render_template, request, url_for

from portal import clock
from portal.cases import operations as cases
from portal.cases.refusals.deadline import end_of_diversity_year, last_day
from portal.cases.refusals.deadline_sentences import last_day_sentence
from portal.database.transactions import commits
from portal.evidence import file_receipts, sent_documents, uploads
from portal.evidence.file_forms import PagesForm, PlainForm, SendForm
from portal.evidence.picture_answers import picture_of
from portal.i18n.locale import _
from portal.limits import rules as limits
from portal.posts.operations import today
from portal.web import concurrency_limit, request_bodies
from portal.web.audience import applicant_only
from portal.web.errors import PortalError
from portal.web.identity import current_user

bp = Blueprint("files", __name__, url_prefix="/<language:lang>/evidence")
# What static/js/files.js sends with each file, to be answered in JSON.
BY_SCRIPT = "X-Portal-File"


@bp.url_value_preprocessor
def take_files(endpoint, _values):
    """Let files be larger than other forms, and take their time: said before anything reads the request."""
    if endpoint == "files.pages" and request.method == "POST":
        concurrency_limit.leave()
        request.max_content_length = request_bodies.FILES_BYTES


@bp.errorhandler(413)
def say_too_large(_error):
    """Lead back to the page with the field, where it is said: what was sent before is kept."""
    if BY_SCRIPT in request.headers:
        return jsonify(error=str(uploads.FileTooLarge.message))
    return redirect(url_for(".pages", **(request.view_args or {}), said="files_too_large"), 303)


@bp.route("/<uuid:case_id>/files", methods=["GET", "POST"])
@applicant_only
@limits.at_most(30, "1 hour", per=limits.account)
@commits
def documents(case_id):
    case = cases.case_for(current_user, case_id, for_change=request.method == "POST")
    form, now = SendForm(), clock.now()
    if form.validate_on_submit():
        try:
            sent = sent_documents.send(case, form.key, current_user.actor, now)
        except PortalError as refusal:
            form.sending.errors = [refusal.message]
        else:
            receipt = file_receipts.give_due(case, form.key, current_user.actor, now)
            return redirect(url_for(".documents", case_id=case_id, said=_said(sent, receipt)), 303)
    listed = sent_documents.sendable_of(case)
    return render_template("evidence/files.html", case=case, listed=listed, form=form, days=_days(case, listed, now))


@bp.route("/<uuid:case_id>/documents/<int(max=2147483647):item_id>/pages", methods=["GET", "POST"])
@applicant_only
@limits.at_most(300, "1 hour", per=limits.account)
def pages(case_id, item_id):
    form = PagesForm()
    if form.validate_on_submit():
        refused = _taken(case_id, item_id, form.chosen)
        if BY_SCRIPT in request.headers:
            return jsonify(error=refused[0][1] if refused else "")
        if not refused:
            return redirect(url_for(".pages", case_id=case_id, item_id=item_id, said="files_added"), 303)
        form.refuse(refused)
    case = cases.case_for(current_user, case_id)
    document = sent_documents.sendable_for(case, item_id)
    return render_template("evidence/pages.html", case=case, document=document, form=form, plain=PlainForm())


@bp.route("/files/<uuid:file_id>/remove", methods=["POST"])
@applicant_only
@commits
def remove(file_id):
    file = sent_documents.file_for(current_user, file_id)
    case_id, item_id = file.document.case.public_id, file.document.refusal_item_id
    sent_documents.remove_file(file, current_user.actor, clock.now())
    return redirect(url_for(".pages", case_id=case_id, item_id=item_id, said="file_removed"), 303)


@bp.route("/files/<uuid:file_id>/<int(max=2147483647):number>")
@applicant_only
def page(file_id, number):
    return picture_of(sent_documents.file_for(current_user, file_id), number, small=False)


@bp.route("/files/<uuid:file_id>/<int(max=2147483647):number>/small")
@applicant_only
def small_page(file_id, number):
    return picture_of(sent_documents.file_for(current_user, file_id), number, small=True)


def _taken(case_id, item_id, chosen):
    """Take in files one after the other; return name and sentence of each that was refused: the others are kept."""
    if not chosen:
        return [("", _("Choose at least one file."))]
    refused = []
    for one in chosen:
        try:
            uploads.take(current_user, case_id, item_id, one.stream, one.filename)
        except uploads.NOT_OF_THE_FILE:
            raise
        except PortalError as refusal:
            refused.append((uploads.shown_name(one.filename), str(refusal.message)))
    return refused


def _said(sent, receipt):
    """Return the key of the sentence about what was sent."""
    if all(one.is_copy for one in sent):
        return "copies_sent"
    return "files_sent" if receipt is not None else "files_sent_waiting"


def _days(case, listed, now):
    """Return what a page says of days: sentences, whether one is over, and the last of each document by its item."""
    here, refusals = today(case.post, now), [one.item.refusal for one in listed]
    last = {one.item.id: day for one in listed if (day := last_day(case, one.item.refusal))}
    return {
        "sentences": list(dict.fromkeys(str(last_day_sentence(case, one, here)) for one in refusals)),
        "is_over": any(day < here for day in last.values()),
        # A diversity case has no last day to bring something (law.md 2).
        "last": {} if end_of_diversity_year(case) else {item: day for item, day in last.items() if day >= here},
    }
