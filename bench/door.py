"""A day at the door in a real Chromium: printed pages, their codes read from pictures, half of them offline."""

import shutil
import statistics
import subprocess
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import zxingcpp
from PIL import Image
from playwright.sync_api import sync_playwright

from portal.appointments.appointment_papers import confirmation_pdf
from portal.database.transactions import session
from tests.browser.people import type_log_in
from tests.conftest import CHROMIUM_FLAGS
from tests.door.people import expected

DOOR = "/en/staff/door/"
DOTS = 110
AGAIN_EVERY = 10
MOST_TURN_MS = 100
LOOK_MS = 50
NOTHING_WAITS = "document.getElementById('line').textContent === ''"
KEEPS_A_LIST = """() => new Promise(resolve => {
  const asked = indexedDB.open("door");
  asked.onsuccess = () => {
    const kept = asked.result.transaction("kept").objectStore("kept").get("list");
    kept.onsuccess = () => { resolve(Boolean(kept.result)); asked.result.close(); };
  };
})"""
WATCH = """() => {
  let began;
  document.addEventListener("submit", () => { began = performance.now(); }, { capture: true, once: true });
  window.told = new Promise(resolve => new MutationObserver((_, watching) => {
    watching.disconnect();
    requestAnimationFrame(() => resolve([document.querySelector("#outcome .verdict").innerText.trim(),
      performance.now() - began]));
  }).observe(document.getElementById("outcome"), { childList: true }));
}"""


@dataclass
class DoorReport:
    """The results of the scans: expected people, those recorded as in, entries in the journal, wrong answers."""

    database: str
    people: int
    without_line: int
    noted: int
    entries: int
    wrong: int
    turn_ms: float
    plain_turn_ms: float

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: {self.people} printed codes scanned in Chromium, {self.without_line} of them without a "
            f"line: {self.noted} people noted as in, {self.entries} entries; a check-in takes {self.turn_ms:.0f} ms, "
            f"without scripts {self.plain_turn_ms:.0f} ms (medians)"
        )

    @property
    def damage(self):
        """The faults that affected people, as sentences."""
        found = [f"{self.people - self.noted} scans were lost"] if self.noted != self.people else []
        found += [f"{self.entries} entries for {self.noted} people"] if self.entries != self.noted else []
        return found + ([f"{self.wrong} answers at the door were wrong"] if self.wrong else [])

    @property
    def faults(self):
        """All faults, as sentences: also what took too long."""
        slow = [turn for turn in (self.turn_ms, self.plain_turn_ms) if turn >= MOST_TURN_MS]
        return self.damage + [f"a check-in takes {turn:.0f} ms" for turn in slow]


def a_day_at_the_door(portal, server, number, browser=None):
    """Let so many people come, half of them while the connection is lost; return the DoorReport."""
    codes = printed_codes(portal, number + number // AGAIN_EVERY)
    scripted, plain = codes[:number], codes[number:]
    with _chromium(browser) as chromium, closing(chromium.new_context(base_url=_address(server))) as context:
        plain_turns = _scan_without_scripts(chromium, server, plain)
        page = open_door(context)
        turns, wrong = _scan(page, scripted[: number // 2])
        context.set_offline(True)
        page.reload()
        _, more_wrong = _scan(page, scripted[number // 2 :])
        context.set_offline(False)
        wait_until(page, NOTHING_WAITS)
    noted, entries = _stored(portal)
    wrong += more_wrong
    medians = statistics.median(turns), statistics.median(plain_turns)
    return DoorReport(portal.database, len(codes), number - number // 2, noted, entries, wrong, *medians)


def printed_codes(portal, number):
    """Book so many people for today, print their pages, and return the codes that a scanner reads from the pictures."""
    app = portal.application()
    with app.app_context(), TemporaryDirectory() as folder:
        booked = [expected(surname=f"Sok {place}") for place in range(number)]
        codes = [_read_from_picture(appointment, Path(folder)) for appointment in booked]
        session.remove()
    app.extensions["engine"].dispose()
    return codes


def open_door(context, name="guard"):
    """Log in and open the page of the door in a browser context, which then has its list."""
    page = context.new_page()
    type_log_in(page, name, DOOR)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    wait_until(page, "navigator.serviceWorker.controller !== null")
    wait_until(page, KEEPS_A_LIST)
    return page


def wait_until(page, expression, seconds=60):
    """Evaluate an expression on a page until it is true: the page's policy forbids Playwright's own way."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(LOOK_MS)


def scan(page, code):
    """Type a code as a scanner does, and Enter; return the word on the screen and the milliseconds until then."""
    page.evaluate(WATCH)
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    return page.evaluate("window.told")


def _scan(page, codes):
    """Scan codes in turn, some of them twice; return the milliseconds of each and how many answers were wrong."""
    turns, wrong = [], 0
    for place, code in enumerate(codes):
        word, turn = scan(page, code)
        wrong += word != "ENTER"
        turns.append(turn)
        if place % AGAIN_EVERY == 0:
            wrong += scan(page, code)[0] != "STOP"
    return turns, wrong


def _scan_without_scripts(chromium, server, codes):
    with closing(chromium.new_context(base_url=_address(server), java_script_enabled=False)) as context:
        page = context.new_page()
        type_log_in(page, "guard", DOOR)
        return [_turn(page, code) for code in codes]


def _turn(page, code):
    page.locator("#code:focus").wait_for()
    page.keyboard.type(code)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".verdict").inner_text().strip() == "ENTER"
    return page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")


def _read_from_picture(appointment, folder):
    file = folder / "page.pdf"
    file.write_bytes(confirmation_pdf(appointment))
    command = ["pdftoppm", "-gray", "-png", "-singlefile", "-r", str(DOTS), file, folder / "page"]
    subprocess.run(command, check=True)
    with Image.open(folder / "page.png") as picture:
        (found,) = zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormat.QRCode)
    return found.text


def _stored(portal):
    noted = "SELECT count(*) FROM appointment WHERE state = 'attended'"
    entries = "SELECT count(*) FROM journal_entry WHERE action = 'appointment attended'"
    return portal.execute(noted)[0][0], portal.execute(entries)[0][0]


def _address(server):
    return f"http://127.0.0.1:{server.port}"


@contextmanager
def _chromium(browser=None):
    if browser is not None:
        yield browser
        return
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        yield running
        running.close()
