"""Rate limit counters in a Redis, for several machines, with the portal's own database as a fallback.

A Redis that is away neither disables the limits nor keeps people out: the database counts.
"""

import logging
import time
from typing import Any

from limits.storage import RedisStorage, Storage

from portal import lazy_imports
from portal.limits.database_storage import DatabaseStorage
from portal.security import encryption

PREFIX = "portal+"
TIMEOUT_SECONDS = 0.5
PAUSE_SECONDS = 5
_log = logging.getLogger(__name__)


class SharedStorage(Storage):
    """A storage in Redis with the database behind it. Keys are digests: no network address leaves the portal."""

    STORAGE_SCHEME = [f"{PREFIX}redis", f"{PREFIX}rediss"]

    def __init__(self, uri, wrap_exceptions=False, **_options):
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        patience: dict[str, Any] = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
        self._redis = RedisStorage(uri.removeprefix(PREFIX), **patience)
        self._database = DatabaseStorage("portal://")
        self._away_until = 0.0

    @property
    def base_exceptions(self):
        return self._database.base_exceptions

    def incr(self, key, expiry, amount=1):
        return self._try("incr", encryption.digest("limit", key), key, expiry, amount)

    def get(self, key):
        return self._try("get", encryption.digest("limit", key), key)

    def get_expiry(self, key):
        return self._try("get_expiry", encryption.digest("limit", key), key)

    def clear(self, key):
        return self._try("clear", encryption.digest("limit", key), key)

    def check(self):
        return bool(self._redis.check())

    def reset(self):
        self._database.reset()
        return self._redis.reset()

    def _try(self, name, digest, key, *values):
        """Call the Redis; if it is away, the database, and for some seconds only the database."""
        if time.monotonic() >= self._away_until:
            try:
                return getattr(self._redis, name)(digest, *values)
            except lazy_imports.redis.RedisError as error:
                self._away_until = time.monotonic() + PAUSE_SECONDS
                _log.error("redis unavailable, attempts are counted in the database: %s", type(error).__name__)
        return getattr(self._database, name)(key, *values)
