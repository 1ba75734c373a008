"""Files are scanned where a scanner is set: what is harmful is refused, and while it is away files wait, never pass."""

import dataclasses
import io
from datetime import timedelta

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from portal import clock
from portal.accounts import notices
from portal.database.transactions import session
from portal.evidence import file_jobs
from portal.evidence.file_store import store
from portal.evidence.operations import receipts_of
from portal.posts.operations import today
from portal.settings import parsing
from portal.settings.parsing import SettingsError
from tests.evidence import clamd
from tests.evidence.papers import add, file, holder, listing, officer, picture, send
from tests.evidence.test_files import documents_of, files_of
from tests.visitor import Visitor

NOWHERE = "clamd://127.0.0.1:9"


def harmful():
    """A picture with the word in it that the scanner finds."""
    note, out = PngInfo(), io.BytesIO()
    note.add_text("Comment", clamd.HARMFUL.decode())
    Image.new("RGB", (300, 300), "white").save(out, "PNG", pnginfo=note)
    return out.getvalue()


def use(app, url):
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], scanner_url=url)


def test_a_harmful_file_is_refused_and_not_kept(app, visitor):
    case = holder(visitor)
    with clamd.running() as (server, url):
        use(app, url)

        page = add(visitor, case, file(harmful()), file(picture(), "good.jpg"))

    assert "The virus scanner found something harmful in this file." in page.errors[0]
    assert [one.name for one in files_of(case)] == ["good.jpg"] and len(list(store().names())) == 1
    assert server.scanned == [len(harmful()), len(picture())]


def test_while_the_scanner_is_away_files_wait_and_the_receipt_bears_the_day_of_the_upload(app, visitor):
    case = holder(visitor)
    use(app, NOWHERE)
    page = add(visitor, case, file(picture()))
    (kept,) = files_of(case)
    address = f"/en/evidence/files/{kept.public_id}/1"
    assert "waiting for the virus scanner" in page.text and visitor.client.get(address).status_code == 404
    sent = send(visitor, case)
    assert "Your document receipt will follow" in sent.text and receipts_of(case) == []
    assert "There are no files to look at" in officer(Visitor(app)).open("/en/staff/files/").text

    assert file_jobs.scan_waiting(clock.now() + timedelta(days=2)) == 0
    with clamd.running() as (_server, url):
        use(app, url)
        assert file_jobs.scan_waiting(clock.now() + timedelta(days=3)) == 1

    session.rollback()
    (receipt,) = receipts_of(case)
    assert receipt.received_on == today(case.post, clock.now())
    assert receipt.recorded_at > clock.now() + timedelta(days=2)
    assert visitor.client.get(address).status_code == 200
    assert receipt.reference in visitor.open(listing(case)).text


def test_a_file_found_harmful_after_it_was_sent_is_taken_out_and_the_person_is_told(app, visitor):
    case = holder(visitor)
    use(app, NOWHERE)
    add(visitor, case, file(harmful()), file(picture()))
    add(visitor, case, file(harmful()), place=1)
    send(visitor, case)

    with clamd.running() as (_server, url):
        use(app, url)
        assert file_jobs.scan_waiting(clock.now()) == 3

    session.rollback()
    assert [len(one.files) for one in documents_of(case)] == [1]
    assert [line.name for line in receipts_of(case)[0].lines if line.outcome == "came"] == ["Police Certificate"]
    assert "file_harmful" in [one.kind for one in notices.unread(case.account_id)]
    assert "found something harmful" in visitor.open("/en/dashboard").text


def test_a_scanner_that_does_not_say_lets_nothing_pass(app, visitor):
    case = holder(visitor)
    with clamd.running(b"INSTREAM size limit exceeded. ERROR") as (_server, url):
        use(app, url)
        add(visitor, case, file(picture()))
        send(visitor, case)
        file_jobs.scan_waiting(clock.now())

    assert [one.state for one in files_of(case)] == ["waiting"] and receipts_of(case) == []


@pytest.mark.parametrize("url", ["clamd://host:3310", "clamd:///run/clamav/clamd.ctl", ""])
def test_an_address_of_a_scanner_is_taken(url):
    assert parsing.scanner_url({"PORTAL_SCANNER_URL": url}) == url


@pytest.mark.parametrize("url", ["http://host", "clamd://", "clamd:///", "clamd://host/path", "clamd://a@host"])
def test_an_address_that_is_no_scanner_stops_the_start(url):
    with pytest.raises(SettingsError, match="PORTAL_SCANNER_URL must be"):
        parsing.scanner_url({"PORTAL_SCANNER_URL": url})
