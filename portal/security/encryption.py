"""Personal fields: encrypted in the database, found by keyed digest (R10)."""

import hashlib
import hmac
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from flask import Flask, current_app
from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

from portal.settings.settings import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Set the keys: the first encrypts, all of them decrypt."""
    app.extensions["field_keys"] = MultiFernet([Fernet(key) for key in settings.field_keys])
    app.extensions["digest_key"] = hashlib.sha256(settings.digest_key.encode()).digest()
    app.extensions["signing_key"] = hashlib.sha256(settings.secret_key.encode()).digest()


def sealed(text: str) -> bytes:
    """Return text as the database holds it: encrypted bytes."""
    return current_app.extensions["field_keys"].encrypt(text.encode())


def sealed_bytes(data: bytes) -> bytes:
    """Return bytes encrypted, as printable bytes."""
    return current_app.extensions["field_keys"].encrypt(data)


def unsealed_bytes(sealed: bytes) -> bytes:
    """Return the bytes that were sealed; raises cryptography's InvalidToken where that was not done here."""
    return current_app.extensions["field_keys"].decrypt(sealed)


class Encrypted(TypeDecorator):
    """Text that the database holds encrypted only."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        return None if value is None else sealed(value)

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:
        return None if value is None else current_app.extensions["field_keys"].decrypt(bytes(value)).decode()


class EncryptedBytes(TypeDecorator):
    """Bytes that the database holds encrypted only."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Any) -> bytes | None:
        return None if value is None else current_app.extensions["field_keys"].encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Any) -> bytes | None:
        return None if value is None else current_app.extensions["field_keys"].decrypt(bytes(value))


def digest(kind: str, value: str) -> str:
    """Return the keyed digest, 64 hexadecimal characters, by which a value of one kind is found again."""
    return hmac.digest(current_app.extensions["digest_key"], f"{kind}\0{value}".encode(), "sha256").hex()


def derived(purpose: str, value: str) -> str:
    """Return a secret, 64 hexadecimal characters, derived from the secret key for one purpose."""
    return hmac.digest(current_app.extensions["signing_key"], f"{purpose}\0{value}".encode(), "sha256").hex()
