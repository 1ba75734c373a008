"""What accounts adds to the portal."""

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
            "You were logged out before your form was sent, so nothing is saved yet. Log in, and you can send what you "
            "typed. It is kept on this page for one hour, and only for your account."
        ),
        "not_sent": _l(
            "You were logged out before your form was sent. Nothing was saved. Log in and fill it in again."
        ),
        "logged_out": _l("You are logged out."),
        "password_changed": _l("Your password is changed. Other devices are logged out."),
        "session_ended": _l("That device is logged out."),
        "sessions_ended": _l("All other devices are logged out."),
        "code_used": _l("You used a recovery code. It does not work again."),
        "language_changed": _l("Your language is changed."),
        "reset_asked": _l(
            "If an account has this e-mail address, an e-mail with a link is on its way. It may take some minutes. "
            "Look into the folder for unwanted e-mail too."
        ),
        "password_reset": _l("Your new password is set. Log in with it."),
        "confirm_asked": _l("An e-mail with a link is on its way to that address. Open the link to confirm it."),
        "confirmed": _l("Your e-mail address is confirmed."),
        "disowned": _l("That account does not have this e-mail address any more. The link is used up."),
        "mail_changed": _l("Your choice is saved."),
        "codes_ended": _l("Your recovery codes no longer work."),
        "invited": _l("The account is made. The person gets an e-mail with a link to choose a password."),
        "role_changed": _l("The role is changed. The person has to log in again."),
        "account_closed": _l("The account is closed. Nobody can log in with it."),
        "account_opened": _l("The account is open again."),
        "all_ended": _l("All sessions of this account are ended."),
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
            gettext_noop("Make new recovery codes"),
        ),
        "password_reset": Notice(
            gettext_noop("You have a new password. Check what can still open your account."),
            "keys.show",
            gettext_noop("What can still open your account"),
        ),
    },
    recorded={Account: None},
)
