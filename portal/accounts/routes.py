"""The pages of an account: create, log in and out, password, language."""

import logging
from contextlib import suppress

from flask import Blueprint, current_app, g, jsonify, redirect, render_template, request, url_for

from portal import clock
from portal.accounts import factors, links, new_passwords, operations
from portal.accounts.forms import (
    CreateForm,
    DevicesForm,
    FactorForm,
    LanguageForm,
    LogInForm,
    LogOutForm,
    PasswordForm,
    PlainForm,
)
from portal.database.transactions import commits
from portal.i18n.locale import _, current
from portal.limits import guesses
from portal.limits import rules as limits
from portal.limits.throttle import slowed
from portal.sessions import operations as sessions
from portal.sessions.devices import device_name
from portal.web import authorization, identity, pending_form, session_cookie, session_end
from portal.web.audience import confirmed, half_entered, public, signed_in
from portal.web.errors import PortalError
from portal.web.identity import current_user
from portal.web.roles import SignedIn
from portal.web.security_headers import scripted

bp = Blueprint("accounts", __name__, url_prefix="/<language:lang>/account")
_log = logging.getLogger(__name__)


def init_app(app):
    """Answer a form whose sender was logged out with the log-in page, which carries what was entered."""
    app.register_error_handler(authorization.LoggedOut, _logged_out)


@bp.route("/create", methods=["GET", "POST"])
@public
@slowed(30, 120, "1 hour")
@commits
def create():
    if current_user.is_authenticated:
        return redirect(url_for("home.dashboard"), 303)
    form = CreateForm(language=current())
    if form.validate_on_submit():
        try:
            return _created(form)
        except operations.EmailTaken as refusal:
            form.email.errors = [refusal.message]
        except PortalError as refusal:
            form.password.errors = [refusal.message]
    return render_template("accounts/create.html", form=form)


@bp.route("/login", methods=["GET", "POST"])
@public
@limits.at_most(10, "15 minutes", per=limits.typed_name)
@slowed(150, 600, "15 minutes")
@scripted
@commits
def log_in():
    target = authorization.own_address(request.args.get("next"))
    if current_user.is_authenticated and request.method == "GET":
        return redirect(target or _home_of(current_user.is_staff), 303)
    form = LogInForm()
    if form.validate_on_submit():
        demonstration = current_app.extensions["settings"].demonstration
        found = operations.verified(form.name.data, form.password.data, demonstration=demonstration)
        with suppress(operations.WrongPassword):
            if found is not None:
                guesses.was_right()
                return _enter(found, form.shared_device.data, target)
        operations.note_failure(form.name.data, clock.now())
        _log.info("log-in refused")
        form.password.errors = [
            _("Those sign-in details are not right. Check your email address or sign-in number, and your password.")
        ]
    return render_template("accounts/log_in.html", form=form)


@bp.route("/logout", methods=["GET", "POST"])
@signed_in
@half_entered
@commits
def log_out():
    form = LogOutForm()
    if not form.validate_on_submit():
        return render_template("accounts/log_out.html", form=form)
    digest = current_user.session_digest
    operations.log_out(current_user, clock.now())
    return identity.take_back(redirect(url_for("home.front", said="logged_out"), 303), digest)


@bp.route("")
@signed_in
def settings():
    account = operations.account_of(current_user)
    return render_template("accounts/settings.html", account=account, form=PlainForm())


@bp.route("/stay")
@signed_in
def stay():
    """Extend the session, as opening any page does: for the script of pages with forms."""
    seconds, text = session_end.left(current_user.ends_at, clock.now())
    return jsonify(seconds=seconds, text=text)


@bp.route("/password", methods=["GET", "POST"])
@signed_in
@confirmed
@limits.at_most(10, "15 minutes", per=limits.account)
@commits
def change_password():
    form = PasswordForm()
    if form.validate_on_submit():
        number, digest = session_cookie.new_number()
        try:
            new_passwords.change(current_user, form.current.data, form.password.data, digest, clock.now())
        except operations.WrongPassword as refusal:
            form.current.errors = [refusal.message]
        except PortalError as refusal:
            form.password.errors = [refusal.message]
        else:
            guesses.was_right()
            identity.forget_everyone()
            page = redirect(url_for("keys.show", said="password_changed"), 303)
            return session_cookie.hand_over(page, number, seconds=_kept(current_user.role, current_user.shared_device))
    return render_template("accounts/password.html", form=form)


