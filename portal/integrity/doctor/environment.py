"""Checks of what the portal depends on: mail, rate limits, fonts, catalogues, compressed files, disk, time zones."""

import shutil
import zoneinfo
from importlib.metadata import version
from pathlib import Path

from portal import clock
from portal.i18n.locale import LANGUAGES
from portal.integrity.doctor.finding import judge, ok, warning, wrong
from portal.limits import rules as limits
from portal.mail import carriers
from portal.paper.glyphs import COVERAGE, FONTS
from portal.settings.settings import ROOT

LEAST_FONTS = 8
STATIC = ROOT / "static"
CATALOGUES = ROOT / "portal" / "translations"
LITTLE_BYTES, LEAST_BYTES = 2_000_000_000, 200_000_000
MAIL_CALLED = "mail"


def findings(settings):
    """Yield the findings about what the portal depends on."""
    yield _mail(settings)
    yield _counts(settings)
    yield _fonts()
    yield _catalogues()
    yield _static()
    yield _room(settings)
    yield _zones()


def _mail(settings):
    carrier = carriers.carrier_for(settings.mail_url, settings.mail_from)
    try:
        carrier.check()
    except carriers.Away as error:
        return wrong(
            MAIL_CALLED,
            f"no email can be sent ({error}). Check PORTAL_MAIL_URL and whether the mail server is running.",
        )
    if isinstance(carrier, carriers.Folder):
        say = ok if settings.demonstration else warning
        return say(MAIL_CALLED, "emails are written to files in a folder and are not sent to anyone.")
    return ok(
        MAIL_CALLED, f"{carrier.host} answers{' and takes the password' if carrier.user else ''}; nothing was sent."
    )


def _counts(settings):
    if not settings.limits_url.startswith("redis"):
        return ok("counts of attempts", "in the portal's database.")
    if limits.limiter.storage.check():
        return ok("counts of attempts", "in a Redis that answers.")
    return warning(
        "counts of attempts", "the Redis of PORTAL_LIMITS_URL is not available. The database counts in the meantime."
    )


def _fonts():
    found = [path for path in FONTS.glob("*.[to]tf") if path.stat().st_size]
    if len(found) < LEAST_FONTS or not COVERAGE.exists():
        return wrong("fonts", f"{len(found)} of {LEAST_FONTS} are in portal/paper/fonts. Install the release again.")
    return ok("fonts", f"{len(found)} for paper.")


def _catalogues():
    stale = [code for code in LANGUAGES if not _is_compiled(CATALOGUES / code / "LC_MESSAGES" / "messages.po")]
    if stale:
        return wrong("catalogues", f"{', '.join(stale)} not compiled, or older than the texts: run `make build`.")
    return ok("catalogues", "compiled.")


def _is_compiled(source):
    compiled = source.with_suffix(".mo")
    return not source.exists() or (compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime)


def _static():
    plain = [path for path in STATIC.rglob("*") if path.suffix in (".css", ".js")]
    missing = [path.name for path in plain if not _is_compressed(path)]
    if missing:
        return warning("static files", f"{', '.join(missing)} not compressed, or changed since: run `make build`.")
    return ok("static files", f"{len(plain)} compressed.")


def _is_compressed(path):
    packed = Path(f"{path}.br")
    return packed.exists() and packed.stat().st_mtime >= path.stat().st_mtime


def _room(settings):
    free = shutil.disk_usage(settings.instance).free
    words = f"{free / 1e9:.1f} GB free at the instance folder."
    return judge("disk", free, words, warn=lambda one: one < LITTLE_BYTES, fail=lambda one: one < LEAST_BYTES)


def _zones():
    """The machine's own data takes precedence over the library's (zoneinfo.TZPATH)."""
    files = (Path(folder) / "tzdata.zi" for folder in zoneinfo.TZPATH)
    first = next((path.read_text().partition("\n")[0] for path in files if path.is_file()), "")
    found = first.removeprefix("# version").strip() or version("tzdata")
    old = not found[:4].isdecimal() or int(found[:4]) < clock.now().year - 1
    words = f"data of {found}." + (" Bring the package tzdata of this machine up to date." if old else "")
    return warning("time zones", words) if old else ok("time zones", words)
