"""Invented families whose cases the browser tests book with, each for one purpose."""

from datetime import timedelta
from itertools import count

from portal import clock

DARA = (("Meas", "Sovann", "principal", "original Police Certificate;Marriage Certificate"),)
EIGHT = (
    ("Phanthavong Rattanakosin", "Chanthavisouk", "principal", "Birth Certificate;original Police Certificate"),
    ("Phanthavong Rattanakosin", "Bounmy Souliyavong", "spouse", "original Marriage Certificate;Police Certificate"),
    ("Phanthavong Rattanakosin", "Khamphoui", "child", "Birth Certificate;Medical exam"),
    ("Phanthavong Rattanakosin", "Sengdeuane", "child", "original Birth Certificate;Identification Card"),
    ("Phanthavong Rattanakosin", "Thipphachanh", "child", "Adoption Documents;Court or Legal Documents"),
    ("Phanthavong Rattanakosin", "Vilayvanh", "child", "original petitioner Tax records;Proof of Relationship"),
    ("Phanthavong Rattanakosin", "Xaysomphone", "child", "Certified Not Married;DNA Testing"),
    ("Phanthavong Rattanakosin", "", "child", "Death Certificate (for prior spouse)"),
)
COUPLE = (
    ("Meas", "Sovann", "principal", "original Police Certificate;Marriage Certificate"),
    ("Meas", "Srey", "spouse", ""),
)
NOT_REFUSED = {"status": "issued", "refused_on": "", "respond_by": "", "reasons": ""}
PROCESSING = {"status": "administrative_processing", "respond_by": "none", "reasons": ""}
COURIER = {"post": "CDJ", "nationality": "MX", "respond_by": "courier"}
_numbers = count(1)


def make_family(days=60, travellers=DARA, **cells):
    """The rows of one case that may book, refused so many days ago, unless the cells say otherwise."""
    number = next(_numbers)
    refused = (clock.now() - timedelta(days=days)).date().isoformat()
    shared = {
        "post": "PHP",
        "case_number": f"{cells.get('post', 'PHP')}2025{620000 + number}",
        "visa_class": "F41",
        "status": "refused",
        "status_date": refused,
        "nationality": "KH",
        "interview_date": refused,
        "refused_on": refused,
        "respond_by": "in_person",
    }
    return [
        {
            **shared,
            "surname": surname,
            "given_names": given,
            "relationship": relationship,
            "reasons": reasons,
            "date_of_birth": f"19{60 + place}-11-{10 + place}",
            "passport_number": f"N88{number:02}{place}77",
            **cells,
        }
        for place, (surname, given, relationship, reasons) in enumerate(travellers)
    ]


FAMILIES = {
    "sends files": make_family(respond_by="electronic"),
    "sends files without a script": make_family(respond_by="electronic"),
    "breaks off": make_family(respond_by="electronic"),
    "shows files": make_family(respond_by="electronic"),
    "walks by mouse": make_family(),
    "walks by keyboard": make_family(),
    "walks in Khmer": make_family(),
    "walks in Arabic": make_family(post="AMM", nationality="JO"),
    "books": make_family(),
    "prints one": make_family(),
    "prints eight": make_family(travellers=EIGHT),
    "cancels": make_family(),
    "is too late": make_family(post="AMM", nationality="XX"),
    "finds nothing": make_family(days=330, post="BKK", nationality="KG"),
    "waits for a release": make_family(post="HCM", nationality="VN"),
    "has a visa": make_family(**NOT_REFUSED),
    "is in processing": make_family(**PROCESSING),
    "asks": make_family(**PROCESSING),
    "sends by courier": make_family(respond_by="courier"),
    "goes to a clinic": make_family(respond_by="direct", reasons="Medical exam"),
    "came too late": make_family(days=400),
    "package is coming": make_family(respond_by="courier"),
    "package came late": make_family(days=400, respond_by="courier"),
    "package waits": make_family(travellers=COUPLE, respond_by="courier"),
    "package went back": make_family(respond_by="courier"),
    "package is withdrawn": make_family(respond_by="courier"),
    "is found": make_family(),
    "sees the first screen": make_family(),
    "sees the calendar": make_family(),
    "moves": make_family(),
    "leaves no trace": make_family(),
    "sends by mouse": make_family(**COURIER),
    "sends by keyboard": make_family(**COURIER),
    "sends in Spanish": make_family(**COURIER),
    "sends in Arabic": make_family(**COURIER),
    "registers a package": make_family(**COURIER, travellers=EIGHT),
    "sends too late": make_family(days=400, **COURIER),
    "was told to come": make_family(**{**COURIER, "respond_by": "in_person"}),
    "waits in Juárez": make_family(**{**COURIER, **PROCESSING}),
    "retrieves a page": make_family(respond_by="courier"),
    "is held": make_family(),
    "hands documents in": make_family(),
    "renews a passport": make_family(travellers=COUPLE),
}


def package_of(name):
    """What the principal applicant of a family enters to send documents by courier."""
    answers = answers_of(name)
    return {**answers["details"], **answers["case"]}


def answers_of(name):
    """What the principal applicant of a family enters in each step, by the step's address."""
    return steps_of(FAMILIES[name][0])


def steps_of(first):
    """What the traveler of a row of a case file enters in each step, by the step's address."""
    year, month, day = first["date_of_birth"].split("-")
    details = {cell: first[cell] for cell in ("surname", "given_names", "passport_number", "nationality")}
    return {
        "visa": {"visa": "immigrant"},
        "purpose": {"purpose": "follow_up"},
        "details": {"location": first["post"], "day": day, "month": month, "year": year, **details},
        "questions": {"letter": "yes", "documents": "yes", "recent": "yes"},
        "case": {"case_number": first["case_number"]},
    }
