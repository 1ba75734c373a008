"""The three endpoints for machines."""

import hmac
import ipaddress

from flask import Blueprint, abort, current_app, request

from portal.health import instance_mark
from portal.health.gauges import Gauges
from portal.health.readiness import Readiness
from portal.observability import metrics
from portal.web.audience import public

bp = Blueprint("operating", __name__)
PLAIN = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via")
_readiness = Readiness()


@bp.route("/healthz")
@public
def healthz():
    if not _is_of_this_machine():
        return "alive\n", 200, PLAIN
    return "alive\n", 200, {**PLAIN, instance_mark.HEADER: instance_mark.mark(current_app.extensions["settings"])}


@bp.route("/readyz")
@public
def readyz():
    why_not, since = _readiness.ask(current_app._get_current_object())  # type: ignore[attr-defined]  # it is a proxy
    if why_not:
        return f"not ready: {why_not}\n", 503, PLAIN
    remark = f"no worker since {since:%Y-%m-%d %H:%M} UTC: e-mails and rolling rules wait\n" if since else ""
    return f"ready\n{remark}", 200, PLAIN


@bp.route("/metrics")
@public
def counted():
    if not (_is_of_this_machine() or _has_token()):
        abort(404)
    gauges = Gauges(_why_not())
    return metrics.exposition(gauges), 200, {**PLAIN, "Content-Type": metrics.CONTENT_TYPE}


def _why_not():
    return _readiness.why_not(current_app._get_current_object())  # type: ignore[attr-defined]  # it is a proxy


def _is_of_this_machine():
    """Say whether the request comes from this machine directly, not through a proxy."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _has_token():
    token = current_app.extensions["settings"].metrics_token
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return bool(token) and kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())
