"""The page of the credentials of an account: shown after a new password, and from the account's settings."""

from flask import Blueprint, render_template

from portal import clock
from portal.forms import BaseForm
from portal.home import credentials
from portal.web.audience import signed_in
from portal.web.identity import current_user

bp = Blueprint("keys", __name__, url_prefix="/<language:lang>/account/keys")


@bp.route("")
@signed_in
def show():
    now = clock.now()
    found = credentials.keys_of(current_user, now)
    return render_template(
        "home/keys.html", keys=found, account=found.account, here=current_user.session_digest, now=now, form=BaseForm()
    )
