"""The failover laboratory: the primary is killed repeatedly while people book; confirmed bookings must exist, once."""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.cluster.files import DEPLOY, WEB, unprivileged
from bench.cluster.load import BOOKED, Bookers, Releaser
from bench.cluster.machines import cluster
from bench.herd import violations
from bench.people import make_people, open_calendars
from bench.servers import POSTGRESQL, CommandFailed, Portal, free_port, serve
from portal.settings.settings import ROOT, write_secrets

PEOPLE = 400
BEFORE_SECONDS, PAUSED_SECONDS, AFTER_SECONDS = 2, 1, 3
LONGEST_GAP_SECONDS = 30
PATIENCE_SECONDS = 90
PLAIN_PAGE = 503


@dataclass
class Round:
    """One kill: what was killed, whether another node became primary, and for how many seconds no one could book."""

    machine: bool
    moved: bool
    gap: float
    until_all: float


@dataclass
class ClusterReport:
    """The results of a number of kills."""

    synchronous: bool
    rounds: list[Round] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)
    confirmed: int = 0
    lost: int = 0
    moved_about: int = 0
    doubled: int = 0
    releases: int = 0
    releases_lost: int = 0
    restarted: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def line(self):
        """Return the figures as one sentence."""
        gaps = sorted(one.gap for one in self.rounds)
        machines = sum(one.machine for one in self.rounds)
        return (
            f"{'synchronous' if self.synchronous else 'asynchronous'} replication: primary killed {len(self.rounds)} "
            f"times ({machines} with its machine; {sum(one.moved for one in self.rounds)} times another took over): "
            f"{self.confirmed} bookings confirmed, {self.lost} of them lost, {self.doubled} doubled; {self.releases} "
            f"releases confirmed, {self.releases_lost} lost; no booking for {gaps[len(gaps) // 2]:.1f} s (median; "
            f"{gaps[-1]:.1f} s at most, {max(one.until_all for one in self.rounds):.1f} s until the last failure); "
            f"answers {dict(sorted(self.statuses.items()))}; {len(self.violations)} violations"
        )

    @property
    def faults(self):
        """What is wrong, as sentences; without synchronous replication, a loss is what is expected."""
        found = [f"a gap of {one.gap:.1f} s" for one in self.rounds if one.gap > LONGEST_GAP_SECONDS]
        found += [f"{self.doubled} bookings doubled"] if self.doubled else []
        found += [f"{self.moved_about} bookings under another reference"] if self.moved_about else []
        found += [f"{name} restarted" for name in self.restarted]
        found += [
            f"{n} times status {status}" for status, n in self.statuses.items() if status not in (BOOKED, PLAIN_PAGE)
        ]
        found += self.defects + self.violations
        if self.synchronous:
            found += [f"{self.lost} bookings lost"] if self.lost else []
            return found + ([f"{self.releases_lost} releases lost"] if self.releases_lost else [])
        return found + ([] if self.lost else ["nothing was lost without synchronous replication: the test is blind"])


@dataclass
class Stage:
    """A cluster, and the portal on it: one for commands, the processes by name, and the entry that people use."""

    cluster: object
    portal: Portal
    processes: dict
    port: int

    def numbers(self):
        """Return the ids of all our processes."""
        return {name: process.numbers for name, process in self.processes.items()}


def killed_primaries(kills, *, synchronous=True):
    """Kill the primary a number of times under load; return the ClusterReport."""
    report = ClusterReport(synchronous)
    confirmed: dict[str, str] = {}
    with stage(synchronous=synchronous) as made:
        before = made.numbers()
        app = made.portal.application()
        releaser = Releaser(app)
        for number in range(kills):
            tries, one = _round(made, releaser, machine=number % 3 != 2)
            report.rounds.append(one)
            report.statuses += Counter(done.status for done in tries)
            confirmed |= {done.case_number: done.location for done in tries if done.is_good}
            print(f"  {number + 1}: {one}", flush=True)
        report.restarted = [name for name, numbers in made.numbers().items() if numbers != before[name]]
        app.extensions["engine"].dispose()
        report.defects = _defects(made.portal.folder)
        _judge(report, made.portal, confirmed, releaser.confirmed)
    return report


@contextmanager
def stage(*, synchronous):
    """Set up a Stage: two web nodes, one through pgbouncer, one that knows all hosts, and a worker."""
    with ExitStack() as stack:
        made = stack.enter_context(cluster(synchronous=synchronous))
        folder = Path(tempfile.mkdtemp(prefix="portal-nodes-"))
        stack.callback(shutil.rmtree, folder)
        write_secrets(folder)
        Portal(POSTGRESQL, folder, made.direct_url("portal_owner")).command("db", "upgrade")
        made.restrict()
        direct, pooled = (Portal(POSTGRESQL, folder, url) for url in (made.direct_url(), made.pooled_url()))
        direct.command("demo", "load")
        web1, web2 = stack.enter_context(serve(pooled)), stack.enter_context(serve(direct))
        working = stack.enter_context(_worker(direct))
        port = stack.enter_context(_door(folder, web1.port, web2.port))
        yield Stage(made, direct, {"web1": web1, "web2": web2, "worker": working}, port)


