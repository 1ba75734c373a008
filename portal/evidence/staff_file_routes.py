"""Staff look at documents that came as files, as pictures beside what the letter asks for; officers answer copies."""

from flask import Blueprint, redirect, render_template, url_for

from portal import clock
from portal.cases import operations as cases
from portal.database.transactions import commits, records
from portal.evidence import looking, sent_documents
from portal.evidence.file_forms import AnswerForm, PlainForm
from portal.evidence.picture_answers import picture_of
from portal.journal import journal
from portal.posts.operations import post_by_id
from portal.web.audience import staff_only
from portal.web.identity import current_user

bp = Blueprint("staff_files", __name__, url_prefix="/<language:lang>/staff/files")


@bp.route("/")
@staff_only("desk")
def queue():
    waiting = looking.queue(current_user.post_id)
    return render_template("evidence/staff/files.html", waiting=waiting, post=post_by_id(current_user.post_id))


@bp.route("/cases/<uuid:case_id>")
@staff_only("desk")
@records
def of_case(case_id):
    case = cases.case_of_post(current_user.post_id, case_id)
    journal.record(current_user.actor, "case viewed", case, post_id=case.post_id)
    sent = [one for one in sent_documents.documents_of(case) if one.sent_at]
    return render_template("evidence/staff/of_case.html", case=case, sent=sent)


@bp.route("/<uuid:document_id>")
@staff_only("desk")
@records
def show(document_id):
    document = looking.document_of_post(current_user.post_id, document_id)
    journal.record(current_user.actor, "files viewed", document, post_id=document.post_id)
    return _page(document, AnswerForm())


@bp.route("/<uuid:document_id>/looked-at", methods=["POST"])
@staff_only("officer")
@commits
def looked_at(document_id):
    document = looking.document_of_post(current_user.post_id, document_id, for_change=True)
    looking.mark_looked_at(document, current_user.actor, clock.now())
    return redirect(url_for(".show", document_id=document_id, said="looked_at"), 303)


@bp.route("/<uuid:document_id>/answer", methods=["GET", "POST"])
@staff_only("officer")
@commits
def answer(document_id):
    document, form = looking.document_of_post(current_user.post_id, document_id, for_change=True), AnswerForm()
    if form.validate_on_submit():
        looking.answer_copy(document, form.answer.data, current_user.actor, clock.now())
        return redirect(url_for(".show", document_id=document_id, said="copy_answered"), 303)
    return _page(document, form)


@bp.route("/pages/<uuid:file_id>/<int(max=2147483647):number>")
@staff_only("desk")
def page(file_id, number):
    return picture_of(sent_documents.file_of_post(current_user.post_id, file_id), number, small=False)


@bp.route("/pages/<uuid:file_id>/<int(max=2147483647):number>/small")
@staff_only("desk")
def small_page(file_id, number):
    return picture_of(sent_documents.file_of_post(current_user.post_id, file_id), number, small=True)


def _page(document, form):
    files = looking.seen_files(document)
    return render_template("evidence/staff/document.html", document=document, files=files, form=form, plain=PlainForm())
