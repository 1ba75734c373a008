"""The results of the guide: one next step each, with its one button."""

from dataclasses import dataclass, field
from typing import Any

from portal.i18n.locale import _l

COURIER = ("courier.start", _l("Send documents by courier"))


@dataclass(frozen=True)
class Step:
    """One next step: what to do, why, by when, what to have ready; where its button leads, and what to read."""

    title: Any
    why: Any
    by_when: Any
    at_hand: Any
    endpoint: str
    button: Any
    topics: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)


_TWELVE_MONTHS = _l(
    "You have 12 months from the date of the refusal to submit the requested documents without having to reapply "
    "and without having to pay a new visa application fee."
)
_THINGS = _l("Your letter, with your case number, and the passport that you showed at the interview.")

STEPS = {
    "in_person": Step(
        title=_l("Book an appointment to come back"),
        why=_l("The letter asks you to bring documents to the Embassy, and you have them all."),
        by_when=_TWELVE_MONTHS,
        at_hand=_THINGS,
        endpoint="new.start",
        button=_l("Book an appointment"),
        topics=("documents", "refused"),
    ),
    "courier": Step(
        title=_l("Send your documents by courier"),
        why=_l("The letter asks you to send documents, and you have them all. You do not need an appointment."),
        by_when=_TWELVE_MONTHS,
        at_hand=_l(
            "Your letter, with your case number, and your passport. Keep copies of what you send, and the "
            "courier's receipt."
        ),
        endpoint=COURIER[0],
        button=COURIER[1],
        topics=("documents", "refused"),
    ),
    "collect": Step(
        title=_l("Collect the documents and create an account"),
        why=_l(
            "Wait until you have everything listed in the letter before you come in or send documents. Once "
            "your case is in your account, we will email you before the last day."
        ),
        by_when=_TWELVE_MONTHS,
        at_hand=_THINGS,
        endpoint="accounts.create",
        button=_l("Create an account"),
        topics=("documents", "refused"),
    ),
    "elsewhere": Step(
        title=_l("Follow the letter, then check your status"),
        why=_l(
            "You do not need an appointment. Do what the letter asks, or ask the clinic or the petitioner to do it."
        ),
        by_when=_TWELVE_MONTHS,
        at_hand=_l("Your case number. Keep proof of what was done or sent."),
        endpoint="status.look_up",
        button=_l("Check status"),
        topics=("documents", "follow-up"),
    ),
    "processing": Step(
        title=_l("Wait, and check your status from time to time"),
        why=_l(
            "Your case is in administrative processing. There is nothing to bring. The Embassy will contact you "
            "if it needs anything."
        ),
        by_when=_l("You do not have a deadline. How long it takes depends on the case, and we cannot say in advance."),
        at_hand=_l("Your case number."),
        endpoint="status.look_up",
        button=_l("Check status"),
        topics=("processing", "follow-up"),
    ),
    "lost": Step(
        title=_l("Ask the Embassy for a copy of the letter"),
        why=_l(
            "You need the letter to enter the Embassy, and it says what is missing. Log in, add your case, "
            "and ask the Embassy for a copy."
        ),
        by_when=_l("Ask soon. The 12 months are counted from the refusal. A copy of the letter does not restart them."),
        at_hand=_l(
            "Your passport and your case number. The case number is also on the papers that invited you to "
            "the interview."
        ),
        endpoint="home.dashboard",
        button=_l("Go to the dashboard"),
        topics=("refused", "follow-up"),
    ),
    "no_letter": Step(
        title=_l("Check the status of your case"),
        why=_l(
            "Everyone refused under section 221(g) gets a letter. Check your status. If it says Refused, ask "
            "the Embassy for the letter."
        ),
        by_when=_l("Check now. If there is a letter, it may ask for something within 12 months of the refusal."),
        at_hand=_l("Your case number. It is on the papers that invited you to the interview."),
        endpoint="status.look_up",
        button=_l("Check status"),
        topics=("refused",),
    ),
    "late": Step(
        title=_l("Ask the Embassy if your case can be reconsidered"),
        why=_l(
            "More than one year after the refusal, your case may be reconsidered only while you are still "
            "entitled to visa status, and a new application and fee are required before a visa can be issued. "
            "Log in, add your case, and ask the Embassy."
        ),
        by_when=_l("Ask now. What you gave within the 12 months counts. Say what you gave, and when."),
        at_hand=_l("Your letter, your case number, and proof of what you gave or sent, such as a document receipt."),
        endpoint="home.dashboard",
        button=_l("Go to the dashboard"),
        topics=("refused", "follow-up"),
    ),
    "nonimmigrant": Step(
        title=_l("Follow the letter from the Embassy"),
        why=_l(
            "This portal is for immigrant visas. For a visitor, student or other nonimmigrant visa, the "
            "letter says what to do and where to ask. Section 221(g) means the same for all visas."
        ),
        by_when=_l("See your letter."),
        at_hand=_l("Your letter."),
        endpoint="guide.topic",
        button=_l("Read what 221(g) means"),
        values={"topic": "refused"},
    ),
}
