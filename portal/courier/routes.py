"""Submit documents by courier: from the visa category to the choice of an agency."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.accounts import operations as accounts
from portal.appointments import kept_answers
from portal.appointments.forms import AskForm
from portal.cases import operations as cases
from portal.cases.finding import claims, requests
from portal.cases.finding.proofs import NoMatch, Proof, person_meant
from portal.courier import agencies, operations
from portal.courier.agency_page import LAST_STEP, agency_page
from portal.courier.forms import AgencyForm, SendForm, ServiceForm
from portal.database.transactions import commits
from portal.limits import guesses
from portal.limits import rules as limits
from portal.posts.operations import all_posts, post_by_code
from portal.values.numbers import passport_number
from portal.web.audience import applicant_only, public
from portal.web.identity import current_user

bp = Blueprint("courier", __name__, url_prefix="/<language:lang>/courier")
DESCRIBED = ("surname", "given_names", "nationality")


@bp.route("")
@public
def start():
    return render_template("courier/start.html")


@bp.route("/category")
@applicant_only
def category():
    return render_template("courier/category.html", step=1, steps=LAST_STEP)


@bp.route("/service", methods=["GET", "POST"])
@applicant_only
def service():
    form = ServiceForm()
    if form.validate_on_submit():
        return redirect(url_for(".details"), 303)
    return render_template("courier/service.html", form=form, step=2, steps=LAST_STEP)


@bp.route("/details", methods=["GET", "POST"])
@applicant_only
@limits.at_most(20, "15 minutes", per=limits.account)
def details():
    form = SendForm(all_posts(), data=_typed_before())
    if form.validate_on_submit():
        try:
            found = _claim(form)
        except NoMatch:
            return redirect(url_for(".unmatched"), 303)
        return redirect(url_for(".agency", case_id=found.public_id), 303)
    return render_template("courier/details.html", form=form, step=3, steps=LAST_STEP)


@bp.route("/unmatched")
@applicant_only
def unmatched():
    # A page of its own: beside the form, with its long lists, it would not fit the first view.
    typed = _typed()
    if not typed or "sender" in typed:
        return redirect(url_for(".details"), 303)
    shown = {"number": typed["case_number"], "post": post_by_code(typed["location"]), "refusal": NoMatch.message}
    return render_template("courier/unmatched.html", **shown, ask=AskForm())


@bp.route("/ask", methods=["POST"])
@applicant_only
@limits.at_most(10, "1 hour", per=limits.account)
@commits
def ask():
    typed, form = _typed(), AskForm()
    if not typed or not form.validate_on_submit():
        return redirect(url_for(".details"), 303)
    told = {**typed, "date_of_birth": typed["birth_dates"][0]}
    post = post_by_code(typed["location"])
    said = requests.asked(current_user.account_id, post, told, form.key, current_user.actor, clock.now())
    return redirect(url_for("home.dashboard", said=said), 303)


@bp.route("/cases/<uuid:case_id>/agency", methods=["GET", "POST"])
@applicant_only
@commits
def agency(case_id):
    case = cases.case_for(current_user, case_id, for_change=request.method == "POST")
    form = AgencyForm(agencies.agencies_of(case.post_id))
    try:
        if form.validate_on_submit():
            return _register(case, form)
        operations.require_may_register(case)
    except cases.MayNotSend as refusal:
        return render_template("courier/may_not_send.html", case=case, kind=refusal.kind)
    except operations.AlreadyRegistered:
        return redirect(_page_of(operations.on_the_way(case), "package_already"), 303)
    return agency_page(case, form)


def _page_of(submission, said):
    return url_for("package.show", reference=submission.reference, said=said)


def _typed():
    return kept_answers.answers_of(current_user.account_id).get(kept_answers.COURIER, {})


def _typed_before():
    """Return what the person entered here or while booking an appointment, on this device or another."""
    answers = kept_answers.answers_of(current_user.account_id)
    telephone = accounts.account_of(current_user).telephone
    known = {"telephone": telephone} if telephone else {}
    return {**answers.get("details", {}), **answers.get("typed", {}), **known, **answers.get(kept_answers.COURIER, {})}


def _claim(form):
    post, proof = form.post, Proof(form.number, form.birth_dates, passport_number(form.passport_number.data))
    with claims.counted(post, proof, current_user.account_id) as checked:
        found = _matched(form, post, checked)
        if found is None:
            raise NoMatch
    guesses.was_right()
    return found


@commits
def _matched(form, post, proof):
    now, by, account_id = clock.now(), current_user.actor, current_user.account_id
    typed = {**{name: form[name].data for name in form.order}, "birth_dates": form.birth_dates}
    kept_answers.keep(account_id, kept_answers.COURIER, typed, now)
    described = {**{name: typed[name] for name in DESCRIBED}, "has_new_passport": False}
    found = claims.match_and_claim(post, proof, described, account_id, by, now)
    if found is not None:
        kept_answers.keep(
            account_id, kept_answers.COURIER, {**typed, "sender": person_meant(found, proof, now).id}, now
        )
        accounts.keep_telephone(account_id, form.telephone.data, by, now)
    return found


def _sender(case):
    """Return the traveler who entered the details, if they are of this case; else the principal applicant."""
    sender = _typed().get("sender")
    return next((one for one in case.travellers if one.id == sender), case.principal)


def _register(case, form):
    sender, by, now = _sender(case), current_user.actor, clock.now()
    try:
        made = operations.register(case, sender, form.agency.data, form.key, by, now)
    except operations.NotChanged as refusal:
        return redirect(_page_of(refusal.submission, "package_not_changed"), 303)
    kept_answers.forget(current_user.account_id, (kept_answers.COURIER,))
    return redirect(url_for("package.family", reference=made.reference), 303)
