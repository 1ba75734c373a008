"""The pages of printed recovery codes: create new ones, end the existing ones."""

from flask import Blueprint, redirect, render_template, url_for

from portal import clock
from portal.accounts import operations, printed_codes
from portal.accounts.forms import NewCodesForm
from portal.database.transactions import commits
from portal.forms import BaseForm
from portal.limits import rules as limits
from portal.web.audience import applicant_only
from portal.web.identity import current_user

bp = Blueprint("printed", __name__, url_prefix="/<language:lang>/account/recovery-codes")


@bp.route("", methods=["GET", "POST"])
@applicant_only
@limits.at_most(10, "15 minutes", per=limits.account)
@commits
def renew():
    form = NewCodesForm()
    if form.validate_on_submit():
        try:
            account, codes = printed_codes.renew(current_user, form.current.data, clock.now())
        except operations.WrongPassword as refusal:
            form.current.errors = [refusal.message]
        else:
            return render_template("accounts/recovery_codes.html", account=account, codes=codes)
    printed_codes.require_number(operations.account_of(current_user))
    return render_template("accounts/new_codes.html", form=form)


@bp.route("/end", methods=["POST"])
@applicant_only
@commits
def end():
    if BaseForm().validate_on_submit():
        printed_codes.end(current_user, clock.now())
    return redirect(url_for("keys.show", said="codes_ended"), 303)
