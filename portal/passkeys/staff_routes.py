"""Pages on which supervisors and administrators help staff who lost the device with their second factor."""

from flask import Blueprint, redirect, url_for

from portal import clock
from portal.database.transactions import commits
from portal.passkeys import operations
from portal.web import identity
from portal.web.audience import confirmed, staff_only
from portal.web.identity import current_user

bp = Blueprint("staff_factors", __name__, url_prefix="/<language:lang>/staff/accounts")


@bp.route("/<int:account_id>/factor", methods=["POST"])
@staff_only("supervisor", "administrator")
@confirmed
@commits
def reset(account_id):
    operations.reset_factors(current_user, account_id, clock.now())
    identity.forget_everyone()
    return redirect(url_for("staff_accounts.show", account_id=account_id, said="factor_reset"), 303)
