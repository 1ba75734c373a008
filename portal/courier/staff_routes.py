"""The mail desk: packages are scanned, taken in, decided on and sent back; and the agencies of the post."""

import csv
import io

from flask import Blueprint, Response, redirect, render_template, request, url_for

from portal import clock
from portal.courier import agencies, intake, operations, staff_labels
from portal.courier.models import STATES
from portal.courier.staff_forms import AgencyForm, DecisionForm, ImportForm, ReturnForm, ScanForm, TakeInForm
from portal.database.transactions import commits, records
from portal.forms import SWITCH, BaseForm
from portal.journal import journal
from portal.posts.operations import post_by_id, today
from portal.web.audience import staff_only
from portal.web.errors import NotFound
from portal.web.identity import current_user

bp = Blueprint("mail_desk", __name__, url_prefix="/<language:lang>/staff/courier")
ON_A_PAGE = 100
LAST_PAGE = 10_000
OLD_DAYS = 30
MISTAKES_SHOWN = 50


@bp.route("/", methods=["GET", "POST"])
@staff_only("desk")
def scan():
    form, verdict = ScanForm(), None
    if form.validate_on_submit():
        found = intake.scan(form.code.data, current_user.post_id)
        if found.state in (intake.FOUND, intake.CHANGED):
            return redirect(_address(found.submission, "page_older" if found.state == intake.CHANGED else None), 303)
        verdict = staff_labels.SCANS[found.state]
    if not form.is_switch:
        form.code.data = ""  # the next scan is typed into an empty field
    counts = intake.counts(current_user.post_id)
    return render_template(
        "courier/staff/mail_desk.html", form=form, verdict=verdict, counts=counts, words=staff_labels
    )


@bp.route("/packages")
@staff_only("desk")
def list_packages():
    post, state = post_by_id(current_user.post_id), request.args.get("state")
    state = state if state in STATES else STATES[0]
    number = min(max(request.args.get("page", 0, type=int), 0), LAST_PAGE)
    found, here = intake.packages(post.id, state, number * ON_A_PAGE, ON_A_PAGE + 1), today(post, clock.now())
    return render_template(
        "courier/staff/packages.html",
        post=post,
        state=state,
        number=number,
        more=len(found) > ON_A_PAGE,
        aged=[(one, (here - today(post, one.registered_at)).days) for one in found[:ON_A_PAGE]],
        old_days=OLD_DAYS,
        counts=intake.counts(post.id),
        words=staff_labels,
    )


@bp.route("/packages/<reference>", methods=["GET", "POST"])
@staff_only("desk")
@records
def package(reference):
    submission = _package(reference)
    if request.method != "POST":
        journal.record(current_user.actor, "package viewed", submission, post_id=submission.post_id)
        return _page(submission)
    form = TakeInForm(submission)
    if not submission.is_on_the_way and not form.is_switch:
        return redirect(_address(submission), 303)
    if form.validate_on_submit():
        found, passports = set(form.found.data or ()), set(form.passports.data or ())
        intake.receive(submission, found, current_user.actor, clock.now(), passports_of=passports)
        return redirect(_address(submission, "taken_in"), 303)
    return _page(submission, take_in=form)


@bp.route("/packages/<reference>/items/<int(max=2147483647):item_id>", methods=["GET", "POST"])
@staff_only("officer")
@commits
def decide(reference, item_id):
    submission = _package(reference)
    item = _one(item_id, [one.item for one in submission.contents])
    form = DecisionForm(item)
    if form.validate_on_submit():
        decision, reason = form.decision.data, form.reason.data or None
        intake.decide(submission, item, decision, reason, current_user.actor, clock.now())
        return redirect(_address(submission, "decided"), 303)
    return _page(submission, decided={item.id: form}) if request.method == "POST" else redirect(_address(submission))


@bp.route("/packages/<reference>/refusals/<int(max=2147483647):refusal_id>/stop", methods=["POST"])
@staff_only("officer")
@commits
def stop_clock(reference, refusal_id):
    submission = _package(reference)
    intake.stop_clock(_one(refusal_id, submission.case.refusals), current_user.actor, clock.now())
    return redirect(_address(submission, "clock_stopped"), 303)


@bp.route("/packages/<reference>/return", methods=["GET", "POST"])
@staff_only("desk")
@commits
def send_back(reference):
    submission = _package(reference)
    form = ReturnForm(submission)
    if form.validate_on_submit():
        carrier, number = form.typed
        despite = bool(form.despite_processing.data and current_user.may("officer"))
        try:
            intake.send_back(submission, carrier, number, current_user.actor, clock.now(), despite_processing=despite)
        except intake.ProcessingOpen as refusal:
            field = form.despite_processing if current_user.may("officer") else form.carrier
            field.errors = [refusal.message]
        else:
            return redirect(_address(submission, "sent_back"), 303)
    return _page(submission, returning=form) if request.method == "POST" else redirect(_address(submission))


