"""The email to a person whose account is deleted: the last one, to an address that is stored nowhere else."""

from portal.i18n.locale import _, in_language
from portal.mailing.mail_parts import Mail


def about_deletion(message):
    """Return the Mail that says that an account has been deleted."""
    language = message.details["language"]
    with in_language(language):
        return Mail(
            message.address,
            language,
            _("Your account is deleted"),
            (
                _("Your account of the 221(g) Portal is deleted, and what it held is erased."),
                _("If you had an appointment, it is canceled. Your case stays with the Embassy."),
                _("If it was not you, go to the Embassy with your letter and passport."),
                _("This is the last email that we send you. This address is erased when it has gone."),
            ),
        )
