"""The window: staff take documents in, print the receipt, correct one that was wrong, and hand originals back."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.cases import operations as cases
from portal.database.transactions import commits
from portal.evidence import custody, operations, receipt_papers
from portal.evidence.labels import line_text
from portal.evidence.staff_forms import HandBackForm, window_form
from portal.paper.downloads import download
from portal.web.audience import staff_only
from portal.web.errors import PortalError, SentBefore
from portal.web.identity import current_user

bp = Blueprint("window", __name__, url_prefix="/<language:lang>/staff/evidence")


@bp.route("/cases/<uuid:case_id>/take-in", methods=["GET", "POST"])
@staff_only("desk")
@commits
def take_in(case_id):
    case = cases.case_of_post(current_user.post_id, case_id, for_change=request.method == "POST")
    form = window_form([item for _person, item in cases.what_is_owed(case)], case.travellers)
    return _taken_in(case, form) or render_template("evidence/staff/window.html", case=case, form=form, corrects=None)


@bp.route("/receipts/<reference>/correct", methods=["GET", "POST"])
@staff_only("desk")
@commits
def correct(reference):
    receipt = operations.receipt_of_post(current_user.post_id, reference)
    newer = operations.correction_of(receipt)
    if newer is not None:
        return redirect(url_for(".show", reference=newer.reference))
    case = cases.case_of_post(current_user.post_id, receipt.case.public_id, for_change=request.method == "POST")
    form = window_form(operations.items_to_correct(receipt), case.travellers)
    page = {"case": case, "form": form, "corrects": receipt}
    return _taken_in(case, form, receipt) or render_template("evidence/staff/window.html", **page)


@bp.route("/receipts/<reference>")
@staff_only("desk")
def show(reference):
    receipt = operations.receipt_of_post(current_user.post_id, reference)
    return render_template(
        "evidence/receipt.html",
        page=receipt_papers.receipt_page(receipt),
        code=receipt_papers.drawing_of(receipt),
        back=url_for("case_page.show", case_id=receipt.case.public_id),
        pdf=url_for(".pdf", reference=receipt.reference),
        correct=url_for(".correct", reference=receipt.reference),
    )


@bp.route("/receipts/<reference>.pdf")
@staff_only("desk")
def pdf(reference):
    receipt = operations.receipt_of_post(current_user.post_id, reference)
    made = receipt_papers.receipt_pdf(receipt, copies=2)
    return download(made, "application/pdf", f"{receipt.reference}.pdf")


@bp.route("/cases/<uuid:case_id>/originals/<int(max=2147483647):line_id>", methods=["GET", "POST"])
@staff_only("officer")
@commits
def hand_back(case_id, line_id):
    case = cases.case_of_post(current_user.post_id, case_id, for_change=request.method == "POST")
    held, form = custody.held_at(case, line_id), HandBackForm()
    if form.validate_on_submit():
        custody.give_back(case, held, form.handed_to.data, form.reason.data, current_user.actor, clock.now())
        return redirect(url_for("case_page.show", case_id=case_id, said="handed_back"), 303)
    page = {"case": case, "held": held, "form": form, "name": line_text(held.line)}
    return render_template("evidence/staff/hand_back.html", **page)


def _taken_in(case, form, corrects=None):
    """Give the receipt that the form asks for and lead to its paper, or say at the form why not, and return None."""
    if not form.validate_on_submit():
        return None
    said = {"received_on": form.received_on.data, "proof": form.proof.data or "", "corrects": corrects}
    try:
        receipt = operations.give_receipt(
            case, form.way.data, form.lines, form.key, current_user.actor, clock.now(), **said
        )
    except SentBefore as refusal:
        form.refused(form.others, refusal)
    except (operations.NotYet, operations.TooEarly) as refusal:
        form.received_on.errors = [refusal.message]
    except PortalError as refusal:
        form.others.errors = [refusal.message]
    else:
        return redirect(url_for(".show", reference=receipt.reference), 303)
    return None
