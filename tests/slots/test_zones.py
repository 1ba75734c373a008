"""The time zone of a post is corrected: 09:00 stays 09:00, and the instant follows (R9)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal import clock
from portal.database.transactions import session
from portal.integrity import checks
from portal.journal import journal
from portal.journal.journal import Entry
from portal.posts.operations import import_posts
from portal.slots import zone_correction
from portal.slots.models import Slot
from portal.slots.zone_correction import ZoneUnknown
from tests.factories import make_account, make_post, make_slot, signed_in

WRONG, RIGHT = "Asia/Tokyo", "Asia/Phnom_Penh"
ZONE = "/en/staff/posts/PHP/zone"


@pytest.fixture
def post(app):
    """A post whose zone is two hours off."""
    return make_post(timezone=WRONG)


def nine_in(days):
    """09:00 by the local clock, so many days from now."""
    return datetime.combine(clock.now().date() + timedelta(days=days), time(9, 0))


def correct(post, timezone=RIGHT):
    moved = zone_correction.correct_zone(post, timezone, "command", clock.now())
    session.commit()
    session.expire_all()
    return moved


def test_r9_slots_to_come_keep_their_local_times_and_their_instants_follow(post):
    ahead, past = make_slot(post, nine_in(7)), make_slot(post, nine_in(-7))
    before = past.starts_at

    assert correct(post) == 1
    assert (ahead.local_start, ahead.timezone) == (nine_in(7), RIGHT)
    assert ahead.starts_at == nine_in(7).replace(tzinfo=ZoneInfo(RIGHT)).astimezone(UTC)
    assert (past.timezone, past.starts_at) == (WRONG, before)
    assert not [line for line in checks.violations() if line.startswith("R9")]


def test_r9_a_slot_that_is_past_by_the_wrong_zone_only_comes_back(post):
    here = clock.now().astimezone(ZoneInfo(WRONG)).replace(tzinfo=None, microsecond=0)
    slot = make_slot(post, here - timedelta(hours=1))
    assert slot.starts_at < clock.now()

    assert correct(post) == 1
    assert slot.starts_at > clock.now()


def test_check_finds_a_slot_to_come_that_did_not_follow_r9(post):
    slot = make_slot(post, nine_in(7))
    post.timezone = RIGHT
    session.commit()

    assert list(checks.violations()) == [f"R9 slot {slot.id}: it is to come in {WRONG}, and its post is in {RIGHT}"]


def test_one_journal_entry_says_which_zone_it_was_and_how_many_slots_followed_r6(post):
    make_slot(post, nine_in(7))
    correct(post)
    correct(post)

    entries = session.scalars(select(Entry).where(Entry.action == "post zone corrected")).all()
    assert [(one.before, one.after) for one in entries] == [({"timezone": WRONG}, {"timezone": RIGHT, "slots": 1})]


def test_slots_of_other_posts_stay(post):
    other = make_slot(make_post("TKY", country="JP", city="Tokyo", timezone=WRONG), nine_in(7))
    correct(post)

    assert other.timezone == WRONG


def test_a_zone_that_does_not_exist_changes_nothing(post):
    for name in ("Asia/Nowhere", "", "asia/tokyo", "../UTC"):
        with pytest.raises(ZoneUnknown):
            correct(post, name)
    assert post.timezone == WRONG


def test_the_page_says_what_will_move_and_moves_it(visitor, post):
    make_slot(post, nine_in(7))
    signed_in(visitor, make_account("administrator"))

    assert "Future slots: 1, with 0 seats taken." in visitor.open(ZONE).text
    assert "There is no such time zone." in visitor.submit(ZONE, timezone="Nowhere").errors[0]
    assert "The time zone has been corrected." in visitor.submit(ZONE, timezone=f" {RIGHT} ").text
    assert session.scalars(select(Slot.timezone)).all() == [RIGHT]


def test_r9_slots_follow_a_zone_that_an_import_corrected(post):
    slot = make_slot(post, nine_in(7))
    import_posts(["code,country,city,timezone", f"PHP,KH,Phnom Penh,{RIGHT}"], journal.COMMAND, clock.now())

    assert zone_correction.catch_up(journal.COMMAND, clock.now()) == 1
    session.commit()
    session.expire_all()
    assert slot.timezone == RIGHT
    assert zone_correction.catch_up(journal.COMMAND, clock.now()) == 0
