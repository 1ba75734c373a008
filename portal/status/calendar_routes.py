"""The page that creates a calendar subscription address, and the address itself."""

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for

from portal import clock
from portal.database.transactions import commits
from portal.forms import BaseForm
from portal.i18n.locale import _, in_language
from portal.paper.calendars import subscription_of
from portal.status import subscriptions
from portal.web.audience import applicant_only, public
from portal.web.identity import current_user

bp = Blueprint("calendar", __name__)


@bp.route("/<language:lang>/account/calendar", methods=["GET", "POST"])
@applicant_only
@commits
def address():
    form, made = BaseForm(), None
    if form.validate_on_submit():
        secret = subscriptions.make_address(current_user, clock.now())
        made = current_app.extensions["settings"].public_url + url_for(".feed", secret=secret)
    return render_template("status/calendar.html", form=form, made=made, is_on=subscriptions.made_at(current_user))


@bp.route("/<language:lang>/account/calendar/off", methods=["POST"])
@applicant_only
@commits
def switch_off():
    if BaseForm().validate_on_submit():
        subscriptions.switch_off(current_user, clock.now())
    page = "keys.show" if request.args.get("from") == "keys" else "accounts.settings"
    return redirect(url_for(page, said="calendar_off"), 303)


@bp.route("/calendar/<secret>.ics")
@public
def feed(secret):
    account = subscriptions.account_at(secret)
    with in_language(account.language):
        marks, name = subscriptions.marks_of(account), _("221(g) Portal")
    made = subscription_of(marks, name, current_app.extensions["settings"].public_url, clock.now())
    return Response(made, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "no-store"})
