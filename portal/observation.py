"""Every request is seen once: a number for it, how long it took, what came of it."""

import re
import secrets
import time

from flask import g, request

from portal import access, logs, metrics

HEADER = "X-Request-Id"
NUMBER_BYTES = 8
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")


def init_app(app, settings):
    """Number and count the requests of an application; log them unless the settings say not to."""
    is_behind_proxy = settings.trusted_proxies > 0

    @app.before_request
    def begin():
        g.began = time.perf_counter()
        g.request_id = _number(is_behind_proxy)

    @app.after_request
    def end(response):
        # Where begin did not run, the request was refused before anything looked at it.
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        endpoint = request.endpoint or "none"
        metrics.request_done(endpoint, response.status_code, seconds)
        response.headers[HEADER] = g.get("request_id", "")
        if settings.log_requests:
            _log(endpoint, response.status_code, seconds)
        return response


def _number(is_behind_proxy):
    given = request.headers.get(HEADER, "") if is_behind_proxy else ""
    return given if GIVEN.fullmatch(given) else secrets.token_hex(NUMBER_BYTES)


def _log(endpoint, status, seconds):
    logs.line(
        "request",
        request_id=g.get("request_id", ""),
        endpoint=endpoint,
        method=request.method,
        status=status,
        ms=round(seconds * 1000, 1),
        actor=access.known_actor(),
    )
