"""The pages of passkeys: those of an account, add one, remove one, log in with one."""

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for

from portal import clock
from portal.accounts import operations as accounts
from portal.database.transactions import commits
from portal.limits import rules as limits
from portal.passkeys import ceremonies, operations
from portal.passkeys.forms import AnswerForm, NameForm, RemoveForm
from portal.sessions import operations as sessions
from portal.sessions.devices import device_name
from portal.web import audience, authorization, identity, pending_form, session_cookie
from portal.web.audience import public, signed_in
from portal.web.errors import PortalError
from portal.web.identity import current_user
from portal.web.roles import SignedIn
from portal.web.security_headers import scripted

bp = Blueprint("passkeys", __name__, url_prefix="/<language:lang>/account/passkeys")


@bp.route("")
@signed_in
def show():
    return render_template("passkeys/list.html", mine=operations.passkeys_of(current_user.account_id), **_place())


@bp.route("/new", methods=["GET", "POST"])
@signed_in
@limits.at_most(10, "15 minutes", per=limits.account)
@scripted
@commits
def new():
    _require_confirmed()
    form = NameForm()
    if form.validate_on_submit():
        name = (form.name.data or "").strip()
        try:
            asked = operations.ask_to_add(
                current_user, form.current.data, name, session_cookie.browser_digest(), _site(), clock.now()
            )
        except accounts.WrongPassword as refusal:
            form.current.errors = [refusal.message]
        except PortalError as refusal:
            form.name.errors = [refusal.message]
        else:
            return render_template("passkeys/make.html", form=AnswerForm(formdata=None), asked=asked, **_place())
    return render_template("passkeys/new.html", form=form, **_place())


@bp.route("/made", methods=["POST"])
@signed_in
@limits.at_most(10, "15 minutes", per=limits.account)
@commits
def add():
    form = AnswerForm()
    if not form.validate_on_submit():
        return redirect(url_for(".new"), 303)
    try:
        operations.add(current_user, form.answer.data, session_cookie.browser_digest(), _site(), clock.now())
    except PortalError as refusal:
        return render_template("passkeys/refused.html", message=refusal.message, again=url_for(".new"))
    return redirect(url_for(".show", said="passkey_added"), 303)


@bp.route("/<uuid:public_id>/remove", methods=["GET", "POST"])
@signed_in
@limits.at_most(10, "15 minutes", per=limits.account)
@commits
def remove(public_id):
    _require_confirmed()
    form = RemoveForm()
    if form.validate_on_submit():
        try:
            operations.remove(current_user, public_id, form.current.data, clock.now())
        except accounts.WrongPassword as refusal:
            form.current.errors = [refusal.message]
        else:
            identity.forget_everyone()
            return redirect(url_for(".show", said="passkey_removed"), 303)
    passkey = operations.passkey_of(current_user.account_id, public_id)
    return render_template("passkeys/remove.html", form=form, passkey=passkey)


@bp.route("/log-in/options", methods=["POST"])
@public
@limits.at_most(300, "15 minutes", per=limits.address)
@commits
def options():
    asked = operations.ask_to_log_in(session_cookie.browser_digest(), _site(), clock.now())
    return Response(asked, mimetype="application/json")


@bp.route("/log-in", methods=["POST"])
@public
@limits.at_most(300, "15 minutes", per=limits.address)
@commits
def log_in():
    form, target = AnswerForm(), authorization.own_address(request.args.get("next"))
    number, digest = session_cookie.new_number()
    answered = form.answer.data if form.validate_on_submit() else ""
    shared = form.shared_device.data
    try:
        asked = answered, session_cookie.browser_digest(), digest, shared, _site(), clock.now()
        account = operations.log_in(*asked, device=device_name(request.user_agent.string))
    except PortalError as refusal:
        return render_template("passkeys/refused.html", message=refusal.message, again=url_for("accounts.log_in"))
    sessions.end(getattr(current_user, "session_digest", ""))
    home = url_for("staff.home" if account.role else "home.dashboard", lang=account.language)
    kept = None if shared or account.role else accounts.KEPT_SECONDS
    who = SignedIn(
        account.id, account.role, account.post_id, digest, shared, factor_at=clock.now() if account.role else None
    )
    return pending_form.answer(who, number, target or home, home, clock.now(), seconds=kept)


def _require_confirmed():
    """Ask staff for a recent second factor first: a passkey is one too."""
    if current_user.is_staff:
        audience.require_confirmed()


def _site():
    return ceremonies.site_of(current_app.extensions["settings"].public_url)


def _place():
    """Return what a page needs to say where passkeys work, and whether they work here."""
    site = _site()
    return {"site": site, "is_here": site.origin.partition("://")[2] == request.host}
