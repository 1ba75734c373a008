"""The pages of links in emails, and those that request such an email: confirm an address, forgotten password."""

from flask import Blueprint, redirect, render_template, url_for

from portal import clock
from portal.accounts import addresses, links, mail_choices, new_passwords, operations
from portal.accounts.forms import EmailForm, ForgottenForm, MailForm, PlainForm, RecoverForm, ResetForm
from portal.database.transactions import commits, writing
from portal.i18n.locale import current
from portal.limits import guesses, recipients
from portal.limits import rules as limits
from portal.limits.throttle import slowed
from portal.web import identity
from portal.web.audience import applicant_only, confirmed, public, signed_in
from portal.web.errors import PortalError
from portal.web.identity import current_user

GONE = 410  # for programs and histories: the page is the same for a used, an expired and an invented link
bp = Blueprint("links", __name__, url_prefix="/<language:lang>/account")


@bp.route("/forgotten", methods=["GET", "POST"])
@public
@slowed(30, 120, "1 hour")
def forgotten():
    form = ForgottenForm()
    if form.validate_on_submit():
        try:
            _ask_for_reset(form)
        except PortalError as refusal:
            form.refused(form.name, refusal)
        else:
            return redirect(url_for("accounts.log_in", said="reset_asked"), 303)
    return render_template("accounts/forgotten.html", form=form)


@bp.route("/reset/<token>", methods=["GET", "POST"])
@public
@slowed(30, 120, "1 hour")
@commits
def reset(token):
    try:
        link = links.link_of(token, links.RESET, clock.now())
    except links.LinkUnfit as refusal:
        return _unfit(refusal)
    form, here = ResetForm(), getattr(current_user, "account_id", None)
    if form.validate_on_submit():
        try:
            new_passwords.reset(link, form.password.data, current(), clock.now(), signed_in_to=here)
        except links.LinkUnfit as refusal:
            return _unfit(refusal)
        except PortalError as refusal:
            form.password.errors = [refusal.message]
        else:
            identity.forget_everyone()
            return _to_log_in()
    return render_template("accounts/reset.html", form=form, is_new=addresses.gives_new_account(link, here))


@bp.route("/recover", methods=["GET", "POST"])
@public
@limits.at_most(10, "15 minutes", per=limits.typed_name)
@slowed(30, 120, "1 hour")
@commits
def recover():
    form = RecoverForm()
    if form.validate_on_submit():
        try:
            new_passwords.recover(form.name.data, form.code.data, form.password.data, clock.now())
        except new_passwords.CodeUnfit as refusal:
            form.code.errors = [refusal.message]
        except PortalError as refusal:
            form.password.errors = [refusal.message]
        else:
            guesses.was_right()
            identity.forget_everyone()
            return _to_log_in()
    return render_template("accounts/recover.html", form=form)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@public
@slowed(30, 120, "1 hour")
@commits
def confirm(token):
    try:
        link = links.link_of(token, links.CONFIRM, clock.now())
        form = PlainForm()
        if form.validate_on_submit():
            addresses.confirm(link, clock.now())
            page = "accounts.settings" if current_user.is_authenticated else "accounts.log_in"
            return redirect(url_for(page, said="confirmed"), 303)
    except (links.LinkUnfit, operations.EmailTaken) as refusal:
        return _unfit(refusal)
    return render_template("accounts/confirm.html", form=form, address=link.address, token=token)


@bp.route("/confirm/<token>/not-mine", methods=["POST"])
@public
@slowed(30, 120, "1 hour")
@commits
def disown(token):
    try:
        link = links.link_of(token, links.CONFIRM, clock.now())
        form = PlainForm()
        if form.validate_on_submit():
            addresses.disown(link, clock.now())
            return redirect(url_for("accounts.log_in", said="disowned"), 303)
    except links.LinkUnfit as refusal:
        return _unfit(refusal)
    return render_template("accounts/confirm.html", form=form, address=link.address, token=token)


@bp.route("/confirm", methods=["POST"])
@signed_in
@limits.at_most(5, "1 hour", per=limits.account)
@commits
def confirm_again():
    form, account = PlainForm(), operations.account_of(current_user)
    if account.email and not account.email_confirmed_at and form.validate_on_submit():
        links.ask_to_confirm(account, account.address, clock.now(), form.key)
    return redirect(url_for("accounts.settings", said="confirm_asked"), 303)


@bp.route("/email", methods=["GET", "POST"])
@signed_in
@confirmed
@limits.at_most(10, "1 hour", per=limits.account)
def change_email():
    form = EmailForm()
    if form.validate_on_submit():
        try:
            _ask_for_change(form)
        except operations.WrongPassword as refusal:
            form.current.errors = [refusal.message]
        except PortalError as refusal:
            form.refused(form.email, refusal)
        else:
            return redirect(url_for("accounts.settings", said="confirm_asked"), 303)
    return render_template("accounts/email.html", form=form)


@bp.route("/mail", methods=["GET", "POST"])
@applicant_only
@commits
def mail():
    account = operations.account_of(current_user)
    form = MailForm(data={"kinds": [kind for kind in mail_choices.OPTIONAL if kind not in account.mail_off]})
    if form.validate_on_submit():
        mail_choices.change_mail(current_user, form.kinds.data, clock.now())
        return redirect(url_for("accounts.settings", said="mail_changed"), 303)
    return render_template("accounts/mail.html", form=form)


def _to_log_in():
    """Redirect to the log-in, and from there to the keys that can still open the account."""
    return redirect(url_for("accounts.log_in", said="password_reset", next=url_for("keys.show")), 303)


def _ask_for_reset(form):
    address = links.recipient(form.name.data)
    if not links.was_asked(form.key, address):
        recipients.count(recipients.RESETS, address)
        with writing():
            links.ask_for_reset(form.name.data, form.key, clock.now())


def _ask_for_change(form):
    operations.require_password(current_user, form.current.data)
    if not links.was_asked(form.key, form.address):
        recipients.count(recipients.LINKS, links.recipient(form.address))
        with writing():
            links.ask_for_change(current_user, form.address, form.key, clock.now())


def _unfit(refusal):
    code = GONE if isinstance(refusal, links.LinkUnfit) else 200
    return render_template("accounts/link_unfit.html", message=refusal.message), code
