"""What the words of receipts mean to people, in the language in use."""

from portal.cases.refusals.reason_sentences import document_text
from portal.i18n.locale import _, _l, format_day

WAYS = {
    "window": _l("At the window"),
    "courier": _l("By courier"),
    "drop_box": _l("At the drop box"),
    "files": _l("As files"),
    "direct": _l("Sent to us by someone else"),
}
FORMS = {"original": _l("original"), "copy": _l("copy")}
CUSTODY = {"kept": _l("kept by the Embassy"), "handed_back": _l("seen, copied, handed back")}


def line_text(line):
    """Return what a line of a receipt names: a document in the standard wording, a passport, or what staff wrote."""
    if line.kind == "passport":
        return _("Passport")
    if line.kind == "document":
        return document_text(line.name)
    return line.name


def custody_text(held, post):
    """Return where an original is."""
    if held.place == "returned":
        return _("returned on %(day)s", day=format_day(held.moved_on, post))
    if held.place == "petition":
        return _("sent with the petition on %(day)s", day=format_day(held.moved_on, post))
    if held.asked_back_at:
        return _("at the Embassy; its return was requested")
    return _("at the Embassy")
