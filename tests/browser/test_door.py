"""The door in a real browser, online and offline: no scan lost, none twice; what the device stores, and how long."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from bench.door import DOOR, KEEPS_A_LIST, NOTHING_WAITS, a_day_at_the_door, open_door, scan, wait_until
from bench.servers import SQLITE, portal_on, serve
from portal import clock
from portal.appointments.models import Appointment
from portal.appointments.operations import cancel, move
from portal.database.transactions import session
from portal.paper import tokens
from tests.browser.people import type_log_in
from tests.door.people import amman, expected, scanned, slot_on
from tests.factories import PASSPORT

PEOPLE = 20
WEEK = timedelta(days=7)
FELT_WITHIN_MS = 1000
KEPT = """async () => {
  const asked = indexedDB.open("door");
  const database = await new Promise(resolve => { asked.onsuccess = () => resolve(asked.result); });
  const store = database.transaction("kept").objectStore("kept");
  const get = name => new Promise(resolve => {
    const one = store.get(name);
    one.onsuccess = () => resolve(one.result);
  });
  const list = await get("list"), key = await get("key");
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: list.iv }, key, list.data);
  const taken = await crypto.subtle.exportKey("raw", key).then(() => "taken", () => "not taken");
  database.close();
  return { stored: new TextDecoder("latin1").decode(list.data), plain: new TextDecoder().decode(plain), taken };
}"""
HEARD = """
  window.heard = [];
  window.AudioContext = class { currentTime = 0; destination = null; };
  window.OscillatorNode = class {
    constructor(_, { frequency }) { window.heard.push(frequency); }
    connect(other) { return other; } start() {} stop() {}
  };
  window.GainNode = class { connect(other) { return other; } };
"""


@pytest.fixture(scope="module")
def portal():
    """A portal of its own: its day is empty except for people whom a test sends."""
    with portal_on(SQLITE) as made:
        yield made


@pytest.fixture(scope="module")
def door(portal):
    """Its server."""
    with serve(portal) as server:
        yield server


@pytest.fixture
def context(browser, door):
    """A browser of its own for each test."""
    made = browser.new_context(base_url=f"http://127.0.0.1:{door.port}", viewport={"width": 320, "height": 640})
    made.add_init_script(HEARD)
    yield made
    made.close()


@pytest.fixture
def come(portal):
    """Call it to run a function in the portal's own database; returns its result."""

    def do(act):
        app = portal.application()
        with app.app_context():
            done = act()
            session.commit()
            session.remove()
        app.extensions["engine"].dispose()
        return done

    return do


def _named(reference):
    return session.scalar(select(Appointment).where(Appointment.reference == reference))


def press_log_out(page):
    """Open the menu, if it is folded, and press Log out."""
    if not page.locator(".menu[open]").count():
        page.click(".menu summary")
    page.click(".menu a[href$='/logout']")


def told(page):
    return " ".join(page.locator("#outcome").inner_text().split())


def test_printed_codes_are_scanned_half_without_a_line_none_lost_none_twice(browser, portal, door):
    report = a_day_at_the_door(portal, door, PEOPLE, browser)

    assert report.damage == [], report.line()


def test_the_door_works_without_scripts(browser, door, come):
    reference = come(lambda: expected().reference)
    context = browser.new_context(base_url=f"http://127.0.0.1:{door.port}", java_script_enabled=False)
    page = context.new_page()
    type_log_in(page, "guard", DOOR)
    for word in ("ENTER", "STOP"):
        page.locator("#code:focus").wait_for()
        page.keyboard.type(reference)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert told(page).startswith(word)
    assert page.locator("#code:focus").input_value() == ""
    context.close()


