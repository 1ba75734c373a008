"""What a person reads about a turn: heading, answer, notes and the one action, in the language in use (law 20)."""

from dataclasses import dataclass, field
from typing import Any

from portal.cases import operations as cases
from portal.cases.models import Case
from portal.cases.refusals import deadline_sentences as sentences
from portal.i18n.locale import _, format_day, format_instant
from portal.status.turn import Facts, Turn


@dataclass(frozen=True)
class Action:
    """A button: its words, and the endpoint that it leads to with the values of its address."""

    text: str
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    is_main: bool = True


@dataclass(frozen=True)
class Said:
    """What is said about a turn, the answer first; tint: "act" where the applicant must act, else "wait" or "done"."""

    heading: str
    answer: str
    notes: tuple[str, ...]
    action: Action | None
    tint: str


def said(case: Case, turn: Turn, facts: Facts) -> Said:
    """Return what the holder of a case reads about its turn."""
    answer, action = _SAYING[turn.kind](case, turn, facts)
    tint = "act" if turn.who == "applicant" else "done" if turn.who == "no one" else "wait"
    return Said(_heading(turn), answer, tuple(note for note in _notes(case, turn, facts) if note), action, tint)


def _heading(turn):
    if turn.kind in ("reviewing", "visited"):
        return _("We are reviewing your documents")
    return {
        "applicant": _("What you need to do now"),
        "post": _("Waiting for the Embassy"),
        "courier": _("Waiting for the courier"),
        "others": _("Waiting for a clinic or the petitioner"),
        "petitioner": _("Waiting for the petitioner"),
        "uscis": _("Waiting for USCIS"),
        "nvc": _("Waiting for the National Visa Center"),
        "no one": _("Nothing for you to do now"),
    }[turn.who]


def _notes(case, turn, facts):
    """The sentences under the answer: what has come, what the day is counted from, when a question is taken."""
    yield from _NOTES.get(turn.kind, _no_notes)(case, turn, facts)
    if turn.refusal is not None and turn.until is not None and turn.kind not in ("ended", "reviewing"):
        yield sentences.last_day_sentence(case, turn.refusal, facts.today)
        yield sentences.respond_by_sentence(case, turn.refusal, facts.today)
    if turn.kind in ("processing", "reviewing") and sentences.end_of_diversity_year(case):
        yield sentences.program_year_sentence(case, facts.today)
    if turn.kind in ("processing", "reviewing") and facts.ask_from and facts.ask_from > facts.today:
        yield _("You can ask about your case from %(day)s.", day=format_day(facts.ask_from, case.post))


def _no_notes(_case, _turn, _facts):
    return ()


def _notes_of_review(case, turn, _facts):
    yield _("A consular officer will check them.")
    if turn.refusal is not None:
        yield sentences.if_more_is_needed_sentence(case, turn.refusal)


def _notes_of_processing(_case, _turn, _facts):
    yield _(
        "This case was refused. Please note that your case will remain in refused status unless the consular officer "
        "is able to conclude you are eligible for your visa."
    )


def _notes_of_visit(_case, _turn, _facts):
    yield _(
        "Bring the documents that your letter lists, your refusal letter, your passport and the printed confirmation "
        "page."
    )


def _notes_of_invitation(_case, _turn, _facts):
    yield _("Bring your passport, the printed confirmation page, and your refusal letter if you have one.")


def _notes_of_what_is_owed(case, _turn, facts):
    items = [item for refusal in cases.standing_refusals(case) for item in refusal.items]
    if any(item.state == "more_needed" for item in items):
        yield _("A consular officer checked your documents and needs more. The list of documents says what.")
    elif facts.received_on:
        day = format_day(facts.received_on, case.post)
        yield _("We received documents on %(day)s. The list of documents says what is still needed.", day=day)


def _notes_of_petition(_case, turn, _facts):
    if turn.stage is None or turn.stage.kind in ("sent_to_nvc", "at_uscis", "notice"):
        yield _(
            "USCIS sends its notice to the petitioner. We are not told. Ask the petitioner, or check with the USCIS "
            "receipt number."
        )


def _confirm(case, _turn, facts):
    visit = facts.appointment
    values = {
        "when": format_instant(visit.slot.local_start, case.post),
        "until": format_instant(visit.held_until, case.post),
    }
    answer = _("We are keeping the time on %(when)s for you until %(until)s.", **values)
    return answer, Action(_("Confirm this appointment"), "appointments.confirmation", {"reference": visit.reference})


def _visit(case, _turn, facts):
    visit = facts.appointment
    answer = _("Come to the Embassy on %(when)s.", when=format_instant(visit.slot.local_start, case.post))
    return answer, Action(_("Print the confirmation page"), "appointments.confirmation", {"reference": visit.reference})


def _passport(case, turn, _facts):
    answer = _(
        "We need your passport to continue. This is not a decision and does not mean that a visa has been issued. Do "
        "not sell property, leave your job or buy tickets until you have the visa in your hand."
    )
    if turn.passports[0].way == "send":
        action = Action(_("Send your passport by courier"), "courier.agency", {"case_id": case.public_id})
        return answer, action if case.post.courier else None
    return answer, Action(_("Book an appointment"), "appointments.choose_time", {"case_id": case.public_id})


