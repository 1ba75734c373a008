"""The pages of the door: check in, today's list, and the data and script for working offline."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for

from portal import clock
from portal.cases.operations import what_to_bring
from portal.cases.refusals import letters
from portal.database.transactions import commits
from portal.door import labels, operations
from portal.door.forms import ScanForm, read_scans
from portal.door.offline_list import manifest_of
from portal.posts.operations import post_by_id, today
from portal.web.audience import staff_only
from portal.web.csrf import masked_token
from portal.web.identity import current_user
from portal.web.security_headers import SCRIPTS, scripted

bp = Blueprint("door", __name__, url_prefix="/<language:lang>/staff/door")
WORKER = (SCRIPTS / "door-worker.js").read_bytes()


@bp.route("/", methods=["GET", "POST"])
@staff_only("guard", "desk")
@scripted
@commits
def check_in():
    post, form, result = _post(), ScanForm(), {}
    if form.validate_on_submit():
        by, now = current_user.actor, clock.now()
        result = _shown(operations.check_in(post, form.code.data, form.key, by, now), now)
        form = ScanForm(formdata=None)
    here = today(post, clock.now())
    page = {"post": post, "form": form, "today": here, "words": labels}
    return render_template("door/check_in.html", **page, **result)


@bp.route("/list")
@staff_only("guard", "desk")
def todays_list():
    post, now = _post(), clock.now()
    listed = operations.todays_list(post, now)
    return render_template("door/list.html", post=post, now=now, today=today(post, now), listed=listed)


@bp.route("/<reference>/undo", methods=["POST"])
@staff_only("guard", "desk")
@commits
def undo(reference):
    appointment = operations.arrival_at(current_user.post_id, reference)
    operations.undo(appointment, current_user.actor, clock.now())
    return redirect(url_for(".check_in", said="arrival_undone"), 303)


@bp.route("/scans", methods=["POST"])
@staff_only("guard", "desk")
@commits
def scans():
    post, now = _post(), clock.now()
    told = [_told(post, scan, now) for scan in read_scans(request.get_json(silent=True))]
    return jsonify(results=told)


@bp.route("/manifest.json")
@staff_only("guard", "desk")
def manifest():
    return jsonify(token=masked_token(), **manifest_of(_post(), clock.now()))


@bp.route("/worker.js")
@staff_only("guard", "desk")
@scripted
def worker():
    return Response(WORKER, content_type="text/javascript; charset=utf-8")


def _post():
    return post_by_id(current_user.post_id)


def _told(post, scan, now):
    result = operations.check_in(post, scan.typed, scan.key, current_user.actor, now, at=now - scan.ago)
    html = render_template("door/result.html", post=post, form=ScanForm(formdata=None), **_shown(result, now))
    reference = result.appointment.reference if result.appointment else ""
    return {"id": str(scan.key), "enters": result.enters, "reference": reference, "html": html}


def _shown(result, now):
    """Return the data of result.html: if the person may enter, also what to bring, and whether the letter is a copy."""
    shown = {"result": result, "appointment": result.appointment}
    if not result.enters:
        return shown
    case = result.appointment.case
    undoable = operations.may_undo(result.appointment, now)
    return {**shown, "bring": what_to_bring(case), "reissued_on": letters.reissued_on(case), "may_undo": undoable}
