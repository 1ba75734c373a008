"""The pages of the second factor of staff: enter a code, set it up, recovery codes; also before sensitive actions."""

from dataclasses import replace

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for

from portal import clock
from portal.accounts import factors
from portal.accounts.forms import AskedAgainForm, FactorForm, PlainForm, SetUpForm
from portal.accounts.operations import account_of
from portal.database.transactions import commits, records, session
from portal.forms import SWITCH
from portal.limits import rules as limits
from portal.paper.qr_codes import drawing_of_text
from portal.web import audience, authorization, identity, pending_form, resubmission, session_cookie
from portal.web.audience import confirmed, half_entered, staff_only
from portal.web.identity import current_user
from portal.web.roles import STAFF

bp = Blueprint("factors", __name__, url_prefix="/<language:lang>/account")
ASKED = AskedAgainForm.FIELD
few_guesses = limits.guesses_at_most(10, "15 minutes", per=limits.second_factor)


def init_app(app):
    """Ask for the second factor again where a view requires a recent one: after all other checks of the request."""
    app.before_request(_look_at_factor)
    app.register_error_handler(audience.NotConfirmed, _ask_again)


@bp.route("/code", methods=["GET", "POST"])
@staff_only(*STAFF)
@half_entered
@few_guesses
@commits
def enter():
    target = authorization.own_address(request.args.get("next"))
    if not factors.is_set_up(current_user.account_id):
        return redirect(url_for(".set_up", next=target), 303)
    form = FactorForm()
    if form.validate_on_submit():
        number, digest = session_cookie.new_number()
        try:
            used = factors.enter(current_user, form.code.data, digest, clock.now(), demonstration=_demonstration())
        except factors.WrongCode as refusal:
            _note_wrong(form.code, refusal)
        else:
            home = url_for("staff.home")
            page = url_for(".codes", next=target, said="code_used") if used else target or home
            limits.forgive()
            identity.forget(current_user.session_digest)
            who = replace(current_user._get_current_object(), session_digest=digest, factor_at=clock.now())
            return pending_form.answer(who, number, page, home, clock.now(), said="code_used" if used else None)
    return render_template("accounts/factor.html", form=form)


@bp.route("/factor", methods=["GET", "POST"])
@staff_only(*STAFF)
@half_entered
@confirmed
@few_guesses
@records
def set_up():
    if current_user.is_half_entered and factors.is_set_up(current_user.account_id):
        return redirect(url_for(".enter", next=request.args.get("next")), 303)
    form = SetUpForm()
    if form.validate_on_submit():
        number, digest = session_cookie.new_number()
        try:
            codes = factors.set_up(current_user, form.code.data, digest, clock.now())
        except factors.WrongCode as refusal:
            _note_wrong(form.code, refusal)
        else:
            return _under_new_number(_shown_once(codes), number)
    secret = factors.offer(current_user)
    address = factors.address_for_app(secret, account_of(current_user).name)
    code = drawing_of_text(address)
    return render_template("accounts/factor_setup.html", form=form, secret=secret, address=address, code=code)


@bp.route("/codes", methods=["GET", "POST"])
@staff_only(*STAFF)
@confirmed
@commits
def codes():
    form = PlainForm()
    if form.validate_on_submit():
        return _shown_once(factors.renew_codes(current_user, clock.now()))
    left, target = factors.codes_left(current_user.account_id), authorization.own_address(request.args.get("next"))
    return render_template("accounts/codes.html", form=form, left=left, target=target)


def _look_at_factor():
    if request.method == "POST" and ASKED in request.form and SWITCH not in request.form:
        refusal = current_user.is_authenticated and current_user.is_staff and _given_again()
        if refusal:
            return refusal
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "confirmed", False) and current_user.is_authenticated and current_user.is_staff:
        audience.require_confirmed()
    return None


@few_guesses
@commits
def _given_again():
    """Check the code that a page asked for; return a page if it is wrong, otherwise None: the request continues."""
    form = AskedAgainForm()
    if form.validate():
        try:
            factors.confirm_again(current_user, form.factor_code.data, clock.now(), demonstration=_demonstration())
        except factors.WrongCode as refusal:
            _note_wrong(form.factor_code, refusal)
        else:
            limits.forgive()
            return None
    return _asking(form)


def _ask_again(_error):
    session.rollback()
    if request.method != "POST":
        return redirect(url_for("factors.enter", next=request.full_path), 303)
    return _asking(AskedAgainForm(formdata=None))


def _asking(form):
    typed, _hidden = resubmission.what_was_typed(but=(ASKED, SWITCH), with_codes=True)
    return render_template("accounts/ask_again.html", form=form, typed=typed), 403


def _note_wrong(field, refusal):
    field.errors = [refusal.message]
    factors.note_wrong(current_user, clock.now())


def _shown_once(codes):
    return make_response(render_template("accounts/factor_codes.html", codes=codes))


def _under_new_number(response, number):
    limits.forgive()
    identity.forget(current_user.session_digest)
    return session_cookie.hand_over(response, number)


def _demonstration():
    return current_app.extensions["settings"].demonstration
