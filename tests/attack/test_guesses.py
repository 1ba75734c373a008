"""Guesses at every entry: limits delay, then reject, and admit the rightful person again when they said (R13).

Ten thousand at each entry, over two workers and a restart, are in make prove.
"""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from portal import clock, create_app
from portal.accounts import passwords
from portal.database.transactions import session
from portal.limits.throttle import TICKET, WAITS_SECONDS
from portal.web.errors import Busy
from tests.factories import PASSWORD, make_account, signed_in
from tests.visitor import Page, Visitor

CREATE, LOG_IN = "/en/account/create", "/en/account/login"
FREE, MOST = 6, 24
FACTOR = FREE / 30  # of what is free at CREATE; nothing but the address is limited there
OF_TWO_TRIES = 0.15  # at LOG_IN, a name then has two attempts, and an address 22 free ones
NEW = {"password": PASSWORD, "password_again": PASSWORD, "language": "en", "agreed": "y"}


@pytest.fixture
def village(app, monkeypatch):
    """A network address that many share, with limits that are reached soon."""
    monkeypatch.setitem(app.extensions, "limits_factor", FACTOR)
    return Visitor(app)


def send(visitor, path, **typed):
    """Send a form as typed, with the page's token; returns the answer."""
    token = visitor.open(path).fields["csrf_token"]
    return visitor.client.post(path, data={"csrf_token": token, **typed})


def guess(visitor, number, **more):
    """Try whether an email address has an account; returns the answer."""
    return send(visitor, CREATE, email=f"guess{number}@example.org", password="wrong wrong", **more)


def use_up_the_free(village):
    for number in range(FREE):
        assert guess(village, number).status_code == 200


def test_an_address_is_slowed_before_it_is_stopped_and_what_was_typed_is_kept_r13(village):
    use_up_the_free(village)

    slow = guess(village, 7)

    page = Page(slow)
    assert slow.status_code == 429
    assert int(slow.headers["Retry-After"]) == WAITS_SECONDS[0]
    assert f"Wait {WAITS_SECONDS[0]} seconds" in page.text and "Nothing was lost" in page.text
    assert page.fields["email"] == "guess7@example.org"
    assert page.fields["password"] == "" and "wrong wrong" not in slow.text


def test_who_waits_as_told_is_let_in_with_one_press_r13(village):
    use_up_the_free(village)
    slow = Page(send(village, CREATE, email="dara@example.org", form_key=str(uuid4()), **NEW))
    typed = {**slow.fields, "password": PASSWORD, "password_again": PASSWORD}

    early = Page(village.client.post(CREATE, data=typed))
    assert (early.status, early.fields[TICKET]) == (429, slow.fields[TICKET])
    with time_machine.travel(clock.now() + timedelta(seconds=WAITS_SECONDS[0] + 1), tick=False):
        entered = village.client.post(CREATE, data=typed)
    assert (entered.status_code, entered.location) == (303, "/en/dashboard?said=created")


def test_a_ticket_is_good_once_and_at_its_own_door_only(village):
    use_up_the_free(village)
    ticket = Page(guess(village, 7)).fields[TICKET]

    with time_machine.travel(clock.now() + timedelta(seconds=60), tick=False):
        answers = [guess(village, number, ticket=ticket).status_code for number in (8, 9)]
        made_up = [guess(village, 10, ticket=one).status_code for one in ("x", ticket[:-1], "\x00")]
    assert answers == [200, 429]
    assert made_up == [429, 429, 429]


def test_tickets_that_were_collected_are_let_through_one_in_the_time_of_a_wait_r13(app, village):
    use_up_the_free(village)
    shown = [Page(guess(village, number)).fields for number in range(20)]
    found, together, base = [], threading.Barrier(20), clock.now() + timedelta(seconds=60)
    session.remove()

    def send_one(fields):
        browser = app.test_client()
        for cookie in village.client._client._cookies.values():
            browser.set_cookie(cookie.key, cookie.value)
        together.wait()
        found.append(browser.post(CREATE, data=fields))

    with time_machine.travel(base, tick=False) as now:
        for turn in range(1, 4):
            at_once(send_one, shown)
            assert [one.status_code for one in found].count(200) == turn
            now.shift(max(WAITS_SECONDS))


