"""One table of examples for each value: its stored or compared form, and what people type for it."""

DIRECTED = "\u202eSok\u202c"

CASE_NUMBERS = {
    "PHP2025600001": [
        "php 2025-600001",
        "PHP‑2025‑600001",
        "ＰＨＰ２０２５６００００１",
        "PHP២០២៥៦០០០០១",
        "\u200fPHP2025.600001 ",
    ],
    "2026AS12345": ["2026as00012345", "2026 AS 12345", "2026-AS-0012345", "٢٠٢٦AS١٢٣٤٥", "2026AS012345"],
}
SIGN_IN_NUMBERS = {
    "8041088555": [
        "804-1088555",
        "8041.088555",
        "804 108 8555",
        "8O41O88555",
        "80410_88555",
        "៨០៤១០៨៨៥៥៥",
        "８０４１０８８５５５",
    ],
}
PASSPORT_NUMBERS = {
    "N0123456": ["n 012-3456", "N/0123456", "Ｎ０１２３４５６", "N\u200b0123456", "N០១២៣៤៥៦", "n0123456"],
}
REFERENCES = {
    "PHP7K3M10QE": ["PHP-7K3M-10QE", "php 7k3m ioqe", "PHP7K3MLOQE", "PHP–7K3M–10QE", "ＰＨＰ７Ｋ３Ｍ１０ＱＥ"],
}
CODES = {
    "1HH4SNCVJ3S0": [
        "1HH4-SNCV-J3S0",
        "IHH4-SNCV-J3SO",
        "lhh4 sncv j3so",
        "1hh4sncvj3s0",
        "１ＨＨ４-ＳＮＣＶ-Ｊ３Ｓ０",
        "1HH4–SNCV–J3S0",
    ],
}
APP_CODES = {"041088": ["041 088", "O41-O88", "០៤១០៨៨", "04l088", "０４１０８８"]}
EMAILS = {
    "anna@example.org": ["Anna@Example.ORG", " anna@example.org ", "ａｎｎａ＠ｅｘａｍｐｌｅ.org", "ANNA@example.org"],
    "user@straße.example": ["user@xn--strae-oqa.example", "User@STRAẞE.example", "user@XN--STRAE-OQA.example"],
    "anna@bücher.example": ["ANNA@BÜCHER.example", "anna@xn--bcher-kva.example", "anna@bu\u0308cher.example"],
    "strauß@example.com": ["Strauß@EXAMPLE.com", "STRAUẞ@example.com"],
    "i̇nfo@example.com": ["İnfo@example.com", "İNFO@example.com"],
    "οδοσ@example.com": ["ΟΔΟΣ@example.com", "οδος@example.com"],
    "user12@example.com": ["user១២@example.com", "USER１２@example.com"],
}
# Each pair is two different mailboxes.
OTHER_EMAILS = [
    ("user@straße.example", "user@strasse.example"),
    ("strauß@example.com", "strauss@example.com"),
    ("İnfo@example.com", "info@example.com"),
    ("anna@example.org", "an.na@example.org"),
]
SURNAMES = {
    "Sok": [" Sok ", DIRECTED, "\u200eSok\u200f", "\u2066Sok\u2069"],
    "García López": ["García  López", "García\u00a0López", "\u061cGarcía López"],
    "": ["", " ", "-", "\u200b", "–", ".", "\u202e\u202c", "\u2060 \ufeff"],
}
GIVEN_NAMES = {
    "Dara": [" Dara", "\u202dDara\u202c", "Dara\u3000"],
    "": ["FNU", "fnu", "-", "\u200b", "—", " FNU "],
}
SAME_NAMES = {
    "García López": ["GARCIA LOPEZ", "garcia-lopez", "Garcia\u200b Lopez", "GARCI\u0301A LO\u0301PEZ"],
    "O’Brien": ["OBRIEN", "O'Brien", "o brien"],
    "សុខ": ["សុខ ", "\u200bសុខ"],
}
TELEPHONES = {
    "+855 12 345 678": ["+855 12 345 678", "+៨៥៥ ១២ ៣៤៥ ៦៧៨", "＋855 12 345 678", "\u202a+855 12 345 678\u202c"],
    "012 345 678": ["012 345 678", "០១២ ៣៤៥ ៦៧៨", " 012  345 678"],
    # Text that is not one number stays as typed, for the person who calls.
    "012 345 678 / 098 765 432": ["012 345 678 / 098 765 432"],
    "+855 12 345 678 (mother)": ["+855 12 345 678 (mother)"],
    "012345678 Telegram": ["012345678 Telegram"],
    "call me": ["call me"],
}
SAME_TELEPHONES = {"+85512345678": ["+855 12 345 678", "+855-12-345-678", "+(855) 12 345 678", "+៨៥៥ 12 345 678"]}