@bp.route("/agencies")
@staff_only("desk")
def list_agencies():
    return render_template(
        "courier/staff/agencies.html",
        agencies=agencies.agencies_of(current_user.post_id, closed_too=True),
        added=request.args.get("added", type=int),
        changed=request.args.get("changed", type=int),
        form=BaseForm(),
    )


@bp.route("/agencies/new", methods=["GET", "POST"])
@staff_only("supervisor")
@commits
def add_agency():
    return _saved(None, AgencyForm())


@bp.route("/agencies/<code>", methods=["GET", "POST"])
@staff_only("supervisor")
@commits
def change_agency(code):
    agency = _agency(code)
    return _saved(agency, AgencyForm(obj=agency))


@bp.route("/agencies/<code>/close", methods=["POST"])
@staff_only("supervisor")
@commits
def close_agency(code):
    agencies.close_agency(_agency(code), current_user.actor, clock.now())
    return redirect(url_for(".list_agencies", said="agency_closed"), 303)


@bp.route("/agencies/<code>/reopen", methods=["POST"])
@staff_only("supervisor")
@commits
def reopen_agency(code):
    agencies.reopen_agency(_agency(code), current_user.actor, clock.now())
    return redirect(url_for(".list_agencies", said="agency_opened"), 303)


@bp.route("/agencies/import", methods=["GET", "POST"])
@staff_only("supervisor")
@commits
def import_agencies():
    form, mistakes = ImportForm(), []
    if form.validate_on_submit():
        post = post_by_id(current_user.post_id)
        try:
            added, changed = agencies.import_agencies(form.lines, post, current_user.actor, clock.now())
        except agencies.AgencyFileUnfit as refusal:
            form.file.errors, mistakes = [refusal.message], refusal.mistakes
        else:
            return redirect(url_for(".list_agencies", added=added, changed=changed), 303)
    shown = mistakes[:MISTAKES_SHOWN]
    return render_template(
        "courier/staff/agencies_import.html", form=form, mistakes=shown, more=len(mistakes) > len(shown)
    )


@bp.route("/agencies/template.csv")
@staff_only("supervisor")
def agencies_template():
    header = io.StringIO()
    csv.writer(header).writerow(agencies.LENGTHS)
    headers = {"Content-Disposition": 'attachment; filename="agencies.csv"'}
    return Response(header.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _package(reference):
    return intake.package_of_post(current_user.post_id, reference, for_change=request.method == "POST")


def _address(submission, said=None):
    return url_for("mail_desk.package", reference=submission.reference, said=said)


def _one(row_id, rows):
    found = next((one for one in rows if one.id == row_id), None)
    if found is None:
        raise NotFound
    return found


def _agency(code):
    found = agencies.agency_of(current_user.post_id, code)
    if found is None:
        raise NotFound
    return found


def _page(submission, *, take_in=None, decided=None, returning=None):
    """Show a package with its forms: the submitted form, or all after a change of language, keeps what was entered."""
    post, fresh = submission.case.post, {} if SWITCH in request.form else {"formdata": None}
    last_day, is_late = operations.last_day(submission.case, today(post, clock.now()))
    decisions = {one.item.id: DecisionForm(one.item, **fresh) for one in submission.contents}
    return render_template(
        "courier/staff/package.html",
        package=submission,
        post=post,
        last_day=last_day,
        is_late=is_late,
        take_in=take_in or TakeInForm(submission, **fresh),
        decisions={**decisions, **(decided or {})},
        returning=returning or ReturnForm(submission, **fresh),
        is_processing=intake.is_in_processing(submission.case),
        clocks=intake.clocks_to_confirm(submission.case),
        words=staff_labels,
        reasons=intake.MORE_REASONS,
    )


def _saved(agency, form):
    """Save an agency from its form and go to the list, or show the form."""
    if form.validate_on_submit():
        try:
            agencies.save_agency(post_by_id(current_user.post_id), agency, form.values, current_user.actor, clock.now())
        except agencies.CodeTaken as refusal:
            form.code.errors = [refusal.message]
        else:
            return redirect(url_for(".list_agencies", said="agency_saved"), 303)
    return render_template("courier/staff/agency.html", form=form, agency=agency)
