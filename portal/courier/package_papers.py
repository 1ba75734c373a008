"""The content of a package's paper: its code and its page, in the language in use, beside English.

These functions need the application, not a request: emails use them too.
"""

from flask import current_app

from portal import clock
from portal.cases.refusals.reason_sentences import item_text
from portal.courier import operations
from portal.i18n.locale import _, current, direction, format_day, gettext_noop, local_time, ngettext
from portal.paper import pdf, qr_codes, tokens
from portal.paper.bilingual import both, head, in_both, row, value, values_of
from portal.posts.operations import place, today
from portal.values.normalise import reads_from_the_right

TITLE = gettext_noop("Courier Confirmation Page")
ENTRY = gettext_noop(
    "Take this page and your package to the courier office. The courier will not accept the package without this page."
)
WITHDRAWN = gettext_noop("This registration has been withdrawn. Do not send a package with this page.")
REFERENCE = gettext_noop("Reference")
SEND_TO = gettext_noop("Send to")
SENDER = gettext_noop("Sender")
INSIDE_OF = gettext_noop("Documents of")
RETURN_TO = gettext_noop("Return to")
INSIDE = gettext_noop("What is in the envelope")
NUMBER = gettext_noop("Number of documents")
PASSPORT = gettext_noop("Passport")
NOTHING_YET = gettext_noop(
    "No documents are listed yet. List them on the portal and print this page again, or write them here."
)
COMES_BACK = gettext_noop("The Embassy will return your documents by courier, to the courier office above.")
POST_PAYS = gettext_noop("The Embassy pays the courier.")
PERSON_PAYS = gettext_noop("You pay the courier.")
CUT = gettext_noop("Cut here. Keep the lower part.")
RECEIPT = gettext_noop("Sender's receipt")
CASE = gettext_noop("Case number")
REGISTERED = gettext_noop("Registered on")
SENT_TO = gettext_noop("Sent to")
STAMP = gettext_noop("Courier's stamp")
TRACKING = gettext_noop("Tracking number")

BETWEEN = "\u00a0· "
ISOLATE, END = "\u2068", "\u2069"


def code_of(submission):
    """Return the signed code of the current version of a package."""
    purpose = tokens.COURIER
    return tokens.sign(submission.reference, submission.version, registered_locally(submission), purpose=purpose)


def drawing_of(submission):
    """Return the QR code of a package for its page, or None if it is withdrawn."""
    return None if submission.state == "withdrawn" else qr_codes.drawing_of(code_of(submission))


def registered_locally(submission):
    """Return the minute of the registration in the post's local time, naive, for the code."""
    local = local_time(submission.registered_at, submission.case.post)
    return local.replace(second=0, microsecond=0, tzinfo=None)


def confirmation_pdf(submission):
    """Return the confirmation page of a package as PDF, beside English."""
    drawing, page = drawing_of(submission), confirmation(submission)
    return pdf.courier_page({**page, "code": drawing and drawing.file})


def confirmation(submission):
    """Return the content of the page without its code, as plain data: see courier.typ and courier/sheet.html."""
    post = submission.case.post
    return {
        **head(TITLE),
        "reference": submission.reference,
        "code_title": _("Code of this package"),
        "rows": [
            row(REFERENCE, [value(submission.reference, latin=True, strong=True)], large=True),
            row(SEND_TO, [value(post.address, latin=True, strong=True)]),
            row(SENDER, [_name(submission.sender)]),
            row(RETURN_TO, _agency(submission.agency)),
            row(INSIDE_OF, [_in_one_line(submission.travellers)]),
            *_number(submission),
        ],
        "inside": both(INSIDE),
        "contents": _contents(submission),
        "notes": [*_year(submission), both(COMES_BACK), both(POST_PAYS if post.courier_paid_by_post else PERSON_PAYS)],
        "entry": both(WITHDRAWN if submission.state == "withdrawn" else ENTRY),
        "cut": both(CUT),
        "receipt": _receipt(submission),
    }


def _contents(submission):
    several = len(submission.travellers) > 1
    packed = [(in_both(item_text, one.item), one.item.refusal.traveller.name) for one in submission.contents]
    listed = [{**said, "who": name if several else None} for said, name in packed]
    rest = [both(PASSPORT)] if submission.with_passport else []
    rest += [in_both(_others, submission.other_documents)] if submission.other_documents else []
    return [*listed, *({**said, "who": None} for said in rest)] or [{**both(NOTHING_YET), "who": None}]


def _others(count):
    return ngettext("%(count)d other document", "%(count)d other documents", count)


def _number(submission):
    count = operations.number_of_documents(submission)
    return [row(NUMBER, [value(str(count), latin=True, strong=True)])] if count else []


def _year(submission):
    here = today(submission.case.post, clock.now())
    said = in_both(operations.last_day_words, submission.case, here)
    return [said] if said["own"] else []


def _agency(agency):
    lines = [*agency.address.splitlines(), *agency.opening_hours.splitlines()]
    return [_written(f"{agency.courier}, {agency.name}", strong=True), *(_written(line) for line in lines if line)]


def _receipt(submission):
    post = submission.case.post
    day = in_both(format_day, registered_locally(submission), post)
    return {
        "title": both(RECEIPT),
        "rows": [
            row(REFERENCE, [value(submission.reference, latin=True, strong=True)]),
            row(CASE, [value(submission.case.number, latin=True)]),
            row(REGISTERED, values_of(day)),
            row(SENT_TO, values_of(in_both(_post, post))),
            *_number(submission),
        ],
        "stamp": both(STAMP),
        "tracking": both(TRACKING),
        "again": in_both(_again),
    }


def _post(post):
    return _("Embassy in %(city)s", city=place(post))


def _again():
    address = f"{current_app.extensions['settings'].public_url}/{current()}/confirmation"
    return _(
        "If you lose this page, print it again at %(address)s. You need your passport number, date of birth "
        "and nationality.",
        address=address if direction() == "ltr" else f"{ISOLATE}{address}{END}",
    )


def _name(traveller):
    return _written(traveller.name, strong=True)


def _in_one_line(travellers):
    return value(BETWEEN.join(f"{ISOLATE}{one.name}{END}" for one in travellers), name=True)


def _written(text, **look):
    return value(text, latin=not reads_from_the_right(text), name=True, **look)
