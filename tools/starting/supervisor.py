"""A supervisor of processes: whichever ends is started again, after a pause that grows."""

import signal
import time

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1, 60
STEADY_SECONDS = 60  # whoever ran so long begins again with the shortest pause


class Service:
    """One process to keep going: what it is called, its command, its environment, the folder it runs in."""

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
        """Note that it has ended, or start it again when its pause is over; return the seconds until then, or None."""
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
    """Keep services going until the end is asked for: processes.wait raises Stopped then."""
    while True:
        pauses = [service.look(processes, say) for service in services]
        processes.wait(min((pause for pause in pauses if pause is not None), default=LONGEST_PAUSE_SECONDS))


def _how(code):
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _seconds(number):
    return "1 second" if number == 1 else f"{number} seconds"
