"""Matching a case with a person's details: R8."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from portal import clock
from portal.accounts.models import Notice
from portal.appointments import kept_answers
from portal.cases.finding.proofs import NoMatch, Proof, match
from portal.cases.operations import match_and_claim
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.security import encryption
from tests.factories import BIRTH, PASSPORT, make_account, make_case, make_post, signed_in

BIRTHS = (BIRTH, BIRTH[:7], BIRTH[:4])
SOK = {"surname": "Sok", "given_names": "Dara", "nationality": "KH", "has_new_passport": False}
SPOUSE = {"relationship": "spouse", "given_names": "Srey", "date_of_birth": "1992-01-02", "passport_number": "N7777777"}
WRONG = {
    "an unknown number": {"number": "PHP2025999999"},
    "a case of another post": {"number": "AMM2025000001"},
    "a wrong date of birth": {"birth_dates": ("1990-04-13", "1990-04", "1990")},
    "a wrong passport number": {"passport_number": "N0000000"},
    "somebody else's case": {"number": "PHP2025000002"},
    "a wrong letter code": {"passport_number": "N0000000", "letter_code": "ZZ99ZZ"},
    "a code that was used": {"number": "PHP2025000003", "passport_number": "N0000000", "letter_code": "CD34EF"},
    "no passport and no code": {"passport_number": ""},
    "two halves of two people": {"birth_dates": (BIRTH,), "passport_number": "N7777777"},
}


@pytest.fixture
def mine(app):
    """A case to match, among others that do not."""
    case = make_case(case_number="PHP2025000001", letter_code="AB12CD", more=[SPOUSE])
    make_case(make_account(), case_number="PHP2025000002")
    used = make_case(case_number="PHP2025000003", letter_code="CD34EF")
    used.refusals[0].letter_code_used_at = clock.now()
    make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
    make_case(post="AMM", case_number="AMM2025000001")
    session.commit()
    return case


def proof(**differing):
    typed = {"number": "PHP2025000001", "birth_dates": BIRTHS, "passport_number": PASSPORT, "letter_code": ""}
    return Proof(**{**typed, **differing})


def claim(account, given, **described):
    """Match and claim as an account does, and commit; returns the case."""
    by = f"account:{account.id}"
    found = match_and_claim(make_post(), given, {**SOK, **described}, account.id, by, clock.now())
    session.commit()
    return found


def told(account):
    return session.scalars(select(Notice.kind).where(Notice.account_id == account.id)).all()


@contextmanager
def statements(app):
    """The statements that were sent to the database."""
    sent = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(app.extensions["engine"], "before_cursor_execute", note)
    yield sent
    event.remove(app.extensions["engine"], "before_cursor_execute", note)


def test_r8_number_birth_and_passport_match_a_case(mine):
    assert match(make_post(), proof(), make_account().id, clock.now()) == (mine, "passport")


def test_r8_number_birth_and_letter_code_match_a_case(mine):
    given = proof(passport_number="N0000000", letter_code="AB12CD")

    assert match(make_post(), given, make_account().id, clock.now()) == (mine, "letter code")


def test_r8_any_traveller_of_a_case_can_match_it(mine):
    given = proof(birth_dates=("1992-01-02", "1992-01", "1992"), passport_number="N7777777")

    assert match(make_post(), given, make_account().id, clock.now()) == (mine, "passport")


@pytest.mark.parametrize("cause", WRONG)
def test_r8_whatever_does_not_fit_is_one_error(mine, cause):
    with pytest.raises(NoMatch) as refusal:
        match(make_post(), proof(**WRONG[cause]), make_account().id, clock.now())

    assert type(refusal.value) is NoMatch
    assert str(refusal.value.message) == "We could not match this. Your letter may be newer than our records."


def test_r8_every_failure_asks_the_database_the_same(app, mine):
    post, account_id, sent = make_post(), make_account().id, {}
    for cause, differing in WRONG.items():
        with statements(app) as sent[cause], pytest.raises(NoMatch):
            match_and_claim(post, proof(**differing), SOK, account_id, "account:1", clock.now())

    assert len(sent["an unknown number"]) == 1
    assert {cause: asked for cause, asked in sent.items() if asked != sent["an unknown number"]} == {}


def test_r8_every_failure_changes_nothing(mine):
    account, before = make_account(), session.query(Entry).count()
    for differing in WRONG.values():
        with pytest.raises(NoMatch):
            claim(account, proof(**differing))

    assert (mine.account_id, mine.flags, session.query(Entry).count()) == (None, [], before)


def test_r8_every_failure_shows_the_same_page(visitor, mine):
    account = make_account()
    applicant = signed_in(visitor, account)
    shown = {}
    for cause, differing in WRONG.items():
        answer_until_the_case(account, proof(**differing))
        typed = {"case_number": proof(**differing).number, "letter_code": proof(**differing).letter_code or None}
        shown[cause] = applicant.submit("/en/appointments/new/case", **typed).text

    assert "We could not match this." in shown["an unknown number"]
    assert "Ask the Embassy to find my case" in shown["an unknown number"]
    with_code = {shown.pop("a wrong letter code"), shown.pop("a code that was used")}
    assert (len(with_code), len(set(shown.values()))) == (1, 1)


def answer_until_the_case(account, given):
    details = {**SOK, "location": "PHP", "passport_number": given.passport_number, "birth_dates": given.birth_dates}
    answers = {"visa": {"visa": "immigrant"}, "purpose": {"purpose": "follow_up"}, "details": details}
    answers["questions"] = dict.fromkeys(kept_answers.QUESTIONS, "yes")
    for step, given_answers in answers.items():
        kept_answers.keep(account.id, step, given_answers, clock.now())
    session.commit()


@pytest.mark.parametrize("typed", ["n 012-3456", "N០១២៣៤៥៦", "\u200fN٠١٢٣٤٥٦ "])
def test_a_passport_number_matches_however_it_is_typed(mine, typed):
    assert match(make_post(), proof(passport_number=typed), None, clock.now())[0] == mine


@pytest.mark.parametrize("typed", ["ab 12 cd", "AB-12-CD", "ab១២cd"])
def test_a_letter_code_matches_however_it_is_typed(mine, typed):
    assert match(make_post(), proof(passport_number="N0000000", letter_code=typed), None, clock.now())[0] == mine


@pytest.mark.parametrize("recorded", ["1990-04-12", "1990-04", "1990"])
def test_a_full_date_of_birth_matches_a_record_that_lacks_day_or_month(app, recorded):
    case = make_case(case_number="PHP2025000001", date_of_birth=recorded)

    assert match(make_post(), proof(), None, clock.now())[0] == case


@pytest.mark.parametrize("typed", [("1990-04", "1990"), ("1990",)])
def test_an_unknown_day_does_not_match_a_record_that_has_it(mine, typed):
    with pytest.raises(NoMatch):
        match(make_post(), proof(birth_dates=typed), None, clock.now())


def test_a_claimed_case_belongs_to_the_account_and_the_journal_says_how(mine):
    account = make_account()

    assert claim(account, proof()).account_id == account.id
    entry = session.scalars(select(Entry).where(Entry.action == "case claimed")).one()
    assert (entry.subject_id, entry.after) == (mine.id, {"account": account.id, "how": "passport"})
    assert told(account) == []


def test_claiming_ones_own_case_again_changes_nothing(mine):
    account = make_account()
    claimed_at, before = claim(account, proof()).claimed_at, session.query(Entry).count()

    assert claim(account, proof()).claimed_at == claimed_at
    assert session.query(Entry).count() == before


def test_r8_a_case_of_another_account_does_not_match_by_passport(mine):
    first = make_account()
    claim(first, proof())

    with pytest.raises(NoMatch):
        claim(make_account(), proof())
    assert (mine.account_id, told(first)) == (first.id, [])


def test_a_letter_code_moves_a_case_and_both_accounts_are_told(mine):
    first, second = make_account(), make_account()
    claim(first, proof())

    assert claim(second, proof(letter_code="AB12CD")).account_id == second.id
    assert (told(first), told(second)) == (["case_moved_away"], ["case_moved_here"])


@pytest.mark.parametrize("printed", ["1HH4-SNCV", "IHH4-SNCO", "lhh4 sncv"])
def test_a_letter_code_typed_from_paper_matches_whichever_letter_looks_like_a_digit_r17(app, printed):
    case = make_case(case_number="PHP2025000009", letter_code=printed.replace("-", ""))
    ways = {printed, printed.replace("I", "1").replace("O", "0"), printed.replace("1", "l"), printed.upper()}

    for typed in ways:
        given = proof(number=case.number, passport_number="N0000000", letter_code=typed)
        assert match(make_post(), given, None, clock.now()) == (case, "letter code")


def test_a_letter_code_that_was_kept_as_it_is_written_still_opens(mine):
    mine.refusals[0].letter_code_digest = encryption.digest("letter code", "OIL4OIL")
    session.commit()
    given = proof(passport_number="N0000000", letter_code="oil-4-oil")

    claim(make_account(), given)

    assert mine.refusals[0].letter_code_used_at is not None


def test_a_letter_code_works_once(mine):
    first, second = make_account(), make_account()
    claim(first, proof(letter_code="AB12CD"))

    with pytest.raises(NoMatch):
        claim(second, proof(letter_code="AB12CD"))
    assert mine.account_id == first.id


def test_r6_a_letter_code_that_is_used_up_leaves_a_journal_entry(mine):
    account = make_account()
    claim(account, proof())
    before = session.query(Entry).count()

    claim(account, proof(letter_code="AB12CD"))

    assert mine.refusals[0].letter_code_used_at is not None
    assert session.query(Entry).count() == before + 1


@pytest.mark.parametrize(
    ("described", "flags"),
    [
        ({}, []),
        ({"surname": "SÓK", "given_names": "dara"}, []),
        ({"surname": "Chan"}, ["surname"]),
        ({"given_names": ""}, ["given_names"]),
        ({"nationality": "US"}, ["nationality"]),
        ({"has_new_passport": True}, ["new_passport"]),
        ({"surname": "Chan", "given_names": "Bopha", "nationality": "XX"}, ["given_names", "nationality", "surname"]),
    ],
)
def test_names_and_nationality_never_decide_but_are_flagged(mine, described, flags):
    assert claim(make_account(), proof(), **described).flags == flags


@pytest.mark.parametrize("typed", [("", "Sokha"), ("-", "SOKHA"), ("Sokha", "FNU"), ("Sokha", "-")])
def test_the_one_name_of_a_record_is_the_one_name_in_either_field_r17(app, typed):
    case = make_case(surname="Sokha", given_names="")
    given = proof(number=case.number)

    assert claim(make_account(), given, surname=typed[0], given_names=typed[1]).flags == []


def test_a_traveller_who_is_not_the_principal_is_compared_with_her_own_record(mine):
    given = proof(birth_dates=("1992-01-02",), passport_number="N7777777")

    assert claim(make_account(), given, given_names="Srey").flags == []


def test_r6_a_flag_leaves_one_journal_entry_with_nothing_personal(mine):
    claim(make_account(), proof(), surname="Chan")

    entry = session.scalars(select(Entry).where(Entry.action == "difference flagged")).one()
    assert entry.after == {"flags": ["surname"]}
