"""Watchdog notifications to systemd: a process that hangs is restarted (WatchdogSec of the unit)."""

import os
import socket
from contextlib import suppress


def alive():
    """Send a watchdog notification; does nothing without systemd."""
    listener = os.environ.get("NOTIFY_SOCKET")
    if listener:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(b"WATCHDOG=1", listener.replace("@", "\0", 1) if listener.startswith("@") else listener)
