"""A supervisor of processes: restarts whichever ends, after a growing delay (exponential backoff)."""

import signal
import time

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1, 60
STEADY_SECONDS = 60  # after running for so long, the delay is the shortest again


class Service:
    """One supervised process: its name, its command, its environment, its working folder."""

    def __init__(self, name, line, environment, folder):
        self.name = name
        self.command = (line, environment, folder)
        self.number = None
        self.pause = FIRST_PAUSE_SECONDS
        self.began = self.due_at = 0.0

    def start(self, processes):
        """Start it."""
        self.number, self.began = processes.start(*self.command), time.monotonic()

    def look(self, processes, say):
        """Record that it has ended, or restart it when its delay is over; return the seconds until then, or None."""
        now = time.monotonic()
        if self.number is not None and (code := processes.code(self.number)) is not None:
            processes.clear(self.number)
            self.number = None
            if now - self.began >= STEADY_SECONDS:
                self.pause = FIRST_PAUSE_SECONDS
            say(f"The {self.name} ended ({_how(code)}). It starts again in {_seconds(self.pause)}.")
            self.due_at, self.pause = now + self.pause, min(self.pause * 2, LONGEST_PAUSE_SECONDS)
        if self.number is not None:
            return None
        if now >= self.due_at:
            self.start(processes)
            return None
        return self.due_at - now


def keep(services, processes, say):
    """Supervise services until a stop is requested, when processes.wait raises Stopped."""
    while True:
        pauses = [service.look(processes, say) for service in services]
        processes.wait(min((pause for pause in pauses if pause is not None), default=LONGEST_PAUSE_SECONDS))


def _how(code):
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _seconds(number):
    return "1 second" if number == 1 else f"{number} seconds"
