"""A worker that is stopped (SIGSTOP) during its work and continues: no email lost, none sent twice unmarked."""

import signal
import time

import pytest
from sqlalchemy.exc import OperationalError

from bench.mail import _left, _let_leases_end, _report, _Workers, _write
from bench.post_office import PostOffice, post_office
from bench.servers import DATABASES, POSTGRESQL, portal_on

MESSAGES, PATIENCE_SECONDS = 12, 60


@pytest.mark.parametrize("database", DATABASES)
def test_what_a_stopped_worker_had_claimed_is_sent_by_another_and_not_again(database, request, tmp_path, monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=1s")
    postgres = request.getfixturevalue("postgresql") if database == POSTGRESQL else None
    office = PostOffice()
    with portal_on(database, postgres, loaded=False) as portal, post_office(tmp_path, office) as url:
        _write(portal, MESSAGES)
        with _Workers(portal, url, number=1) as first:
            _wait_for(lambda: office.offered >= 2)
            _wait_for(lambda: _stop_between_writes(portal, first.running[0]))
            with _Workers(portal, url, number=1):
                _wait_for(lambda: _left(portal) == 0)
            first.running[0].send_signal(signal.SIGCONT)
            _write(portal, 1)  # which it sends when it has finished what it had claimed
            _wait_for(lambda: _left(portal) == 0)
        report = _report(portal, office, MESSAGES + 1, 1, 0)

    assert report.faults == [], report.line()
    assert report.twice <= 1, report.line()


def _stop_between_writes(portal, worker):
    """Stop a worker and let its leases expire; return False if it was in a write, where it keeps others waiting."""
    worker.send_signal(signal.SIGSTOP)
    try:
        _let_leases_end(portal)
    except OperationalError:
        worker.send_signal(signal.SIGCONT)
        return False
    return True


def _wait_for(is_so):
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)
