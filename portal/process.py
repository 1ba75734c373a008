"""Start and end of a serving process, which a command does not have."""

import logging
import multiprocessing
import os
import signal
import threading
from pathlib import Path
from typing import Any

import click
from flask.cli import ScriptInfo

from portal import clock
from portal.health import readiness
from portal.observability import metrics, server_presence

_held: list[Any] = []  # the presence file: open as long as the process runs
_log = logging.getLogger(__name__)
STARTED_FIELD = 19  # index in /proc/…/stat after the name, in clock ticks since boot (proc(5))


def is_command():
    """Say whether `flask` runs a command: a server may be a command of its own kind."""
    context = click.get_current_context(silent=True)
    return context is not None and context.find_object(ScriptInfo) is not None


def begin(app):
    """Announce this process, share its metrics, make it end with the server, and cancel an earlier drain."""
    settings = app.extensions["settings"]
    instance = settings.instance
    app.extensions["serving_since"] = clock.now()
    _end_with_the_server()
    metrics.share(instance)
    _announce(settings)
    if readiness.was_drained_before(instance, _server_started_at()):
        readiness.stop_draining(instance)


def _end_with_the_server():
    """End this process when its parent server process has ended, for whatever reason: none keeps serving alone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent):
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _announce(settings):
    try:
        name, parent = server_presence.SERVER, os.getppid()
        _held.append(server_presence.announce(settings.instance, settings.database_url, name, parent))
    except OSError as error:
        _log.warning("no presence file: %s", type(error).__name__)  # only the doctor will miss it


def _server_started_at():
    """Return when the parent process of this one started, in seconds since 1970; 0 if unknown."""
    try:
        fields = Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(") ")[2].split()
        booted = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    except (OSError, StopIteration):
        return 0.0
    return int(booted.split()[1]) + int(fields[STARTED_FIELD]) / os.sysconf("SC_CLK_TCK")
