"""Invented people for the demonstration."""

from dataclasses import dataclass

from portal.cases.importing.rows import Item

POLICE = Item("Police Certificate", True, False)
MARRIAGE = Item("Marriage Certificate", False, False)
BIRTH = Item("Birth Certificate", False, False)
OFFER = Item("Employment Offer", False, False)


@dataclass(frozen=True)
class Known:
    """A case that documents and checks name; days: how long ago it was refused, or its status set."""

    case_number: str
    status: str
    surname: str
    given_names: str
    date_of_birth: str
    passport_number: str
    nationality: str
    days: int
    respond_by: str = ""
    reasons: tuple[Item, ...] = ()
    visa_class: str = "IR1"


SOK = ("Sok", "Dara", "1990-04-12", "N0123456", "KH")
CHEA = ("Chea", "Sophea", "1985-11-02", "N0223344", "KH")
KEO = ("Keo", "Vibol", "1979-01-30", "N0334455", "KH")
LIM = ("Lim", "Channary", "1993-07-19", "N0445566", "KH")
RITHY = ("Keo", "Rithy", "1979-02-02", "N0999999", "KH")
SOPHEAP = ("Lim", "Sopheap", "1995-07-07", "N0555555", "KH")
GARCIA = ("García López", "María", "1988-08-03", "G12345678", "MX")
RETURNED = "PHP2025600009"
DIVERSITY = "{program_year}AS00077001"  # of the program year in progress
BOPHA = ("Chea", "Bopha", "1985-09-09", "N0777777", "KH")
KNOWN = {
    "PHP": (
        Known("PHP2025600001", "refused", *SOK, 60, "in_person", (POLICE, MARRIAGE)),
        Known("PHP2025600003", "administrative_processing", *CHEA, 30, "none"),
        Known("PHP2025600005", "refused", *KEO, 396, "in_person", (POLICE,)),
        Known("PHP2025600006", "issued", *LIM, 14),
        Known(RETURNED, "returned", *RITHY, 30),
        Known(DIVERSITY, "refused", *SOPHEAP, 15, "in_person", (BIRTH,), "DV1"),
        Known("PHP2025600007", "refused", *BOPHA, 20, "electronic", (Item("Police Certificate", False, False), OFFER)),
    ),
    "CDJ": (Known("CDJ2025600001", "refused", *GARCIA, 40, "courier", (MARRIAGE,)),),
}
# Surname, given names, date of birth, nationality.

PEOPLE = {
    "PHP": (
        ("Chan", "Bopha", "1982-02-17", "KH"),
        ("Heng", "Rithy", "1975-09", "KH"),
        ("Prak", "Sreymom", "1999-12-25", "KH"),
        ("Nuon", "", "1961", "KH"),
        ("Ouk", "Samnang", "1988-03-08", "KH"),
        ("Mao", "Kunthea", "2004-06-01", "KH"),
    ),
    "CDJ": (
        ("Hernández Ruiz", "José Luis", "1970-05-11", "MX"),
        ("Núñez", "Ana Sofía", "1996-10-30", "MX"),
        ("Ortega Peña", "Guadalupe", "1983-01-06", "MX"),
        ("Flores", "Miguel Ángel", "2001-08-21", "MX"),
    ),
    "AMM": (
        ("Haddad", "Layla", "1991-04-04", "JO"),
        ("Al-Khatib", "Omar Yusuf", "1968", "JO"),
        ("Nasser", "Rania", "1986-07-29", "JO"),
        ("Saleh", "Tariq", "1979-11-13", "SY"),
    ),
    "HCM": (
        ("Nguyen", "Thi Mai", "1990-02-02", "VN"),
        ("Tran", "Van Hung", "1974-12-12", "VN"),
        ("Le", "Hoang Anh", "1998-09-09", "VN"),
        ("Pham", "Quoc Bao", "2003-03-23", "VN"),
    ),
}
