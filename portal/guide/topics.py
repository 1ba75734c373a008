"""The explanations of the guide: one short page for each topic, by the last part of its address."""

from portal.i18n.locale import _l

TOPICS = {
    "refused": _l("What a refusal under section 221(g) means"),
    "processing": _l("What administrative processing is"),
    "documents": _l("What a consular officer may ask for"),
    "waiver": _l("What a waiver is"),
    "returned": _l("When a case goes back to NVC and USCIS"),
    "follow-up": _l("Five ways to follow up"),
}
