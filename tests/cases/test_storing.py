"""Storing case files in the database: added, corrected, or unchanged."""

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.cases.finding.proofs import letter_code_digest
from portal.cases.importing.rows import read_row
from portal.cases.importing.store_cases import store_cases
from portal.cases.models import DOCUMENTS, PROCESSING, Case, Refusal, RefusalItem, StatusChange, Traveller
from portal.cases.refusals.deadline import last_day
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.security import encryption
from tests.cases.case_file import NUMBER, SPOUSE, bring, line, read_cases, stored, write_csv
from tests.factories import a_day, make_account, make_post

CHILD = {**SPOUSE, "relationship": "child", "given_names": "Vanna", "passport_number": "N8888888"}
TABLES = (Case, Traveller, Refusal, RefusalItem, StatusChange, Entry)


@pytest.fixture
def store(app, tmp_path):
    """Import lines as a file of the post; returns the numbers of cases added, changed and unchanged."""

    def import_lines(*lines):
        counts = bring(tmp_path, *lines)
        return counts.added, counts.changed, counts.unchanged

    return import_lines


def sizes():
    return [session.scalar(select(func.count()).select_from(table)) for table in TABLES]


def names(case):
    return [(one.relationship_to_principal, one.name) for one in case.travellers]


def items(refusal):
    return [(item.name, item.original, item.state) for item in refusal.items]


def test_a_file_makes_a_case_with_traveller_refusal_and_items(store):
    assert store(line()) == (1, 0, 0)

    case = stored()
    refusal = case.principal.refusals[0]
    assert (case.status, case.status_on, case.account_id) == ("refused", a_day("2026-09-24"), None)
    assert (case.principal.name, case.principal.passport_number) == ("Dara Sok", "N0123456")
    assert (refusal.refused_on, refusal.kind) == (a_day("2026-09-24"), DOCUMENTS)
    assert items(refusal) == [
        ("Police Certificate", True, "outstanding"),
        ("Marriage Certificate", False, "outstanding"),
    ]


def test_the_same_file_twice_changes_nothing(store):
    lines = line(letter_code="AB12CD"), line(**SPOUSE), line(case_number="2026AS00012345", reasons="")
    store(*lines)
    before = sizes()

    assert store(*lines) == (0, 0, 2)
    assert sizes() == before


def test_r6_every_case_added_or_corrected_leaves_one_journal_entry(store):
    store(line(), line(**SPOUSE), line(case_number="PHP2025600002"))
    store(line(surname="Sokh"), line(case_number="PHP2025600002"))

    actions = session.scalars(select(Entry.action).where(Entry.subject == "case").order_by(Entry.id)).all()
    assert actions == ["case added", "case added", "case corrected"]


def test_r10_the_journal_holds_nothing_personal(store):
    store(line())

    told = str([(entry.before, entry.after) for entry in session.scalars(select(Entry))])
    assert not [secret for secret in ("Sok", "Dara", "N0123456", "1990", NUMBER) if secret in told]


def test_r10_the_database_holds_passport_and_birth_encrypted_only(store):
    store(line())

    raw = session.connection().exec_driver_sql("SELECT * FROM traveller").all()
    assert "Sok" in str(raw)
    assert "N0123456" not in str(raw) and "1990-04-12" not in str(raw)


def test_travellers_stand_behind_the_principal_in_any_order_of_rows(store):
    other = line(case_number="PHP2025600002", passport_number="N9999999")
    store(line(**CHILD), other, line(**SPOUSE), line())

    assert names(stored())[0] == ("principal", "Dara Sok")
    assert sorted(names(stored())[1:]) == [("child", "Vanna Sok"), ("spouse", "Srey Sok")]


def test_a_traveller_can_come_with_a_later_file(store):
    store(line())

    assert store(line(**SPOUSE)) == (0, 1, 0)
    assert names(stored()) == [("principal", "Dara Sok"), ("spouse", "Srey Sok")]


@pytest.mark.parametrize("given_names", ["Dara", "FNU"])
def test_two_travellers_of_the_same_name_are_two(store, given_names):
    father = line(given_names=given_names)
    son = line(**{**CHILD, "given_names": given_names, "date_of_birth": "2015-06-07"})
    store(father, son)

    found = [(one.passport_number, one.date_of_birth) for one in stored().travellers]
    assert found == [("N0123456", "1990-04-12"), ("N8888888", "2015-06-07")]
    assert store(father, son) == (0, 0, 1)


def test_a_later_file_does_not_make_a_second_principal(store):
    store(line())
    store(line(surname="Chan", given_names="Bopha", passport_number="N5555555", date_of_birth="1970-01-01"))

    assert [kind for kind, _name in names(stored())] == ["principal"]


@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        ({"surname": "Sokh"}, "surname", "Sokh"),
        ({"given_names": "FNU"}, "given_names", ""),
        ({"date_of_birth": "1990-04"}, "date_of_birth", "1990-04"),
        ({"passport_number": "N7654321"}, "passport_number", "N7654321"),
        ({"nationality": "XX"}, "nationality", "XX"),
        ({"interview_date": ""}, "interview_on", None),
    ],
)
def test_a_corrected_row_corrects_the_traveller(store, cells, column, value):
    store(line(), line(**SPOUSE))

    assert store(line(**cells)) == (0, 1, 0)
    assert getattr(stored().principal, column) == value
    assert len(stored().travellers) == 2


