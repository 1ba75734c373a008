"""Front page and dashboard."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.accounts import notices
from portal.accounts import operations as accounts
from portal.appointments import kept_answers
from portal.appointments import operations as appointments
from portal.appointments.bookings import visits_of
from portal.cases import operations as cases
from portal.cases.finding import requests
from portal.cases.refusals.deadline import booking_last_day
from portal.courier import operations as packages
from portal.courier.labels import PACKAGE_STATES
from portal.database.transactions import commits
from portal.forms import BaseForm
from portal.i18n import locale
from portal.posts.operations import today
from portal.status import operations as status
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
    sending = [case for case in mine if not packages.why_not(case)]
    booked, visits = appointments.appointments_of(mine, now), visits_of(mine)
    return render_template(
        "home/dashboard.html",
        said=request.args.get("said"),
        notices=notices.unread(current_user.account_id),
        cards=[_card(case, booked.get(case.id), visits.get(case.id), now) for case in mine],
        appointments=booked,
        requests=requests.requests_of(current_user.account_id),
        packages=packages.submissions_of(mine),
        package_states=PACKAGE_STATES,
        sending={case.id: packages.last_day(case, today(case.post, now)) for case in sending},
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


def _card(case, appointment, visited_on, now):
    """Return the case, what to do in it, the relevant last day, and since when its documents are there."""
    here = today(case.post, now)
    turn = status.turn(case, appointment, visited_on, here)
    last_day = None if turn in ("reviewing", "overcome") else booking_last_day(case, here)
    return case, turn, last_day, visited_on if turn == "visited" else cases.documents_since(case)