def _book(case, _turn, _facts):
    answer = _("Collect the documents that your letter lists, then book an appointment to bring them.")
    return answer, _booking(case)


def _booking(case, *, is_main=True):
    values = {"case_id": case.public_id}
    return Action(_("Book an appointment"), "appointments.choose_time", values, is_main)


def _send(case, _turn, _facts):
    answer = _("Send the documents that your letter lists by courier.")
    if not case.post.courier:
        return answer, None
    return answer, Action(_("Send documents by courier"), "courier.agency", {"case_id": case.public_id})


def _hand_over(_case, _turn, facts):
    answer = _("Print the Courier Confirmation Page and take it to the courier office with your package.")
    reference = {"reference": facts.package.reference}
    return answer, Action(_("See the Courier Confirmation Page"), "package.show", reference)


def _on_its_way(_case, _turn, facts):
    answer = _("Your package is on its way to the Embassy.")
    return answer, Action(_("Follow the package"), "package.show", {"reference": facts.package.reference}, False)


def _follow_the_letter(_case, _turn, _facts):
    return _("Send the documents that your letter lists, in the way that the letter says."), None


def _electronic(case, _turn, _facts):
    answer = _("Send us each document that your letter lists as files: photographs of its pages, or a PDF.")
    return answer, Action(_("Send documents as files"), "files.documents", {"case_id": case.public_id})


def _direct(_case, _turn, _facts):
    return _("A clinic or the petitioner sends the document to us. Ask them whether they have sent it."), None


def _visited(case, turn, _facts):
    day = format_day(turn.since, case.post)
    answer = _(
        "You came to the Embassy on %(day)s. If you handed in documents, we are checking them. If you still have "
        "documents to bring, book another appointment.",
        day=day,
    )
    return answer, _booking(case, is_main=False)


def _reviewing(case, turn, _facts):
    if turn.since is None:
        return _("We have your documents. There is nothing for you to do now."), None
    day = format_day(turn.since, case.post)
    return _("We have had your documents since %(day)s. There is nothing for you to do now.", day=day), None


def _overcome(_case, _turn, _facts):
    answer = _(
        "You have overcome the section 221(g) refusal. This does not mean that your visa is approved. A consular "
        "officer will now decide your application again."
    )
    return answer, None


def _processing(_case, _turn, _facts):
    return _("Your case is in administrative processing. There is nothing for you to do now."), None


def _invited(case, turn, _facts):
    day = format_day(turn.until, case.post)
    return _("We invite you to come in person by %(day)s. Book an appointment.", day=day), _booking(case)


def _closed(case, _turn, _facts):
    answer = _("Your last day has passed. You can ask the Embassy to reconsider your case.")
    return answer, Action(_("Ask about my case"), "inquiries.ask", {"case_id": case.public_id})


def _ended(case, _turn, facts):
    ask = Action(_("Ask about my case"), "inquiries.ask", {"case_id": case.public_id}, False)
    return sentences.program_year_sentence(case, facts.today), ask


def _refused(case, _turn, _facts):
    answer = _("Your application was refused. The letter that you were given says why.")
    return answer, Action(_("Ask about my case"), "inquiries.ask", {"case_id": case.public_id}, False)


def _issued(_case, _turn, _facts):
    return _("Your visa has been issued."), None


def _nothing(_case, _turn, _facts):
    return _("There is nothing for you to do here now."), None


def _returned(case, turn, _facts):
    kind = turn.stage.kind if turn.stage else None
    if kind == "notice" and turn.until:
        day = format_day(turn.until, case.post)
        return _("The petitioner must answer the notice from USCIS by %(day)s.", day=day), None
    return {
        None: _("We returned the petition to USCIS for review. The petitioner may get a notice and must answer it."),
        "sent_to_nvc": _("The petition is on its way to USCIS through the National Visa Center."),
        "at_uscis": _("USCIS is reviewing the petition."),
        "notice": _("USCIS sent the petitioner a notice. The petitioner must answer it by the date in the notice."),
        "reaffirmed": _("USCIS decided in favor of the petition. It is on its way back to the Embassy."),
        "revoked": _("USCIS revoked the petition. A visa cannot be issued on it."),
        "back_at_post": _("The petition is back at the Embassy. We will tell you what happens next."),
        "new_interview": _("We will interview you again. We will tell you the date."),
    }[kind], None


_SAYING = {
    "confirm": _confirm,
    "visit": _visit,
    "passport": _passport,
    "book": _book,
    "send": _send,
    "hand_over": _hand_over,
    "on_its_way": _on_its_way,
    "electronic": _electronic,
    "drop_off": _follow_the_letter,
    "direct": _direct,
    "visited": _visited,
    "reviewing": _reviewing,
    "overcome": _overcome,
    "processing": _processing,
    "invited": _invited,
    "closed": _closed,
    "ended": _ended,
    "refused": _refused,
    "issued": _issued,
    "nothing": _nothing,
    "returned": _returned,
}
_NOTES = {
    "processing": _notes_of_processing,
    "reviewing": _notes_of_review,
    "visit": _notes_of_visit,
    "invited": _notes_of_invitation,
    "returned": _notes_of_petition,
    **dict.fromkeys(("book", "send", "electronic", "drop_off"), _notes_of_what_is_owed),
}
