"""Email addresses: the form to write to, the key to compare, and the form that every mail server accepts."""

import re
import unicodedata

import idna
from email_validator import validate_email

from portal.values.normalise import INVISIBLE, normalise
from portal.values.numbers import sign_in_number

LONGEST = 254
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # of a line: they divide what a mail server is told
_AT_SIGNS = str.maketrans({"＠": "@", "﹫": "@"})


def address(typed: str) -> str:
    """Return an email address as mail is sent to it: the part before the @ as typed, the domain in lower case.

    Raises ValueError if it is not an address, or too long to store.
    """
    local, domain = _parts(typed)
    if _BREAKS.search(typed.strip()):
        raise ValueError(typed)
    found = validate_email(f"{local}@{domain}", check_deliverability=False, test_environment=True)
    if len(key(found.normalized)) > LONGEST:
        raise ValueError(typed)
    return found.normalized


def key(typed: str) -> str:
    """Return the key of an email address, for storing and comparing: in lower case, the domain by IDNA (UTS 46).

    ß is not ss: xn--strae-oqa.example is straße.example. Any text has a key; only that of an address is ever found.
    """
    local, domain = _parts(typed)
    return f"{_without_case(local)}@{_as_letters(_a_label(domain))}"


def deliverable(typed: str) -> str:
    """Return an address with its domain as an A-label (IDNA): a mail server then needs no SMTPUTF8 for the domain."""
    local, at, domain = typed.rpartition("@")
    return f"{local}{at}{_a_label(domain)}"


def is_deliverable_anywhere(typed: str) -> bool:
    """Say whether every mail server accepts an address: the part before the @ is ASCII."""
    return deliverable(typed).isascii()


def sign_in_name(typed: str) -> str:
    """Return the normalized name to sign in with: the key of an email address, or a sign-in number."""
    return key(typed) if is_like_address(typed) else sign_in_number(typed)


def is_like_address(typed: str) -> bool:
    """Say whether a text is meant as an email address: it has an @, typed with any keyboard."""
    return "@" in normalise(typed)


def _parts(typed: str) -> tuple[str, str]:
    local, _at, domain = typed.translate(_AT_SIGNS).rpartition("@")
    return _as_meant(local), _as_meant(domain)


def _as_meant(text: str) -> str:
    """Return text in ASCII if it was typed with another keyboard (full width, Khmer digits), otherwise unchanged."""
    plain = normalise(text)
    return plain if plain.isascii() else unicodedata.normalize("NFC", INVISIBLE.sub("", text)).strip()


def _without_case(text: str) -> str:
    # Casefolding a whole text makes ss of ß, which is another mailbox; per letter it does what comparing needs (Σ, ς,
    # σ).
    folded = (character.casefold() for character in text)
    return "".join(new if len(new) == 1 else old.lower() for old, new in zip(text, folded, strict=True))


def _as_letters(domain: str) -> str:
    try:
        return idna.decode(domain) if "xn--" in domain else domain
    except UnicodeError:
        return domain


def _a_label(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode()
    except UnicodeError:
        return domain.lower()
