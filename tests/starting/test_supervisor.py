"""A supervised process is restarted when it dies, and ends with the supervisor, with everything it left behind."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from portal.settings.settings import ROOT
from tests.starting.running import lines_until, wait_until

KEEP = """
import sys
from tools.starting import processes as children, supervisor
from tools.starting.processes import Processes, Stopped
children.PATIENCE_SECONDS = 0.3
processes = Processes()
service = supervisor.Service("worker", sys.argv[1:], None, None)
service.pause = 0.1
try:
    supervisor.keep([service], processes, lambda line: print(line, flush=True))
except Stopped:
    processes.end()
    print("all ended", flush=True)
"""
# A service with a child of its own, which ignores requests to stop.
STUBBORN = "trap '' TERM INT; sleep 600 & echo serving $$ $!; wait; wait"


@pytest.fixture
def kept():
    """A supervisor of a stubborn service."""
    line = [sys.executable, "-c", KEEP, "bash", "-c", STUBBORN]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.terminate()


def _numbers(process):
    """Return the process ids of the service and of its child, once it serves."""
    return [int(number) for number in re.findall(r"\d+", lines_until(process, "serving")[-1])]


def _is_there(number):
    return Path(f"/proc/{number}").exists()


def test_what_is_killed_comes_back_with_a_line_that_says_so_and_its_children_do_not_go_on(kept):
    service, child = _numbers(kept)
    os.kill(service, signal.SIGKILL)
    said = lines_until(kept, "serving")

    assert said[0].startswith("The worker ended (killed by SIGKILL). It starts again in 0.1 seconds.")
    wait_until(lambda: not _is_there(child))


def test_the_pause_grows_each_time(kept):
    pauses = []
    for _time in range(3):
        os.kill(_numbers(kept)[0], signal.SIGKILL)
        pauses.append(re.search(r"in ([\d.]+) second", lines_until(kept, "ended")[-1])[1])

    assert pauses == ["0.1", "0.2", "0.4"]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_end_leaves_no_process_not_even_one_that_does_not_want_to_end(kept, ending):
    numbers = _numbers(kept)
    kept.send_signal(ending)
    lines_until(kept, "all ended")

    assert not any(_is_there(number) for number in numbers)


def test_a_supervisor_that_is_killed_takes_its_service_along(tmp_path):
    line = [sys.executable, "-c", KEEP, "bash", "-c", "echo serving $$; exec sleep 600"]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        (number,) = _numbers(process)
        process.kill()

        wait_until(lambda: not _is_there(number))
