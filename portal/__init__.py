"""The portal: create_app, the application factory, puts settings, parts and pages together."""

import hashlib
import logging
import os
from typing import Any

from flask import Flask, has_app_context
from flask.cli import AppGroup
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from portal import clock, features, lazy_imports, template_globals
from portal.accounts import factor_routes
from portal.accounts import operations as accounts
from portal.accounts import routes as account_routes
from portal.appointments.waiting_count import people_waiting
from portal.database import transactions
from portal.i18n import locale
from portal.limits import rules as limits
from portal.retention import periods
from portal.security import encryption
from portal.settings.settings import ROOT, SettingsError, settings_from
from portal.web import (
    authorization,
    errors,
    identity,
    pending_form,
    request_bodies,
    request_metrics,
    rsgi,
    security_headers,
)

STATIC = ROOT / "static"
YEAR_SECONDS = 365 * 24 * 3600
LARGE = ("/staff/cases/import/",)  # suffixes of the addresses to which staff upload files
FILES = ("/pages",)  # and those to which applicants send the pages of documents
_log = logging.getLogger(__name__)


class Commands(AppGroup):
    """Commands loaded on demand: a server needs none of their dependencies."""

    are_loaded = False

    def get_command(self, ctx, cmd_name):
        self._load()
        if has_app_context():
            ctx.with_resource(transactions.reading_by_default())
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx):
        self._load()
        return super().list_commands(ctx)

    def _load(self):
        if not self.are_loaded:
            self.are_loaded = True
            lazy_imports.commands.add_to(self)


class Portal(Flask):
    """Flask with the commands of the portal."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.cli = Commands(self.name)


class Packing(Compress):
    """Flask-Compress that skips responses already compressed (portal.appointments.calendar.gzip_pieces)."""

    def after_request(self, response):
        return response if "Content-Encoding" in response.headers else super().after_request(response)


def create_app(settings=None):
    """Return the application, ready to serve.

    Raises SettingsError if a setting is missing or invalid, RuntimeError if a view does not declare its audience.
    """
    settings = settings or settings_from(os.environ)
    app = Portal(__name__, static_folder=None, instance_path=str(settings.instance))
    app.extensions["settings"] = settings
    app.extensions["people_waiting"] = people_waiting
    _configure(app, settings)
    _make_folder(settings.instance)
    for remark in settings.remarks:
        _log.warning("%s", remark)
    encryption.init_app(app, settings)
    Packing(app)
    request_metrics.init_app(app, settings)
    security_headers.init_app(app)
    errors.init_app(app)
    locale.init_app(app)
    transactions.init_app(app, settings.database_url)
    identity.init_app(app, lambda digest, **how: accounts.session_for(digest, clock.now(), **how))
    authorization.init_app(app)
    pending_form.init_app(app)
    account_routes.init_app(app)
    limits.init_app(app, settings)
    factor_routes.init_app(app)
    periods.init_app(app, settings)
    template_globals.init_app(app, settings, _fingerprint(STATIC / "css" / "portal.css"))
    features.init_app(app)
    authorization.check_audiences(app)
    _wrap(app, settings)
    return app


def _configure(app, settings):
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=request_bodies.MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=request_bodies.MOST_BYTES,
        MAX_FORM_PARTS=200,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,  # a sixth fewer bytes than 3, for half a millisecond a page
        COMPRESS_LEVEL=1,
        COMPRESS_MIMETYPES=["text/html"],
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.merge_slashes = False  # otherwise "//elsewhere" in an address leads to a redirect there


def _wrap(app: Any, settings):
    app.wsgi_app = WhiteNoise(
        app.wsgi_app, root=STATIC, prefix="static/", max_age=YEAR_SECONDS, allow_all_origins=False
    )
    app.wsgi_app = security_headers.ProtectingHeaders(app.wsgi_app)
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
    server = rsgi.Server(app, large=LARGE, files=FILES)
    app.__rsgi__, app.__rsgi_init__ = server.__rsgi__, server.__rsgi_init__


def _make_folder(instance):
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"PORTAL_INSTANCE names a folder that cannot be made: {instance} ({type(error).__name__}). "
            "Make it, and let the user who serves own it."
        ) from error
    if not os.access(instance, os.W_OK | os.X_OK):
        raise SettingsError(f"PORTAL_INSTANCE names a folder that this user cannot write: {instance}. Let it own it.")


def _fingerprint(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]
