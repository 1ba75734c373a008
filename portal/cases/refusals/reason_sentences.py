"""The items of a letter as sentences for an applicant, in the language in use."""

from portal.cases.models import RefusalItem
from portal.cases.standard_words import reasons
from portal.i18n.locale import _, _l

NAMES = {
    "Adoption Documents": _l("Adoption documents"),
    "Birth Certificate": _l("Birth certificate"),
    "Identification Card": _l("Identification card"),
    "Additional proof of identity": _l("Additional proof of identity"),
    "Marriage Certificate": _l("Marriage certificate"),
    "Divorce Certificate": _l("Divorce certificate"),
    "Death Certificate (for prior spouse)": _l("Death certificate of the former spouse"),
    "Police Certificate": _l("Police certificate"),
    "Military record": _l("Military record"),
    "Proof of Relationship": _l("Proof of relationship"),
    "Certified Not Married": _l("Certificate that you are not married"),
    "Court or Legal Documents": _l("Court or legal documents"),
    "Petitioner Proof of Life": _l("Proof that the petitioner is alive"),
    "Employment Qualifications": _l("Proof of job qualifications"),
    "Employment Offer": _l("Offer of employment"),
    "Affidavit of Support": _l("Affidavit of support"),
    "Income evidence": _l("Evidence of income"),
    "Tax records": _l("Tax records"),
    "Domicile proof": _l("Proof of domicile"),
    "Medical exam": _l("Medical examination"),
    "DNA Testing": _l("DNA test"),
}


def item_text(item: RefusalItem) -> str:
    """Return an item by name, with "original" and "petitioner" if the letter says so."""
    known = reasons()[item.name.lower()]
    if known.applicant_sees == "officer":
        return item.officer_words or _("What the officer wrote on your letter")
    values = {"document": str(NAMES[known.name])}
    petitioner = item.petitioner and known.name != "Petitioner Proof of Life"
    if item.original and petitioner:
        return _("%(document)s of the petitioner (original)", **values)
    if petitioner:
        return _("%(document)s of the petitioner", **values)
    if item.original:
        return _("%(document)s (original)", **values)
    return values["document"]


def document_text(name: str) -> str:
    """Return a document of the standard wording by name, as applicants read it."""
    known = reasons().get(name.lower())
    return str(NAMES[known.name]) if known and known.name in NAMES else _("What the officer wrote on your letter")
