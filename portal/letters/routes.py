"""The page that switches off one kind of letter."""

from flask import Blueprint, render_template, request

from portal import clock
from portal.access import csrf, public
from portal.accounts.operations import stop_mail
from portal.db import commits
from portal.letters import stopping

bp = Blueprint("letters", __name__, url_prefix="/<language:lang>/letters")


@bp.route("/stop/<token>", methods=["GET", "POST"])
@csrf.exempt  # mail systems send this form by themselves (RFC 8058); the address is the proof
@public
@commits
def stop(token):
    account, kind = stopping.meant(token)
    if request.method == "POST":
        stop_mail(account, kind, clock.now())
    return render_template("accounts/stop_letters.html", stopped=kind in account.mail_off)
