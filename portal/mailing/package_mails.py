"""The emails about packages by courier."""

from portal.courier.models import Submission
from portal.courier.package_papers import confirmation_pdf
from portal.database.transactions import session
from portal.i18n.locale import _
from portal.mailing import unsubscribe
from portal.mailing.mail_parts import Mail, NotNeeded, address


def about_package(message, account):
    """Return the Mail about a package that was registered or changed; raises NotNeeded."""
    submission = session.get(Submission, message.details["submission"])
    if submission is None or submission.version != message.details["version"] or submission.state == "withdrawn":
        raise NotNeeded("superseded")
    if submission.case.account_id != account.id:
        raise NotNeeded("case moved")
    reference = submission.reference
    return Mail(
        account.address,
        account.language,
        _("Your package %(reference)s is registered", reference=reference),
        _paragraphs(submission),
        _facts(submission),
        (_("See the confirmation page"), address("package.show", reference=reference)),
        ((f"{reference}.pdf", "application/pdf", confirmation_pdf(submission)),),
        unsubscribe.address_for(account, message.kind),
    )


def _paragraphs(submission):
    changed = _("The registration has been changed. Any page you printed earlier is no longer valid.")
    to_do = _("Print the confirmation page, and take it to the courier office with the package.")
    needed = _("The courier will not accept the package without the page.")
    return (changed, to_do, needed) if submission.version > 1 else (to_do, needed)


def _facts(submission):
    agency = submission.agency
    return (
        (_("Reference"), submission.reference),
        (_("Send to"), submission.case.post.address),
        (_("Return to"), f"{agency.courier}, {agency.name}\n{agency.address}"),
    )
