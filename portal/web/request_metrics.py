"""Per-request metrics and logging: a request id, the duration, and the result.

It runs on every request, so it is short; docs/operators.md says what it costs.
"""

import re
from functools import wraps
from time import perf_counter

from flask import request

from portal.observability import logs, metrics
from portal.web import identity

HEADER, GIVEN_NUMBER = "X-Request-Id", "HTTP_X_REQUEST_ID"
BEGAN = "portal.began"
FIT = re.compile(r"[A-Za-z0-9._-]{8,64}")
OF_MACHINES = ("operating.healthz", "operating.readyz", "operating.counted")  # polled, and normally successful


def init_app(app, settings):
    """Number and count the requests of an application, and log them unless the settings disable it."""
    app.wsgi_app = _begin(app.wsgi_app, settings.trusted_proxies > 0)

    @app.after_request
    def end(response):
        # Read once: each access through the proxy costs as much as the rest of this function.
        current = request._get_current_object()  # type: ignore[attr-defined]  # it is a proxy
        environ, status = current.environ, response.status_code
        seconds = perf_counter() - environ[BEGAN]
        endpoint = current.endpoint or "none"
        metrics.request_done(endpoint, status, seconds)
        number = logs.number_of(environ)
        response.headers[HEADER] = number
        if app.extensions["settings"].log_requests and not (endpoint in OF_MACHINES and status == 200):
            logs.request_line(number, endpoint, current.method, status, seconds * 1000, identity.known_actor())
        return response


def _begin(application, is_behind_proxy):
    @wraps(application)
    def begin(environ, start_response):
        environ[BEGAN] = perf_counter()
        if is_behind_proxy and FIT.fullmatch(environ.get(GIVEN_NUMBER, "")):
            environ[logs.NUMBER] = environ[GIVEN_NUMBER]
        return application(environ, start_response)

    return begin
