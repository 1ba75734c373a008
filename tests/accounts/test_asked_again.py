"""The second factor is asked for again before sensitive actions, and nothing entered is lost."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from portal import clock
from portal.cases.models import Case
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.posts.models import Post
from portal.sessions.models import SignIn
from portal.slots.models import Slot
from portal.web import identity
from tests.cases.case_file import line, write_csv
from tests.factories import make_account, make_factor, make_post, signed_in
from tests.visitor import CODE, Visitor, code_now

AGAIN = "Enter a code from your app again"
SETTINGS = "/en/staff/settings"
RELEASE = "/en/staff/slots/release"
IMPORT = "/en/staff/cases/import/"


@pytest.fixture
def supervisor(app, visitor):
    """A supervisor who has just given the second factor."""
    account = make_account("supervisor", make_post())
    visitor.secret = make_factor(account)
    return signed_in(visitor, account)


def let_time_pass(minutes=11):
    """Let so many minutes pass since the second factor was given."""
    session.execute(update(SignIn).values(factor_at=clock.now() - timedelta(minutes=minutes)))
    session.commit()
    identity.forget_everyone()


def answer(supervisor, page, code=None, **more):
    """Enter a code on the page that asks for one; both go to the original address."""
    return supervisor.submit(page.path, page=page, factor_code=code or code_now(supervisor.secret), **more)


def week(seats):
    monday = clock.now().date() + timedelta(days=7 - clock.now().weekday())
    days = {"first_day": monday.isoformat(), "last_day": monday.isoformat(), "weekdays": ["0"]}
    return {**days, "times": "09:00, 10:00", "seats": str(seats), "opens": "now"}


def seats():
    session.expire_all()
    return session.scalar(select(func.coalesce(func.sum(Slot.seats), 0)))


def test_after_a_fresh_log_in_nobody_is_asked(supervisor):
    let_time_pass(minutes=9)

    assert supervisor.open(SETTINGS).h1 == "Settings of your post"


def test_settings_are_asked_for_before_they_are_shown_and_come_next(supervisor):
    let_time_pass()
    page = supervisor.open(SETTINGS)
    assert page.path == CODE

    page = supervisor.submit(page.response.request.full_path, code=code_now(supervisor.secret))

    assert page.path == SETTINGS
    assert supervisor.open(SETTINGS).path == SETTINGS


def test_settings_that_were_typed_slowly_are_kept_while_the_code_is_asked_for(supervisor):
    shown = supervisor.open(SETTINGS)
    let_time_pass()
    page = supervisor.submit(SETTINGS, page=shown, status=403, address="7 New Street", inquiry_days="90")
    assert page.h1 == AGAIN
    assert session.scalar(select(Post.address)) != "7 New Street"

    page = answer(supervisor, page)

    session.expire_all()
    assert "The settings have been saved." in page.text
    assert session.scalar(select(Post.address)) == "7 New Street"


def test_a_wrong_code_saves_nothing_keeps_what_was_typed_and_is_in_the_journal_r6(supervisor):
    shown = supervisor.open(SETTINGS)
    let_time_pass()
    page = supervisor.submit(SETTINGS, page=shown, status=403, address="7 New Street", inquiry_days="90")

    page = answer(supervisor, page, code="000000", status=403)

    assert page.errors and page.fields["address"] == "7 New Street"
    assert session.scalar(select(Post.address)) != "7 New Street"
    assert session.scalar(select(Entry.action).order_by(Entry.id.desc())) == "wrong code of second factor"
    assert "The settings have been saved." in answer(supervisor, page).text


def test_what_was_typed_stays_through_a_change_of_language(supervisor):
    shown = supervisor.open(SETTINGS)
    let_time_pass()
    page = supervisor.submit(SETTINGS, page=shown, status=403, address="7 New Street", inquiry_days="90")

    page = supervisor.submit("/km/staff/settings", page=page, status=403, language_switch="km")

    assert (page.lang, page.fields["address"]) == ("km", "7 New Street")
    assert "language_switch" not in page.fields


@pytest.mark.parametrize(("count", "asked"), [(50, False), (51, True)])
def test_a_release_of_more_than_a_hundred_seats_is_asked_for(supervisor, count, asked):
    let_time_pass()
    typed = week(count)
    preview = supervisor.submit(RELEASE, **typed)
    assert preview.h1 == "Release slots"

    page = supervisor.submit(RELEASE, page=preview, **typed, confirm="1", status=403 if asked else 200)

    assert (page.h1 == AGAIN, seats()) == (asked, 0 if asked else 100)
    if asked:
        assert answer(supervisor, page).h1 == "Slots"
        assert seats() == 102


def test_drafts_of_many_seats_are_asked_for_when_they_are_released(supervisor):
    post = make_post()
    start = clock.now().replace(tzinfo=None, hour=3, minute=0, second=0, microsecond=0) + timedelta(days=7)
    for number in range(2):
        when = start + timedelta(hours=number)
        session.add(
            Slot(
                post_id=post.id,
                local_start=when,
                timezone="UTC",
                starts_at=when.replace(tzinfo=clock.now().tzinfo),
                seats=60,
            )
        )
    session.commit()
    let_time_pass()

    ticked = [str(one.id) for one in session.query(Slot)]
    page = supervisor.submit("/en/staff/weeks/drafts", status=403, slots=ticked)

    assert page.h1 == AGAIN
    assert all(f'name="slots" value="{one}"' in page.html for one in ticked)
    assert answer(supervisor, page, slots=ticked).h1 == "Slots"
    assert session.scalar(select(func.count()).where(Slot.opens_at.is_(None))) == 0


def test_a_file_of_cases_is_kept_while_the_code_is_asked_for(supervisor, tmp_path):
    content = write_csv(tmp_path / "cases.csv", line()).read_bytes()
    let_time_pass()
    page = supervisor.submit(IMPORT, file=(io.BytesIO(content), "cases.csv"))
    assert page.path == CODE

    preview = supervisor.submit(page.response.request.full_path, code=code_now(supervisor.secret))
    assert "1 case would be added." in preview.text
    assert supervisor.submit(preview.path, page=preview).h1 == "Cases imported"
    assert session.scalar(select(func.count(Case.id))) == 1


def test_a_code_given_at_another_worker_is_known_at_once(supervisor):
    let_time_pass()
    supervisor.open("/en/staff/")  # this worker remembers the time before
    session.execute(update(SignIn).values(factor_at=clock.now()))
    session.commit()

    assert supervisor.open(SETTINGS).path == SETTINGS


def test_an_applicant_gives_no_factor_by_sending_the_field(app, visitor):
    signed_in(visitor, make_account())

    assert visitor.submit("/en/account/language", language="km", factor_code="000000").lang == "km"


def test_before_password_or_address_staff_are_asked_and_applicants_are_not(app, supervisor):
    let_time_pass()
    applicant = signed_in(Visitor(app), make_account())

    for path in ("/en/account/password", "/en/account/email"):
        assert supervisor.open(path).path == CODE
        assert applicant.open(path).path == path
