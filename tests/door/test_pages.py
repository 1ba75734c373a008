"""The pages of the door: what the guard sees, who may open them, and what a device sends and stores."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.appointments.models import Appointment
from portal.appointments.operations import cancel
from portal.cases.refusals import letters
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.web.security_headers import POLICY, POLICY_OF_FORMS
from tests.door.people import WEEK, amman, expected, scanned
from tests.factories import PASSPORT, make_account, make_post, signed_in
from tests.visitor import Visitor

DOOR = "/en/staff/door/"
CHILD = {"relationship": "child", "given_names": "Bopha", "passport_number": "N0999999", "reasons": ()}


@pytest.fixture
def guard(app, visitor):
    """The guard of Phnom Penh."""
    return signed_in(visitor, make_account("guard", make_post()))


def scan(guard, typed, page=None):
    """The result of a scan for the guard, without the texts for offline work."""
    return outcome(guard.submit(DOOR, page=page, code=typed))


def outcome(page):
    html = page.html.partition('<div id="outcome">')[2].partition('<div id="late"')[0]
    return " ".join(re.sub("<[^>]*>", " ", html).split())


def state_of(appointment):
    session.rollback()
    return session.get_one(Appointment, appointment.id, populate_existing=True).state


def send(guard, *scans, token=None, status=200):
    token = token or guard.client.get(f"{DOOR}manifest.json").json["token"]
    response = guard.client.post(f"{DOOR}scans", json={"scans": scans}, headers={"X-CSRFToken": token})
    assert response.status_code == status, response.text[:300]
    return response.json["results"] if status == 200 else None


def one_scan(typed, seconds_ago=0):
    return {"id": str(uuid4()), "typed": typed, "seconds_ago": seconds_ago}


def test_enter_with_name_time_party_and_what_to_bring(guard):
    appointment = expected(more=[CHILD], surname="Sok")
    letters.reissue(appointment.case, appointment.case.refusals[0].id, "account:1", clock.now())
    session.commit()

    page = guard.submit(DOOR, code=scanned(appointment))

    for text in ("ENTER", "Dara Sok", "Bopha", "people 2", "Police certificate", "duplicate"):
        assert text in outcome(page)
    assert (page.fields["code"], "autofocus" in page.html) == ("", True)
    assert state_of(appointment) == "attended"


@pytest.mark.parametrize(
    ("days", "said"), [(1, "the appointment is on a later day"), (-1, "the appointment was on an earlier day")]
)
def test_stop_with_the_reason_and_a_journal_entry(guard, days, said):
    told = scan(guard, scanned(expected(days)))

    assert told.startswith("STOP")
    assert said in told
    assert session.scalar(select(func.count()).where(Entry.action == "check-in refused")) == 1


def test_r5_of_another_post_the_guard_learns_no_name(guard):
    told = scan(guard, scanned(expected(post=amman(), surname="Haddad")))

    assert "Another Embassy" in told
    assert "Haddad" not in told


def test_an_empty_scan_is_asked_for_again(guard):
    assert guard.submit(DOOR, code="").errors == ["Scan a code, or enter a reference."]


def test_r12_the_page_sent_again_lets_in_again_and_a_new_scan_does_not(guard):
    appointment, form = expected(), guard.open(DOOR)

    assert [scan(guard, appointment.reference, form)[:5] for _ in range(2)] == ["ENTER", "ENTER"]
    assert "Already in" in scan(guard, appointment.reference)


def test_a_check_in_is_taken_back_on_the_page(guard):
    appointment = expected()
    shown = guard.submit(DOOR, code=appointment.reference)
    page = guard.submit(f"{DOOR}{appointment.reference}/undo", page=shown, code=None)

    assert "The check-in has been undone." in page.text
    assert state_of(appointment) == "booked"


def test_who_came_reads_that_the_appointment_is_over_not_that_it_is_cancelled(app, guard):
    appointment = expected()
    scan(guard, appointment.reference)
    owner = signed_in(Visitor(app), appointment.case.account)
    page = owner.open(f"/en/appointments/{appointment.reference}")

    assert page.h1 == "This appointment is in the past"
    assert "You were checked in on" in page.text
    assert "This appointment is in the past." in owner.open(f"{page.path}/print").text
    assert b"METHOD:PUBLISH" in owner.client.get(f"{page.path}.ics").data


def test_r5_a_check_in_of_another_post_is_not_taken_back(guard):
    appointment = expected(post=amman())

    guard.post(f"{DOOR}{appointment.reference}/undo", status=404)


def test_todays_list_shows_who_is_expected_and_who_is_in(guard):
    came, gone = expected(surname="Chea"), expected(hour=10, surname="Long")
    cancel(gone, "account:1", clock.now() - WEEK)
    session.commit()
    scan(guard, came.reference)

    page = guard.open(f"{DOOR}list")

    assert page.text.index("Chea") < page.text.index("Long")
    assert "Entered at" in page.text
    assert "Canceled" in page.text
    assert PASSPORT not in page.html


def test_an_applicant_and_an_administrator_may_not(app):
    for role in (None, "administrator"):
        somebody = signed_in(Visitor(app), make_account(role))
        for path in ("", "list", "manifest.json", "worker.js"):
            assert somebody.client.get(DOOR + path).status_code == 403


def test_a_desk_may_check_in_too(app, visitor):
    appointment = expected()

    assert scan(signed_in(visitor, make_account("desk", make_post())), appointment.reference).startswith("ENTER")


def test_scans_of_a_device_are_taken_once_each(guard):
    appointment, other = expected(), expected(hour=10)
    scans = [one_scan(scanned(appointment), 90), one_scan(other.reference), one_scan("x\x00")]

    for _ in range(2):
        assert [one["enters"] for one in send(guard, *scans)] == [True, True, False]
    assert [one["enters"] for one in send(guard, one_scan(scanned(appointment)))] == [False]
    assert session.scalar(select(func.count()).where(Entry.action == "appointment attended")) == 2


def test_scans_without_a_token_or_without_shape_are_refused(guard):
    appointment = expected()

    send(guard, one_scan(appointment.reference), token="00", status=400)
    for unfit in ({}, {"id": "x"}, {**one_scan("x"), "seconds_ago": "soon"}, "x"):
        send(guard, unfit, status=400)
    send(guard, *[one_scan("x")] * 51, status=400)
    assert state_of(appointment) == "booked"


def test_the_manifest_holds_names_references_times_and_states_and_nothing_else(guard):
    appointment = expected(more=[CHILD])
    expected(1)

    manifest = guard.client.get(f"{DOOR}manifest.json").json

    assert set(manifest) == {"post", "day", "as_of", "seconds_left", "people", "token"}
    assert 0 < manifest["seconds_left"] <= 24 * 3600
    assert manifest["people"] == [
        {
            "reference": appointment.reference,
            "names": ["Dara Sok", "Bopha Sok"],
            "moment": appointment.slot.local_start.strftime("%Y%m%d%H%M"),
            "time": "9:00 AM",
            "state": "booked",
            "since": "",
        }
    ]


def test_workers_are_allowed_on_the_page_of_the_door_alone_and_scripts_besides_on_forms(guard):
    def policies(path):
        return guard.client.get(path).headers.getlist("Content-Security-Policy")

    for path in (DOOR, f"{DOOR}worker.js"):
        assert len(policies(path)) == 1
        assert "script-src 'self'; worker-src 'self'; connect-src 'self'" in policies(path)[0]
    for path in (f"{DOOR}list", "/en/staff/", "/en/staff/slots/"):
        assert policies(path) == [POLICY]
    assert policies("/en/account/logout") == [POLICY_OF_FORMS]


def test_logging_out_clears_what_the_device_keeps(guard):
    response = guard.post("/en/account/logout", status=303)

    assert response.headers["Clear-Site-Data"] == '"storage"'


def test_the_guard_finds_the_door_on_the_home_page(guard):
    links = guard.open("/en/staff/").links

    assert {DOOR, f"{DOOR}list"} <= set(links)
    assert not any("/slots" in link or "/cases" in link for link in links)