def _round(made, releaser, *, machine):
    """Kill the primary under load, wait until people book again, repair the node; return the attempts and the Round."""
    people, slot_id = make_people(made.portal, PEOPLE, PEOPLE)
    open_calendars(made.port, people)
    victim = made.cluster.primary()
    with releaser, Bookers(made.port, people, slot_id) as bookers:
        time.sleep(BEFORE_SECONDS)
        # The window in which data can be lost: confirmed by the primary, not yet received by a standby.
        made.cluster.pause_senders()
        time.sleep(PAUSED_SECONDS)
        made.cluster.kill(victim, with_patroni=machine)
        failed, good = _wait_for_good(bookers, time.monotonic())
        time.sleep(AFTER_SECONDS)
    if machine:
        made.cluster.start_node(victim)
    made.cluster.wait_until_whole()
    moved = made.cluster.primary() != victim
    gap, until_all = good.answered_at - failed.sent_at, bookers.last_failure() - failed.sent_at
    return bookers.tries, Round(machine, moved, gap, until_all)


def _wait_for_good(bookers, killed_at):
    """Wait until a booking failed after the kill and a later one succeeded; return the two attempts."""
    end = killed_at + PATIENCE_SECONDS
    while time.monotonic() < end:
        failed = bookers.first_failure_after(killed_at)
        good = failed and bookers.first_good_after(failed.answered_at)
        if good:
            return failed, good
        time.sleep(0.1)
    raise CommandFailed(f"nobody could book within {PATIENCE_SECONDS} s of the kill: {bookers.statuses}")


def _judge(report, portal, confirmed, releases):
    """Compare what people were told with the database, and let the portal check itself."""
    stored = portal.execute(
        'SELECT number, reference FROM appointment JOIN "case" ON "case".id = case_id WHERE state = \'booked\''
    )
    counted, references = Counter(number for number, _ in stored), dict(stored)
    report.confirmed = len(confirmed)
    report.lost = sum(number not in references for number in confirmed)
    report.doubled = sum(times > 1 for times in counted.values())
    report.moved_about = sum(
        number in references and references[number] not in location for number, location in confirmed.items()
    )
    rows = portal.execute(
        "SELECT form_key, count(*) FROM release JOIN slot ON slot.release_id = release.id GROUP BY form_key"
    )
    slots = {str(key): number for key, number in rows}
    report.releases = len(releases)
    report.releases_lost = sum(slots.get(str(key)) != number for key, number in releases.items())
    report.violations = violations(portal)


TRACE = re.compile(r"^Traceback .*?^(\S[^\n]*)", re.MULTILINE | re.DOTALL)


def _defects(folder):
    """Return the errors that our processes logged as unexpected."""
    found = Counter(told[:200] for log in folder.glob("*.log") for told in TRACE.findall(log.read_text()))
    return [f"{number} times {told}" for told, number in found.items()]


class _Process:
    """A process of ours by its id, with the interface of a Server."""

    def __init__(self, process):
        self.process = process

    @property
    def numbers(self):
        """Its id while it runs."""
        return {self.process.pid} if self.process.poll() is None else set()


@contextmanager
def _worker(portal):
    line = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    with (portal.folder / "worker.log").open("w") as log:
        process = subprocess.Popen(line, cwd=ROOT, env=portal.environment, stdout=log, stderr=log)
    try:
        yield _Process(process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


@contextmanager
def _door(folder, *web_ports):
    """Run HAProxy with deploy/haproxy/web.cfg, in front of servers without TLS; yield its port."""
    port = free_port()
    text = (DEPLOY / "haproxy" / "web.cfg").read_text()
    for address, web_port in zip(WEB.values(), web_ports, strict=True):
        for mine in ("443", "80"):
            text = text.replace(f"{address}:{mine} ", f"127.0.0.1:{web_port} ")
        text = text.replace(f"addr {address} port 8081", f"addr 127.0.0.1 port {web_port}")
    text = text.replace(" check-send-proxy", "").replace(" send-proxy-v2", "")
    text = text.replace("bind :443", f"bind 127.0.0.1:{port}").replace("bind :80", f"bind 127.0.0.1:{free_port()}")
    path = folder / "web.cfg"
    path.write_text(unprivileged(text.replace("maxconn 40000", "maxconn 2000")))
    with (folder / "web.log").open("w") as log:
        process = subprocess.Popen(["haproxy", "-db", "-f", str(path)], stdout=log, stderr=log)
    try:
        time.sleep(1)
        yield port
    finally:
        process.kill()
        process.wait()
