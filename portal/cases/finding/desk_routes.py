"""The desk helps a person without email who lost the password: letter and passport are the proof."""

from flask import Blueprint, current_app, render_template, url_for

from portal import clock
from portal.accounts import recovery
from portal.cases import operations
from portal.cases.forms import SeenForm
from portal.database.transactions import commits
from portal.i18n.locale import both, in_language
from portal.web.audience import staff_only
from portal.web.identity import current_user

bp = Blueprint("desk", __name__, url_prefix="/<language:lang>/staff/cases")


@bp.route("/<uuid:case_id>/recovery", methods=["GET", "POST"])
@staff_only("desk")
@commits
def give_code(case_id):
    case = operations.case_of_post(current_user.post_id, case_id)
    recovery.require_helped_at_desk(case.account)
    form = SeenForm()
    if form.validate_on_submit():
        code = recovery.give_at_desk(case.account, current_user.actor, clock.now())
        return render_template("cases/staff/recovery_code.html", case=case, code=code, **_for_the_person(case.account))
    return render_template("cases/staff/recovery.html", case=case, form=form)


def _for_the_person(account):
    """Return what the paper says in the person's own language, with English below; and the address to enter."""
    with in_language(account.language):
        told = both("Choose a new password with this code within %(days)d days.", days=recovery.DESK_CODE_LIVES.days)
    address = current_app.extensions["settings"].public_url + url_for("links.recover", lang=account.language)
    return {"told": told, "address": address}
