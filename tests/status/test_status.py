"""The status of a case: what anyone may know, and the whole story for its owner."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import event

from portal import clock
from portal.cases.operations import case_of_post
from portal.cases.standard_words import STATUSES
from portal.database.transactions import session
from portal.i18n.locale import LANGUAGES
from portal.status import operations
from portal.status.cards import cards_of
from tests.factories import BIRTH, PASSPORT, make_account, make_case, make_post, make_slot, signed_in

LOOK_UP = "/en/status"
OF_TEN = 4 / 10


def look_up(visitor, number, location="PHP", language="en"):
    return visitor.submit(f"/{language}/status", location=location, case_number=number)


@pytest.mark.parametrize("word", STATUSES)
def test_everybody_may_know_the_word_and_its_date_and_nothing_else(visitor, word):
    case = make_case(status=word)
    page = look_up(visitor, case.number)

    assert str(STATUSES[word]) in page.headings or str(STATUSES[word]) in page.text
    assert "this is not an appointment" in page.text
    for personal in (PASSPORT, BIRTH, "Sok", "Dara", "Police", "in person", "IR1"):
        assert personal not in page.text
    assert case.number not in page.path


def test_a_refused_case_remains_refused_unless_the_officer_concludes_otherwise(visitor):
    refused, issued = make_case(), make_case(status="issued")

    assert "will remain in refused status unless" in look_up(visitor, refused.number).text
    assert "will remain in refused status" not in look_up(visitor, issued.number).text


@pytest.mark.parametrize("typed", ["php 2025-{} ", "PHP2025{}", "php2025{}", "ＰＨＰ２０２５{}"])
def test_a_number_is_forgiven_spaces_dashes_and_small_letters(visitor, typed):
    case = make_case()

    assert "Refused" in look_up(visitor, typed.format(case.number[7:])).text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("AA00B1C2D3", "nonimmigrant visa application"),
        ("IOE1234567890", "receipt number of the petition"),
        ("12345", "three letters and ten digits"),
        ("", "Enter the case number"),
    ],
)
def test_a_wrong_kind_of_number_is_recognised_and_kept(visitor, typed, says):
    make_post()
    page = look_up(visitor, typed)

    assert says in page.errors[0]
    assert page.fields.get("case_number", "") == typed and page.fields["location"] == "PHP"


def test_the_place_is_suggested_from_the_number_and_never_forced(visitor):
    make_post("CDJ", city="Ciudad Juárez", timezone="America/Ciudad_Juarez", country="MX", languages="es en")
    case = make_case()
    page = look_up(visitor, case.number, location="")

    assert "we selected it" in page.errors[0] and page.fields["location"] == "PHP"
    assert "Refused" in visitor.submit(LOOK_UP, page=page).text
    assert "We could not find a case" in look_up(visitor, case.number, "CDJ").text


def test_a_number_of_another_post_and_one_that_is_nowhere_get_one_answer_and_one_question_r8(visitor):
    make_post("CDJ", city="Ciudad Juárez", timezone="America/Ciudad_Juarez", country="MX", languages="es en")
    elsewhere = make_case()
    asked = []
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    answers = []
    for number in (elsewhere.number, "PHP2025699999"):
        asked.clear()
        page = look_up(visitor, number, "CDJ")
        answers.append((page.text.replace(number, ""), [one for one in asked if '"case"' in one or " case " in one]))

    assert answers[0] == answers[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_status_is_told_in_every_language(visitor, language):
    case = make_case()
    page = look_up(visitor, case.number, language=language)

    assert case.number in page.text and len(page.links) > 3


def test_who_looks_up_a_number_again_and_again_is_told_how_often_is_left(app, visitor, monkeypatch):
    monkeypatch.setitem(app.extensions, "limits_factor", OF_TEN)
    case = make_case()
    left = [re.search(r"look up this number (\d+) more time", look_up(visitor, case.number).text) for _try in range(3)]

    assert [found[1] for found in left] == ["3", "2", "1"]
    look_up(visitor, case.number)
    assert visitor.post(LOOK_UP, location="PHP", case_number=case.number).status_code == 429
    other = make_case()
    assert "Refused" in look_up(visitor, other.number).text


def story(visitor, case):
    return visitor.open(f"/en/cases/{case.public_id}")


@pytest.fixture
def owner(visitor):
    account = make_account()
    signed_in(visitor, account)
    return account


def test_the_owner_sees_whose_turn_it_is_the_documents_and_the_last_day(visitor, owner):
    page = story(visitor, make_case(owner))

    assert "What you need to do now" in page.text and "Collect the documents that your letter lists" in page.text
    assert "Police certificate (original) Still needed" in page.text
    assert re.search("Your last day is .*, one year after the refusal on", page.text)
    assert "Book an appointment" in page.text


def test_an_appointment_stands_in_the_story(visitor, owner):
    case, slot = make_case(owner), make_slot()
    visitor.submit(f"/en/appointments/cases/{case.public_id}/calendar", slot=slot.id)

    assert "Come to the Embassy on" in story(visitor, case).text


def test_administrative_processing_shows_no_deadline_but_the_day_for_questions(visitor, owner):
    case = make_case(owner, status="administrative_processing", respond_by="none", reasons=())
    page = story(visitor, case)
    days = {moment.kind: moment.day for moment in moments_of(case)}

    assert "Waiting for the Embassy" in page.text and "There is nothing for you to do now" in page.text
    assert "last day" not in page.text.lower()
    assert days["inquiry"] == clock.now().date() - timedelta(days=60) + timedelta(days=180)


def test_the_story_of_somebody_elses_case_does_not_exist_r5(visitor, owner):
    case = make_case(make_account())

    visitor.open(f"/en/cases/{case.public_id}", status=404)


@pytest.mark.parametrize(
    ("zone", "refused", "instant", "over"),
    [
        ("Pacific/Kiritimati", "2025-11-22", "2026-11-22T09:59:00+00:00", False),
        ("Pacific/Kiritimati", "2025-11-22", "2026-11-22T10:01:00+00:00", True),
        ("Pacific/Honolulu", "2025-11-22", "2026-11-23T09:59:00+00:00", False),
        ("Pacific/Honolulu", "2025-11-22", "2026-11-23T10:01:00+00:00", True),
        ("America/New_York", "2024-02-29", "2025-03-01T04:59:00+00:00", False),
        ("America/New_York", "2024-02-29", "2025-03-01T05:01:00+00:00", True),
        ("America/New_York", "2025-03-09", "2026-03-10T03:59:00+00:00", False),
        ("America/New_York", "2025-11-02", "2026-11-03T05:01:00+00:00", True),
    ],
)
def test_the_last_day_is_a_day_at_the_post_on_both_sides_of_the_world(visitor, owner, zone, refused, instant, over):
    make_post(timezone=zone)
    day = date.fromisoformat(refused)
    case = make_case(owner, refused_on=day, interview_date=day, status_date=day)
    with time_machine.travel(instant, tick=False):
        sign_in_again(visitor, owner)
        page = story(visitor, case)

    assert ("More than one year has passed" in page.text) == over


def moments_of(case):
    """The dates of a case in which nothing was handed in and no one came."""
    (card,) = cards_of([case], clock.now())
    return operations.moments(case, card.facts, card.turn, [], [])


def sign_in_again(visitor, account):
    """Sign in again, since sessions end when the clock is moved."""
    signed_in(visitor, account)


def test_the_dates_of_a_story_are_in_order_and_today_is_among_them(visitor, owner):
    case = make_case(owner)
    moments = moments_of(case_of_post(case.post_id, case.public_id))

    assert [moment.kind for moment in moments] == ["refused", "today", "last_day"]
    assert sorted(moments, key=lambda moment: moment.day) == moments
