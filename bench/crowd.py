"""A crowd that uses every flow of a portal, one form a second among all of them, until it is told to stop."""

import threading
from itertools import count, cycle

from bench import flows
from bench.guests import Guest, Notes, Pace, Turned, address_of

WAYS = ("book", "status", "courier", "staff", "account", "ask")
REST_SECONDS = 0.25  # before a person who was turned away does something else
PEOPLE = 16  # enough that a form is sent every second although some of them wait for long


class Crowd:
    """People in threads of their own; a context manager: they start with the block, and end with it.

    Without cases (give_cases) they use only flows that need none. without: names of flows to leave out.
    """

    def __init__(self, port, seconds_between_forms=1.0, people=PEOPLE, without=()):
        self.notes, self.port = Notes(), port
        self._pace = Pace(seconds_between_forms)
        self.visits, self.packages = iter(()), iter(())
        self._over, self._lock, self._numbers = threading.Event(), threading.Lock(), count(1)
        self._ways = cycle([getattr(self, f"_{name}") for name in WAYS if name not in without])
        self._threads = [threading.Thread(target=self._live) for _ in range(people)]

    def give_cases(self, visits, packages):
        """Let the crowd use cases from here on."""
        with self._lock:
            self.visits, self.packages = iter(visits), iter(packages)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _live(self):
        while not self._over.is_set():
            with self._lock:
                way, number = next(self._ways), next(self._numbers)
            guest = Guest(self.port, self.notes, address_of(number), self._pace_or_end)
            try:
                way(guest, number)
            except _Over:
                return
            except Turned:  # it is in the notes
                self._over.wait(REST_SECONDS)
            except (flows.Unexpected, TypeError, IndexError) as error:  # a page lacked what the flow needs
                self.notes.strange.append(f"{way.__name__.strip('_')}: {error}")

    def _pace_or_end(self):
        if self._over.wait(self._pace.turn()):
            raise _Over

    def _case(self, kind):
        with self._lock:
            return next(getattr(self, kind), None)

    def _book(self, guest, number):
        row = self._case("visits")
        return flows.book(guest, row) if row else self._account(guest, number)

    def _ask(self, guest, number):
        row = self._case("visits")
        return flows.ask(guest, row) if row else self._status(guest, number)

    def _courier(self, guest, number):
        row = self._case("packages")
        stranger = Guest(self.port, self.notes, guest.address, self._pace_or_end)
        return flows.send_by_courier(guest, row, stranger) if row else self._account(guest, number)

    def _status(self, guest, _number):
        for case_number in ("PHP2025600003", "PHP2025600005", "PHP2025600006"):
            flows.look_up_status(guest, {"post": "PHP", "case_number": case_number})

    def _account(self, guest, _number):
        flows.log_in(Guest(self.port, self.notes, guest.address, self._pace_or_end), flows.create_account(guest))

    def _staff(self, guest, number):
        flows.log_in_staff(guest, flows.STAFF[number // 6 % len(flows.STAFF)])
        guest.submit("/en/account/logout")


class _Over(Exception):
    """The crowd is dismissed."""
