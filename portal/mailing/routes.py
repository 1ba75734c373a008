"""The page that turns off one kind of email."""

from flask import Blueprint, render_template, request

from portal import clock
from portal.accounts.mail_choices import stop_mail
from portal.database.transactions import commits
from portal.mailing import unsubscribe
from portal.web import csrf
from portal.web.audience import public

bp = Blueprint("mailing", __name__, url_prefix="/<language:lang>/mail")


@bp.route("/stop/<token>", methods=["GET", "POST"])
@csrf.exempt  # mail systems send this form by themselves (RFC 8058); the address is the proof
@public
@commits
def stop(token):
    account, kind = unsubscribe.meant(token)
    if request.method == "POST":
        stop_mail(account, kind, clock.now())
    return render_template("accounts/stop_mail.html", stopped=kind in account.mail_off)
