"""Settings: from the environment, or from instance/settings.env where a variable is not set."""

import base64
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRETS = ("PORTAL_SECRET_KEY", "PORTAL_FIELD_KEYS", "PORTAL_DIGEST_KEY")
LEAST_SECRET_LENGTH = 32
FIELD_KEY_BYTES = 32


class SettingsError(Exception):
    """A setting is missing or unfit; the text says which, and what to set."""


@dataclass(frozen=True)
class Settings:
    """What an operator can set. Sizes are bytes, factors plain numbers."""

    instance: Path
    database_url: str
    secret_key: str
    field_keys: tuple[str, ...]
    digest_key: str
    demonstration: bool
    limits_url: str
    limits_factor: float
    secure_cookies: bool
    trusted_proxies: int


def settings_from(environment, instance=None):
    """Return the Settings found in a mapping, completed from the instance folder's settings.env.

    Raises SettingsError with a sentence that says what to set.
    """
    instance = Path(instance or environment.get("PORTAL_INSTANCE") or ROOT / "instance")
    values = {**_file_values(instance / "settings.env"), **environment}
    _require_secrets(values)
    return Settings(
        instance=instance,
        database_url=_database_url(values, instance),
        secret_key=values["PORTAL_SECRET_KEY"],
        field_keys=_field_keys(values["PORTAL_FIELD_KEYS"]),
        digest_key=values["PORTAL_DIGEST_KEY"],
        demonstration=_flag(values, "PORTAL_DEMONSTRATION"),
        limits_url=values.get("PORTAL_LIMITS_URL") or "portal://",
        limits_factor=_factor(values),
        secure_cookies=_flag(values, "PORTAL_SECURE_COOKIES"),
        trusted_proxies=_proxies(values),
    )


def write_secrets(instance):
    """Write fresh secrets and the demonstration switch to settings.env, unless the file is there.

    Returns whether it was written.
    """
    path = Path(instance) / "settings.env"
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"PORTAL_SECRET_KEY={secrets.token_urlsafe(48)}",
        f"PORTAL_FIELD_KEYS={base64.urlsafe_b64encode(secrets.token_bytes(FIELD_KEY_BYTES)).decode()}",
        f"PORTAL_DIGEST_KEY={secrets.token_urlsafe(48)}",
        "PORTAL_DEMONSTRATION=1",
    ]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")
    return True


def _file_values(path):
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def _require_secrets(values):
    for name in SECRETS:
        if len(values.get(name, "")) < LEAST_SECRET_LENGTH:
            raise SettingsError(
                f"{name} is missing or shorter than {LEAST_SECRET_LENGTH} characters. "
                f"Set it to a long random text in the environment or in instance/settings.env; "
                f"`make run` makes one by itself for a demonstration."
            )


def _field_keys(text):
    keys = tuple(key.strip() for key in text.split(",") if key.strip())
    for key in keys or ("",):
        try:
            fits = len(base64.urlsafe_b64decode(key)) == FIELD_KEY_BYTES
        except ValueError:
            fits = False
        if not fits:
            raise SettingsError(
                "PORTAL_FIELD_KEYS must hold one or more keys of 32 bytes in URL-safe base 64, "
                "separated by commas, the newest first."
            )
    return keys


def _database_url(values, instance):
    return values.get("PORTAL_DATABASE_URL") or f"sqlite:///{instance / 'portal.db'}"


def _flag(values, name):
    text = values.get(name, "").strip().lower()
    if text in ("", "0", "no", "off", "false"):
        return False
    if text in ("1", "yes", "on", "true"):
        return True
    raise SettingsError(f"{name} must be 1 or 0, not {text!r}.")


def _factor(values):
    text = values.get("PORTAL_LIMITS_FACTOR", "") or "1"
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor < float("inf"):
        raise SettingsError(f"PORTAL_LIMITS_FACTOR must be a number above 0, not {text!r}.")
    return factor


def _proxies(values):
    text = values.get("PORTAL_TRUSTED_PROXIES", "") or "0"
    if not text.isdecimal():
        raise SettingsError("PORTAL_TRUSTED_PROXIES must say how many proxies stand in front, as a whole number.")
    return int(text)


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "instance")
    print("Secrets written." if write_secrets(target) else "Secrets are there already.")
