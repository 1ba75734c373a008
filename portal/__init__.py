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

from portal import clock, lazy_imports, template_globals
from portal.accounts import factor_routes
from portal.accounts import operations as accounts
from portal.accounts import routes as account_routes
from portal.accounts.code_routes import bp as printed_bp
from portal.accounts.link_routes import bp as links_bp
from portal.accounts.staff_routes import bp as staff_accounts_bp
from portal.appointments.counter_routes import bp as counter_bp
from portal.appointments.day_routes import bp as day_bp
from portal.appointments.new_routes import bp as new_bp
from portal.appointments.paper_routes import bp as paper_bp
from portal.appointments.routes import bp as appointments_bp
from portal.appointments.waiting_count import people_waiting
from portal.cases.finding.desk_routes import bp as desk_bp
from portal.cases.importing.routes import bp as case_import_bp
from portal.cases.refusals.routes import bp as refusals_bp
from portal.cases.staff_routes import bp as cases_bp
from portal.cases.status_routes import bp as statuses_bp
from portal.courier.paper_routes import bp as courier_paper_bp
from portal.courier.routes import bp as courier_bp
from portal.courier.staff_routes import bp as mail_desk_bp
from portal.database import transactions
from portal.demand.routes import bp as demand_bp
from portal.door.routes import bp as door_bp
from portal.guide.routes import bp as guide_bp
from portal.health.routes import bp as operating_bp
from portal.home.credential_routes import bp as keys_bp
from portal.home.retrieval_routes import bp as retrieval_bp
from portal.home.routes import bp as home_bp
from portal.i18n import locale
from portal.inquiries.routes import bp as inquiries_bp
from portal.inquiries.staff_routes import bp as staff_inquiries_bp
from portal.limits import rules as limits
from portal.mailing.routes import bp as mailing_bp
from portal.mailing.staff_routes import bp as unsent_bp
from portal.passkeys.routes import bp as passkeys_bp
from portal.passkeys.staff_routes import bp as staff_factors_bp
from portal.posts.staff_routes import bp as post_settings_bp
from portal.retention import periods
from portal.retention.account_routes import bp as own_bp
from portal.retention.routes import bp as privacy_bp
from portal.security import encryption
from portal.settings.settings import ROOT, SettingsError, settings_from
from portal.slots.rules.routes import bp as rules_bp
from portal.slots.staff_routes import bp as slots_bp
from portal.slots.weeks.routes import bp as weeks_bp
from portal.slots.zone_routes import bp as zones_bp
from portal.staff.routes import bp as staff_bp
from portal.status.calendar_routes import bp as calendar_bp
from portal.status.routes import bp as status_bp
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

BLUEPRINTS = (
    home_bp,
    retrieval_bp,
    account_routes.bp,
    links_bp,
    printed_bp,
    keys_bp,
    passkeys_bp,
    factor_routes.bp,
    new_bp,
    appointments_bp,
    paper_bp,
    staff_bp,
    staff_accounts_bp,
    staff_factors_bp,
    slots_bp,
    zones_bp,
    rules_bp,
    weeks_bp,
    door_bp,
    demand_bp,
    day_bp,
    counter_bp,
    case_import_bp,
    cases_bp,
    refusals_bp,
    desk_bp,
    statuses_bp,
    status_bp,
    calendar_bp,
    post_settings_bp,
    guide_bp,
    courier_bp,
    courier_paper_bp,
    inquiries_bp,
    staff_inquiries_bp,
    mailing_bp,
    unsent_bp,
    mail_desk_bp,
    own_bp,
    privacy_bp,
    operating_bp,
)
STATIC = ROOT / "static"
YEAR_SECONDS = 365 * 24 * 3600
LARGE = ("/staff/cases/import/",)  # suffixes of the addresses to which staff upload files
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
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
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
    server = rsgi.Server(app, large=LARGE)
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
