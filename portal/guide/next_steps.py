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


_TWELVE_MONTHS = _l("You have 12 months from the date of the letter. In that time you pay no new application fee.")
_THINGS = _l("The letter, with your case number, and the passport that you showed at the interview.")

STEPS = {
    "in_person": Step(
        title=_l("Make an appointment to come back"),
        why=_l("The letter asks you to bring documents to the Embassy, and you have them all."),
        by_when=_TWELVE_MONTHS,
        at_hand=_THINGS,
        endpoint="new.start",
        button=_l("Make an appointment"),
        topics=("documents", "refused"),
    ),
    "courier": Step(
        title=_l("Send your documents by courier"),
        why=_l("The letter asks you to send documents, and you have them all. You do not need an appointment."),
        by_when=_TWELVE_MONTHS,
        at_hand=_l(
            "The letter, with your case number, and your passport. Keep copies of what you send, and the receipt."
        ),
        endpoint=COURIER[0],
        button=COURIER[1],
        topics=("documents", "refused"),
    ),
    "collect": Step(
        title=_l("Collect the documents, and create an account"),
        why=_l(
            "To come or to send helps only when all that the letter lists is there. Once your case is in your "
            "account, we remind you by email before the last day."
        ),
        by_when=_TWELVE_MONTHS,
        at_hand=_THINGS,
        endpoint="accounts.create",
        button=_l("Create an account"),
        topics=("documents", "refused"),
    ),
    "elsewhere": Step(
        title=_l("Do what the letter says, then look at the status"),
        why=_l(
            "What the letter asks for comes to the Embassy without you: do it, or ask the clinic or the petitioner to. "
            "You do not need an appointment."
        ),
        by_when=_TWELVE_MONTHS,
        at_hand=_l("Your case number. Keep what shows that it was done or sent."),
        endpoint="status.look_up",
        button=_l("Check status"),
        topics=("documents", "follow-up"),
    ),
    "processing": Step(
        title=_l("Wait, and look at the status now and then"),
        why=_l("The Embassy works on your case. There is nothing to bring; it writes to you if it needs anything."),
        by_when=_l("You have no deadline. How long it takes depends on the case, and nobody can say it in advance."),
        at_hand=_l("Your case number."),
        endpoint="status.look_up",
        button=_l("Check status"),
        topics=("processing", "follow-up"),
    ),
    "lost": Step(
        title=_l("Ask the Embassy for a new copy of the letter"),
        why=_l(
            "You cannot enter the Embassy without the letter, and it says what is missing. Log in, add your case, and "
            "ask the Embassy from there."
        ),
        by_when=_l("Ask soon. The 12 months are counted from the first letter; a copy does not begin them again."),
        at_hand=_l(
            "Your passport and your case number, which also stands on the papers that invited you to the interview."
        ),
        endpoint="home.dashboard",
        button=_l("Go to the dashboard"),
        topics=("refused", "follow-up"),
    ),
    "no_letter": Step(
        title=_l("Look at the status of your case"),
        why=_l(
            "Whoever is refused under section 221(g) is given a letter. The status says whether your visa was refused; "
            "if it was, ask the Embassy for the letter."
        ),
        by_when=_l("Look now: if there is a letter, it may ask for something within 12 months."),
        at_hand=_l("Your case number. It stands on the papers that invited you to the interview."),
        endpoint="status.look_up",
        button=_l("Check status"),
        topics=("refused",),
    ),
    "late": Step(
        title=_l("Ask the Embassy whether the case can go on"),
        why=_l(
            "After 12 months a new application and fee may be needed. The case may still be reconsidered: the Embassy "
            "decides. Log in, add your case, and ask from there."
        ),
        by_when=_l("Ask now. What you gave within the 12 months counts: say what it was, and when."),
        at_hand=_l("The letter, your case number, and proof of what you gave or sent, such as a receipt."),
        endpoint="home.dashboard",
        button=_l("Go to the dashboard"),
        topics=("refused", "follow-up"),
    ),
    "nonimmigrant": Step(
        title=_l("Do what the letter from the Embassy says"),
        why=_l(
            "This portal is for immigrant visas. For a visitor, student or other nonimmigrant visa the letter says "
            "what to do, and where to ask. What 221(g) means is the same."
        ),
        by_when=_l("The letter says it."),
        at_hand=_l("The letter."),
        endpoint="guide.topic",
        button=_l("Read what 221(g) means"),
        values={"topic": "refused"},
    ),
}
