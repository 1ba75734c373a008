"""Claims are counted by their target, whoever tries; and no one's guesses lock out the owner (R8, R13)."""

import threading
from dataclasses import replace

import pytest
from flask import current_app

from portal import clock
from portal.cases.finding import claims
from portal.cases.finding.proofs import NoMatch, Proof
from portal.database.transactions import session, writing
from portal.journal.journal import Entry
from portal.limits.rules import TooManyGuesses
from tests.cases.test_matching import SOK, answer_until_the_case
from tests.factories import BIRTH, PASSPORT, make_account, make_case, make_post, signed_in
from tests.visitor import Visitor

NUMBER, CODE = "PHP2025000001", "AB12CD34"
RIGHT = Proof(NUMBER, (BIRTH,), PASSPORT)
WRONG = replace(RIGHT, birth_dates=("1991-01-01",))
BY_CODE = replace(RIGHT, passport_number="N0000001", letter_code=CODE)
HOURLY = claims.BY_CASE.windows[0][0]


@pytest.fixture
def app(app, monkeypatch):
    """The portal with limits as shipped."""
    monkeypatch.setitem(app.extensions, "limits_factor", 1)
    return app


@pytest.fixture
def case(app):
    """A case that no account holds yet, whose letter has a code."""
    return make_case(case_number=NUMBER, letter_code=CODE)


def claim(proof, account=None):
    """Try a claim as the pages do; returns the result: claimed, no match, or stopped."""
    session.rollback()
    account_id = (account or make_account()).id
    try:
        with claims.counted(make_post(), proof, account_id) as checked:
            with writing():
                found = claims.match_and_claim(
                    make_post(), checked, SOK, account_id, f"account:{account_id}", clock.now()
                )
            if found is None:
                raise NoMatch
    except NoMatch:
        return "no match"
    except TooManyGuesses:
        return "stopped"
    return "claimed"


def close_the_passport_door(proof=WRONG):
    assert {claim(proof) for _try in range(HOURLY)} == {"no match"}


@pytest.mark.parametrize("number", [NUMBER, "PHP2025999999"])
def test_wrong_claims_of_one_case_are_stopped_whoever_tries_and_whether_there_is_one_r13(case, number):
    close_the_passport_door(replace(WRONG, number=number))
    other_passport = replace(WRONG, number=number, passport_number="N7654321")

    assert [claim(replace(one, number=number)) for one in (WRONG, RIGHT, other_passport)] == ["stopped"] * 3


def test_wrong_claims_by_one_passport_are_stopped_at_every_case(case):
    for number in range(HOURLY):
        assert claim(replace(WRONG, number=f"PHP20259{number:05}")) == "no match"

    assert claim(RIGHT) == "stopped"


def test_a_stopped_claim_is_counted_nowhere(case):
    close_the_passport_door()
    for _try in range(HOURLY):
        claim(replace(WRONG, passport_number="N7654321"))

    assert claim(replace(RIGHT, number="PHP2025999999", passport_number="N7654321")) == "no match"


def test_right_claims_are_never_counted(case):
    account = make_account()
    for _try in range(HOURLY * 2):
        assert claim(RIGHT, account) == "claimed"
        case.account_id = None
        session.commit()

    assert claim(WRONG) == "no match"


def test_strangers_guesses_lock_neither_the_letter_code_nor_the_holder_out_r13(case):
    holder = make_account()
    close_the_passport_door()

    assert claim(RIGHT, holder) == "stopped"
    assert claim(BY_CODE, holder) == "claimed"
    assert claim(RIGHT, holder) == "claimed"
    assert claim(replace(BY_CODE, letter_code="ZZ99ZZ99")) == "stopped"


def test_letter_codes_of_a_case_are_counted_apart_and_the_passport_stays_open(case, monkeypatch):
    monkeypatch.setattr(claims, "CODES_OF_CASE", replace(claims.CODES_OF_CASE, windows=((3, "1 hour"),)))
    for number in range(3):
        assert claim(replace(BY_CODE, passport_number=f"X{number}", letter_code=f"GUESS{number}")) == "no match"

    assert claim(replace(BY_CODE, passport_number="X9")) == "stopped"
    assert claim(RIGHT) == "claimed"


def test_one_letter_code_is_not_tried_at_every_case(case, monkeypatch):
    monkeypatch.setattr(claims, "BY_CODE", replace(claims.BY_CODE, windows=((3, "1 hour"),)))
    for number in range(3):
        assert claim(replace(BY_CODE, number=f"PHP202590000{number}", passport_number=f"X{number}")) == "no match"

    assert claim(replace(BY_CODE, passport_number="X9")) == "stopped"


def test_a_letter_code_that_can_be_guessed_opens_nothing(app):
    make_case(case_number=NUMBER, letter_code="AB12")

    assert claim(replace(BY_CODE, letter_code="AB12")) == "no match"


def test_of_twenty_wrong_claims_at_once_no_more_are_looked_at_than_of_twenty_in_turn(app, case):
    accounts, came, together = [make_account() for _one in range(20)], [], threading.Barrier(20)
    post, app = make_post(), current_app._get_current_object()
    session.remove()

    def try_once(account_id):
        with app.app_context():
            together.wait()
            try:
                with claims.counted(post, WRONG, account_id):
                    came.append("looked at")
                    raise NoMatch
            except (NoMatch, TooManyGuesses) as refusal:
                came.append(type(refusal).__name__)

    threads = [threading.Thread(target=try_once, args=(one.id,)) for one in accounts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert came.count("looked at") <= HOURLY
    assert came.count("NoMatch") + came.count("TooManyGuesses") == 20


def test_a_claim_that_failed_is_one_line_for_owner_and_post_however_often_and_says_nothing_that_was_typed(case):
    holder, desk = make_account(), make_account("desk", make_post())
    claim(WRONG, holder)
    claim(RIGHT, holder)
    assert claims.failures_of(case, clock.now()) is None
    for _try in range(3):
        claim(replace(WRONG, passport_number="N7654321"))

    owner = signed_in(Visitor(current_app), holder).open(f"/en/cases/{case.public_id}")
    staff = signed_in(Visitor(current_app), desk).open(f"/en/staff/cases/{case.public_id}")
    for page in (owner, staff):
        assert page.text.count("someone tried to add this case 3 times and gave details that do not match") == 1
    assert session.query(Entry).filter_by(action=claims.FAILED, subject_id=case.id).count() == 4
    assert "N7654321" not in owner.text


def test_right_and_wrong_are_told_the_same_once_the_limit_is_reached_r8(case):
    close_the_passport_door(replace(WRONG, number="PHP2025999999"))
    close_the_passport_door(replace(WRONG, passport_number="N7654321"))
    shown = set()
    for proof in (RIGHT, WRONG, replace(WRONG, number="PHP2025999999")):
        account = make_account()
        answer_until_the_case(account, proof)
        visitor = signed_in(Visitor(current_app), account)
        page = visitor.submit("/en/appointments/new/case", status=429, case_number=proof.number)
        shown.add(page.text)
        assert int(page.response.headers["Retry-After"]) > 0

    assert len(shown) == 1
    assert "ask the Embassy to find your case. You can try again in" in shown.pop()
