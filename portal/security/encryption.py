"""Field encryption (Fernet) of personal data in the database, and keyed digests to find it (R10)."""

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
    """Return text encrypted, as bytes for the database."""
    return current_app.extensions["field_keys"].encrypt(text.encode())


def sealed_bytes(data: bytes) -> bytes:
    """Return bytes encrypted, as printable bytes."""
    return current_app.extensions["field_keys"].encrypt(data)


def unsealed_bytes(sealed: bytes) -> bytes:
    """Return decrypted bytes; raises cryptography's InvalidToken if they were not encrypted with one of our keys."""
    return current_app.extensions["field_keys"].decrypt(sealed)


class Encrypted(TypeDecorator):
    """A column type for text that is encrypted in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        return None if value is None else sealed(value)

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:
        return None if value is None else current_app.extensions["field_keys"].decrypt(bytes(value)).decode()


class EncryptedBytes(TypeDecorator):
    """A column type for bytes that are encrypted in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Any) -> bytes | None:
        return None if value is None else current_app.extensions["field_keys"].encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Any) -> bytes | None:
        return None if value is None else current_app.extensions["field_keys"].decrypt(bytes(value))


def digest(kind: str, value: str) -> str:
    """Return the keyed digest (HMAC) by which a value of one kind is found, as 64 hexadecimal characters."""
    return hmac.digest(current_app.extensions["digest_key"], f"{kind}\0{value}".encode(), "sha256").hex()


def derived(purpose: str, value: str) -> str:
    """Return a key derived from the secret key for one purpose, as 64 hexadecimal characters."""
    return hmac.digest(current_app.extensions["signing_key"], f"{purpose}\0{value}".encode(), "sha256").hex()
