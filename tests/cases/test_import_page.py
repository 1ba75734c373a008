"""Staff import a case file in a page: preview, mistakes by line and column, confirm (R5, R6, R12)."""

import io
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from openpyxl import load_workbook
from sqlalchemy import func, select, update

from portal import clock
from portal.cases.importing import interrupted_imports, leases, uploads
from portal.cases.importing.models import CaseUpload
from portal.cases.importing.rows import COLUMNS
from portal.cases.models import Case, Traveller
from portal.cases.standard_words import reasons
from portal.database import engines
from portal.database.transactions import session, writing
from portal.journal.journal import Entry
from tests.cases.case_file import NUMBER, SPOUSE, line, read_cases, stored, write_csv, write_xlsx
from tests.factories import make_account, make_post, signed_in
from tests.visitor import Visitor

IMPORT = "/en/staff/cases/import/"


@pytest.fixture
def officer(app, visitor):
    """An officer of Phnom Penh who is signed in."""
    return signed_in(visitor, make_account("officer", make_post()))


@pytest.fixture
def content(tmp_path):
    """The bytes of a case file with some lines."""
    return lambda *lines, **how: write_csv(tmp_path / "cases.csv", *lines, **how).read_bytes()


def send(officer, data, page=IMPORT, status=200):
    return officer.submit(page, file=(io.BytesIO(data), "cases.csv"), status=status)


def cases():
    session.expire_all()
    return session.scalar(select(func.count()).select_from(Case))


def test_a_preview_says_what_would_change_and_changes_nothing(officer, content):
    entries = select(func.count()).select_from(Entry).where(Entry.subject == "case")

    page = send(officer, content(line(), line(case_number="PHP2025600002", passport_number="N1111111")))

    assert "2 cases would be added." in page.text
    assert (cases(), session.scalar(entries)) == (0, 0)


def test_a_confirmed_file_is_imported_once_r12(officer, content):
    preview = send(officer, content(line(), line(**SPOUSE)))
    for _twice in range(2):
        page = officer.submit(preview.path, page=preview)

    assert page.h1 == "Cases imported"
    assert "1 case was added." in page.text
    assert (cases(), len(stored().travellers)) == (1, 2)
    assert session.scalars(select(Entry.action)).all().count("cases imported") == 1


def test_a_second_click_while_the_first_is_imported_waits_for_it_r12(officer, content, monkeypatch):
    preview = send(officer, content(line()))
    upload = session.scalars(select(CaseUpload)).one()
    first = leases.HeldLease(interrupted_imports.LEASE, upload.public_id)
    with writing():
        first.take()

    def end_first(_seconds):
        with writing():
            done = {"added": 1, "changed": 0, "unchanged": 0}
            session.execute(update(CaseUpload).values(content=None, done_at=clock.now(), counts=done))
            first.release()

    monkeypatch.setattr(uploads, "LOOK_SECONDS", 0)
    # The module's own name for it: other threads sleep too.
    monkeypatch.setattr(uploads, "time", SimpleNamespace(sleep=end_first, monotonic=time.monotonic))
    assert officer.submit(preview.path, page=preview).h1 == "Cases imported"
    assert cases() == 0


def test_two_confirmations_that_both_got_through_are_one_r12(officer, content):
    preview = send(officer, content(line()))
    upload = session.scalars(select(CaseUpload)).one()
    found = uploads.kept_of(upload)
    officer.submit(preview.path, page=preview)
    with writing():
        session.execute(update(Traveller).values(surname="Corrected"))
    uploads.confirm(upload, found, "account:1")

    assert stored().principal.surname == "Corrected"
    assert session.scalars(select(Entry.action)).all().count("cases imported") == 1


def test_a_confirmation_beside_another_import_is_told_so_and_can_be_sent_again(officer, content):
    preview = send(officer, content(line()))
    with leases.held(interrupted_imports.LEASE):
        page = officer.submit(preview.path, page=preview)

    assert "Another import is running" in page.text and page.h1 == "Import cases: preview"
    assert cases() == 0
    assert officer.submit(preview.path, page=page).h1 == "Cases imported"


def test_a_preview_shows_the_first_rows_as_they_were_read(officer, content):
    lines = [line(case_number=f"PHP20256000{number}", reasons="or Police Certificate") for number in range(10, 22)]
    page = send(officer, content(*lines))

    assert "2 PHP2025600010 IR1 refused 2026-09-24 Sok Dara 1990-04-12 N0123456" in page.text
    assert "original Police Certificate" in page.text
    assert "PHP2025600019" in page.text and "PHP2025600020" not in page.text


def test_nothing_is_open_in_the_database_while_a_file_is_read(officer, content, monkeypatch):
    seen, real = [], uploads.read_table

    def told(*question):
        seen.extend([session().in_transaction(), engines.is_writing()])
        yield from real(*question)

    monkeypatch.setattr(uploads, "read_table", told)
    send(officer, content(line()))

    assert seen == [False, False]


