"""Flask-Limiter's storage in the portal's database, so that counts survive restarts and cover all processes."""

import time

from limits.storage import Storage
from sqlalchemy import delete, select, text
from sqlalchemy.exc import SQLAlchemyError

from portal.database import transactions
from portal.limits.models import LimitCounter
from portal.security import encryption

CLOCKS_APART_SECONDS = 60
_COUNT = text(
    """
    INSERT INTO limit_counter (key, count, ends_at) VALUES (:key, :amount, :ends_at)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN limit_counter.ends_at BETWEEN :now AND :latest
                THEN limit_counter.count + :amount ELSE :amount END,
        ends_at = CASE WHEN limit_counter.ends_at BETWEEN :now AND :latest
                  THEN limit_counter.ends_at ELSE :ends_at END
    RETURNING count
    """
)


class DatabaseStorage(Storage):
    """One row for each counter, one statement for each attempt. Keys are digests: the table has no network address."""

    STORAGE_SCHEME = ["portal"]

    @property
    def base_exceptions(self):
        return SQLAlchemyError

    def incr(self, key, expiry, amount=1):
        now = time.time()
        values = {"key": _key(key), "amount": amount, "now": now, "ends_at": now + expiry}
        # One that ends later than a new one could is from a clock that was ahead, and has been corrected.
        values["latest"] = now + expiry + CLOCKS_APART_SECONDS
        with transactions.apart() as connection:
            return connection.execute(_COUNT, values).scalar_one()

    def get(self, key):
        return self._row(key)[0]

    def get_expiry(self, key):
        return self._row(key)[1]

    def check(self):
        with transactions.reading() as session:
            return session.scalar(select(1)) == 1

    def reset(self):
        with transactions.apart() as connection:
            return connection.execute(delete(LimitCounter)).rowcount

    def clear(self, key):
        with transactions.apart() as connection:
            connection.execute(delete(LimitCounter).where(LimitCounter.key == _key(key)))

    def _row(self, key):
        found = select(LimitCounter.count, LimitCounter.ends_at).where(LimitCounter.key == _key(key))
        with transactions.reading() as session:
            count, ends_at = session.execute(found).one_or_none() or (0, 0.0)
        now = time.time()
        return (count, ends_at) if ends_at > now else (0, now)


def _key(key):
    return encryption.digest("limit", key)
