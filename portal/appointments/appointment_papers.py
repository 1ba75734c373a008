"""The content of an appointment's papers: its code, its PDF, its calendar file, in the language in use.

These functions need the application, not a request: emails use them too.
"""

from functools import cache

from flask import current_app

from portal import clock
from portal.cases import operations as cases
from portal.cases.refusals.reason_sentences import item_text
from portal.i18n.locale import DEFAULT, _, current, format_instant, format_offset, gettext_noop, in_language
from portal.paper import pdf, qr_codes, tokens
from portal.paper.bilingual import DEMONSTRATION, both, head, in_both, row, value, values_of
from portal.paper.calendars import CANCEL, PUBLISH, Event, calendar_of
from portal.posts.operations import place

TITLE = gettext_noop("Appointment Confirmation Page")
ENTRY = gettext_noop("You cannot enter the Embassy without the refusal letter and this page.")
CANCELLED = gettext_noop("This appointment has been canceled. Do not come at this time.")
OVER = gettext_noop("This appointment is in the past.")
HELD = gettext_noop(
    "We are keeping this time for you, but you have not confirmed it. This page is not valid for entry until "
    "you confirm the appointment."
)
BRING = gettext_noop("What to bring")
REFERENCE = gettext_noop("Reference")
WHEN = gettext_noop("Date and time")
CASE = gettext_noop("Case number")
TRAVELLERS = gettext_noop("Travelers")
WHERE = gettext_noop("Where")
WHO = gettext_noop("Who must come")
WHO_COMES = gettext_noop("The principal applicant, and every traveler whose documents the letter asks for")
LETTER = gettext_noop("The refusal sheet (your refusal letter)")
PAGE = gettext_noop("This Appointment Confirmation Page, printed")
DOCUMENTS = gettext_noop("All the documents listed in the letter:")
SEALED = gettext_noop("Do not open a sealed envelope.")
PASSPORTS = gettext_noop("The original passports of all eligible traveling applicants")

PICTOGRAM = '{% from "macros/pictograms.html" import picture %}{{ picture(kind) }}'
FEW_LINES, SOME_LINES = 10, 16


def code_of(appointment):
    """Return the signed code of the current version of an appointment."""
    return tokens.sign(appointment.reference, appointment.version, appointment.slot.local_start)


def drawing_of(appointment):
    """Return the QR code of an appointment for its page, or None if it is not live."""
    return qr_codes.drawing_of(code_of(appointment)) if _lets_in(appointment) else None


def confirmation_pdf(appointment):
    """Return the confirmation page of an appointment as PDF, beside English."""
    return pdf.confirmation_page(confirmation(appointment))


def calendar_file(appointment, method=None):
    """Return an appointment as an iCalendar file, without a name or a case number.

    method: PUBLISH or CANCEL; by default what the appointment's state asks for.
    """
    method = method or (PUBLISH if _lets_in(appointment) or appointment.is_past else CANCEL)
    settings, post = current_app.extensions["settings"], appointment.case.post
    dashboard = f"{settings.public_url}/{current()}/dashboard"
    said = [_(DEMONSTRATION)] if settings.demonstration else []
    event = Event(
        reference=appointment.reference,
        sequence=appointment.version - 1,
        local_start=appointment.slot.local_start,
        timezone=appointment.slot.timezone,
        summary=_("Appointment at the Embassy in %(city)s", city=place(post)),
        location=", ".join(post.address.splitlines()),
        description="\n".join([*said, _(REFERENCE), appointment.reference, _(ENTRY), dashboard]),
        alarm=_(ENTRY),
        address=dashboard,
        organizer=settings.mail_from,
        made_at=clock.now(),
    )
    return calendar_of(event, method, settings.public_url)


def confirmation(appointment):
    """Return the content of the PDF as plain data: see confirmation.typ."""
    case = appointment.case
    bring = cases.what_to_bring(case)
    when = format_instant(clock.now(), case.post)
    return {
        **head(TITLE),
        "points": _points(len(case.travellers) + len(bring)),
        "reference": appointment.reference,
        "code": qr_codes.drawing_of(code_of(appointment)).file if _lets_in(appointment) else None,
        "code_title": _("Code of this appointment"),
        "rows": _rows(appointment, case),
        "bring": both(BRING),
        "checklist": _checklist(case, bring),
        "entry": both(_entry(appointment)),
        "as_of": _("Correct on %(when)s. Check your dashboard before you come: the time may have changed.", when=when),
    }


def _lets_in(appointment):
    return appointment.is_live and not appointment.is_held


def _entry(appointment):
    if appointment.is_held:
        return HELD
    if appointment.is_past:
        return OVER
    return ENTRY if appointment.is_live else CANCELLED


def _rows(appointment, case):
    return [
        row(REFERENCE, [value(appointment.reference, latin=True, strong=True)], large=True),
        row(WHEN, _times(appointment.slot, case.post)),
        row(CASE, [value(case.number, latin=True)]),
        row(TRAVELLERS, [value(traveller.name, name=True) for traveller in case.travellers]),
        row(WHERE, [value(case.post.address, latin=True)]),
        row(WHO, values_of(both(WHO_COMES))),
    ]


def _times(slot, post):
    own = value(format_instant(slot.local_start, post), strong=True)
    offset = f"\u2066{format_offset(slot.starts_at, post)}\u2069"
    zone = value(_("Time in %(city)s (%(offset)s)", city=place(post), offset=offset), small=True)
    if current() == DEFAULT:
        return [own, zone]
    with in_language(DEFAULT):
        return [own, value(format_instant(slot.local_start, post), latin=True, small=True), zone]


def _checklist(case, bring):
    several = len(case.travellers) > 1
    items = [{**in_both(item_text, item), "who": traveller.name if several else None} for traveller, item in bring]
    return [
        {"picture": _picture("letter"), "words": both(LETTER), "items": [], "note": None},
        {"picture": _picture("page"), "words": both(PAGE), "items": [], "note": None},
        {"picture": _picture("documents"), "words": both(DOCUMENTS), "items": items, "note": both(SEALED)},
        {"picture": _picture("passport"), "words": both(PASSPORTS), "items": [], "note": None},
    ]


def _points(lines):
    if lines <= FEW_LINES:
        return 11.5
    return 10 if lines <= SOME_LINES else 9


@cache
def _picture(kind):
    """Return a pictogram of the pages as an SVG file, in black."""
    drawn = current_app.jinja_env.from_string(PICTOGRAM).render(kind=kind).strip()
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace("currentColor", "#000")
