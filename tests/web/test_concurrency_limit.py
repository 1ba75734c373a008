"""The limit on concurrent requests: forms leave a place to readers; slow work gives up its place."""

import threading

import pytest

from portal.database.fair_semaphore import Turns
from portal.web import concurrency_limit

WAIT_SECONDS = 5


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Two places, one of them for forms."""
    monkeypatch.setattr(concurrency_limit, "_places", Turns(2))
    monkeypatch.setattr(concurrency_limit, "_forms", Turns(1))


@pytest.fixture
def somebody():
    """Let a thread take a place, act, and keep it until the end; returns an event for when it got that far."""
    end, threads = threading.Event(), []

    def work(form, act, came):
        with concurrency_limit.place(form=form):
            act()
            came.set()
            end.wait(WAIT_SECONDS)

    def begin(form, act=lambda: None):
        came = threading.Event()
        threads.append(threading.Thread(target=work, args=(form, act, came)))
        threads[-1].start()
        return came

    def all_go():
        end.set()
        for thread in threads:
            thread.join()

    begin.all_go = all_go
    yield begin
    all_go()


def free(turns):
    """Return how many places are free."""
    return len([None for _place in range(4) if turns.acquire(0)])


def test_forms_never_have_the_last_place(somebody):
    assert somebody(form=True).wait(WAIT_SECONDS)
    second = somebody(form=True)
    assert somebody(form=False).wait(WAIT_SECONDS)

    assert not second.is_set() and free(concurrency_limit._places) == 0


def test_no_more_are_let_in_than_there_are_places(somebody):
    assert somebody(form=False).wait(WAIT_SECONDS) and somebody(form=False).wait(WAIT_SECONDS)

    assert not somebody(form=False).wait(0.05)


@pytest.mark.parametrize("form", [True, False])
def test_what_takes_long_gives_its_place_away_once(somebody, form):
    assert somebody(form, concurrency_limit.leave).wait(WAIT_SECONDS) and somebody(form).wait(WAIT_SECONDS)
    somebody.all_go()

    assert (free(concurrency_limit._places), free(concurrency_limit._forms)) == (2, 1)


def test_who_steps_aside_leaves_the_place_and_comes_back_to_one(somebody):
    seen = []

    def hash_something():
        with concurrency_limit.aside():
            seen.append((free(concurrency_limit._places), free(concurrency_limit._forms)))
            for turns in (concurrency_limit._places, concurrency_limit._places, concurrency_limit._forms):
                turns.release()

    assert somebody(True, hash_something).wait(WAIT_SECONDS)
    assert (seen, free(concurrency_limit._places), free(concurrency_limit._forms)) == ([(2, 1)], 1, 0)


def test_who_has_no_place_has_none_to_give():
    with concurrency_limit.aside():
        concurrency_limit.leave()

    assert free(concurrency_limit._places) == 2
