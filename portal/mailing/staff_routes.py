"""Emails that could not be sent, for administrators."""

from flask import Blueprint, redirect, render_template, url_for

from portal import clock
from portal.database.transactions import commits
from portal.forms import BaseForm
from portal.mail import outbox
from portal.web.audience import staff_only
from portal.web.errors import NotFound

bp = Blueprint("unsent", __name__, url_prefix="/<language:lang>/staff/mail")


@bp.route("/")
@staff_only("administrator")
def show():
    found = {"mails": outbox.unsent(), "counts": outbox.counts(), "form": BaseForm()}
    return render_template("mailing/staff/mail.html", **found)


@bp.route("/<uuid:public_id>/again", methods=["POST"])
@staff_only("administrator")
@commits
def again(public_id):
    if not outbox.try_again(public_id, clock.now()):
        raise NotFound
    return redirect(url_for(".show", said="again"), 303)
