"""The list for working offline: names, references, local times and states of today, nothing else."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.door import operations
from portal.i18n.locale import format_time
from portal.posts.operations import today

MOMENT = "%Y%m%d%H%M"


def manifest_of(post, now):
    """Return today's list of a post as plain data; seconds_left: until midnight there, when it must be deleted."""
    here = today(post, now)
    midnight = datetime.combine(here + timedelta(days=1), time.min, ZoneInfo(post.timezone))
    return {
        "post": post.code,
        "day": here.strftime("%Y%m%d"),
        "as_of": format_time(now, post),
        "seconds_left": int(midnight.timestamp() - now.timestamp()),
        "people": [_person(one, post) for one in operations.todays_list(post, now)],
    }


def _person(appointment, post):
    return {
        "reference": appointment.reference,
        "names": [traveller.name for traveller in appointment.case.travellers],
        "moment": appointment.slot.local_start.strftime(MOMENT),
        "time": format_time(appointment.slot.local_start, post),
        "state": appointment.state,
        "since": format_time(appointment.arrived_at, post) if appointment.arrived_at else "",
    }
