"""Files made to do harm are refused with a sentence, and nothing of them is kept."""

import io
import resource

import pytest
from sqlalchemy import func, select

from portal.database.transactions import session
from portal.evidence import page_pictures
from portal.evidence.file_models import SentFile
from portal.evidence.file_store import store
from portal.web.request_bodies import FILES_BYTES
from tests.evidence.hostile import hostile, many_pages, progressive
from tests.evidence.papers import add, file, holder, pages_of, picture

HOSTILE = hostile()


@pytest.fixture
def quick(monkeypatch):
    """Let a process that makes pictures have less time, as a test waits for it."""
    monkeypatch.setitem(page_pictures._QUESTION, "cpu_seconds", 3)


def kept():
    session.rollback()
    return session.scalar(select(func.count(SentFile.id))), list(store().names())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence_and_not_kept(app, visitor, quick, name):
    case, (content, sentence) = holder(visitor), HOSTILE[name]

    page = add(visitor, case, file(content, name))

    assert name in page.text and sentence in page.errors[0], page.errors
    assert kept() == (0, [])


def test_many_pages_of_a_small_pdf_are_taken_up_to_fifty(app, visitor):
    case = holder(visitor)

    assert add(visitor, case, file(many_pages(50), "fifty.pdf")).errors == []
    assert "more than 50 pages" in add(visitor, case, file(many_pages(51), "more.pdf")).errors[0]


def test_a_file_of_eleven_megabytes_is_refused(app, visitor):
    case = holder(visitor)

    page = add(visitor, case, file(picture() + b"\0" * (10 * 1024 * 1024), "large.jpg"))

    assert "This file is larger than 10 MB." in page.errors[0] and kept() == (0, [])


def test_more_than_fits_at_once_is_said_on_the_page_with_the_field(app, visitor):
    case = holder(visitor)

    answer = visitor.post(pages_of(case), files=(io.BytesIO(b"x" * (FILES_BYTES + 1)), "huge.jpg"), status=303)

    page = visitor.open(answer.location)
    assert "These files are too large to send together." in page.text and page.fields["files"] == ""
    assert kept() == (0, [])


# Werkzeug leaves the parts that it read before it gave up to the collector of garbage.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ten_thousand_tiny_files_are_refused_at_once(app, visitor):
    case = holder(visitor)
    tiny = [(io.BytesIO(b"x"), f"{number}.jpg") for number in range(10_000)]

    answer = visitor.post(pages_of(case), files=tiny, status=303)

    assert answer.location.endswith("said=files_too_large") and kept() == (0, [])


def test_a_document_takes_thirty_files(app, visitor, monkeypatch):
    case = holder(visitor)
    monkeypatch.setattr("portal.evidence.sent_documents.MOST_FILES", 2)

    page = add(visitor, case, *(file(picture(words=str(number)), f"{number}.jpg") for number in range(3)))

    assert "2.jpg" in page.errors[0] or "at most 30 files" in page.errors[0]
    assert kept()[0] == 2


def test_a_picture_of_a_hundred_million_pixels_takes_its_process_and_not_ours(app, visitor, quick):
    case, before = holder(visitor), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    content = progressive(10_000, 10_000)
    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    add(visitor, case, file(content, "passes.jpg"))

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - made < 60 * 1024
    assert made >= before


def test_a_name_of_a_file_is_text_and_nothing_more(app, visitor):
    case = holder(visitor)

    page = add(visitor, case, file(picture(), "../../<script>alert(1)</script>.jpg"))

    assert "<script>alert" not in page.html and "script>.jpg" in page.text
