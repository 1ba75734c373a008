"""The emails about a question that was asked without an account: to confirm it, and with its answer."""

from uuid import UUID

from portal.accounts.links import LinkUnfit
from portal.i18n.locale import _, in_language
from portal.inquiries.visitors import operations
from portal.inquiries.visitors.forms import CATEGORIES
from portal.mailing.mail_parts import Mail, NotNeeded, address
from portal.posts.operations import place


def to_confirm(message, now):
    """Return the Mail with the link by which the owner of an address confirms a question; raises NotNeeded."""
    question = _question(message, now)
    if question.state != "unconfirmed":
        raise NotNeeded("confirmed")
    with in_language(question.language):
        return Mail(
            question.address,
            question.language,
            _("Confirm your question"),
            (
                _("Someone, probably you, gave this email address with a question to the Embassy."),
                _("Open the link within three days. The Embassy gets the question only after you confirm it."),
                _("If this was not you, do nothing, and we will erase the question."),
            ),
            action=(
                _("Confirm your question"),
                address("visitor_questions.confirm", token=operations.token_of(question)),
            ),
        )


def with_answer(message, now):
    """Return the Mail with the answer to a question; raises NotNeeded."""
    question = _question(message, now)
    with in_language(question.language):
        return Mail(
            question.address,
            question.language,
            _("The Embassy answered your question"),
            (_("You asked a question without an account. This is the answer."),),
            facts=(
                (_("Interview location"), place(question.post)),
                (_("What is your question about?"), str(CATEGORIES[question.category])),
                (_("Answer"), question.answer),
            ),
            action=(_("Ask the Embassy a question without an account"), address("visitor_questions.ask")),
        )


def _question(message, now):
    try:
        return operations.live(UUID(message.details["question"]), now)
    except LinkUnfit as error:
        raise NotNeeded("question erased") from error
