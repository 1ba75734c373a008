"""Invented people for the demonstration: surname, given names, birth, nationality."""

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
