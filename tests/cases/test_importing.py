"""A case file is imported completely or not at all, and no one sees undecided cases."""

import time

import pytest
from sqlalchemy import func, select, text, update

from portal import clock
from portal.cases.finding.proofs import NoMatch, Proof, match
from portal.cases.importing import interrupted_imports, leases, transaction_size
from portal.cases.importing.models import CaseImport
from portal.cases.importing.store_cases import store_cases
from portal.cases.models import Case, Traveller
from portal.database.transactions import session
from portal.integrity import checks
from portal.journal.journal import Entry
from portal.mailing.worker import worker_of
from portal.status.operations import look_up
from tests.cases.case_file import NUMBER, SPOUSE, bring, line, read_cases, stored, write_csv
from tests.commands.terminal import run
from tests.factories import BIRTH, PASSPORT, make_account, make_case, make_post, signed_in

OTHER = "PHP2025600002"


@pytest.fixture
def left_over(app, tmp_path):
    """A stored case of an import whose process was killed before it was switched on."""
    bring(tmp_path, line())
    case = stored()
    unfinished = CaseImport(actor="command", started_at=clock.now())
    session.add(unfinished)
    session.flush()
    session.execute(update(Case).where(Case.id == case.id).values(import_id=unfinished.id))
    session.commit()
    session.expire_all()
    return case.id


def count(model):
    return session.scalar(select(func.count()).select_from(model))


def actions():
    return session.scalars(select(Entry.action).where(Entry.subject == "case").order_by(Entry.id)).all()


def bring_file(app, tmp_path, *lines, **how):
    return run(app, "cases", "import", str(write_csv(tmp_path / "cases.csv", *lines)), **how)


def test_a_case_that_is_not_switched_on_is_there_for_nobody(left_over, visitor):
    officer = signed_in(visitor, make_account("officer", make_post()))

    assert look_up("PHP", NUMBER) is None
    assert stored() is None
    with pytest.raises(NoMatch):
        match(make_post(), Proof(NUMBER, (BIRTH,), PASSPORT), None, clock.now())
    officer.open(f"/en/staff/cases/{session.get(Case, left_over).public_id}", status=404)
    assert "We found no case" in officer.submit("/en/staff/find", q=NUMBER).text


def test_switched_on_all_of_a_file_is_there(app, tmp_path):
    make_post()
    bring_file(app, tmp_path, line(), line(**SPOUSE), line(case_number=OTHER))

    assert (look_up("PHP", NUMBER).word, look_up("PHP", OTHER).word) == ("refused", "refused")
    assert match(make_post(), Proof(NUMBER, (BIRTH,), PASSPORT), None, clock.now())[1] == "passport"
    assert session.scalars(select(CaseImport.added)).all() == [2]
    assert list(checks.violations()) == []


def test_r6_an_import_leaves_an_entry_for_each_case_and_one_for_itself(app, tmp_path):
    make_post()
    bring_file(app, tmp_path, line(), line(case_number=OTHER))
    bring_file(app, tmp_path, line(surname="Sokh"), line(case_number=OTHER))

    assert actions() == ["case added", "case added", "case corrected"]
    whole = select(Entry.after).where(Entry.action == "cases imported").order_by(Entry.id)
    assert session.scalars(whole).all() == [{"added": 2, "changed": 0}, {"added": 0, "changed": 1}]


def test_the_next_import_takes_away_what_a_killed_one_left(app, left_over, tmp_path):
    said = bring_file(app, tmp_path, line(), line(case_number=OTHER)).stdout

    assert said == "2 rows: 2 cases added, 0 corrected, 0 unchanged.\n"
    assert (count(Case), count(CaseImport)) == (2, 1)
    assert actions() == ["case added", "case removed", "case added", "case added"]


def test_the_worker_takes_away_what_a_killed_import_left(app, left_over):
    worker_of(app).run(once=True)

    assert (count(Case), count(Traveller), count(CaseImport)) == (0, 0, 0)
    assert list(checks.violations()) == []


def test_staff_can_add_a_case_that_a_killed_import_has_left_unseen(left_over, tmp_path):
    rows, _errors = read_cases(write_csv(tmp_path / "cases.csv", line(surname="Chan")))
    store_cases(rows, "account:1", clock.now())
    session.commit()

    assert (stored().principal.surname, count(Case)) == ("Chan", 1)


def test_two_imports_do_not_run_at_once(app, tmp_path):
    make_post()
    session.commit()
    with leases.held(interrupted_imports.LEASE):
        said = bring_file(app, tmp_path, line(), code=1).stderr

    assert "Another import is running" in said
    assert count(Case) == 0
    assert "1 cases added" in bring_file(app, tmp_path, line()).stdout


def test_rows_of_one_case_that_stand_far_apart_are_one_case(app, tmp_path):
    make_post()
    between = [line(case_number=f"PHP20256{number:05}") for number in range(2, 650)]
    bring_file(app, tmp_path, line(**SPOUSE), *between, line())

    assert [one.given_names for one in stored().travellers] == ["Dara", "Srey"]
    assert count(Case) == 649


def test_what_is_wrong_between_rows_far_apart_is_told_by_line(app, tmp_path):
    make_post()
    between = [line(case_number=f"PHP20256{number:05}") for number in range(2, 12)]
    said = bring_file(app, tmp_path, line(), *between, line(**SPOUSE, visa_class="CR1"), code=1).stderr

    assert "line 13, column visa_class: does not match an earlier row for the same case" in said
    assert count(Case) == 0


def test_whoever_holds_a_corrected_case_is_told(app, tmp_path):
    account = make_account()
    make_case(account, case_number=NUMBER)
    bring_file(app, tmp_path, line(status="Issued", status_date="2026-10-30"))

    assert look_up("PHP", NUMBER).word == "issued"
    session.expire_all()
    assert [change.status for change in stored().history] == ["refused", "issued"]
    assert "status_changed" in session.connection().exec_driver_sql("SELECT kind FROM notice").scalars().all()


def test_a_large_import_into_few_cases_reads_no_whole_table_for_each_row(app, tmp_path, monkeypatch):
    if app.extensions["engine"].dialect.name == "sqlite":
        return
    for size in ("FIRST_SIZE", "LEAST_SIZE", "MOST_SIZE"):  # otherwise a slow machine makes more transactions of it
        monkeypatch.setattr(transaction_size, size, 50)
    make_post()
    many = [
        line(case_number=f"PHP2025{600_100 + number}", passport_number=f"P{100_000 + number}") for number in range(1000)
    ]
    bring_file(app, tmp_path, line())

    assert rows_read_beside(app, tmp_path, *many) < 10 * len(many)
    monkeypatch.setattr(transaction_size, "_find_by_index", lambda: None)
    others = [one | {"case_number": one["case_number"].replace("PHP2025", "PHP2024")} for one in many]
    session.execute(text('TRUNCATE "case", refusal, traveller CASCADE'))
    session.commit()
    bring_file(app, tmp_path, line())
    assert rows_read_beside(app, tmp_path, *others) > 100 * len(many)


def rows_read_beside(app, tmp_path, *lines):
    """Import lines; return how many rows of cases, travellers and refusals PostgreSQL read by reading whole tables."""
    session.execute(text('ANALYZE "case", traveller, refusal'))
    session.commit()
    before = rows_read(app)
    bring_file(app, tmp_path, *lines)
    return rows_read(app) - before


def rows_read(app):
    session.remove()
    app.extensions["engine"].dispose()  # a connection reports its reads when it ends at the latest
    time.sleep(0.1)
    tables = "('case', 'traveller', 'refusal')"
    return session.scalar(text(f"SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname IN {tables}"))
