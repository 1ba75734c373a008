"""Security emails: what happened to the keys of an account, so that its owner can act."""

from portal.i18n.locale import _
from portal.mailing.mail_parts import address


def _password_changed(_message, _token):
    return (
        _("Your password was changed"),
        (
            _("The password of your account was changed, and other devices were signed out."),
            _("If it was not you, choose a new password at once."),
            _("If it was you, check what can still open your account."),
        ),
        (_("What can still open your account"), address("keys.show")),
    )


def _passkey_added(_message, _token):
    return (
        _("A passkey was added to your account"),
        (
            _("Whoever holds this passkey can log in to your account without the password."),
            _("If it was not you, remove the passkey and change your password at once."),
        ),
        (_("Passkeys"), address("passkeys.show")),
    )


def _address_tried(_message, _token):
    return (
        _("Someone tried to create an account with your email address"),
        (
            _("There is an account with this email address already: yours. Nothing was changed in it."),
            _("If it was you, log in. If you do not know the password any more, choose a new one."),
            _("If it was not you, do nothing."),
        ),
        (_("Choose a new password"), address("links.forgotten")),
    )


def _address_unproved(_message, token):
    return (
        _("Use your email address for an account"),
        (
            _("Someone, perhaps you, tried to create an account with this email address."),
            _("Another account has the address, but nobody has confirmed it. It is yours to use: choose a password."),
            _("The link works once, for one hour."),
            _("If it was not you, do nothing."),
        ),
        (_("Choose a new password"), address("links.reset", token=token)),
    )


def _address_changed(_message, _token):
    return (
        _("Your email address was changed"),
        (
            _("Your account now has another email address. No more emails come to this one."),
            _("If it was not you, go to the Embassy with your letter and passport."),
        ),
        None,
    )


def _passkey_removed(_message, _token):
    return (
        _("A passkey was removed from your account"),
        (
            _("Nobody can log in with that passkey any more, and other devices were signed out."),
            _("If it was not you, choose a new password at once."),
        ),
        (_("Passkeys"), address("passkeys.show")),
    )


def _factor_changed(_message, _token):
    return (
        _("The app for your codes was changed"),
        (
            _("Another app makes the codes for your account now. Codes of the app before do not work any more."),
            _("If it was not you, tell a supervisor or administrator at once, and change your password."),
        ),
        (_("My account"), address("accounts.settings")),
    )


def _factor_reset(_message, _token):
    return (
        _("Your second step was reset"),
        (
            _("Your app for codes, your recovery codes and your passkeys were taken away by whoever keeps the staff."),
            _("Log in with your password and set up an app. If you did not ask for it, tell an administrator at once."),
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
