"""The calendar file: the right hour in two parsers, one identity through every change, nothing personal."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from dateutil.tz import tzical
from icalendar import Calendar

from portal.appointments import appointment_papers
from portal.i18n.locale import LANGUAGES, in_language
from portal.paper.calendars import CANCEL, PUBLISH, Event, calendar_of
from tests.paper.people import booked, slot_in, take

ZONES = [
    ("America/New_York", datetime(2026, 3, 6), datetime(2026, 3, 12)),
    ("America/New_York", datetime(2026, 10, 30), datetime(2026, 11, 3)),
    ("America/Ciudad_Juarez", datetime(2026, 3, 6), datetime(2026, 3, 10)),
    ("Africa/Casablanca", datetime(2026, 3, 20), datetime(2026, 3, 24)),
    ("Asia/Kathmandu", datetime(2026, 3, 6), datetime(2026, 3, 7)),
    ("America/Caracas", datetime(2026, 3, 6), datetime(2026, 3, 7)),
]


def event_at(start, zone):
    texts = dict.fromkeys(("summary", "location", "description", "alarm", "address", "organizer"), "x")
    return Event("PHP-7K3M-9QXR", 0, start, zone, made_at=datetime(2026, 1, 1, tzinfo=UTC), **texts)


def parsed(content):
    return Calendar.from_ical(content).walk("VEVENT")[0]


@pytest.mark.parametrize(("zone", "first", "last"), ZONES)
@pytest.mark.parametrize("hour", [0, 4, 9])
def test_an_hour_near_a_change_of_clocks_is_right_in_two_parsers(zone, first, last, hour):
    start = first + timedelta(hours=hour)
    while start < last:
        content = calendar_of(event_at(start, zone), PUBLISH, "http://localhost:8000")
        entry = parsed(content)
        assert entry.start.replace(tzinfo=None) == start
        # The other parser knows only the file's own zone rules.
        rules = tzical(io.StringIO(content.decode().replace("\r\n", "\n"))).get(zone)
        assert start.replace(tzinfo=rules).astimezone(UTC) == entry.start.astimezone(UTC), start
        start += timedelta(days=1)


def test_a_moved_and_a_cancelled_appointment_keep_their_identity(app):
    appointment = booked()
    first = parsed(appointment_papers.calendar_file(appointment))
    take(appointment.case, slot_in(appointment.case.post, 9))
    moved = parsed(appointment_papers.calendar_file(appointment))
    appointment.state, appointment.version = "cancelled", 3
    content = appointment_papers.calendar_file(appointment)
    cancelled = parsed(content)

    assert first["UID"] == moved["UID"] == cancelled["UID"] == f"{appointment.reference}@localhost"
    assert [one["SEQUENCE"] for one in (first, moved, cancelled)] == [0, 1, 2]
    assert (first["STATUS"], cancelled["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert (moved.start - first.start).days == 2
    assert Calendar.from_ical(content)["METHOD"] == CANCEL


@pytest.mark.parametrize("method", [PUBLISH, CANCEL])
def test_what_is_published_and_what_is_cancelled_have_one_organizer_and_no_attendee(app, method):
    entry = parsed(appointment_papers.calendar_file(booked(), method))

    assert entry["ORGANIZER"] == f"mailto:{app.extensions['settings'].mail_from}"
    assert (entry["SEQUENCE"], "ATTENDEE" in entry) == (0, False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_warns_the_day_before_and_names_nobody(app, language):
    appointment = booked(surname="Vannak", given_names="Rithy")
    with in_language(language):
        content = appointment_papers.calendar_file(appointment)
    entry = parsed(content)
    alarm = entry.walk("VALARM")[0]
    plain = content.decode().replace("\r\n ", "")

    assert alarm["TRIGGER"].dt == timedelta(days=-1) and alarm["DESCRIPTION"]
    assert entry.end - entry.start == timedelta(hours=1)
    assert appointment.reference in entry["DESCRIPTION"] and f"/{language}/dashboard" in entry["DESCRIPTION"]
    assert not any(secret in plain for secret in ("Vannak", "Rithy", appointment.case.number, "N0123456"))
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
