"""The email to a person whose account is deleted: the last one, to an address that is stored nowhere else."""

from portal.i18n.locale import _, in_language
from portal.mailing.mail_parts import Mail


def about_deletion(message, _now):
    """Return the Mail that says that an account has been deleted."""
    language = message.details["language"]
    with in_language(language):
        return Mail(
            message.address,
            language,
            _("Your account has been deleted"),
            (
                _("Your 221(g) Portal account has been deleted, and the data in it has been erased."),
                _("If you had an appointment, it has been canceled. Your case stays with the Embassy."),
                _("If this was not you, go to the Embassy with your letter and passport."),
                _("This is the last email we will send you. We erase your address once it has been sent."),
            ),
        )
