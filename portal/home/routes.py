"""Front page and dashboard."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.accounts import notices
from portal.accounts import operations as accounts
from portal.appointments import kept_answers
from portal.cases import operations as cases
from portal.cases.finding import requests
from portal.database.transactions import commits
from portal.evidence.sent_documents import sendable_of
from portal.forms import BaseForm
from portal.i18n import locale
from portal.status.cards import cards_of
from portal.web.audience import applicant_only, public
from portal.web.identity import current_user

bp = Blueprint("home", __name__)


@bp.route("/")
@public
def choose_language():
    return redirect(url_for(".front", lang=locale.chosen_before()))


@bp.route("/<language:lang>/")
@public
def front():
    return render_template("home/front.html", said=request.args.get("said"))


@bp.route("/<language:lang>/dashboard")
@applicant_only
def dashboard():
    now, account = clock.now(), accounts.account_of(current_user)
    mine = cases.cases_of(current_user.account_id)
    return render_template(
        "home/dashboard.html",
        said=request.args.get("said"),
        notices=notices.unread(current_user.account_id),
        cards=cards_of(mine, now),
        requests=requests.requests_of(current_user.account_id),
        filing={case.id for case in mine if sendable_of(case)},
        draft=kept_answers.is_begun(kept_answers.answers_of(current_user.account_id)),
        account=account,
        unconfirmed=_is_unconfirmed(account),
        form=BaseForm(),
        now=now,
    )


@bp.route("/<language:lang>/dashboard/notices", methods=["POST"])
@applicant_only
@commits
def put_notices_away():
    notices.mark_read(current_user.account_id, clock.now())
    return redirect(url_for(".dashboard"), 303)


def _is_unconfirmed(account):
    return account.email is not None and account.email_confirmed_at is None
