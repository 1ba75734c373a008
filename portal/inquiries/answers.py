"""Standard answers, in the language of the person who asked."""

from babel.support import LazyProxy

from portal.i18n.locale import _l, in_language
from portal.inquiries.models import Inquiry

STANDARD = {
    "arrived": (_l("The documents came"), _l("Your documents came to the Embassy. An officer looks at them now.")),
    "working": (
        _l("We are working on it"),
        _l("The Embassy is still working on your case. You do not need to send or bring anything now."),
    ),
    "original": (
        _l("The original is needed"),
        _l("A copy is not enough: bring or send the original, as your letter says."),
    ),
    "copy": (_l("A copy is enough"), _l("A clear copy is enough. Keep the original, and bring it if you are asked.")),
    "book": (
        _l("Book an appointment"),
        _l("Collect every document that your letter lists, then book a return appointment on your dashboard."),
    ),
    "new_letter": (
        _l("A new letter is ready"),
        _l("A copy of your letter is ready at the Embassy. Come with your passport. The first letter is void."),
    ),
    "corrected": (
        _l("The mistake is mended"),
        _l("We mended the mistake in your data. Look at your case to check it."),
    ),
    "emergency": (
        _l("Emergency: what we need"),
        _l("Send us here who is ill, injured or has died, how you are related, and by which day you must travel."),
    ),
}


def titles() -> list[tuple[str, LazyProxy]]:
    """Return pairs of code and title of the standard answers, in the language in use."""
    return [(code, title) for code, (title, _text) in STANDARD.items()]


def text_for(code: str, inquiry: Inquiry) -> str:
    """Return a standard answer in the person's language; an empty text for an unknown code."""
    if code not in STANDARD:
        return ""
    with in_language(inquiry.account.language):
        return str(STANDARD[code][1])
