"""What goes onto the paper of a document receipt, in the language in use, beside English (law 1)."""

from portal.cases import operations as cases
from portal.cases.refusals import deadline
from portal.cases.refusals.deadline_sentences import program_year_sentence
from portal.evidence.labels import CUSTODY, FORMS, WAYS, line_text
from portal.evidence.models import CAME
from portal.evidence.operations import correction_of
from portal.i18n.locale import _, format_day, format_instant, gettext_noop, local_time
from portal.paper import pdf, qr_codes, tokens
from portal.paper.bilingual import both, head, in_both, row, value, values_of
from portal.posts.operations import today

TITLE = gettext_noop("Document receipt")
REFERENCE = gettext_noop("Reference")
CASE = gettext_noop("Case number")
RECEIVED = gettext_noop("Received on")
HOW = gettext_noop("How it came")
RECORDED = gettext_noop("Recorded")
CORRECTS = gettext_noop("Takes the place of")
CAME_TITLE = gettext_noop("What we received")
MISSING_TITLE = gettext_noop("Still missing on that day")
FOR_PERSON = gettext_noop("Copy for the applicant")
FOR_POST = gettext_noop("Copy for the Embassy")
SIGNATURE = gettext_noop("Signature of the person who handed in the documents")
CORRECTED = gettext_noop("This document receipt was corrected. A newer one takes its place.")
FEW_LINES = 14


def code_of(receipt):
    """Return the signed code of a receipt: which receipt, and the minute in which it was recorded."""
    return tokens.sign(receipt.reference, 1, recorded_locally(receipt), purpose=tokens.RECEIPT)


def recorded_locally(receipt):
    """Return the minute in which a receipt was recorded in the post's local time, naive: what the code holds."""
    return local_time(receipt.recorded_at, receipt.case.post).replace(second=0, microsecond=0, tzinfo=None)


def drawing_of(receipt):
    """Return the QR code of a receipt for its page."""
    return qr_codes.drawing_of(code_of(receipt))


def receipt_pdf(receipt, *, copies=1):
    """Return a receipt as PDF, beside English; copies: 2 for the counter, of which the post keeps the second."""
    page = receipt_page(receipt)
    which = [both(FOR_PERSON), both(FOR_POST)][:copies] if copies > 1 else [both(FOR_PERSON)]
    return pdf.receipt_page({**page, "copies": which, "code": drawing_of(receipt).file})


def receipt_page(receipt):
    """Return what a receipt shows but for its code, as plain data: see receipt.typ and evidence/receipt.html."""
    post, case = receipt.case.post, receipt.case
    came = [line for line in receipt.lines if line.outcome == CAME]
    missing = [line for line in receipt.lines if line.outcome != CAME]
    return {
        **head(TITLE),
        "points": 10.5 if len(receipt.lines) <= FEW_LINES else 9,
        "reference": receipt.reference,
        "code_title": _("Code of this document receipt"),
        "rows": [
            row(REFERENCE, [value(receipt.reference, latin=True, strong=True)], large=True),
            row(CASE, [value(case.number, latin=True)]),
            row(RECEIVED, values_of(in_both(format_day, receipt.received_on, post), strong=True)),
            row(HOW, values_of(in_both(_way, receipt))),
            row(RECORDED, values_of(in_both(_recorded, receipt))),
            *_corrects(receipt),
        ],
        "came_title": both(CAME_TITLE),
        "came": [_line(line, case) for line in came],
        "missing_title": both(MISSING_TITLE),
        "missing": [_line(line, case) for line in missing],
        "statement": in_both(_statement, receipt),
        "notes": _notes(receipt),
        "signature": both(SIGNATURE),
    }


def _line(line, case):
    several = line.traveller is not None and len(case.travellers) > 1
    return {**in_both(_line_text, line), "who": line.traveller.name if several else None}


def _line_text(line):
    words = [str(table[key]) for table, key in ((FORMS, line.form), (CUSTODY, line.custody)) if key]
    said = line_text(line)
    return _("%(what)s (%(how)s)", what=said, how=", ".join(words)) if words else said


def _way(receipt):
    return str(WAYS[receipt.way])


def _recorded(receipt):
    post = receipt.case.post
    return _(
        "%(when)s, by staff member %(number)s",
        when=format_instant(receipt.recorded_at, post),
        number=receipt.actor.rpartition(":")[2],
    )


def _corrects(receipt):
    return [row(CORRECTS, [value(receipt.corrects.reference, latin=True)])] if receipt.corrects else []


def _statement(receipt):
    day = format_day(receipt.received_on, receipt.case.post)
    last = _last_day(receipt)
    if last is None:
        return _(
            "We received the items listed above on %(day)s. This receipt does not say that they are complete or "
            "sufficient, that a new fee is not needed, or that a visa will be issued. A consular officer will check "
            "them.",
            day=day,
        )
    return _(
        "We received the items listed above on %(day)s. This receipt does not say that they are complete or "
        "sufficient, that a new fee is not needed, or that a visa will be issued. A consular officer will check them. "
        "If more is needed, your last day is still %(last)s.",
        day=day,
        last=format_day(last, receipt.case.post),
    )


def _last_day(receipt):
    """Return the last day of the refusals that a receipt is about, or None; a diversity case has none."""
    case = receipt.case
    if deadline.end_of_diversity_year(case):
        return None
    about = {line.item.refusal for line in receipt.lines if line.item} or set(cases.standing_refusals(case))
    return min((day for one in about if (day := deadline.last_day(case, one))), default=None)


def _notes(receipt):
    case, notes = receipt.case, []
    if deadline.end_of_diversity_year(case):
        notes.append(in_both(program_year_sentence, case, today(case.post, receipt.recorded_at)))
    if correction_of(receipt) is not None:
        notes.append(both(CORRECTED))
    return notes
