"""Child processes of a supervisor: started, waited for, and ended, with none left behind."""

import ctypes
import os
import signal
import subprocess
import time
from contextlib import suppress

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # prctl(2)
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
WATCHED = (*ENDING, signal.SIGCHLD)
PATIENCE_SECONDS = 6
AGAIN_SECONDS = 1
_libc = ctypes.CDLL(None)


class Stopped(Exception):
    """A stop was requested: Ctrl-C, SIGTERM, or the terminal is gone."""


class Processes:
    """The children of this process, each the leader of a session of its own.

    Orphans of a child become children of this process (PR_SET_CHILD_SUBREAPER), and a child is signaled
    when this process has ended for any reason (PR_SET_PDEATHSIG).
    """

    def __init__(self):
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)  # they are received in wait(), one after the other
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
        self._own = os.getpid()
        self._running: dict[int, subprocess.Popen] = {}
        self._codes: dict[int, int] = {}

    def start(self, line, environment, folder, output=None):
        """Start a command and return its number."""
        child = subprocess.Popen(  # noqa: S603 (the commands are ours)
            line,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=self._begin,
        )
        self._running[child.pid] = child
        return child.pid

    def _begin(self):
        """In the child, before its command: unblock signals, and end with the parent."""
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != self._own:
            os._exit(1)

    def code(self, number):
        """Return the exit code of a child, negative for a signal; None while it runs."""
        return self._codes.get(number)

    def wait(self, seconds):
        """Wait for a number of seconds, or until a child ends. Raises Stopped."""
        received = signal.sigtimedwait(WATCHED, seconds)
        self._reap()
        if received is not None and received.si_signo != signal.SIGCHLD:
            raise Stopped

    def _reap(self):
        """Record which children have ended; return whether any is left."""
        with suppress(ChildProcessError):
            while True:
                number, status = os.waitpid(-1, os.WNOHANG)
                if number == 0:
                    return True
                if number in self._running:
                    code = os.waitstatus_to_exitcode(status)
                    self._running.pop(number).returncode = self._codes[number] = code
        return False

    def clear(self, number):
        """Kill what an ended child left running in its session."""
        _signal(number, signal.SIGKILL)

    def end(self):
        """End every child and its descendants: SIGTERM, repeated each second, and SIGKILL if it takes too long.

        A second request to stop kills at once.
        """
        sessions, end = list(self._running), time.monotonic() + PATIENCE_SECONDS
        while self._reap() and time.monotonic() < end:
            for number in sessions:
                _signal(number, signal.SIGTERM)  # again: the server can lose one while it starts a process
            next_at = time.monotonic() + AGAIN_SECONDS
            try:
                while self._reap() and time.monotonic() < next_at:
                    self.wait(max(next_at - time.monotonic(), 0))
            except Stopped:
                break
        for number in sessions:
            _signal(number, signal.SIGKILL)
        while self._reap():
            signal.sigtimedwait((signal.SIGCHLD,), AGAIN_SECONDS)


def _signal(number, which):
    with suppress(ProcessLookupError):
        os.killpg(number, which)
