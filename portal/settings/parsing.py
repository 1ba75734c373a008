"""Parsers of single settings; an invalid value raises SettingsError with a message that says what to set.

No message repeats a value that may contain a password.
"""

import base64
import importlib.util
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from portal.settings.env_file import KEY_BYTES

LEAST_SECRET_LENGTH = 32
LEAST_TOKEN_LENGTH = 24
MOST_PROXIES = 10
PORTAL_COUNTS = "portal://"
MAIL = (
    "PORTAL_MAIL_URL must be smtp://user:password@host:587, smtps://user:password@host:465 or file:///a/folder; "
    "of options, only starttls=off, cafile=/a/file.pem and smtputf8=on. Signs such as @ / ? # in the password are "
    "written %40 %2F %3F %23."
)
LIMITS = "PORTAL_LIMITS_URL must be portal://, redis://host:6379/0 or rediss://host:6379/0."
FILES = (
    "PORTAL_FILES_URL must be s3://bucket/folder or s3://key:secret@bucket/folder; of options, only "
    "endpoint=https://host and region=name. Signs such as @ / ? # in the secret are written %40 %2F %3F %23."
)
SCANNER = "PORTAL_SCANNER_URL must be clamd://host:3310 or clamd:///run/clamav/clamd.ctl."
DATABASE = (
    "PORTAL_DATABASE_URL must be postgresql+psycopg://user:password@host/database, or sqlite:////a/folder/portal.db "
    "with four slashes and the whole path. Signs such as @ / ? # in the password are written %40 %2F %3F %23."
)


class SettingsError(Exception):
    """A setting is missing or invalid; the message names it, and says what to set."""


def secret(values, name):
    """Return a secret, which must be present and long enough."""
    if len(values.get(name, "")) < LEAST_SECRET_LENGTH:
        raise SettingsError(
            f"{name} is missing or shorter than {LEAST_SECRET_LENGTH} characters. "
            f"Set it to a long random text in the environment or in instance/settings.env; "
            f"`make run` makes one by itself for a demonstration."
        )
    return values[name]


def keys(values, name):
    """Return one or more keys of 32 bytes, as texts."""
    found = tuple(key.strip() for key in secret(values, name).split(",") if key.strip())
    for key in found or ("",):
        try:
            fits = len(base64.urlsafe_b64decode(key)) == KEY_BYTES
        except ValueError:
            fits = False
        if not fits:
            raise SettingsError(
                f"{name} must hold one or more keys of 32 bytes in URL-safe base 64, "
                "separated by commas, the newest first."
            )
    return found


def database_url(values, instance):
    """Return the URL of the database: a supported kind, in an existing folder."""
    text = values.get("PORTAL_DATABASE_URL") or f"sqlite:///{instance / 'portal.db'}"
    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise SettingsError(DATABASE) from error
    if backend not in ("sqlite", "postgresql"):
        raise SettingsError(DATABASE)
    if backend == "sqlite" and values.get("PORTAL_DATABASE_URL"):
        if not url.database or url.database == ":memory:":
            raise SettingsError(DATABASE)
        if not Path(url.database).resolve().parent.is_dir():
            raise SettingsError(f"PORTAL_DATABASE_URL names a folder that is not there: make it first. {DATABASE}")
    return text


