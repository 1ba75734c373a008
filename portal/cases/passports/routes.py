"""The page on which a person reports a new passport to the post."""

from flask import Blueprint, redirect, render_template, url_for

from portal import clock
from portal.cases import operations as cases
from portal.cases.passports import operations
from portal.cases.passports.forms import ReportForm
from portal.database.transactions import commits
from portal.limits import rules as limits
from portal.web.audience import applicant_only
from portal.web.errors import PortalError
from portal.web.identity import current_user

bp = Blueprint("passports", __name__, url_prefix="/<language:lang>/passport")


@bp.route("/<uuid:case_id>", methods=["GET", "POST"])
@applicant_only
@limits.at_most(10, "1 hour", per=limits.account)
@commits
def report(case_id):
    case = cases.case_for(current_user, case_id)
    form = ReportForm(case)
    if form.validate_on_submit():
        traveller = cases.traveller_of(case, form.traveller.data)
        try:
            operations.report(
                case, traveller, form.number.data, form.expires_on, form.key, current_user.actor, clock.now()
            )
        except operations.Expired as refusal:
            form.refused(form.day, refusal)
        except PortalError as refusal:
            form.refused(form.number, refusal)
        else:
            return redirect(url_for("status.story", case_id=case.public_id, said="passport_reported"), 303)
    return render_template("cases/passports/report.html", form=form, case=case)
