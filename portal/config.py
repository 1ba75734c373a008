"""Settings: from the environment, or from instance/settings.env where a variable is not set."""

import base64
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
SECRETS = ("PORTAL_SECRET_KEY", "PORTAL_FIELD_KEYS", "PORTAL_DIGEST_KEY", "PORTAL_SIGNING_KEYS")
LEAST_SECRET_LENGTH = 32
KEY_BYTES = 32
MAIL_SCHEMES = ("file", "smtp", "smtps")


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
    signing_keys: tuple[str, ...]
    public_url: str
    mail_url: str
    mail_from: str
    demonstration: bool
    limits_url: str
    limits_factor: float
    secure_cookies: bool
    trusted_proxies: int
    keep: dict[str, int]


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
        field_keys=_keys(values, "PORTAL_FIELD_KEYS"),
        digest_key=values["PORTAL_DIGEST_KEY"],
        signing_keys=_keys(values, "PORTAL_SIGNING_KEYS"),
        public_url=_public_url(values),
        mail_url=_mail_url(values, instance),
        mail_from=values.get("PORTAL_MAIL_FROM") or "portal@localhost",
        demonstration=_flag(values, "PORTAL_DEMONSTRATION"),
        limits_url=values.get("PORTAL_LIMITS_URL") or "portal://",
        limits_factor=_factor(values),
        secure_cookies=_flag(values, "PORTAL_SECURE_COOKIES"),
        trusted_proxies=_proxies(values),
        keep={name: _days(values, name) for name in values if name.startswith("PORTAL_KEEP_") and values[name]},
    )


def write_secrets(instance):
    """Write fresh secrets and the demonstration switch to settings.env, where the file lacks them.

    Returns whether anything was written.
    """
    path = Path(instance) / "settings.env"
    known = _file_values(path)
    fresh = {
        "PORTAL_SECRET_KEY": secrets.token_urlsafe(48),
        "PORTAL_FIELD_KEYS": _new_key(),
        "PORTAL_DIGEST_KEY": secrets.token_urlsafe(48),
        "PORTAL_SIGNING_KEYS": _new_key(),
        "PORTAL_DEMONSTRATION": "1",
    }
    lines = [f"{name}={value}\n" for name, value in fresh.items() if name not in known]
    if not lines:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(lines)
    return True


def _new_key():
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


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


def _keys(values, name):
    keys = tuple(key.strip() for key in values[name].split(",") if key.strip())
    for key in keys or ("",):
        try:
            fits = len(base64.urlsafe_b64decode(key)) == KEY_BYTES
        except ValueError:
            fits = False
        if not fits:
            raise SettingsError(
                f"{name} must hold one or more keys of 32 bytes in URL-safe base 64, "
                "separated by commas, the newest first."
            )
    return keys


def _database_url(values, instance):
    return values.get("PORTAL_DATABASE_URL") or f"sqlite:///{instance / 'portal.db'}"


def _public_url(values):
    url = (values.get("PORTAL_PUBLIC_URL") or "http://localhost:8000").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
        raise SettingsError(f"PORTAL_PUBLIC_URL must be an address such as https://portal.example.org, not {url!r}.")
    return url


def _mail_url(values, instance):
    url = values.get("PORTAL_MAIL_URL") or f"file://{instance.resolve() / 'mail'}"
    if urlsplit(url).scheme not in MAIL_SCHEMES:
        raise SettingsError("PORTAL_MAIL_URL must be smtp://user:password@host:587, smtps://… or file:///a/folder.")
    return url


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


def _days(values, name):
    if not values[name].isdecimal():
        raise SettingsError(f"{name} must be a whole number of days, not {values[name]!r}.")
    return int(values[name])


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "instance")
    print("Secrets written." if write_secrets(target) else "Secrets are there already.")