def at_once(send_one, values):
    threads = [threading.Thread(target=send_one, args=(one,)) for one in values]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def test_guesses_that_do_not_wait_use_up_nobodys_tries_and_a_neighbour_gets_in_r13(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "limits_factor", OF_TWO_TRIES)
    account, attacker, neighbour = make_account(), Visitor(app), Visitor(app)
    token = attacker.open(LOG_IN).fields["csrf_token"]
    answers = [
        attacker.client.post(LOG_IN, data={"csrf_token": token, "name": f"guess{number}", "password": "wrong"})
        for number in range(100)
    ]
    slow = Page(send(neighbour, LOG_IN, name=account.email, password=PASSWORD))

    assert [one.status_code for one in answers] == [200] * 22 + [429] * 78
    assert int(slow.response.headers["Retry-After"]) == WAITS_SECONDS[0]
    with time_machine.travel(clock.now() + timedelta(seconds=3), tick=False):
        entered = neighbour.client.post(LOG_IN, data={**slow.fields, "password": PASSWORD})
    assert entered.status_code == 303


def test_guesses_at_one_name_leave_the_others_of_an_address_alone_r13(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "limits_factor", OF_TWO_TRIES)
    account, attacker = make_account(), Visitor(app)
    answers = [send(attacker, LOG_IN, name="dara@example.org", password="wrong").status_code for _try in range(40)]

    assert answers == [200, 200] + [429] * 38
    assert send(Visitor(app), LOG_IN, name=account.email, password=PASSWORD).status_code == 303


def test_who_waits_again_and_again_waits_longer_is_stopped_at_last_and_back_when_told_r13(village):
    use_up_the_free(village)
    waits = []
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for number in range(MOST - FREE):
            slow = guess(village, number)
            waits.append(int(slow.headers["Retry-After"]))
            traveller.shift(waits[-1] + 1)
            assert guess(village, number, ticket=Page(slow).fields[TICKET]).status_code == 200
        stopped = Page(guess(village, 99))
        assert "You can try again in" in stopped.text and TICKET not in stopped.fields
        traveller.shift(int(stopped.response.headers["Retry-After"]) + 1)
        assert guess(village, 99).status_code == 200
    assert waits == sorted(waits) and set(waits) == set(WAITS_SECONDS)


def test_what_was_counted_is_counted_after_a_restart_too(village, settings):
    use_up_the_free(village)
    restarted = create_app(settings)
    restarted.extensions["limits_factor"] = FACTOR
    with restarted.app_context():
        assert guess(Visitor(restarted), 7).status_code == 429
    restarted.extensions["engine"].dispose()


def test_who_is_logged_in_is_counted_by_account_whatever_the_address_r13(app, village):
    use_up_the_free(village)
    logged_in = signed_in(Visitor(app), make_account())

    assert guess(Visitor(app), 7).status_code == 429
    assert send(logged_in, "/en/account/recover", name="x", code="y").status_code == 200


def test_a_flood_of_hashes_takes_no_more_than_its_share_and_the_rest_is_told_to_wait(app, visitor, monkeypatch):
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0.05)
    shown = visitor.open(LOG_IN)
    for _core in range(passwords.AT_ONCE):
        passwords._hashing.acquire()
    try:
        page = visitor.submit(LOG_IN, page=shown, status=409, name="dara@example.org", password=PASSWORD)
        assert (page.fields["name"], page.fields["password"]) == ("dara@example.org", "")
        found = page.response.headers
        assert (found["Retry-After"], found["X-Portal-Busy"], found["Cache-Control"]) == ("5", "1", "no-store")
    finally:
        _release_all()
    assert visitor.submit(LOG_IN, name="dara@example.org", password=PASSWORD).errors


def test_no_more_wait_for_a_hash_than_leave_threads_for_others(monkeypatch):
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 60)
    refused, kept = [], passwords.hash_password(PASSWORD)

    def ask():
        try:
            passwords.fits(PASSWORD, kept)
        except Busy:
            refused.append(1)

    for _core in range(passwords.AT_ONCE):
        passwords._hashing.acquire()
    threads = [threading.Thread(target=ask) for _one in range(passwords.MOST_WAITING + 5)]
    for one in threads:
        one.start()
    for one in threads[-5:]:
        one.join(0.3)
    assert len(refused) == 5
    _release_all()
    for one in threads:
        one.join()
    assert len(refused) == 5


def _release_all():
    for _core in range(passwords.AT_ONCE):
        passwords._hashing.release()
