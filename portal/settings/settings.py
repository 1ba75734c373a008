"""The settings, from the environment, or from instance/settings.env for variables that are not set."""

import base64
import difflib
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from portal.settings import parsing as read
from portal.settings.env_file import NAME, file_values, write_secrets
from portal.settings.parsing import SettingsError
from portal.settings.secret_strength import key_weakness, weakness

__all__ = ["ROOT", "SECRETS", "Settings", "SettingsError", "settings_from", "write_secrets"]

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ("PORTAL_SECRET_KEY", "PORTAL_FIELD_KEYS", "PORTAL_DIGEST_KEY", "PORTAL_SIGNING_KEYS")
KEEP = "PORTAL_KEEP_"  # how long each kind of data is kept: portal/retention/periods.py knows the names
KNOWN = (
    *SECRETS,
    "PORTAL_DATABASE_URL",
    "PORTAL_DEMONSTRATION",
    "PORTAL_FILES_URL",
    "PORTAL_INSTANCE",
    "PORTAL_LIMITS_FACTOR",
    "PORTAL_LIMITS_URL",
    "PORTAL_LOG_REQUESTS",
    "PORTAL_MAIL_FROM",
    "PORTAL_MAIL_URL",
    "PORTAL_METRICS_TOKEN",
    "PORTAL_PUBLIC_URL",
    "PORTAL_SCANNER_URL",
    "PORTAL_SECURE_COOKIES",
    "PORTAL_TRUSTED_PROXIES",
)


@dataclass(frozen=True)
class Settings:
    """All settings that an operator can set.

    Sizes are in bytes, factors are plain numbers; remarks are sentences for the log.
    """

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
    log_requests: bool = True
    metrics_token: str = ""
    files_url: str = ""
    scanner_url: str = ""
    remarks: tuple[str, ...] = ()


def settings_from(environment, instance=None):
    """Return the Settings of an environment mapping, completed from the instance folder's settings.env.

    Raises SettingsError with a message that says what to set. Settings that are acceptable in a demonstration but
    risky in production are in the remarks.
    """
    instance = Path(instance or environment.get("PORTAL_INSTANCE") or ROOT / "instance")
    values = {**_file_values(instance / NAME), **environment}
    plain = {name: read.secret(values, name) for name in SECRETS}
    demonstration = read.flag(values, "PORTAL_DEMONSTRATION")
    found = {
        "public_url": read.public_url(values),
        "secure_cookies": read.flag(values, "PORTAL_SECURE_COOKIES"),
        "field_keys": read.keys(values, "PORTAL_FIELD_KEYS"),
        "signing_keys": read.keys(values, "PORTAL_SIGNING_KEYS"),
    }
    weak = _weak(plain, found)
    if weak and not demonstration:
        raise SettingsError(weak[0])
    return Settings(
        instance=instance,
        database_url=read.database_url(values, instance),
        secret_key=plain["PORTAL_SECRET_KEY"],
        digest_key=plain["PORTAL_DIGEST_KEY"],
        mail_url=read.mail_url(values, instance),
        mail_from=read.mail_from(values),
        demonstration=demonstration,
        limits_url=read.limits_url(values),
        limits_factor=read.factor(values),
        trusted_proxies=read.proxies(values),
        log_requests=read.flag(values, "PORTAL_LOG_REQUESTS", otherwise=not demonstration),
        metrics_token=read.metrics_token(values),
        files_url=read.files_url(values),
        scanner_url=read.scanner_url(values),
        remarks=(*_unknown(values), *weak, *_careless(demonstration, found)),
        keep={name: read.days(values, name) for name in values if name.startswith(KEEP) and values[name]},
        **found,
    )


def _file_values(path):
    try:
        return file_values(path)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{path} cannot be read ({type(error).__name__}): it must be a text in UTF-8 that the user who serves owns."
        ) from error


def _unknown(values):
    """Yield a sentence for each variable that looks like a setting but is unknown."""
    for name in sorted(values):
        if name.startswith("PORTAL_") and name not in KNOWN and not name.startswith(KEEP):
            near = difflib.get_close_matches(name, KNOWN, 1)
            yield f"{name} is no setting of the portal and does nothing" + (f"; is {near[0]} meant?" if near else ".")


def _weak(plain, found):
    """Return a sentence for each secret that is easy to guess, or that is used for two settings."""
    advice = "Set it to a random one, made as docs/operators.md says."
    why = {name: weakness(plain[name]) for name in ("PORTAL_SECRET_KEY", "PORTAL_DIGEST_KEY")}
    parts = {name: [plain[name]] for name in why}
    for name, field in (("PORTAL_FIELD_KEYS", "field_keys"), ("PORTAL_SIGNING_KEYS", "signing_keys")):
        parts[name] = list(found[field])
        why[name] = next(filter(None, (key_weakness(base64.urlsafe_b64decode(key)) for key in found[field])), "")
    said = [f"{name} is easy to guess: it {reason}. {advice}" for name, reason in why.items() if reason]
    for (one, mine), (other, theirs) in combinations(parts.items(), 2):
        if set(mine) & set(theirs):
            said.append(f"{one} and {other} are the same. Give each of them a random one of its own.")
    return said


def _careless(demonstration, found):
    """Yield a sentence for each setting that is acceptable in a trial but risky in production."""
    if demonstration:
        return
    is_tls = found["public_url"].startswith("https://")
    if not is_tls:
        yield "PORTAL_PUBLIC_URL begins with http://: people must come by https. Set it to https://…"
    if not found["secure_cookies"]:
        yield "PORTAL_SECURE_COOKIES is off: set it to 1, so that sessions travel over https only."
