"""The pages for reprinting confirmation pages without an account: ask, list, print. They sign no one in."""

from flask import Blueprint, redirect, render_template, url_for

from portal import clock
from portal.appointments import appointment_papers as appointment_documents
from portal.appointments.models import Appointment
from portal.cases.operations import what_to_bring
from portal.courier import package_papers as courier_documents
from portal.database.transactions import writing
from portal.home import retrieval
from portal.home.retrieval_forms import RetrievalForm
from portal.journal import journal
from portal.limits import guesses
from portal.limits import rules as limits
from portal.limits.throttle import slowed
from portal.paper.downloads import download
from portal.web.audience import public

bp = Blueprint("retrieval", __name__, url_prefix="/<language:lang>/confirmation")


@bp.route("", methods=["GET", "POST"])
@public
@limits.at_most(10, "15 minutes", per=limits.typed_passport_here, unless=limits.no_passport)
@limits.at_most(20, "15 minutes", per=limits.typed_passport, unless=limits.no_passport)
@slowed(150, 600, "1 hour")
def ask():
    form, unfound = RetrievalForm(), False
    if form.says_no:
        return redirect(url_for("courier.start"), 303)
    if form.validate_on_submit():
        found = retrieval.find(form.passport_number.data, form.birth_dates, form.nationality.data, clock.now())
        if found:
            guesses.was_right()
            return redirect(url_for(".pages", token=retrieval.token_for(found)), 303)
        unfound = True
    return render_template("home/retrieval.html", form=form, unfound=unfound)


@bp.route("/<token>")
@public
def pages(token):
    appointments, packages = retrieval.pages_of(retrieval.travellers_in(token))
    return render_template(
        "home/retrieval_pages.html",
        token=token,
        appointments=appointments,
        packages=packages,
        minutes=retrieval.MINUTES,
    )


@bp.route("/<token>/<reference>")
@public
def page(token, reference):
    found = _retrieved(token, reference)
    links = {
        "back": url_for(".pages", token=token),
        "pdf": url_for(".pdf", token=token, reference=found.reference),
    }
    if isinstance(found, Appointment):
        return render_template("appointments/print.html", **_shown(found), **links)
    confirmation, code = courier_documents.confirmation(found), courier_documents.drawing_of(found)
    return render_template("courier/print.html", page=confirmation, code=code, **links)


@bp.route("/<token>/<reference>.pdf")
@public
def pdf(token, reference):
    found = _retrieved(token, reference)
    documents = appointment_documents if isinstance(found, Appointment) else courier_documents
    return download(documents.confirmation_pdf(found), "application/pdf", f"{found.reference}.pdf")


@bp.errorhandler(retrieval.LinkEnded)
def link_ended(_error):
    return render_template("home/retrieval_ended.html", minutes=retrieval.MINUTES), 404


def _retrieved(token, reference):
    with writing():
        found = retrieval.page_of(retrieval.travellers_in(token), reference)
        journal.record(journal.VISITOR, "confirmation page retrieved", found, post_id=found.post_id)
    return found


def _shown(appointment):
    return {
        "appointment": appointment,
        "case": appointment.case,
        "code": appointment_documents.drawing_of(appointment),
        "bring": what_to_bring(appointment.case),
        "printed_at": clock.now(),
    }
