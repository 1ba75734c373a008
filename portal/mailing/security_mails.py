"""Security emails: what happened to the keys of an account, so that its owner can act."""

from portal.i18n.locale import _
from portal.mailing.mail_parts import address


def _password_changed(_message, _token):
    return (
        _("Your password was changed"),
        (
            _("The password for your account was changed, and other devices were signed out."),
            _("If this was not you, choose a new password at once."),
            _("If this was you, check what can still open your account."),
        ),
        (_("What can still open your account"), address("keys.show")),
    )


def _passkey_added(_message, _token):
    return (
        _("A passkey was added to your account"),
        (
            _("Anyone who has this passkey can log in to your account without the password."),
            _("If this was not you, remove the passkey and change your password at once."),
        ),
        (_("Passkeys"), address("passkeys.show")),
    )


def _address_tried(_message, _token):
    return (
        _("Someone tried to create an account with your email address"),
        (
            _("You already have an account with this email address. Nothing in it was changed."),
            _("If this was you, log in. If you have forgotten your password, choose a new one."),
            _("If this was not you, do nothing."),
        ),
        (_("Choose a new password"), address("links.forgotten")),
    )


def _address_unproved(_message, token):
    return (
        _("Use your email address for an account"),
        (
            _("Someone, perhaps you, tried to create an account with this email address."),
            _(
                "Another account has this address, but no one has confirmed it. You can use it for your own "
                "account: choose a password."
            ),
            _("The link works once, for one hour."),
            _("If this was not you, do nothing."),
        ),
        (_("Choose a new password"), address("links.reset", token=token)),
    )


def _address_changed(_message, _token):
    return (
        _("Your email address was changed"),
        (
            _("Your account now has a different email address. We will not email this address again."),
            _("If this was not you, go to the Embassy with your letter and passport."),
        ),
        None,
    )


def _passkey_removed(_message, _token):
    return (
        _("A passkey was removed from your account"),
        (
            _("That passkey can no longer be used to log in, and other devices were signed out."),
            _("If this was not you, choose a new password at once."),
        ),
        (_("Passkeys"), address("passkeys.show")),
    )


def _factor_changed(_message, _token):
    return (
        _("Your authenticator app was changed"),
        (
            _("A different app now makes the codes for your account. Codes from your old app no longer work."),
            _("If this was not you, tell a supervisor or administrator at once, and change your password."),
        ),
        (_("My account"), address("accounts.settings")),
    )


def _factor_reset(_message, _token):
    return (
        _("Your second step was reset"),
        (
            _("A supervisor or administrator removed your authenticator app, your recovery codes and your passkeys."),
            _(
                "Log in with your password and set up an authenticator app. If you did not ask for this, tell an "
                "administrator at once."
            ),
        ),
        (_("Log in"), address("accounts.log_in")),
    )


SAYING = {
    "password_changed": _password_changed,
    "passkey_added": _passkey_added,
    "passkey_removed": _passkey_removed,
    "factor_changed": _factor_changed,
    "factor_reset": _factor_reset,
    "address_changed": _address_changed,
    "address_tried": _address_tried,
    "address_unproved": _address_unproved,
}
