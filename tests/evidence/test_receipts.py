"""Everything that is handed in gets a receipt at once, which says what came and is never changed (R15)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal import clock
from portal.accounts import notices
from portal.cases import passport_requests
from portal.database.transactions import session
from portal.evidence import custody
from portal.evidence.models import COPY, DOCUMENT, HANDED_BACK, KEPT, MISSING, ORIGINAL, OTHER, PASSPORT, WINDOW
from portal.evidence.operations import (
    Line,
    NothingCame,
    NotYet,
    TooEarly,
    give_receipt,
    last_received_on,
    receipts_of,
)
from portal.web.errors import NotFound, SentBefore
from tests.factories import make_account, make_case


def lines_of(case, **came):
    """A line for each document of a case: police and marriage say how each came, or that it is missing."""
    return [
        Line(DOCUMENT, item=item, form=form, custody=KEPT) if form else Line(DOCUMENT, MISSING, item=item)
        for item, form in zip(case.refusals[0].items, (came.get("police"), came.get("marriage")), strict=True)
    ]


def give(case, lines, **more):
    return give_receipt(case, WINDOW, lines, more.pop("form_key", None) or uuid4(), "staff", clock.now(), **more)


def test_a_receipt_says_what_came_and_what_was_missing(app):
    case = make_case(make_account())

    receipt = give(case, lines_of(case, police=ORIGINAL))

    assert [(line.name, line.outcome, line.form) for line in receipt.lines] == [
        ("Police Certificate", "came", "original"),
        ("Marriage Certificate", "missing", None),
    ]
    assert [item.state for item in case.refusals[0].items] == ["received", "outstanding"]
    assert receipts_of(case) == [receipt]


def test_the_day_on_which_it_came_is_dated_and_the_last_day_stays(app):
    case = make_case()
    came = clock.now().date() - timedelta(days=3)

    give(case, lines_of(case, police=COPY), received_on=came)

    assert case.refusals[0].evidence_on == came == last_received_on(case)
    assert case.refusals[0].clock_stopped_on is None


def test_a_later_receipt_does_not_move_the_first_day_of_evidence_but_the_day_that_the_180_days_count_from(app):
    case, today = make_case(), clock.now().date()
    give(case, lines_of(case, police=COPY), received_on=today - timedelta(days=9))

    give(case, lines_of(case, marriage=COPY), received_on=today - timedelta(days=2))

    assert case.refusals[0].evidence_on == today - timedelta(days=9)
    assert last_received_on(case) == today - timedelta(days=2)


def test_r12_the_same_form_gives_the_same_receipt(app):
    case, key = make_case(), uuid4()
    first = give(case, lines_of(case, police=COPY), form_key=key)

    assert give(case, lines_of(case, police=COPY), form_key=key) is first
    with pytest.raises(SentBefore):
        give(case, lines_of(case, marriage=COPY), form_key=key)


def test_nothing_that_came_is_no_receipt(app):
    case = make_case()

    with pytest.raises(NothingCame):
        give(case, lines_of(case))


def test_a_receipt_lies_between_the_refusal_and_today(app):
    case, today = make_case(), clock.now().date()

    with pytest.raises(NotYet):
        give(case, lines_of(case, police=COPY), received_on=today + timedelta(days=2))
    with pytest.raises(TooEarly):
        give(case, lines_of(case, police=COPY), received_on=case.refusals[0].refused_on - timedelta(days=1))


def test_r5_a_receipt_holds_nothing_of_another_case(app):
    case, other = make_case(), make_case(passport_number="N7777777")

    with pytest.raises(NotFound):
        give(case, lines_of(other, police=COPY))
    with pytest.raises(NotFound):
        give(case, [Line(PASSPORT, traveller=other.principal, custody=KEPT)])


@pytest.mark.parametrize("change", ["received_on = '2020-01-01'", "way = 'files'", "reference = 'PHP-0000-0000'"])
def test_r15_the_database_refuses_to_change_a_receipt(app, change):
    give(case := make_case(), lines_of(case, police=COPY))
    session.commit()

    with pytest.raises(DBAPIError, match="never changed"):
        session.execute(text(f"UPDATE receipt SET {change}"))
    session.rollback()


def test_r15_the_database_refuses_to_change_a_line(app):
    give(case := make_case(), lines_of(case, police=COPY))
    session.commit()

    with pytest.raises(DBAPIError, match="never changed"):
        session.execute(text("UPDATE receipt_line SET outcome = 'missing', custody = NULL"))
    session.rollback()


def test_r15_a_mistake_is_corrected_by_a_receipt_that_names_the_first(app):
    case = make_case()
    first = give(case, lines_of(case, police=COPY))

    second = give(case, lines_of(case, police=ORIGINAL, marriage=COPY), corrects=first)

    assert second.corrects is first and first.lines[0].form == "copy"


def test_what_is_kept_is_held_until_it_goes_back_and_what_was_only_seen_is_not(app):
    case = make_case()
    police, marriage = case.refusals[0].items
    receipt = give(
        case,
        [
            Line(DOCUMENT, item=police, form=ORIGINAL, custody=KEPT),
            Line(DOCUMENT, item=marriage, form=ORIGINAL, custody=HANDED_BACK),
            Line(OTHER, name="Photographs", form=COPY, custody=KEPT),
        ],
    )

    (held,) = custody.held_of(case)
    assert held.line is receipt.lines[0] and held.place == "post"

    custody.give_back(case, held, custody.HOLDER, "needed for a marriage", "staff", clock.now())
    assert (held.place, held.moved_on) == ("returned", clock.now().date())
    with pytest.raises(NotFound):
        custody.held_at(case, held.line_id)


def test_a_passport_that_was_asked_for_is_received_with_its_receipt(app):
    case = make_case(account := make_account())
    passport_requests.ask(case, case.principal, "bring", "staff", clock.now())
    with pytest.raises(passport_requests.AlreadyAsked):
        passport_requests.ask(case, case.principal, "send", "staff", clock.now())

    give(case, [Line(PASSPORT, traveller=case.principal, custody=KEPT)])

    assert case.passport_requests == []
    assert [one.kind for one in notices.unread(account.id)] == ["receipt_given", "passport_asked"]
