"""How many requests are worked on at once: slow lines take no place, and what takes long gives its place away."""

import threading
from io import BytesIO

from portal import gate

WAIT_SECONDS = 5


class SlowLine:
    """The body of a request that does not come before it is let through."""

    def __init__(self):
        self.comes = threading.Event()

    def read(self, size):
        assert self.comes.wait(WAIT_SECONDS)
        return b"x" * size


def ask(application, body=None, length=""):
    """Send a request to an application; return its answer."""
    return application({"CONTENT_LENGTH": length, "wsgi.input": body or BytesIO()}, None)


def in_background(application, body=None, length=""):
    asked = threading.Thread(target=ask, args=(application, body, length))
    asked.start()
    return asked


def test_a_body_that_does_not_come_takes_no_place():
    line = SlowLine()
    guarded = gate.Gate(lambda environ, _start: [environ["wsgi.input"].read()], places=1)
    slow = in_background(guarded, line, "3")

    assert ask(guarded) == [b""]

    line.comes.set()
    slow.join()


def test_no_more_are_let_in_than_there_are_places():
    inside, most, leave = [], [], threading.Event()

    def work(_environ, _start):
        inside.append(1)
        most.append(len(inside))
        leave.wait(0.05)
        inside.pop()
        return []

    guarded = gate.Gate(work, places=2)
    for one in [in_background(guarded) for _ in range(8)]:
        one.join()

    assert len(most) == 8 and max(most) == 2


def test_what_takes_long_gives_its_place_away():
    begun, end = threading.Event(), threading.Event()

    def work(environ, _start):
        gate.leave(environ)
        begun.set()
        assert end.wait(WAIT_SECONDS)
        return []

    guarded = gate.Gate(work, places=1)
    long = in_background(guarded)
    assert begun.wait(WAIT_SECONDS)
    second = in_background(guarded)
    end.set()
    for one in (long, second):
        one.join(WAIT_SECONDS)
        assert not one.is_alive()
    assert guarded.places.acquire(0) and not guarded.places.acquire(0)


def test_a_body_that_is_too_large_is_not_taken_in_beforehand():
    body = BytesIO(b"x")
    guarded = gate.Gate(lambda environ, _start: environ["wsgi.input"])

    assert ask(guarded, body, str(gate.MOST_BYTES + 1)) is body


def test_what_a_view_leaves_of_a_large_body_is_read_before_the_answer_goes_and_no_endless_one_is():
    guarded = gate.Gate(lambda environ, _start: [environ["wsgi.input"].read(3)])

    for length, is_read in ((gate.LARGEST_BYTES, True), (gate.LARGEST_BYTES + 1, False)):
        body = BytesIO(b"x" * length)
        assert ask(guarded, body, str(length)) == [b"xxx"]
        assert (body.read(1) == b"") is is_read
