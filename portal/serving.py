"""What a process does that serves people, and a command does not."""

import os
from pathlib import Path

import click
from flask.cli import ScriptInfo

from portal import metrics
from portal.operating import readiness

STARTED_FIELD = 19  # of /proc/…/stat after the name, in ticks since the machine started (proc(5))


def is_command():
    """Say whether `flask` runs a command: a server may be a command of its own kind."""
    context = click.get_current_context(silent=True)
    return context is not None and context.find_object(ScriptInfo) is not None


def begin(app):
    """Share the counts with the other processes, and forget that the server before this one was to be stopped."""
    instance = app.extensions["settings"].instance
    metrics.share(instance)
    if readiness.was_drained_before(instance, _server_started_at()):
        readiness.stop_draining(instance)


def _server_started_at():
    """Return when the process that started this one began, in seconds since 1970; 0 where nobody can tell."""
    try:
        fields = Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(") ")[2].split()
        booted = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    except (OSError, StopIteration):
        return 0.0
    return int(booted.split()[1]) + int(fields[STARTED_FIELD]) / os.sysconf("SC_CLK_TCK")
