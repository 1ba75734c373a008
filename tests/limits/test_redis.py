"""Rate limits in a Redis that several machines share, and a Redis that goes away (R13)."""

import shutil
import socket
import subprocess
import sys
import time

import pytest
import redis
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import func, select

from portal.database.transactions import session
from portal.limits import redis_storage
from portal.limits.models import LimitCounter
from portal.settings.settings import ROOT

LIMIT = parse("3 per 15 minutes")
TRY = """
import sys
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from portal import create_app
from portal.settings.settings import settings_from
from tests.secrets import ENVIRONMENT

app = create_app(settings_from({**ENVIRONMENT, "PORTAL_LIMITS_URL": sys.argv[1]}, sys.argv[2]))
with app.app_context():
    limiter = FixedWindowRateLimiter(storage_from_string("portal+" + sys.argv[1]))
    print([limiter.hit(parse("3 per 15 minutes"), "somebody") for _ in range(2)])
"""


class Redis:
    """A Redis on a port of its own without persistence."""

    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def start(self):
        line = [shutil.which("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen([*line, "--appendonly", "no"], cwd="/", stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                return redis.Redis(port=self.port).ping()
            except redis.RedisError:
                time.sleep(0.02)
        raise TimeoutError("the Redis did not start")

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def server():
    made = Redis()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def limiter(app, server):
    return FixedWindowRateLimiter(storage_from_string(redis_storage.PREFIX + server.url))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_limits_hold_across_processes_r13(app, server, limiter, tmp_path):
    assert limiter.hit(LIMIT, "somebody")

    line = [sys.executable, "-c", TRY, server.url, str(tmp_path)]
    other = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert other == "[True, True]\n"
    assert not limiter.hit(LIMIT, "somebody")
    assert limiter.hit(LIMIT, "somebody else")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_address_stands_in_the_redis_r10(app, server, limiter):
    limiter.hit(LIMIT, "address:203.0.113.9")

    keys = redis.Redis(port=server.port).keys("*")

    assert len(keys) == 1 and b"203.0.113" not in keys[0]


def test_a_redis_that_goes_takes_neither_the_portal_nor_the_limits_away_r13(app, server, limiter, caplog, monkeypatch):
    monkeypatch.setattr(redis_storage, "PAUSE_SECONDS", 0.2)
    assert limiter.hit(LIMIT, "somebody")
    server.stop()

    began = time.monotonic()
    assert [limiter.hit(LIMIT, "somebody") for _ in range(4)] == [True, True, True, False]
    assert time.monotonic() - began < 5
    assert session.scalar(select(func.count()).select_from(LimitCounter)) == 1
    assert "redis unavailable, attempts are counted in the database" in caplog.text

    server.start()
    time.sleep(0.3)
    assert limiter.hit(LIMIT, "somebody")
    assert len(redis.Redis(port=server.port).keys("*")) == 1
