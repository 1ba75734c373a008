"""What is counted for operators, in files that all processes of an instance share (R10: no person, no address).

Each process writes files of its own; whoever is asked sums all of them up. The files of processes
that have ended are added up in one, so that no total ever falls.
"""

import fcntl
import os
import secrets
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
    values,
)
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
FOLDER = "metrics"
ENDED = "ended"
TURN = "turn.lock"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

disable_created_metrics()


class _Meters:
    def __init__(self, registry):
        self.registry = registry
        self.requests: dict[tuple, Any] = {}
        self.seconds = Histogram(
            "portal_request_seconds",
            "How long requests took, by endpoint and status.",
            ["endpoint", "status"],
            buckets=SECONDS,
            registry=registry,
        )
        self.entries = Counter(
            "portal_journal_entries",
            "Entries of the journal that were committed, by action: bookings are 'appointment booked'.",
            ["action"],
            registry=registry,
        )
        self.refusals = Counter(
            "portal_refusals", "Forms that a rule refused, by the name of the rule.", ["reason"], registry=registry
        )
        self.limits = Counter(
            "portal_limits_reached", "Forms that a limit stopped, by endpoint.", ["endpoint"], registry=registry
        )
        self.mails = Counter("portal_mails", "E-mails, by what became of them.", ["result"], registry=registry)
        self.connections = Gauge(
            "portal_database_connections",
            "Connections to the database that are in use now, of all processes.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.longest_hold = Gauge(
            "portal_writer_longest_hold_seconds",
            "The longest that a transaction which writes was open, of all processes (SQLite has one writer).",
            registry=registry,
            multiprocess_mode="max",
        )
        self.longest_wait = Gauge(
            "portal_writer_longest_wait_seconds",
            "The longest that a request waited for the writer of SQLite, of all processes.",
            registry=registry,
            multiprocess_mode="max",
        )
        self.longest = {self.longest_hold: 0.0, self.longest_wait: 0.0}
        self.jobs = Counter(
            "portal_jobs", "Runs of the worker's jobs, by what came of them.", ["job", "result"], registry=registry
        )


_state: dict[str, Any] = {"meters": _Meters(CollectorRegistry()), "folder": None, "alive": None}


def share(instance):
    """Count in files of an instance folder from here on: a process that serves does so before its first request."""
    if _state["folder"] is not None:
        return
    folder = Path(instance) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    own = f"{os.getpid()}x{secrets.token_hex(4)}"
    alive = (folder / f"{own}.alive").open("w")
    fcntl.flock(alive, fcntl.LOCK_EX)  # the kernel gives it up when the process ends, however it ends
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    # The library chooses by the environment when it is imported, which is too early: the folder is a setting.
    values.ValueClass = values.MultiProcessValue(lambda: own)
    _state.update(meters=_Meters(None), folder=folder, alive=alive)
    with _turn(folder):
        _bury(folder)


def request_done(endpoint, status, seconds):
    """Count a request."""
    meters = _state["meters"]
    meter = meters.requests.get((endpoint, status))
    if meter is None:
        meter = meters.requests[endpoint, status] = meters.seconds.labels(endpoint, str(status))
    meter.observe(seconds)


def journal_entry(action):
    """Count a change that was committed."""
    _state["meters"].entries.labels(action).inc()


def refused(reason):
    """Count a refusal."""
    _state["meters"].refusals.labels(reason).inc()


def limit_reached(endpoint):
    """Count a limit that was reached."""
    _state["meters"].limits.labels(endpoint).inc()


def mail(result):
    """Count what became of an e-mail."""
    _state["meters"].mails.labels(result).inc()


def job_done(job, result):
    """Count a run of one of the worker's jobs; result: "done" or "failed"."""
    _state["meters"].jobs.labels(job, result).inc()


def writer_held(seconds):
    """Note how long a transaction that writes was open."""
    meters = _state["meters"]
    _note_longest(meters, meters.longest_hold, seconds)


def writer_waited(seconds):
    """Note how long a request waited for the writer of SQLite."""
    meters = _state["meters"]
    _note_longest(meters, meters.longest_wait, seconds)


def connection_taken():
    """Count a connection to the database that is in use from here on."""
    _state["meters"].connections.inc()


def connection_back():
    """Count a connection that is free again."""
    _state["meters"].connections.dec()


def _note_longest(meters, gauge, seconds):
    if seconds > meters.longest[gauge]:
        meters.longest[gauge] = seconds
        gauge.set(seconds)


def exposition(collector):
    """Return everything that is counted, of all processes, and what a collector finds, as Prometheus reads it."""
    asked = CollectorRegistry()
    asked.register(collector)
    folder = _state["folder"]
    if folder is None:
        return generate_latest(_state["meters"].registry) + generate_latest(asked)
    with _turn(folder):
        _bury(folder)
        shared = CollectorRegistry()
        MultiProcessCollector(shared, str(folder))
        return generate_latest(shared) + generate_latest(asked)


@contextmanager
def _turn(folder):
    with (folder / TURN).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _bury(folder):
    """Add the files of processes that have ended to the one for all of them."""
    for sign in folder.glob("*.alive"):
        with sign.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            for left in folder.glob(f"*_{sign.stem}.db"):
                kind = left.name.partition("_")[0]
                if kind != "gauge":
                    _add(left, folder / f"{kind}_{ENDED}.db")
                left.unlink()
            sign.unlink()


def _add(left, ended):
    totals: dict[str, float] = defaultdict(float)
    for key, value, _timestamp, _place in MmapedDict.read_all_values_from_file(str(left)):
        totals[key] += value
    kept = MmapedDict(str(ended))
    for key, value in totals.items():
        kept.write_value(key, kept.read_value(key)[0] + value, 0.0)
    kept.close()