def test_what_would_be_corrected_is_named(officer, content):
    preview = send(officer, content(line()))
    officer.submit(preview.path, page=preview)

    page = send(officer, content(line(surname="Sokh")))
    assert "1 case would be corrected." in page.text and NUMBER in page.text
    assert "There is nothing to import." in send(officer, content(line())).text


def test_a_workbook_is_imported_too(officer, tmp_path):
    page = send(officer, write_xlsx(tmp_path / "cases.xlsx", line()).read_bytes())

    assert "1 case would be added." in page.text


def test_mistakes_are_told_by_line_and_column_and_nothing_is_kept(officer, content):
    page = send(officer, content(line(status="Pending"), line(case_number="x", surname="")))

    assert "3 mistakes in the file. Nothing was imported." in page.text
    assert "2 status is not a known status" in page.text
    assert "3 surname cannot be empty" in page.text
    assert session.scalar(select(func.count()).select_from(CaseUpload)) == 0


def test_mistakes_are_told_in_the_language_of_the_reader(officer, content):
    page = send(officer, content(line(status="Pending")), "/es/staff/cases/import/")

    assert "status" in page.text
    assert "is not a known status" not in page.text


def test_r5_rows_of_another_post_are_a_mistake(officer, content):
    make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")

    page = send(officer, content(line(), line(post="AMM", case_number="AMM2025600001")))

    assert "3 post belongs to a different post" in page.text


@pytest.mark.parametrize("data", [b"", b"x", b"PK\x03\x04 no workbook", "post,é".encode("latin-1"), b'"'])
def test_a_file_of_something_else_is_told_apart(officer, data):
    assert "1 mistake in the file." in send(officer, data).text


def test_no_file_is_told_beside_the_field(officer):
    assert "Choose a file." in officer.submit(IMPORT).text


def test_a_file_may_be_larger_than_other_forms_up_to_a_bound(officer, content, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 400_000)
    large = content(*[line(surname="x" * 90, reasons="Tax records;" * 30)] * 600)
    assert 300_000 < len(large) < 400_000

    assert "mistakes in the file" in send(officer, large).text
    send(officer, b"x" * 400_001, status=413)
    officer.submit("/en/staff/cases/", case_number="x" * 300_000, status=413)


def test_more_rows_than_a_page_takes_are_refused(officer, content, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_ROWS", 1)

    assert "more than 1 rows" in send(officer, content(line(), line(**SPOUSE))).text


def test_the_uploaded_file_is_encrypted_and_gone_when_it_is_done_r10(app, officer, content):
    preview = send(officer, content(line()))
    with app.extensions["engine"].connect() as connection:
        assert b"N0123456" not in bytes(connection.exec_driver_sql("SELECT content FROM case_upload").scalar())

    officer.submit(preview.path, page=preview)
    session.expire_all()
    assert session.scalars(select(CaseUpload.content)).all() == [None]


def test_a_preview_is_gone_after_an_hour(officer, content):
    preview = send(officer, content(line()))
    kept = session.scalars(select(CaseUpload)).one()
    kept.made_at = clock.now() - timedelta(minutes=61)
    session.commit()

    officer.open(preview.path, status=404)
    uploads.forget_old(clock.now())
    assert session.scalar(select(func.count()).select_from(CaseUpload)) == 0


def test_r5_nobody_else_sees_a_preview(app, officer, content):
    preview = send(officer, content(line()))

    signed_in(Visitor(app), make_account("officer", make_post())).open(preview.path, status=404)


def test_the_empty_files_have_the_right_header(officer, tmp_path):
    (tmp_path / "cases.csv").write_bytes(officer.client.get(f"{IMPORT}template.csv").data)
    book = load_workbook(io.BytesIO(officer.client.get(f"{IMPORT}template.xlsx").data))

    assert read_cases(tmp_path / "cases.csv") == ([], [])
    assert [cell.value for cell in book.active[1]] == COLUMNS


def test_the_standard_wordings_are_listed(officer):
    page = officer.open(f"{IMPORT}wordings")

    assert all(reason.name in page.text for reason in reasons().values())


@pytest.mark.parametrize("role", ["desk", "scheduler", "guard"])
def test_only_officers_import(app, role):
    signed_in(Visitor(app), make_account(role, make_post())).open(IMPORT, status=403)


@pytest.mark.parametrize("language", ["km", "ar", "pt"])
def test_the_pages_of_the_import_open_in_other_languages(officer, content, language):
    page = f"/{language}/staff/cases/import/"
    officer.open(f"{page}wordings")
    preview = send(officer, content(line()), page)

    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        assert officer.submit(preview.path, page=preview).lang == language
