"""Signed codes on papers: what a scanner reads from the page, and what it proves.

    A.<key>.<reference without dashes>.<version>.<local date and time>.<signature>

Only characters that a QR code encodes compactly. A device with the public key verifies a code without a
connection (docs/paper.md). All keys of the settings verify; the first one signs.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app

APPOINTMENT, COURIER, RECEIPT = "A", "C", "R"
DOMAIN = b"221g portal code\n"
JOURNAL = "221g journal"
MOMENT = "%Y%m%d%H%M"
SHAPE = re.compile(
    r"(?P<purpose>[A-Z])\.(?P<key>[A-Z2-7]{4})\.(?P<reference>[A-Z]{3}[0-9A-HJKMNP-TV-Z]{8})"
    r"\.(?P<version>[1-9][0-9]{0,5})\.(?P<moment>[0-9]{12})\.(?P<signature>[A-Z2-7]{103})"
)
LONGEST = 160


class CodeUnfit(Exception):
    """A code that was not issued by this portal, or was altered: all faults get one answer."""


@dataclass(frozen=True)
class Code:
    """The content of a code: which paper, which version of it, and its time in the post's local time."""

    purpose: str
    key: str
    reference: str
    version: int
    local_start: datetime


@dataclass(frozen=True)
class _Key:
    id: str
    private: Ed25519PrivateKey
    raw_public: bytes


def sign(reference, version, local_start, purpose=APPOINTMENT):
    """Return the signed code of a paper.

    reference: PHP-7K3M-9QXR; version: from 1, increased at each change; local_start: naive, in the post's zone.
    """
    key = _keys()[0]
    plain = reference.replace("-", "")
    said = f"{purpose}.{key.id}.{plain}.{version}.{local_start.strftime(MOMENT)}"
    return f"{said}.{_base32(key.private.sign(DOMAIN + said.encode()))}"


def read(text, purpose=APPOINTMENT):
    """Return the Code in a text, whatever its case and surrounding spaces. Raises CodeUnfit."""
    given = text.strip(" \t\r\n").upper() if text.isascii() else ""
    found = SHAPE.fullmatch(given) if len(given) <= LONGEST else None
    if found is None or found["purpose"] != purpose:
        raise CodeUnfit
    said = given.rpartition(".")[0].encode()
    if not any(_verifies(key, said, found["signature"]) for key in _keys() if key.id == found["key"]):
        raise CodeUnfit
    plain = found["reference"]
    return Code(
        purpose=purpose,
        key=found["key"],
        reference=f"{plain[:3]}-{plain[3:7]}-{plain[7:]}",
        version=int(found["version"]),
        local_start=_moment(found["moment"]),
    )


def public_keys():
    """Return the public keys that verify codes, the newest first, for devices without a connection."""
    return [
        {"id": key.id, "algorithm": "Ed25519", "public_key": base64.urlsafe_b64encode(key.raw_public).decode()}
        for key in _keys()
    ]


def attest(what, said):
    """Return the id of the newest key and its signature, in base 64, of a text about the journal.

    what: the kind of text, which separates the domains of signatures.
    """
    key = _keys()[0]
    return key.id, base64.b64encode(key.private.sign(f"{JOURNAL} {what}\n{said}".encode())).decode()


def is_known(key_id):
    """Say whether a key in use has this id."""
    return any(key.id == key_id for key in _keys())


def is_attested(what, said, key_id, signature):
    """Say whether a key in use has signed a text about the journal, as attest does."""
    return any(_has_signed(key, f"{JOURNAL} {what}\n{said}", signature) for key in _keys() if key.id == key_id)


def _has_signed(key, text, signature):
    try:
        key.private.public_key().verify(base64.b64decode(signature), text.encode())
    except (ValueError, InvalidSignature):
        return False
    return True


def _verifies(key, said, signature):
    raw = base64.b32decode(signature + "=" * (-len(signature) % 8))
    # The last character has bits that the signature does not use: accept only one way to write it.
    if _base32(raw) != signature:
        return False
    try:
        key.private.public_key().verify(raw, DOMAIN + said)
    except InvalidSignature:
        return False
    return True


def _moment(digits):
    try:
        return datetime.strptime(digits, MOMENT)
    except ValueError as error:
        raise CodeUnfit from error


def _base32(raw):
    return base64.b32encode(raw).decode().rstrip("=")


def _keys():
    return _made_of(current_app.extensions["settings"].signing_keys)


@lru_cache(maxsize=8)
def _made_of(seeds):
    return tuple(_key_of(seed) for seed in seeds)


def _key_of(seed):
    private = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(seed))
    raw = private.public_key().public_bytes_raw()
    return _Key(_base32(hashlib.sha256(raw).digest())[:4], private, raw)
