"""Standard answers, in the language of the person who asked."""

from collections.abc import Mapping

from babel.support import LazyProxy

from portal.i18n.locale import _l, in_language

Answers = Mapping[str, tuple[LazyProxy, LazyProxy]]

STANDARD: Answers = {
    "arrived": (
        _l("We have received your documents"),
        _l("The Embassy has received your documents. An officer is checking them."),
    ),
    "working": (
        _l("We are working on it"),
        _l("We are still reviewing your case. You do not need to send or bring anything now."),
    ),
    "original": (
        _l("The original is needed"),
        _l("A copy is not enough. Bring or send the original, as your letter tells you."),
    ),
    "copy": (_l("A copy is enough"), _l("A clear copy is enough. Keep the original, and bring it if you are asked.")),
    "book": (
        _l("Book an appointment"),
        _l("Collect every document listed in your letter, then book a return appointment on your dashboard."),
    ),
    "new_letter": (
        _l("A copy of your letter is ready"),
        _l("A copy of your letter is ready at the Embassy. Bring your passport. Your first letter is no longer valid."),
    ),
    "corrected": (
        _l("The mistake has been corrected"),
        _l("We have corrected the mistake in your details. Check your case to make sure they are right."),
    ),
    "emergency": (
        _l("Emergency: what we need"),
        _l("Tell us here who is ill, injured or has died, how you are related, and the date by which you must travel."),
    ),
}
# What may be answered without an account: nothing that says anything about a case.
GENERAL: Answers = {
    "nothing": (
        _l("Nothing about a case by email"),
        _l("We cannot say anything about a case in this email. Create an account, add your case, and ask on its page."),
    ),
    **{code: STANDARD[code] for code in ("original", "copy", "book")},
}


def titles(answers: Answers = STANDARD) -> list[tuple[str, LazyProxy]]:
    """Return pairs of code and title of standard answers, in the language in use."""
    return [(code, title) for code, (title, _text) in answers.items()]


def text_for(code: str, language: str, answers: Answers = STANDARD) -> str:
    """Return a standard answer in the person's language; an empty text for an unknown code."""
    if code not in answers:
        return ""
    with in_language(language):
        return str(answers[code][1])