def test_without_a_line_each_reason_is_told_and_heard(context, come):
    def people():
        booked, gone, moved, other = expected(), expected(), expected(), expected(post=amman())
        old = scanned(moved)
        move(moved, slot_on(moved.case.post, hour=14).id, uuid4(), "account:1", clock.now() - WEEK)
        cancel(gone, "account:1", clock.now() - WEEK)
        start = booked.slot.local_start
        code = scanned(booked)
        return {
            code: "ENTER On today's list",
            booked.reference.lower().replace("-", " "): "STOP Already in",
            scanned(gone): "STOP Canceled",
            old: "STOP Moved: this page is old",
            scanned(other): "STOP Another Embassy",
            code[:-1] + ("A" if code[-1] != "A" else "B"): "STOP Not valid",
            code[:-3]: "STOP Not valid",
            tokens.sign("PHP-0000-0000", 1, start): "STOP Not on the list of this device",
            tokens.sign("PHP-0000-0000", 1, start + WEEK): "STOP Not today: the appointment is on a later day",
            tokens.sign("PHP-0000-0000", 1, start - WEEK): "STOP Not today: the appointment was on an earlier day",
            tokens.sign("PHP-0000-0000", 1, start, tokens.COURIER): "STOP A package",
            "nonsense": "STOP Not found",
        }

    reasons = come(people)
    page = open_door(context)
    context.set_offline(True)
    for code, reason in reasons.items():
        scan(page, code)
        assert told(page).startswith(reason), code

    assert page.evaluate("window.heard") == [880] + [220, 220] * (len(reasons) - 1)
    assert "Scans not sent yet: 1" in page.locator("#line").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_browser_that_cannot_verify_signatures_trusts_its_list_alone(context, come):
    appointment, start = come(lambda: (scanned(one := expected()), one.slot.local_start))
    nobody = come(lambda: tokens.sign("PHP-0000-0000", 1, start))
    context.add_init_script("SubtleCrypto.prototype.importKey = () => Promise.reject(new Error('no such algorithm'))")
    page = open_door(context)
    context.set_offline(True)

    assert [scan(page, code)[0] for code in (nobody, appointment)] == ["STOP", "ENTER"]


def test_who_entered_without_a_line_but_should_not_have_is_told_when_it_is_back(context, come):
    reference = come(lambda: expected().reference)
    page = open_door(context)
    context.set_offline(True)
    assert scan(page, reference)[0] == "ENTER"
    come(lambda: cancel(_named(reference), "account:1", clock.now() - WEEK))
    context.set_offline(False)
    page.wait_for_selector("#late .stop")

    assert "Canceled" in page.locator("#late").inner_text()


def test_the_device_keeps_no_passport_number_and_no_name_in_clear(context, come):
    come(lambda: expected(surname="Keomanivong"))
    page = open_door(context)
    kept = page.evaluate(KEPT)

    assert "Keomanivong" in kept["plain"]
    assert "Keomanivong" not in kept["stored"]
    assert PASSPORT not in kept["plain"]
    assert kept["taken"] == "not taken"


def test_the_list_is_gone_at_midnight_at_the_post(context):
    page = open_door(context)
    context.set_offline(True)
    page.evaluate("const real = Date.now; Date.now = () => real() + 86_400_000")
    scan(page, "PHP-0000-0000")

    assert told(page).startswith("STOP There is no list on this device")
    assert not page.evaluate(KEEPS_A_LIST)


def test_logging_out_destroys_the_key_and_the_list_once_the_scans_are_sent(context, come):
    reference = come(lambda: expected().reference)
    page = open_door(context)
    context.set_offline(True)
    scan(page, reference)
    press_log_out(page)
    wait_until(page, "document.getElementById('line').textContent.includes('If you log out now, they will be lost')")
    context.set_offline(False)
    wait_until(page, NOTHING_WAITS)
    press_log_out(page)
    page.wait_for_url("**/logout")
    page.click("main button.primary")
    page.wait_for_url("**said=logged_out")

    assert page.evaluate("indexedDB.databases()") == []
    assert page.evaluate("caches.keys()") == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(found => found.length)") == 0
    assert come(lambda: _named(reference).state) == "attended"


def test_a_session_that_has_ended_takes_the_key_and_the_list_along(context, portal):
    page = open_door(context)
    portal.execute("DELETE FROM sign_in")
    page.wait_for_timeout(FELT_WITHIN_MS)
    scan(page, "PHP-0000-0000")

    assert told(page).startswith("STOP You are signed out")
    assert not page.evaluate(KEEPS_A_LIST)


def test_a_page_that_is_opened_after_the_end_of_the_session_takes_them_along_too(context, portal):
    page = open_door(context)
    portal.execute("DELETE FROM sign_in")
    page.wait_for_timeout(FELT_WITHIN_MS)
    page.reload()

    assert "/account/login" in page.url
    wait_until(page, f"({KEEPS_A_LIST})().then(keeps => !keeps)")
