"""Document receipts as their owner sees them, and what the code of one says to whoever scans it."""

from flask import Blueprint, redirect, render_template, url_for

from portal import clock
from portal.cases import operations as cases
from portal.database.transactions import commits
from portal.evidence import custody, operations, receipt_papers
from portal.evidence.receipt_code import verify
from portal.forms import BaseForm
from portal.paper.downloads import download
from portal.web.audience import applicant_only, public
from portal.web.identity import current_user

bp = Blueprint("evidence", __name__, url_prefix="/<language:lang>")


@bp.route("/evidence/receipts/<reference>")
@applicant_only
def show(reference):
    receipt = operations.receipt_for(current_user, reference)
    return render_template(
        "evidence/receipt.html",
        page=receipt_papers.receipt_page(receipt),
        code=receipt_papers.drawing_of(receipt),
        back=url_for("status.story", case_id=receipt.case.public_id),
        pdf=url_for(".pdf", reference=receipt.reference),
    )


@bp.route("/evidence/receipts/<reference>.pdf")
@applicant_only
def pdf(reference):
    receipt = operations.receipt_for(current_user, reference)
    return download(receipt_papers.receipt_pdf(receipt), "application/pdf", f"{receipt.reference}.pdf")


@bp.route("/evidence/<uuid:case_id>/originals/<int(max=2147483647):line_id>/ask-back", methods=["POST"])
@applicant_only
@commits
def ask_back(case_id, line_id):
    case, form = cases.case_for(current_user, case_id, for_change=True), BaseForm()
    if form.validate_on_submit():
        custody.ask_back(case, custody.held_at(case, line_id), current_user.actor, clock.now())
    return redirect(url_for("status.story", case_id=case_id, said="asked_back"), 303)


@bp.route("/verify/receipt/<token>")
@public
def verification(token):
    return render_template("evidence/verification.html", found=verify(token))
