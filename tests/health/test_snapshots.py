"""Metrics of several processes: no total falls, and a full, missing or damaged disk stops no counting process."""

import json
import re
import resource
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from portal.observability.metric_snapshots import Snapshots
from portal.settings.settings import ROOT

# Without the rest of the portal, which takes a second to load.
COUNTING = """
import sys, types
sys.modules["portal"] = package = types.ModuleType("portal")
package.__path__ = ["portal"]
from portal.observability import metrics
metrics.share(sys.argv[1])
metrics.PERIOD_SECONDS = 3600
class Nothing:
    def collect(self): return []
for line in sys.stdin:
    exec(line)
    print(metrics.exposition(Nothing()).decode().replace("\\n", ";"), flush=True)
"""


class Counting:
    """A process that counts as told, and then prints what all processes counted."""

    def __init__(self, folder):
        line = [sys.executable, "-c", COUNTING, str(folder)]
        self.process = subprocess.Popen(
            line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def does(self, statement="pass"):
        """Let it run a statement; return the figures by sample, without those of nothing."""
        self.process.stdin.write(f"{statement}\n")
        self.process.stdin.flush()
        told = self.process.stdout.readline()
        assert told, self.process.stderr.read()
        return {name: float(value) for name, value in re.findall(r";(portal_[^; ]+) ([^;]+)", told)}

    def may_write(self, size):
        """Limit its files to a size in bytes, like a full disk."""
        hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def end(self, kind):
        """End it by a signal."""
        self.process.send_signal(kind)
        self.process.communicate()


@pytest.fixture
def counting(tmp_path):
    """A function that starts a counting process in a folder of this test."""
    started = []

    @contextmanager
    def all_ended():
        yield
        for one in started:
            one.end(signal.SIGKILL)

    def start():
        started.append(Counting(tmp_path))
        return started[-1]

    with all_ended():
        yield start


SENT = 'portal_mails_total{result="sent"}'
ONE_MORE = "metrics.mail('sent')"


def test_totals_stay_when_processes_are_killed_and_are_counted_once(counting):
    first, second = counting(), counting()
    assert first.does(f"{ONE_MORE}; {ONE_MORE}")[SENT] == 2
    assert second.does(ONE_MORE)[SENT] == 3
    first.end(signal.SIGKILL)

    assert [second.does()[SENT] for _ in range(2)] == [3, 3]
    second.end(signal.SIGKILL)
    assert counting().does(ONE_MORE)[SENT] == 4


def test_gauges_are_of_the_processes_that_live_by_sum_or_by_the_largest(counting):
    first, second = counting(), counting()
    first.does("metrics.connection_taken(); metrics.writer_held(3); metrics.writer_held(2)")
    both = second.does("metrics.connection_taken(); metrics.writer_held(1)")
    first.end(signal.SIGKILL)
    one = second.does()

    names = ("portal_database_connections", "portal_writer_longest_hold_seconds")
    assert [(found[names[0]], found[names[1]]) for found in (both, one)] == [(2, 3), (1, 1)]


def test_a_request_is_in_one_bucket_and_all_above(counting):
    found = counting().does("metrics.request_done('home.front', 200, 0.05)")

    buckets = [value for name, value in found.items() if name.startswith("portal_request_seconds_bucket")]
    assert buckets == [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]


def test_without_room_for_metrics_counting_goes_on_and_is_written_once_there_is_room(counting, tmp_path):
    process = counting()
    process.does(ONE_MORE)
    process.may_write(10)
    assert process.does(ONE_MORE)[SENT] == 2
    assert not list(tmp_path.glob("metrics/*.part"))
    process.may_write(resource.RLIM_INFINITY)
    process.does(ONE_MORE)
    process.end(signal.SIGKILL)

    assert counting().does()[SENT] == 3


@pytest.mark.parametrize("lost", ["folder", "file in its place"])
def test_a_folder_of_metrics_that_is_gone_stops_nothing(counting, tmp_path, lost):
    process, folder = counting(), tmp_path / "metrics"
    process.does(ONE_MORE)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    if lost == "file in its place":
        folder.touch()

    assert process.does(ONE_MORE)[SENT] == 2
    assert folder.is_file() or len(list(folder.glob("*.alive"))) == 1


def test_a_damaged_snapshot_is_passed_over(tmp_path):
    (tmp_path / "1xother.json").write_text('{"figures": [["portal_mai')
    (tmp_path / "ended.json").write_text(json.dumps({"figures": [["portal_mails", "sent", [5]]], "buried": []}))

    living, ended = Snapshots(tmp_path).others()

    assert living == [] and {("portal_mails", "sent"): [5.0]} in ended
