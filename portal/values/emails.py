"""E-mail addresses: as they are written to, as they are compared, and as every mail server takes them."""

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
    """Return an e-mail address as it is written to: the part before the @ as typed, the domain in small letters.

    Raises ValueError where it is no address, or too long to be kept.
    """
    local, domain = _parts(typed)
    if _BREAKS.search(typed.strip()):
        raise ValueError(typed)
    found = validate_email(f"{local}@{domain}", check_deliverability=False, test_environment=True)
    if len(key(found.normalized)) > LONGEST:
        raise ValueError(typed)
    return found.normalized


def key(typed: str) -> str:
    """Return an e-mail address as it is compared and stored to be found: without case, the domain by IDNA (UTS 46).

    ß is not ss: xn--strae-oqa.example is straße.example. Any text has a key; only that of an address is ever found.
    """
    local, domain = _parts(typed)
    return f"{_without_case(local)}@{_as_letters(_a_label(domain))}"


def deliverable(typed: str) -> str:
    """Return an address with its domain by IDNA: so a mail server needs no SMTPUTF8 for the domain."""
    local, at, domain = typed.rpartition("@")
    return f"{local}{at}{_a_label(domain)}"


def is_deliverable_anywhere(typed: str) -> bool:
    """Say whether every mail server takes an address: the part before the @ is ASCII."""
    return deliverable(typed).isascii()


def sign_in_name(typed: str) -> str:
    """Return what opens an account, as it is compared: the key of an e-mail address, or a sign-in number."""
    return key(typed) if "@" in normalise(typed) else sign_in_number(typed)


def _parts(typed: str) -> tuple[str, str]:
    local, _at, domain = typed.translate(_AT_SIGNS).rpartition("@")
    return _as_meant(local), _as_meant(domain)


def _as_meant(text: str) -> str:
    """Return text in ASCII where it was typed on another keyboard (full width, Khmer digits), else as it is."""
    plain = normalise(text)
    return plain if plain.isascii() else unicodedata.normalize("NFC", INVISIBLE.sub("", text)).strip()


def _without_case(text: str) -> str:
    # Whole casefolding makes ss of ß, which is another mailbox; of single letters it is what comparing needs (Σ, ς, σ).
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
