"""A case file is read by a process of its own, which cannot exceed its limits."""

import fcntl
import io
from contextlib import ExitStack

import pytest

from portal.cases.importing import bounded_process, uploads
from portal.cases.importing.bounded_process import FileTooMuch, Limits, ReadersBusy, read_table
from portal.cases.importing.casefile.messages import Line, Note
from tests.cases.case_file import SOK, line, write_xlsx
from tests.cases.quirks import HEADER, row, sheet, workbook
from tests.factories import make_account, make_post, signed_in

pytestmark = pytest.mark.usefixtures("app")
IMPORT = "/en/staff/cases/import/"
ROOMY = Limits(memory_bytes=512 * 1024**2, cpu_seconds=20, seconds=60)
MOST_UNPACKED = 64 * 1024**2


@pytest.fixture
def read(tmp_path):
    """Read bytes as a file, within limits."""

    def told(content, limits=ROOMY, most_unpacked=MOST_UNPACKED):
        path = tmp_path / "cases"
        path.write_bytes(content)
        with path.open("rb") as file:
            return list(read_table(file, most_unpacked, limits))

    return told


def bomb(texts=500_000):
    """A workbook of a few kilobytes with half a million shared texts."""
    return workbook(sheet(HEADER, row()), shared=f"<si><t>{'x' * 80}</t></si>" * texts)


def test_another_process_tells_the_same_lines(read, tmp_path):
    note, only = read(write_xlsx(tmp_path / "cases.xlsx", line()).read_bytes())

    assert (note, only) == (Note("This was read from the sheet %(read)s.", {"read": "Sheet"}), Line(2, [*SOK.values()]))


def test_a_file_that_takes_more_memory_than_it_is_given_is_told_so(read):
    small = Limits(memory_bytes=60 * 1024**2, cpu_seconds=20, seconds=60)

    assert len(bomb()) < 200_000
    with pytest.raises(FileTooMuch):
        read(bomb(), small)
    assert len(read(workbook(sheet(HEADER, row())), small)) == 2


def test_a_file_that_takes_longer_than_it_is_given_is_told_so(read):
    with pytest.raises(FileTooMuch):
        read(bomb(), Limits(memory_bytes=512 * 1024**2, cpu_seconds=20, seconds=0))


def test_a_file_that_takes_more_of_a_processor_than_it_is_given_is_told_so(read):
    with pytest.raises(FileTooMuch):
        read(bomb(3_000_000), Limits(memory_bytes=4 * 1024**3, cpu_seconds=1, seconds=60), 6 * MOST_UNPACKED)


def test_few_files_are_read_at_once_on_a_machine(app, read, monkeypatch):
    monkeypatch.setattr(bounded_process, "LONGEST_WAIT_SECONDS", 0)
    folder = app.extensions["settings"].instance
    with ExitStack() as others:
        for place in range(bounded_process.AT_ONCE):
            fcntl.flock(others.enter_context((folder / f"reader-{place}.lock").open("w")), fcntl.LOCK_EX)
        with pytest.raises(ReadersBusy):
            read(b"")
    assert len(read(b"")) == 1


def test_a_file_that_takes_too_much_is_told_beside_the_field(visitor, monkeypatch):
    officer = signed_in(visitor, make_account("officer", make_post()))
    monkeypatch.setattr(uploads, "LIMITS", Limits(memory_bytes=60 * 1024**2, cpu_seconds=20, seconds=60))
    page = officer.submit(IMPORT, file=(io.BytesIO(bomb()), "cases.xlsx"))

    assert "takes more memory or time than a case file should" in page.errors[0]
