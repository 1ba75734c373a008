"""Work beside an import: staff who change the same cases, and no long transactions (R16)."""

import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text, update

from portal import clock
from portal.cases.importing import interrupted_imports, redo_log, transaction_size
from portal.cases.importing import operations as importing
from portal.cases.importing.models import CaseImport, CaseImportRow
from portal.cases.importing.store_cases import correct_traveller, store_cases
from portal.cases.models import Case, Traveller
from portal.cases.operations import case_of_post
from portal.database import engines, transactions
from portal.database.transactions import session, writing
from portal.integrity import checks
from portal.journal import journal
from tests.cases.case_file import NUMBER, SOK, bring, line, read_cases, stored, write_csv
from tests.factories import make_post, make_row

OTHERS = [f"PHP2025600{number:03}" for number in range(2, 40)]


@pytest.fixture
def import_beside(app, tmp_path):
    """Import lines; a given function runs once, between two transactions of a phase: Storing or Correcting."""

    def bring_in(*lines, phase=None, meanwhile=lambda: None, by=journal.COMMAND):
        once = [meanwhile]

        class Bar:
            def __init__(self, label):
                self.label = label

            def update(self, _number):
                if once and self.label == phase:
                    once.pop()()

        @contextmanager
        def bar(label, _length):
            yield Bar(label)

        with transactions.reading_by_default():
            return importing.import_file(write_csv(tmp_path / "cases.csv", *lines), by, bar)

    return bring_in


def by_staff(**cells):
    with writing():
        case = case_of_post(make_post().id, stored_id(), for_change=True)
        row = make_row(**{"case_number": NUMBER, "surname": "Sok", "passport_number": SOK["passport_number"], **cells})
        correct_traveller(case, case.travellers[0], row, "account:1", clock.now())


def stored_id():
    with transactions.reading() as own:
        return own.scalar(select(Case.public_id).where(Case.number == NUMBER))


def rows_of(path, *lines):
    return read_cases(write_csv(path, *lines))[0]


def test_what_staff_type_after_an_import_was_decided_is_not_overwritten_by_it(import_beside, tmp_path, monkeypatch):
    monkeypatch.setattr(transaction_size, "FIRST_SIZE", 1)
    bring(tmp_path, line(case_number="PHP2024600001"), line())
    lines = [line(case_number="PHP2024600001", surname="Keo"), line(surname="Keo", status="Issued")]
    import_beside(*lines, phase="Correcting", meanwhile=lambda: by_staff(surname="Chan"))

    session.expire_all()
    assert stored().principal.surname == "Chan"
    # What the file says came first, and is in the history.
    assert [change.status for change in stored().history] == ["refused", "issued", "refused"]
    assert list(checks.violations()) == []


def test_a_case_that_staff_add_while_it_is_imported_unseen_ends_the_import(import_beside, tmp_path):
    make_post()
    session.commit()

    def add():
        with writing():
            store_cases([make_row(case_number=NUMBER, surname="Chan")], "account:1", clock.now())

    with pytest.raises(importing.ChangedMeanwhile):
        import_beside(line(), line(case_number=OTHERS[0]), phase="Storing", meanwhile=add)

    assert (stored().principal.surname, stored(OTHERS[0])) == ("Chan", None)
    assert session.scalars(select(CaseImport)).all() == []


def test_a_case_that_staff_add_before_its_turn_is_corrected(import_beside, monkeypatch):
    make_post()
    session.commit()
    real, added = importing._compared, []

    def compared(*told):
        part = real(*told)
        if not added:
            added.append(True)
            with writing():
                store_cases([make_row(case_number=NUMBER, surname="Chan")], "account:1", clock.now())
        return part

    monkeypatch.setattr(importing, "_compared", compared)
    report = import_beside(line())

    assert (report.added, report.changed, stored().principal.surname) == (0, 1, "Sok")


def test_a_case_that_was_erased_before_its_correction_stays_erased(import_beside, tmp_path, monkeypatch):
    monkeypatch.setattr(transaction_size, "FIRST_SIZE", 1)
    bring(tmp_path, line(case_number="PHP2024600001"), line())

    def erase():
        with writing():
            session.delete(stored())

    lines = [line(case_number="PHP2024600001", surname="Keo"), line(surname="Keo")]
    import_beside(*lines, phase="Correcting", meanwhile=erase)

    session.rollback()
    assert (stored(), stored("PHP2024600001").principal.surname) == (None, "Keo")
    assert session.scalars(select(CaseImportRow)).all() == []


@pytest.mark.parametrize("phase", ["Reading", "Storing", "Correcting"])
def test_between_two_parts_of_an_import_nothing_is_open_and_others_write_r16(app, import_beside, tmp_path, phase):
    bring(tmp_path, line())
    seen = []

    def look():
        seen.append(engines.is_writing())
        other = threading.Thread(target=write_elsewhere, args=(app, seen))
        other.start()
        other.join()

    import_beside(line(surname="Keo"), line(case_number=OTHERS[0]), phase=phase, meanwhile=look)

    assert seen == [False, 0, "written"]


def write_elsewhere(app, seen):
    """Write as a request does; first record how many other PostgreSQL connections wait inside a transaction."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
    with app.app_context():
        is_sqlite = app.extensions["engine"].dialect.name == "sqlite"
        with transactions.reading() as own:
            seen.append(0 if is_sqlite else own.scalar(waiting))
        with writing():
            session.execute(update(Case).where(Case.number == NUMBER).values(flags=["surname"]))
        seen.append("written")


def test_no_transaction_of_an_import_takes_more_cases_than_its_pace_r16(import_beside, tmp_path, monkeypatch):
    monkeypatch.setattr(transaction_size, "FIRST_SIZE", 10)
    monkeypatch.setattr(transaction_size, "MOST_SIZE", 10)
    bring(tmp_path, *[line(case_number=number) for number in OTHERS])
    staged, made = (
        watched(monkeypatch, redo_log, "write_entries"),
        watched(monkeypatch, interrupted_imports, "make_corrections"),
    )
    import_beside(*[line(case_number=number, status="Issued") for number in OTHERS])

    assert (sum(staged), max(staged)) == (sum(made), max(made)) == (len(OTHERS), 10)


def watched(monkeypatch, module, name):
    """Record how many items a function is given each time, in the returned list."""
    sizes, real = [], getattr(module, name)
    monkeypatch.setattr(module, name, lambda things: (sizes.append(len(things)), real(things)))
    return sizes


def test_a_part_that_took_long_is_followed_by_smaller_ones():
    some = transaction_size.TransactionSize()
    sizes = []
    for took in (0.5, 0.5, 0.5, 0.03, *[0.01] * 12):
        some._learn(took)
        sizes.append(some.size)

    assert sizes[:5] == [10, 5, 5, 5, 7]
    assert sizes[-1] == transaction_size.MOST_SIZE


def test_what_waits_in_the_redo_log_is_encrypted_and_gone_afterwards_r10(app, import_beside, tmp_path):
    bring(tmp_path, line())
    seen = []

    def look():
        with app.extensions["engine"].connect() as connection:
            seen.extend(
                bytes(one) for one in connection.exec_driver_sql("SELECT content FROM case_import_row").scalars()
            )

    import_beside(line(surname="Keo"), phase="Storing", meanwhile=look)

    assert len(seen) == 1 and b"N0123456" not in seen[0] and b"Keo" not in seen[0]
    assert session.scalars(select(CaseImportRow)).all() == []
    assert session.scalars(select(Traveller.surname)).all() == ["Keo"]
