"""What the stages of a returned petition and the ways of overcoming a refusal are called."""

from portal.i18n.locale import _l

STAGES = {
    "sent_to_nvc": _l("Sent to the National Visa Center"),
    "at_uscis": _l("At USCIS"),
    "notice": _l("Notice sent to the petitioner"),
    "reaffirmed": _l("USCIS decided in favor of the petition"),
    "revoked": _l("USCIS revoked the petition"),
    "back_at_post": _l("Back at the Embassy"),
    "new_interview": _l("New interview"),
}
MODES = {
    "in_person": _l("In person"),
    "courier": _l("By courier"),
    "drop_off": _l("At the drop box"),
    "electronic": _l("As files"),
    "direct": _l("Sent to us by someone else"),
    "none": _l("Nothing to send"),
}
OVERCOME_BY = {
    "evidence": _l("By the evidence presented"),
    "processing": _l("By administrative processing that is completed"),
}
ANSWERS = {
    "complete": _l("All that we asked for came in time"),
    "more": _l("Something came in time, more is needed"),
    "no_answer": _l("What came does not answer the request"),
}
