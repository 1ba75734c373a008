"""An appointment on paper: as PDF, as calendar file, and the verification of its code."""

from flask import Blueprint, jsonify, redirect, render_template, url_for

from portal import clock
from portal.appointments import appointment_papers, operations
from portal.appointments.appointment_code import verify
from portal.cases import operations as cases
from portal.cases.refusals import letters
from portal.database.transactions import records
from portal.journal import journal
from portal.paper import tokens
from portal.paper.downloads import download
from portal.paper.forms import CodeForm
from portal.web.audience import applicant_only, public
from portal.web.identity import current_user

bp = Blueprint("paper", __name__)


@bp.route("/<language:lang>/appointments/<reference>.pdf")
@applicant_only
def pdf(reference):
    appointment = operations.appointment_for(current_user, reference)
    return download(appointment_papers.confirmation_pdf(appointment), "application/pdf", f"{appointment.reference}.pdf")


@bp.route("/<language:lang>/appointments/<reference>.ics")
@applicant_only
def calendar_file(reference):
    appointment = operations.appointment_for(current_user, reference)
    made = appointment_papers.calendar_file(appointment)
    return download(made, "text/calendar; charset=utf-8", f"{appointment.reference}.ics")


@bp.route("/V/<token>")
@public
def short(token):
    return redirect(_page_of(token), 302)


@bp.route("/<language:lang>/verify", methods=["GET", "POST"])
@public
def code_form():
    form = CodeForm()
    if form.validate_on_submit():
        return redirect(_page_of(form.last_part), 303)
    return render_template("appointments/verification_form.html", form=form)


@bp.route("/<language:lang>/verify/<token>")
@public
def verification(token):
    staff = current_user.is_authenticated and current_user.is_staff
    return _told_to_staff(token) if staff else _told(token)


@bp.route("/verification-keys.json")
@public
def keys():
    return jsonify(keys=tokens.public_keys())


@records
def _told_to_staff(token):
    """Show staff of the post whose appointment it is, and record this; others see what strangers see (R5)."""
    found = verify(token, clock.now())
    appointment = found.paper
    if appointment is None or appointment.post_id != current_user.post_id:
        return _told(token)
    journal.record(current_user.actor, "code read", appointment, post_id=appointment.post_id)
    case = appointment.case
    bring = cases.what_to_bring(case)
    duplicate = letters.reissued_on(case)
    return render_template("appointments/verification.html", found=found, case=case, bring=bring, reissued_on=duplicate)


def _told(token):
    return render_template("appointments/verification.html", found=verify(token, clock.now()), case=None)


# What a code is of stands in its first letter; packages and receipts belong to features beside or above this one.
_PAGES = {tokens.COURIER: "courier_paper.verification", tokens.RECEIPT: "evidence.verification"}


def _page_of(token):
    return url_for(_PAGES.get(token.strip()[:1].upper(), ".verification"), token=token)
