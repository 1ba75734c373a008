"""A package on paper: its printable page, also as PDF, and the verification of its code."""

from flask import Blueprint, render_template, url_for

from portal.courier import operations, package_papers
from portal.courier.package_code import verify
from portal.database.transactions import records
from portal.journal import journal
from portal.paper.downloads import download
from portal.web.audience import applicant_only, public
from portal.web.identity import current_user

bp = Blueprint("courier_paper", __name__, url_prefix="/<language:lang>")


@bp.route("/courier/<reference>/print")
@applicant_only
def printable(reference):
    submission = operations.submission_for(current_user, reference)
    return render_template(
        "courier/print.html",
        page=package_papers.confirmation(submission),
        code=package_papers.drawing_of(submission),
        back=url_for("package.show", reference=submission.reference),
        pdf=url_for(".pdf", reference=submission.reference),
    )


@bp.route("/courier/<reference>.pdf")
@applicant_only
def pdf(reference):
    submission = operations.submission_for(current_user, reference)
    return download(package_papers.confirmation_pdf(submission), "application/pdf", f"{submission.reference}.pdf")


@bp.route("/verify/package/<token>")
@public
def verification(token):
    may_desk = current_user.is_authenticated and current_user.may("desk")
    return _told_to_staff(token) if may_desk else _told(token)


@records
def _told_to_staff(token):
    """Lead staff of the post to the package, and record a journal entry; others see what strangers see (R5)."""
    found = verify(token)
    submission = found.paper
    if submission is None or submission.post_id != current_user.post_id:
        return _told(token)
    journal.record(current_user.actor, "code read", submission, post_id=submission.post_id)
    return render_template("courier/verification.html", found=found, for_staff=True)


def _told(token):
    return render_template("courier/verification.html", found=verify(token), for_staff=False)