def test_a_new_status_is_kept_beside_the_old_one(store):
    store(line())
    store(line(status="Issued", status_date="2026-10-30"))

    assert (stored().status, stored().status_on) == ("issued", a_day("2026-10-30"))
    assert [change.status for change in stored().history] == ["refused", "issued"]


def test_a_refusal_on_a_later_date_is_kept_beside_the_old_one(store):
    store(line())
    store(line(refused_on="2026-10-30", reasons="Medical exam"))

    old, new = stored().principal.refusals
    assert (old.refused_on, len(old.items)) == (a_day("2026-09-24"), 2)
    assert (new.refused_on, items(new)) == (a_day("2026-10-30"), [("Medical exam", False, "outstanding")])


def test_what_was_received_stays_received(store):
    store(line())
    stored().principal.refusals[0].items[0].state = "received"
    session.commit()

    assert store(line()) == (0, 0, 1)
    store(line(reasons="original Police Certificate; Tax records"))

    assert items(stored().principal.refusals[0]) == [
        ("Police Certificate", True, "received"),
        ("Tax records", False, "outstanding"),
    ]


def test_what_a_file_does_not_mention_stays(store):
    store(line())
    account, day = make_account(), a_day("2026-11-01")
    case, refusal = stored(), stored().principal.refusals[0]
    case.account_id, case.invited_until = account.id, day
    refusal.evidence_on, refusal.reopened_on, refusal.please_respond_by = day, day, day
    session.commit()

    store(line(surname="Sokh", reasons="Tax records"))

    refusal = stored().principal.refusals[0]
    assert (stored().account_id, stored().invited_until) == (account.id, day)
    assert {refusal.evidence_on, refusal.reopened_on, refusal.please_respond_by} == {day}


def test_a_letter_code_is_kept_as_digest_and_stays_when_a_file_has_none(store):
    store(line(letter_code="ab-12-cd"))
    store(line(surname="Sokh"))

    assert stored().principal.refusals[0].letter_code_digest == letter_code_digest("AB12CD")


def test_a_used_letter_code_that_was_kept_as_it_is_written_is_the_same_code(store):
    store(line(letter_code="OIL4IO"))
    refusal = stored().principal.refusals[0]
    refusal.letter_code_digest, refusal.letter_code_used_at = encryption.digest("letter code", "OIL4IO"), clock.now()
    session.commit()

    assert store(line(letter_code="OIL4IO")) == (0, 0, 1)
    assert stored().principal.refusals[0].letter_code_used_at is not None


def test_a_person_with_a_new_passport_is_known_by_a_name_that_is_spelled_otherwise_r17(store):
    store(line(**{**SPOUSE, "surname": "García"}), line())
    store(line(**{**SPOUSE, "surname": "GARCIA", "passport_number": "N5555555"}))

    assert [name for _kind, name in names(stored())] == ["Dara Sok", "Srey GARCIA"]


@pytest.mark.parametrize("surname", ["-", "\u200b", "\u200e"])
def test_a_surname_without_a_letter_is_an_empty_cell(surname):
    row, bad = read_row(line(surname=surname), {"PHP": ()}, {"KH"})

    assert (row, bad) == (None, [("surname", "cannot be empty")])


def test_a_new_letter_code_can_be_used_again_the_same_cannot(store):
    store(line(letter_code="AB12CD"))
    stored().principal.refusals[0].letter_code_used_at = clock.now()
    session.commit()

    store(line(letter_code="AB12CD", surname="Sokh"))
    assert stored().principal.refusals[0].letter_code_used_at is not None
    store(line(letter_code="CD34EF"))
    assert stored().principal.refusals[0].letter_code_used_at is None


@pytest.mark.parametrize("reasons", ["", "Fraud Prevention Unit"])
def test_r7_a_refusal_without_anything_to_bring_is_processing(store, reasons):
    store(line(respond_by="none", reasons=reasons))

    refusal = stored().principal.refusals[0]
    assert (refusal.kind, last_day(stored(), refusal)) == (PROCESSING, None)


def test_the_same_number_at_two_posts_is_two_cases(store):
    make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
    store(line(), line(post="AMM"))

    assert sizes()[0] == 2
    assert store(line(post="AMM", surname="Haddad")) == (0, 1, 0)
    assert stored().principal.surname == "Sok"


def test_a_cell_that_looks_like_a_formula_is_plain_text(store):
    formula = '=HYPERLINK("http://example.org","Sok")'
    store(line(surname=formula, given_names="@SUM(1+1)"))

    assert (stored().principal.surname, stored().principal.given_names) == (formula, "@SUM(1+1)")


def test_two_thousand_rows_are_stored_and_read_again_as_the_same(app, tmp_path):
    make_post()
    lines = [line(case_number=f"PHP20256{number:05}", passport_number=f"N{number:07}") for number in range(2_000)]
    rows, done = read_cases(write_csv(tmp_path / "cases.csv", *lines))[0], []

    first = store_cases(rows, "command", clock.now(), done.append)
    session.commit()
    again = store_cases(rows[:1200], "command", clock.now())

    assert (first.added, sum(done), session.query(Case).count()) == (2_000, 2_000, 2_000)
    assert (again.unchanged, again.added + again.changed) == (1200, 0)
