"""Secrets of tests: they open nothing."""

import base64
import hashlib


def made_of(words):
    """Return a secret that is the same in every run, and looks random."""
    return base64.urlsafe_b64encode(hashlib.sha256(words.encode()).digest()).decode()


ENVIRONMENT = {
    "PORTAL_SECRET_KEY": made_of("forms of tests"),
    "PORTAL_FIELD_KEYS": made_of("fields of tests"),
    "PORTAL_DIGEST_KEY": made_of("digests of tests"),
    "PORTAL_SIGNING_KEYS": made_of("codes of tests"),
    "PORTAL_DEMONSTRATION": "1",
    "PORTAL_LIMITS_FACTOR": "1000",
}
