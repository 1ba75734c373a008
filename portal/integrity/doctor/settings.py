"""Checks of settings and the files that contain them."""

import os
import stat
from pathlib import Path

from sqlalchemy.engine import make_url

from portal.health import readiness
from portal.integrity.doctor.finding import ok, warning, wrong
from portal.settings.env_file import NAME
from portal.settings.settings import SECRETS

OTHERS = 0o077


def findings(settings):
    """Yield the findings about the settings and the instance folder."""
    yield from _remarks(settings)
    yield _demonstration(settings)
    yield _limits(settings)
    yield from _files(settings)
    if readiness.is_draining(settings.instance):
        yield warning("draining", "/readyz says not ready. `flask --app wsgi drain --off` ends it.")


def _remarks(settings):
    for remark in settings.remarks:
        yield warning("settings", remark)
    if not any(remark.startswith(SECRETS) for remark in settings.remarks):
        yield ok("secrets", "all four are there, hard to guess, and unlike each other.")
    if settings.secure_cookies and settings.public_url.startswith("http://"):
        yield wrong("cookies", "PORTAL_SECURE_COOKIES is 1 and PORTAL_PUBLIC_URL is http, so no one can log in.")


def _demonstration(settings):
    if settings.demonstration:
        return warning("demonstration", "on: every page and paper says that it is not valid. For people, set it to 0.")
    return ok("demonstration", "off.")


def _limits(settings):
    if settings.limits_factor > 1:
        return warning("limits", f"PORTAL_LIMITS_FACTOR is {settings.limits_factor:g}: for load tests only.")
    return ok("limits", f"PORTAL_LIMITS_FACTOR is {settings.limits_factor:g}.")


def _files(settings):
    folder, own = settings.instance, settings.instance / NAME
    yield _private("instance folder", folder, warning, "chmod 700")
    if not os.access(folder, os.W_OK):
        yield wrong("instance folder", f"{folder} cannot be written by this user.")
    if own.exists():
        yield _private(NAME, own, wrong, "chmod 600")
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        yield from _database_file(Path(url.database or ""))


def _database_file(path):
    """SQLite creates its file readable by all: that is safe in a folder that no one else may enter."""
    if path.exists() and path.parent.stat().st_mode & OTHERS:
        yield _private("database file", path, warning, "chmod 600")


def _private(name, path, otherwise, advice):
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & OTHERS:
        return otherwise(name, f"others may look into it ({mode:o}): {advice} {path}")
    return ok(name, f"only its owner can read it ({mode:o}).")
