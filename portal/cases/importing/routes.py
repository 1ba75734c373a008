"""Pages on which staff import a case file: upload, preview, confirm; and the words to write into it."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField

from portal import clock
from portal.cases import statuses
from portal.cases.importing import empty_workbook, uploads
from portal.cases.importing.rows import COLUMNS
from portal.cases.models import MODES
from portal.cases.standard_words import STATUSES, reasons
from portal.database.transactions import writing
from portal.forms import BaseForm
from portal.i18n.locale import _l
from portal.posts.operations import post_by_id
from portal.web import concurrency_limit
from portal.web.audience import confirmed, staff_only
from portal.web.errors import NotFound, PortalError
from portal.web.identity import current_user

bp = Blueprint("case_import", __name__, url_prefix="/<language:lang>/staff/cases/import")
SHOWN_ERRORS = 100
SHOWN_NUMBERS = 200
SHOWN_ROWS = 10
SHOWN_COLUMNS = [column for column in COLUMNS if column not in ("post", "letter_code")]
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(BaseForm):
    file = FileField(_l("Case file"), validators=[FileRequired(_l("Choose a file."))])


class ImportForm(BaseForm):
    upload = HiddenField()


@bp.url_value_preprocessor
def take_large_files(endpoint, _values):
    """Allow a case file to be larger than other forms, and to take longer: set before anything reads the request."""
    concurrency_limit.leave()
    if endpoint == "case_import.upload":
        request.max_content_length = uploads.MOST_BYTES


@bp.route("/", methods=["GET", "POST"])
@staff_only("officer")
def upload():
    post, form, errors = post_by_id(current_user.post_id), UploadForm(), []
    if form.validate_on_submit():
        try:
            found = uploads.read_upload(form.file.data.stream, post.code)
            errors = found.errors
        except PortalError as refusal:
            form.file.errors = [refusal.message]
        else:
            if not errors:
                return redirect(url_for(".preview", public_id=_kept(found)), 303)
    return render_template("cases/staff/import.html", post=post, form=form, errors=errors, shown=SHOWN_ERRORS)


@bp.route("/<uuid:public_id>", methods=["GET", "POST"])
@staff_only("officer")
@confirmed
def preview(public_id):
    post, form = post_by_id(current_user.post_id), ImportForm()
    kept = uploads.upload_for(current_user, public_id, clock.now())
    if kept.done_at is not None:
        return render_template("cases/staff/import_done.html", post=post, counts=kept.counts)
    found = uploads.kept_of(kept)
    if form.validate_on_submit() and _imported(kept, found, form):
        return redirect(url_for(".preview", public_id=public_id), 303)
    told = {"report": uploads.foresee(found), "notes": found.notes, "lines": found.lines[:SHOWN_ROWS]}
    return render_template(
        "cases/staff/import_preview.html", post=post, form=form, most=SHOWN_NUMBERS, columns=SHOWN_COLUMNS, **told
    )


@bp.route("/template.csv")
@staff_only("officer")
def csv_template():
    return _file("\ufeff" + ",".join(COLUMNS) + "\r\n", "text/csv; charset=utf-8", "cases.csv")


@bp.route("/template.xlsx")
@staff_only("officer")
def workbook_template():
    return _file(empty_workbook.empty(), WORKBOOK_TYPE, "cases.xlsx")


@bp.route("/wordings")
@staff_only("officer")
def wordings():
    listed = {reason.name: reason for reason in reasons().values()}
    own = statuses.own_words(current_user.post_id)
    return render_template(
        "cases/staff/wordings.html",
        reasons=listed.values(),
        modes=MODES,
        codes=[*STATUSES, *(word.code for word in own)],
    )


def _kept(found):
    with writing():
        return uploads.keep(found, current_user, clock.now()).public_id


def _imported(kept, found, form):
    """Import what was uploaded; return whether it is done, otherwise the form says why not."""
    try:
        uploads.confirm(kept, found, current_user.actor)
    except NotFound:
        raise
    except PortalError as refusal:
        form.upload.errors = [refusal.message]
        return False
    return True


def _file(content, kind, name):
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, content_type=kind, headers=headers)
