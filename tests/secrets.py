"""Secrets of tests: they open nothing."""

import base64

ENVIRONMENT = {
    "PORTAL_SECRET_KEY": "a-secret-for-tests-only-" + "s" * 24,
    "PORTAL_FIELD_KEYS": base64.urlsafe_b64encode(b"f" * 32).decode(),
    "PORTAL_DIGEST_KEY": "a-digest-key-for-tests-only-" + "d" * 24,
    "PORTAL_SIGNING_KEYS": base64.urlsafe_b64encode(b"s" * 32).decode(),
    "PORTAL_DEMONSTRATION": "1",
    "PORTAL_LIMITS_FACTOR": "1000",
}
