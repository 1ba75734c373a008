"""The rate limits, and the page for each when it is reached (R13).

Signed-in users are limited by account only. Others are limited by the name or number they try together with their
network address, and less strictly by network address alone, because whole villages share one (pace.py).
"""

import ipaddress
import logging
import time
from functools import wraps

from flask import after_this_request, current_app, g, request
from flask_limiter import Limiter, RateLimitExceeded
from limits import parse

from portal.forms import LONGEST, SWITCH
from portal.limits.database_storage import DatabaseStorage
from portal.limits.redis_storage import PREFIX, SharedStorage
from portal.observability import metrics
from portal.security import encryption
from portal.values.emails import sign_in_name
from portal.values.numbers import case_number, passport_number
from portal.web import errors
from portal.web.identity import current_user

IPV6_NETWORK_BITS = 64
_log = logging.getLogger(__name__)


class TooManyGuesses(Exception):
    """A limit of guesses is reached. ends_at: until when, in seconds since 1970; message: what is still open."""

    def __init__(self, ends_at, message=None):
        super().__init__(type(self).__name__)
        self.ends_at, self.message = ends_at, message


class _FormLimiter(Limiter):
    """Flask-Limiter that checks only views with a limit.

    Its checks before and after every request, limited or not, cost more than a cached page: those before are for
    limits on all pages, those after for headers that we do not send, and for cleaning up.
    """

    def init_app(self, app):
        super().init_app(app)
        for hooks in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
            hooks[None].pop()


limiter = _FormLimiter(key_func=lambda: address(), headers_enabled=False)


def init_app(app, settings):
    """Count in the storage of the settings."""
    app.config.update(RATELIMIT_STORAGE_URI=_storage(settings.limits_url), RATELIMIT_STRATEGY="fixed-window")
    app.extensions["limits_factor"] = settings.limits_factor
    limiter.init_app(app)
    logging.getLogger("flask-limiter").setLevel(logging.ERROR)  # it would log network addresses (R10)
    if settings.limits_factor > 1:
        _log.warning("PORTAL_LIMITS_FACTOR is %s: every limit is that much looser", settings.limits_factor)
    app.register_error_handler(RateLimitExceeded, _too_many)
    app.register_error_handler(TooManyGuesses, lambda error: stopped(error.ends_at, error.message))


def _storage(url):
    """Return the URL of the storage for its library; importing a storage registers it."""
    assert DatabaseStorage.STORAGE_SCHEME and SharedStorage.STORAGE_SCHEME
    return f"{PREFIX}{url}" if url.startswith("redis") else url


def allowed(count):
    """Return how many attempts a limit allows under the settings' factor: at least one."""
    return max(1, round(count * current_app.extensions["limits_factor"]))


def at_most(*windows, per, unless=None):
    """Limit the submissions of a form, by a key that a function returns.

    windows: alternating counts and durations such as "15 minutes"; with several, persistent clients wait longer.
    unless: a function that says that this attempt does not count.
    """
    pairs = list(zip(windows[::2], windows[1::2], strict=True))

    def all_windows():
        return ";".join(f"{allowed(count)} per {window}" for count, window in pairs)

    return limiter.limit(all_windows, key_func=per, methods=["POST"], exempt_when=unless)


def guesses_at_most(count, window, per):
    """Limit guesses, counted over all pages that take them, by a key that another function returns.

    A right one is no guess: `forgive` resets the count. Above @commits: SQLite has one writer.
    """

    def limited(function):
        @wraps(function)
        def wrapper(*args, **kwargs):
            if request.method == "POST" and SWITCH not in request.form:
                _count_guess(f"{allowed(count)} per {window}", per())
            return function(*args, **kwargs)

        return wrapper

    return limited


def forgive():
    """Reset the count of guesses, once this request is answered."""
    item, name = g.guess

    @after_this_request
    def forget(response):
        limiter.limiter.clear(item, name)
        return response


def address():
    """Return the network address of a request: one IPv4 address, or one IPv6 network of 64 bits."""
    found = ipaddress.ip_address(request.remote_addr or "127.0.0.1")
    if found.version == 4:
        return f"address:{found}"
    return f"address:{ipaddress.ip_network((found, IPV6_NETWORK_BITS), strict=False)}"


def account():
    """Return the account that is signed in, or the network address."""
    return current_user.actor if current_user.is_authenticated else address()


def second_factor():
    """Return the account whose second factor is being given, after its password."""
    return f"second factor {getattr(current_user, 'account_id', address())}"


def typed_name():
    """Return the account name that is tried, together with the network address."""
    name = sign_in_name(request.form.get("name", "")[:254])
    return f"{address()} {encryption.digest('name', name)}"


def typed_case():
    """Return the case number that is looked up, together with the network address."""
    number = case_number(request.form.get("case_number", "")[:LONGEST])
    return f"{address()} {encryption.digest('looked up', number)}"


def typed_passport():
    """Return the passport that is asked about."""
    number = passport_number(request.form.get("passport_number", "")[:LONGEST])
    return f"passport {encryption.digest('asked about', number)}"


def typed_passport_here():
    """Return the passport that is asked about, together with the network address."""
    return f"{address()} {typed_passport()}"


def no_passport():
    """Say whether no passport number was entered: such a form looks nothing up, and all of them would count as one."""
    return not passport_number(request.form.get("passport_number", "")[:LONGEST])


def tries_left():
    """Return how many attempts of this form are left, and for how many minutes; (None, 0) if it has no limit."""
    found = min(limiter.current_limits, key=lambda limit: limit.remaining, default=None)
    return (found.remaining, minutes_until(found.reset_at)) if found else (None, 0)


def _count_guess(windows, name):
    item = parse(windows)
    g.guess = item, name
    if not limiter.limiter.hit(item, name):
        raise TooManyGuesses(limiter.limiter.get_window_stats(item, name).reset_time)


def _too_many(error):
    return stopped(limiter.current_limit.reset_at if limiter.current_limit else time.time() + 60)


def stopped(ends_at, message=None):
    """Return the page that says until when attempts are rejected; ends_at: an instant in seconds since 1970.

    message: which limit it is, and what is still possible.
    """
    seconds = max(1, round(ends_at - time.time()))
    metrics.limit_reached(request.endpoint or "none")
    _log.warning("limit reached", extra={"endpoint": request.endpoint})
    body, code = errors.page(429, minutes=minutes_until(ends_at), message=message)
    return body, code, {"Retry-After": str(seconds)}


def minutes_until(instant):
    """Return how many minutes are left until an instant in seconds since 1970: at least one."""
    # The library rounds an end up to the next second: 901 seconds are 15 minutes.
    return max(1, -(-(round(instant - time.time()) - 1) // 60))
