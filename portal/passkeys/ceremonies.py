"""WebAuthn ceremonies: the options for a browser, and the verification of its responses (Web Authentication, level 3).

This module does not use the database. Any fault in a response raises PasskeyUnfit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from portal import lazy_imports
from portal.i18n.locale import _l
from portal.web.errors import PortalError

SITE_NAME = "221(g) Portal"
PATIENCE_MILLISECONDS = 5 * 60 * 1000
DEFAULT_PORTS = {"http": 80, "https": 443}


class PasskeyUnfit(PortalError):
    """Unknown, removed, of another site, cloned, or malformed: the answer is the same."""

    message = _l("No account here uses this passkey. It may have been removed. Log in with your password.")


@dataclass(frozen=True)
class Site:
    """The relying party: the origin as browsers name it, and its host, by which devices know the portal."""

    origin: str
    host: str

    @property
    def has_name(self) -> bool:
        """Whether the host is a name: browsers create no passkeys for IP addresses such as 127.0.0.1."""
        try:
            ip_address(self.host)
        except ValueError:
            return True
        return False


def site_of(public_url: str) -> Site:
    """Return the Site for a public address such as https://portal.example.org."""
    parts = urlsplit(public_url)
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return Site(f"{parts.scheme}://{parts.hostname}{port}", parts.hostname or "")


def options_to_add(site: Site, account_name: str, user_handle: bytes, challenge: bytes, known: list[bytes]) -> str:
    """Return, as JSON, the options for creating a passkey; known: credentials that the device must not have yet."""
    structs = lazy_imports.webauthn.helpers.structs
    selection = structs.AuthenticatorSelectionCriteria(
        resident_key=structs.ResidentKeyRequirement.REQUIRED, user_verification=_verified()
    )
    options = lazy_imports.webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=SITE_NAME,
        user_name=account_name,
        user_id=user_handle,
        challenge=challenge,
        timeout=PATIENCE_MILLISECONDS,
        authenticator_selection=selection,
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return lazy_imports.webauthn.options_to_json(options)


def options_to_log_in(site: Site, challenge: bytes) -> str:
    """Return, as JSON, the options for logging in with any passkey that the person chooses."""
    options = lazy_imports.webauthn.generate_authentication_options(
        rp_id=site.host, challenge=challenge, timeout=PATIENCE_MILLISECONDS, user_verification=_verified()
    )
    return lazy_imports.webauthn.options_to_json(options)


def read_new(text: str) -> tuple[Any, bytes]:
    """Return a browser's response to options_to_add, and the challenge that it claims to answer."""
    with _reading():
        helpers = lazy_imports.webauthn.helpers
        answer = helpers.parse_registration_credential_json(text)
        return answer, helpers.parse_client_data_json(answer.response.client_data_json).challenge


def read_log_in(text: str) -> tuple[Any, bytes]:
    """Return a browser's response to options_to_log_in, and the challenge that it claims to answer."""
    with _reading():
        helpers = lazy_imports.webauthn.helpers
        answer = helpers.parse_authentication_credential_json(text)
        return answer, helpers.parse_client_data_json(answer.response.client_data_json).challenge


def verified_new(answer: Any, challenge: bytes, site: Site) -> tuple[bytes, bytes, int]:
    """Return credential id, public key and sign count of a new passkey, created for this site by a verified user."""
    with _reading():
        made = lazy_imports.webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    return made.credential_id, made.credential_public_key, made.sign_count


def verified_count(answer: Any, challenge: bytes, site: Site, user_handle: bytes, public_key: bytes) -> int:
    """Return the sign count of a passkey's response for this site and this verified user.

    The caller, who stores the count, checks that it has advanced.
    """
    if answer.response.user_handle != user_handle:
        raise PasskeyUnfit
    with _reading():
        used = lazy_imports.webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    return used.new_sign_count


def _verified() -> Any:
    return lazy_imports.webauthn.helpers.structs.UserVerificationRequirement.REQUIRED


@contextmanager
def _reading() -> Iterator[None]:
    """Turn any error that a stranger's bytes cause in the library into PasskeyUnfit."""
    try:
        yield
    except Exception as error:
        raise PasskeyUnfit from error
