"""Security headers: what every answer tells the browser about scripts, frames, caches and other sites."""

import hashlib
from functools import cache, wraps

from flask import g, make_response

from portal.settings.settings import ROOT

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
POLICY_WITH_SCRIPTS = f"{POLICY}; script-src 'self'; worker-src 'self'; connect-src 'self'"
POLICY_OF_FORMS = f"{POLICY}; script-src 'self'; connect-src 'self'"
SCRIPTS = ROOT / "static" / "js"
ALWAYS = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("x-frame-options", "DENY"),
]
UNDER_TLS = [*ALWAYS, ("strict-transport-security", "max-age=63072000; includeSubDomains")]


class ProtectingHeaders:
    """WSGI middleware that adds the headers to every response of an application, static files included."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        more = UNDER_TLS if environ.get("wsgi.url_scheme") == "https" else ALWAYS

        def start(status, headers, exc_info=None):
            own = {name.lower() for name, _ in headers}
            return start_response(status, [*headers, *(one for one in more if one[0] not in own)], exc_info)

        return self.application(environ, start)


def scripted(view):
    """Let a page use the portal's own scripts: an enhancement, never required (R11)."""

    @wraps(view)
    def wrapper(*args, **kwargs):
        response = make_response(view(*args, **kwargs))
        response.headers["Content-Security-Policy"] = POLICY_WITH_SCRIPTS
        return response

    return wrapper


@cache
def script(name):
    """Return the address of a script of this portal, with a fingerprint of its content."""
    return f"/static/js/{name}?v={hashlib.sha256((SCRIPTS / name).read_bytes()).hexdigest()[:10]}"


def page_script(name):
    """Return the address of a script, and let this page use the portal's own scripts (R11: it works without them)."""
    g.scripted = True
    return script(name)


def init_app(app):
    """Keep personal pages out of every cache; let templates name scripts."""
    app.jinja_env.globals.update(script=script, page_script=page_script)

    @app.after_request
    def finish(response):
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        if g.get("scripted"):
            response.headers.setdefault("Content-Security-Policy", POLICY_OF_FORMS)
        return response
