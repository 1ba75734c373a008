"""The grades of MDN's HTTP Observatory, as far as its rules apply to a site: headers, cookies, redirection.

From the published scoring rules (github.com/mdn/mdn-http-observatory: grader/charts.js and analyzer/tests). Every site
starts with 100; deductions always count, extra points only from 90 on.
"""

import re
from dataclasses import dataclass

BASE, EXTRA_FROM = 100, 90
SIX_MONTHS_SECONDS = 15_768_000
GRADES = {100: "A+", 90: "A", 85: "A-", 80: "B+", 70: "B", 65: "B-", 60: "C+", 50: "C", 45: "C-", 40: "D+", 30: "D"}
BROAD = {"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"}
INLINE = {"'unsafe-inline'", "data:"}
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
SCRIPT = re.compile(r"<script\b[^>]*\bsrc=[\"']?([^\"' >]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Seen:
    """What a visitor received: the page's headers by lower-case name and its text, and where HTTP redirected."""

    headers: dict[str, str]
    cookies: tuple[str, ...]
    text: str
    host: str
    led_to: str | None


def grade(seen):
    """Return the grade, the score, and the points of each rule."""
    rules = {
        "content-security-policy": _policy,
        "cookies": _cookies,
        "cross-origin-resource-sharing": _sharing,
        "cross-origin-resource-policy": _resource_policy,
        "redirection": _redirection,
        "referrer-policy": _referrer,
        "strict-transport-security": _transport,
        "subresource-integrity": _integrity,
        "x-content-type-options": _sniffing,
        "x-frame-options": _framing,
    }
    given = {name: rule(seen) for name, rule in rules.items()}
    score = BASE + sum(points for points in given.values() if points < 0)
    if score >= EXTRA_FROM:
        score += sum(points for points in given.values() if points > 0)
    return next((name for least, name in GRADES.items() if score >= least), "F"), score, given


def _directives(seen):
    parts = (part.split() for part in seen.headers.get("content-security-policy", "").lower().split(";"))
    return {name: set(sources) for name, *sources in filter(None, parts)}


def _policy(seen):
    policy = _directives(seen)
    if not policy:
        return -25
    scripts, objects, styles = (
        policy.get(name, policy.get("default-src", {"*"})) for name in ("script-src", "object-src", "style-src")
    )
    if scripts & (BROAD | INLINE) or objects & BROAD:
        return -20
    if any(source.startswith(("http:", "ftp:")) for sources in policy.values() for source in sources):
        return -20
    if "'unsafe-eval'" in scripts | styles:
        return -10
    if styles & (BROAD | INLINE):
        return 0
    return 10 if policy.get("default-src") == {"'none'"} else 5


def _cookies(seen):
    points = [_cookie(text, _transport(seen) >= 0) for text in seen.cookies]
    return min(points, default=0)


def _cookie(text, only_https):
    name, *flags = (part.strip().lower() for part in text.split(";"))
    name, same_site = name.split("=")[0], next((flag[9:] for flag in flags if flag.startswith("samesite=")), None)
    is_session = "login" in name or "sess" in name
    if is_session and "secure" not in flags:
        return -10 if only_https else -40
    if is_session and "httponly" not in flags:
        return -30
    if same_site not in (None, "lax", "strict", "none") or ("csrf" in name and same_site is None):
        return -20
    if "secure" not in flags:
        return -5 if only_https else -20
    return 5 if same_site else 0


def _sharing(seen):
    return -50 if seen.headers.get("access-control-allow-credentials", "").lower() == "true" else 0


def _resource_policy(seen):
    found = seen.headers.get("cross-origin-resource-policy")
    return {None: 0, "same-origin": 10, "same-site": 10, "cross-origin": 0}.get(found, -5)


def _redirection(seen):
    if seen.led_to is None or not seen.led_to.startswith("https://"):
        return -20
    return 0 if seen.led_to.startswith(f"https://{seen.host}") else -5


def _referrer(seen):
    found = seen.headers.get("referrer-policy")
    return 0 if found is None else 5 if found.split(",")[-1].strip() in PRIVATE else -5


def _transport(seen):
    found = re.search(r"max-age=(\d+)", seen.headers.get("strict-transport-security", ""))
    return -20 if found is None else 0 if int(found[1]) >= SIX_MONTHS_SECONDS else -10


def _integrity(seen):
    foreign = [address for address in SCRIPT.findall(seen.text) if "//" in address]
    return -50 if any(not address.startswith("https:") for address in foreign) else -5 if foreign else 0


def _sniffing(seen):
    return 0 if seen.headers.get("x-content-type-options") == "nosniff" else -5


def _framing(seen):
    if not _directives(seen).get("frame-ancestors", {"*"}) & BROAD:
        return 5
    return 0 if seen.headers.get("x-frame-options", "").upper() in ("DENY", "SAMEORIGIN") else -20
