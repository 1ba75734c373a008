"""What the accounts feature adds to the portal."""

from portal.accounts import code_routes, factor_routes, link_routes, routes, staff_routes
from portal.accounts.models import Account
from portal.features import Feature, Notice, StaffPage
from portal.i18n.locale import _l, gettext_noop

FEATURE = Feature(
    blueprints=(
        code_routes.bp,
        factor_routes.bp,
        link_routes.bp,
        routes.bp,
        staff_routes.bp,
    ),
    messages={
        "created": _l("Your account is ready."),
        "logged_out_in_form": _l(
            "You were signed out before your form was sent, so nothing has been saved yet. Log in, and you can "
            "send what you entered. We keep it on this page for one hour, and only for your account."
        ),
        "not_sent": _l(
            "You were signed out before your form was sent. Nothing was saved. Log in and fill in the form again."
        ),
        "logged_out": _l("You have signed out."),
        "password_changed": _l("Your password has been changed. Your other devices have been signed out."),
        "session_ended": _l("That device has been signed out."),
        "sessions_ended": _l("All other devices have been signed out."),
        "code_used": _l("You used a recovery code. You cannot use it again."),
        "language_changed": _l("Your language has been changed."),
        "reset_asked": _l(
            "If there is an account with this email address, we have sent an email with a link. It may take a "
            "few minutes. Check your spam folder too."
        ),
        "password_reset": _l("Your new password is set. Log in with it."),
        "confirm_asked": _l("We have sent an email with a link to that address. Open the link to confirm the address."),
        "confirmed": _l("Your email address has been confirmed."),
        "disowned": _l("That account no longer has this email address. The link cannot be used again."),
        "mail_changed": _l("Your choice has been saved."),
        "codes_ended": _l("Your recovery codes no longer work."),
        "invited": _l("The account has been created. The person will get an email with a link to choose a password."),
        "role_changed": _l("The role has been changed. The person has to log in again."),
        "account_closed": _l("The account is closed. No one can log in with it."),
        "account_opened": _l("The account is open again."),
        "all_ended": _l("All sessions of this account have been ended."),
    },
    staff_pages=(StaffPage(("supervisor", "administrator"), "staff_accounts.list_accounts", _l("Staff")),),
    notices={
        "address_lost": Notice(
            gettext_noop(
                "Your account no longer has an email address: someone else confirmed that the address is theirs. Your "
                "case and your appointment are still here. From now on, log in with the sign-in number %(number)s and "
                "your password. Write the number down now."
            ),
            "printed.renew",
            gettext_noop("Get new recovery codes"),
        ),
        "password_reset": Notice(
            gettext_noop("You have a new password. Check what can still open your account."),
            "keys.show",
            gettext_noop("What can still open your account"),
        ),
    },
    recorded={Account: None},
)
