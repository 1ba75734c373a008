"""Calendar files of appointments (RFC 5545, 5546), with the time zone included, and an alarm the day before."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from portal import lazy_imports

PUBLISH, CANCEL = "PUBLISH", "CANCEL"
PRODUCT = "-//221(g) Portal//Appointments//EN"
LENGTH = timedelta(hours=1)
BEFORE = timedelta(days=-1)
RULES_FOR = timedelta(days=200)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True)
class Event:
    """An appointment as a calendar event: local_start is naive, in the time zone; sequence counts from 0.

    organizer: the email address of the portal, which RFC 5546 requires in PUBLISH and CANCEL.
    """

    reference: str
    sequence: int
    local_start: datetime
    timezone: str
    summary: str
    location: str
    description: str
    alarm: str
    address: str
    organizer: str
    made_at: datetime


def calendar_of(event, method, public_url):
    """Return an event as a calendar file in UTF-8.

    method: PUBLISH, also for an event whose time changed; or CANCEL. The same event keeps its UID.
    """
    zone = ZoneInfo(event.timezone)
    start = event.local_start.replace(tzinfo=zone)
    calendar = lazy_imports.icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_rules(event.timezone, zone, start.astimezone(UTC)))
    calendar.add_component(_entry(event, method, start, urlsplit(public_url).hostname))
    return calendar.to_ical()


@dataclass(frozen=True)
class Mark:
    """One date of a subscription: an aware instant, or a whole day from midnight to midnight."""

    key: str
    when: datetime | date
    summary: str


def subscription_of(marks, name, public_url, made_at):
    """Return dates as a calendar for subscriptions; key identifies a date across fetches."""
    calendar, host = lazy_imports.icalendar.Calendar(), urlsplit(public_url).hostname
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for mark in marks:
        entry = lazy_imports.icalendar.Event()
        entry.add("uid", f"{mark.key}@{host}")
        entry.add("dtstamp", made_at)
        _add_span(entry, mark.when)
        entry.add("summary", mark.summary)
        calendar.add_component(entry)
    return calendar.to_ical()


def _add_span(entry, when):
    """Set the duration of an entry: an hour from an instant, or one day, which needs no end (RFC 5545, 3.6.1)."""
    if not isinstance(when, datetime):
        entry.add("dtstart", when)
        return
    entry.add("dtstart", when.astimezone(UTC))
    entry.add("dtend", when.astimezone(UTC) + LENGTH)


def _entry(event, method, start, host):
    entry = lazy_imports.icalendar.Event()
    entry.add("uid", f"{event.reference}@{host}")
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", event.made_at)
    entry.add("organizer", f"mailto:{event.organizer}")
    entry.add("dtstart", start)
    entry.add("dtend", start + LENGTH)
    entry.add("summary", event.summary)
    entry.add("location", event.location)
    entry.add("description", event.description)
    entry.add("url", event.address)
    entry.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    if method != CANCEL:
        alarm = lazy_imports.icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", BEFORE)
        alarm.add("description", event.alarm)
        entry.add_component(alarm)
    return entry


def _rules(name, zone, instant):
    # Our own code: icalendar 7.3 begins daylight saving time an hour late, and takes 75 ms for a zone without any.
    rules = lazy_imports.icalendar.Timezone()
    rules.add("tzid", name)
    first = instant - RULES_FOR
    rules.add_component(_observance(zone, first, first))
    moment = first
    while moment < instant + RULES_FOR:
        if (moment + DAY).astimezone(zone).utcoffset() != moment.astimezone(zone).utcoffset():
            change = _change_between(zone, moment, moment + DAY)
            rules.add_component(_observance(zone, change - SECOND, change))
        moment += DAY
    return rules


def _change_between(zone, before, after):
    """Return the first instant at which the zone has another offset from UTC."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def _observance(zone, before, onset):
    old, new = before.astimezone(zone), onset.astimezone(zone)
    observance = lazy_imports.icalendar.TimezoneDaylight() if new.dst() else lazy_imports.icalendar.TimezoneStandard()
    # An onset is given in the local time that it ends.
    observance.add("dtstart", onset.astimezone(UTC).replace(tzinfo=None) + old.utcoffset())
    observance.TZOFFSETFROM, observance.TZOFFSETTO = old.utcoffset(), new.utcoffset()
    observance.add("tzname", new.tzname())
    return observance