@bp.route("/devices", methods=["GET", "POST"])
@signed_in
@commits
def devices():
    form, now = DevicesForm(), clock.now()
    if form.validate_on_submit():
        operations.end_sessions(current_user, form.sign_in.data, now)
        identity.forget_everyone()
        page = "keys.show" if request.args.get("from") == "keys" else ".devices"
        return redirect(url_for(page, said="session_ended" if form.sign_in.data else "sessions_ended"), 303)
    found = sessions.sessions_of(current_user.account_id, now)
    return render_template("accounts/devices.html", found=found, here=current_user.session_digest, now=now, form=form)


@bp.route("/language", methods=["GET", "POST"])
@signed_in
@commits
def change_language():
    account = operations.account_of(current_user)
    form = LanguageForm(data={"language": account.language})
    if form.validate_on_submit():
        operations.change_language(current_user, form.language.data, clock.now())
        return redirect(url_for(".settings", lang=form.language.data, said="language_changed"), 303)
    return render_template("accounts/language.html", form=form)


@scripted
def _logged_out(error):
    """Show the log-in page; what was entered is sent when the user asks for it after the log-in."""
    if request.endpoint == "accounts.log_out":
        return redirect(url_for("home.front", said="logged_out"), 303)
    said = "logged_out_in_form" if pending_form.carry(clock.now()) else "not_sent"
    g.form_address = url_for("accounts.log_in", next=error.target)
    body = render_template("accounts/log_in.html", form=LogInForm(formdata=None), action=g.form_address, key=said)
    return body, 403


def _created(form):
    now = clock.now()
    account, codes = operations.create(form.address, form.password.data, form.language.data, form.key, now)
    if account.email:
        links.ask_to_confirm(account, account.address, now, form.key)
    number, digest = session_cookie.new_number()
    operations.log_in(account.id, digest, False, now, device=_device(), password_hash=account.password_hash)
    if codes:
        body = render_template("accounts/recovery_codes.html", account=account, codes=codes)
        return session_cookie.hand_over(current_app.make_response(body), number)
    return session_cookie.hand_over(redirect(url_for("home.dashboard", said="created"), 303), number)


def _enter(found, shared_device, target):
    number, digest = session_cookie.new_number()
    proof = {"device": _device(), "password_hash": found.password_hash}
    account = operations.log_in(found.id, digest, shared_device, clock.now(), **proof)
    sessions.end(getattr(current_user, "session_digest", ""))
    _log.info("logged in", extra={"actor": f"account:{account.id}"})
    home = _home_of(account.role is not None, account.language)
    who = SignedIn(account.id, account.role, account.post_id, digest, shared_device)
    if account.role:
        return _to_second_step(who, number, target or home, account.language)
    kept = _kept(account.role, shared_device)
    return pending_form.answer(who, number, target or home, home, clock.now(), seconds=kept)


def _to_second_step(who, number, target, language):
    """Lead staff to the second factor, with what they entered before they were logged out."""
    if not pending_form.in_hand():
        return session_cookie.hand_over(redirect(url_for("factors.enter", lang=language, next=target), 303), number)
    if not factors.is_set_up(who.account_id):
        return session_cookie.hand_over(redirect(url_for("factors.set_up", next=target, said="not_sent"), 303), number)
    identity.go_on_as(who, number)
    page = url_for("factors.enter", next=target)
    g.form_address = page
    body = render_template("accounts/factor.html", form=FactorForm(formdata=None), action=page)
    return session_cookie.hand_over(current_app.make_response(body), number)


def _kept(role, shared_device):
    """Return how many seconds a browser keeps a session id; None: until it is closed."""
    return None if shared_device or role else operations.KEPT_SECONDS


def _device():
    return device_name(request.headers.get("User-Agent", ""))


def _home_of(is_staff, language=None):
    return url_for("staff.home" if is_staff else "home.dashboard", lang=language or current())
