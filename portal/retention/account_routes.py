"""The pages on which a person downloads their data, or deletes the account."""

from flask import Blueprint, current_app, redirect, render_template, url_for

from portal import clock
from portal.accounts.operations import WrongPassword, account_of, require_password
from portal.database.transactions import commits
from portal.i18n.locale import DEFAULT, in_language
from portal.journal import journal
from portal.limits import guesses
from portal.limits import rules as limits
from portal.retention import account_deletion
from portal.retention.forms import FILE, DataForm, DeleteForm
from portal.retention.labels import WORDS
from portal.retention.own_data import as_json, data_of, lines_of
from portal.web import identity
from portal.web.audience import applicant_only, public
from portal.web.identity import current_user

bp = Blueprint("own", __name__, url_prefix="/<language:lang>/account")
FILE_NAME = "my-data.json"


@bp.route("/data", methods=["GET", "POST"])
@applicant_only
@limits.at_most(10, "15 minutes", per=limits.account)
@commits
def data():
    form = DataForm()
    if form.validate_on_submit():
        try:
            require_password(current_user, form.current.data)
        except WrongPassword as refusal:
            form.current.errors = [refusal.message]
        else:
            guesses.was_right()
            return _taken_along(form.kind.data)
    return render_template("retention/data.html", form=form)


@bp.route("/delete", methods=["GET", "POST"])
@applicant_only
@limits.at_most(10, "15 minutes", per=limits.account)
@commits
def delete():
    form, digest = DeleteForm(), current_user.session_digest
    if form.validate_on_submit():
        try:
            account_deletion.delete_account(current_user, form.current.data, clock.now())
        except WrongPassword as refusal:
            form.current.errors = [refusal.message]
        else:
            guesses.was_right()
            identity.forget_everyone()
            return identity.take_back(redirect(url_for(".deleted"), 303), digest)
    going = account_deletion.what_goes(current_user.account_id, clock.now())
    return render_template("retention/delete.html", form=form, going=going)


@bp.route("/deleted")
@public
def deleted():
    return render_template("retention/deleted.html")


def _taken_along(kind):
    now, who = clock.now(), current_user
    journal.record(who.actor, "data taken along", account_of(who), after={"as": kind}, now=now)
    if kind != FILE:
        return render_template("retention/own_data.html", held=data_of(who.account_id, now), lines_of=lines_of, **WORDS)
    with in_language(DEFAULT):
        file = as_json(data_of(who.account_id, now))
    headers = {"Content-Disposition": f"attachment; filename={FILE_NAME}"}
    return current_app.response_class(file, mimetype="application/json", headers=headers)