def public_url(values):
    """Return the address at which people reach the portal, without a trailing slash."""
    url = (values.get("PORTAL_PUBLIC_URL") or "http://localhost:8000").rstrip("/")
    parts = _split(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise SettingsError(f"PORTAL_PUBLIC_URL must be an address such as https://portal.example.org, not {url!r}.")
    if parts.path or parts.query or parts.fragment:
        raise SettingsError(f"PORTAL_PUBLIC_URL must end after the host, without {parts.path or '?'!r}.")
    return url


def mail_url(values, instance):
    """Return where emails go, as a URL."""
    url = values.get("PORTAL_MAIL_URL") or (instance.resolve() / "mail").as_uri()
    parts = _split(url)
    if parts is None or parts.scheme not in ("file", "smtp", "smtps") or parts.fragment:
        raise SettingsError(MAIL)
    if parts.scheme == "file":
        if parts.netloc or not Path(unquote(parts.path)).is_absolute() or parts.query:
            raise SettingsError(MAIL)
        return url
    _check_mail_server(parts)
    return url


def mail_from(values):
    """Return the sender address of emails."""
    address = (values.get("PORTAL_MAIL_FROM") or "portal@localhost").strip()
    name, at, host = address.rpartition("@")
    if not (name and at and host) or "@" in name or not address.isprintable() or set(address) & set(' <>,;:"'):
        raise SettingsError(
            "PORTAL_MAIL_FROM must be one e-mail address such as portal@example.org, without a name or brackets."
        )
    return address


def limits_url(values):
    """Return the URL of the counters of rate limits."""
    url = values.get("PORTAL_LIMITS_URL") or PORTAL_COUNTS
    if url == PORTAL_COUNTS:
        return url
    parts = _split(url)
    if parts is None or parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise SettingsError(LIMITS)
    if parts.path.strip("/") and not parts.path.strip("/").isdecimal():
        raise SettingsError(f"{LIMITS} What follows the host is the number of a database.")
    if importlib.util.find_spec("redis") is None:
        raise SettingsError("PORTAL_LIMITS_URL names a Redis, and the library `redis` is not installed.")
    return url


def flag(values, name, otherwise=False):
    """Return whether a switch is on."""
    text = values.get(name, "").strip().lower()
    if text == "":
        return otherwise
    if text in ("0", "no", "off", "false"):
        return False
    if text in ("1", "yes", "on", "true"):
        return True
    raise SettingsError(f"{name} must be 1 or 0, not {text!r}.")


def factor(values):
    """Return the factor by which every rate limit is multiplied."""
    text = values.get("PORTAL_LIMITS_FACTOR", "") or "1"
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise SettingsError(f"PORTAL_LIMITS_FACTOR must be a number above 0, not {text!r}.")
    return number


def proxies(values):
    """Return the number of trusted reverse proxies in front of the portal."""
    text = values.get("PORTAL_TRUSTED_PROXIES", "") or "0"
    if not (text.isascii() and text.isdecimal() and int(text) <= MOST_PROXIES):
        raise SettingsError(
            "PORTAL_TRUSTED_PROXIES must say how many proxies stand in front, as a whole number "
            f"from 0 to {MOST_PROXIES}."
        )
    return int(text)


def days(values, name):
    """Return a number of days."""
    if not (values[name].isascii() and values[name].isdecimal()):
        raise SettingsError(f"{name} must be a whole number of days, not {values[name]!r}.")
    return int(values[name])


def metrics_token(values):
    """Return the bearer token with which a machine may read the metrics, or an empty text."""
    token = values.get("PORTAL_METRICS_TOKEN", "").strip()
    if token and (len(token) < LEAST_TOKEN_LENGTH or not token.isascii() or not token.isprintable() or " " in token):
        raise SettingsError(
            f"PORTAL_METRICS_TOKEN must be {LEAST_TOKEN_LENGTH} or more letters and digits, or not be set."
        )
    return token


def files_url(values):
    """Return where files are kept, or an empty text for the folder of the instance."""
    url = values.get("PORTAL_FILES_URL", "").strip()
    if not url:
        return ""
    parts = _split(url)
    if parts is None or parts.scheme != "s3" or not parts.hostname or parts.fragment:
        raise SettingsError(FILES)
    options = parse_qs(parts.query, keep_blank_values=True)
    if set(options) - {"endpoint", "region"} or bool(parts.username) != bool(parts.password):
        raise SettingsError(FILES)
    if importlib.util.find_spec("s3fs") is None:
        raise SettingsError("PORTAL_FILES_URL names a store of S3, and the library `s3fs` is not installed.")
    return url


def scanner_url(values):
    """Return where the virus scanner is, or an empty text."""
    url = values.get("PORTAL_SCANNER_URL", "").strip()
    parts = _split(url)
    if url and (parts is None or parts.scheme != "clamd" or parts.query or parts.fragment or parts.username):
        raise SettingsError(SCANNER)
    if url and not (parts.hostname and parts.path in ("", "/")) and not (not parts.netloc and len(parts.path) > 1):
        raise SettingsError(SCANNER)
    return url


def _check_mail_server(parts):
    options = parse_qs(parts.query, keep_blank_values=True)
    if not parts.hostname or parts.path not in ("", "/") or set(options) - {"starttls", "cafile", "smtputf8"}:
        raise SettingsError(MAIL)
    if options.get("starttls", ["off"]) != ["off"] or options.get("smtputf8", ["on"]) != ["on"]:
        raise SettingsError(MAIL)
    if bool(parts.username) != bool(parts.password):
        raise SettingsError(MAIL)
    for file in options.get("cafile", []):
        if not Path(file).is_file():
            raise SettingsError("PORTAL_MAIL_URL names a cafile that is not there, or that this user may not see.")


def _split(url):
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if url.isprintable() and " " not in url else None
