"""Documents sent as files: added page by page, shown back, sent, and a document receipt for them (law.md 11)."""

import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from portal import clock
from portal.database.transactions import session, writing
from portal.evidence import file_jobs, uploads
from portal.evidence.file_models import SentDocument, SentFile, UnwantedFile
from portal.evidence.file_store import store
from portal.evidence.operations import receipts_of
from portal.posts.operations import today
from tests.evidence.papers import add, file, holder, listing, officer, pages_of, pdf, picture, send
from tests.factories import make_account, make_post, signed_in
from tests.visitor import Visitor


def files_of(case):
    session.rollback()
    return [one for document in documents_of(case) for one in document.files]


def documents_of(case):
    session.rollback()
    return session.scalars(select(SentDocument).where(SentDocument.case_id == case.id).order_by(SentDocument.id)).all()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_a_photograph_of_each_kind_is_shown_back_as_a_picture(app, visitor, kind):
    case = holder(visitor)

    page = add(visitor, case, file(picture(kind), f"IMG_1.{kind.lower()}"))

    assert "The files are added" in page.text and f"IMG_1.{kind.lower()}" in page.text
    (kept,) = files_of(case)
    answer = visitor.client.get(f"/en/evidence/files/{kept.public_id}/1")
    assert (answer.mimetype, answer.data[:3]) == ("image/jpeg", b"\xff\xd8\xff")


def test_every_page_of_a_pdf_is_shown_back(app, visitor):
    case = holder(visitor)

    page = add(visitor, case, file(pdf(3), "contract.pdf"))

    (kept,) = files_of(case)
    assert (kept.kind, kept.pages) == ("pdf", 3)
    for number in (1, 2, 3):
        assert f"/en/evidence/files/{kept.public_id}/{number}" in page.links
        assert visitor.client.get(f"/en/evidence/files/{kept.public_id}/{number}/small").status_code == 200
    assert visitor.client.get(f"/en/evidence/files/{kept.public_id}/4").status_code == 404


def test_sending_gives_a_document_receipt_of_today_with_what_is_still_missing(app, visitor):
    case = holder(visitor)
    add(visitor, case, file(picture()))

    page = send(visitor, case)

    (receipt,) = receipts_of(case)
    assert receipt.reference in page.text and "We have your documents" in page.text
    assert (receipt.way, receipt.received_on) == ("files", today(case.post, clock.now()))
    assert [(line.name, line.outcome, line.form) for line in receipt.lines] == [
        ("Police Certificate", "came", "copy"),
        ("Marriage Certificate", "missing", None),
    ]
    session.expire_all()
    assert [item.state for item in case.refusals[0].items] == ["received", "outstanding"]


def test_r12_send_pressed_twice_sends_once(app, visitor):
    case = holder(visitor)
    add(visitor, case, file(picture()))
    shown = visitor.open(listing(case))

    visitor.submit(listing(case), page=shown)
    page = visitor.submit(listing(case), page=shown)

    assert len(receipts_of(case)) == 1 == len(documents_of(case))
    assert page.errors == []


def test_r12_the_same_file_sent_twice_is_one_file(app, visitor):
    case, same = holder(visitor), picture()
    add(visitor, case, file(same))

    add(visitor, case, file(same), file(picture(words="another")))

    assert len(files_of(case)) == 2


def test_one_file_that_is_refused_does_not_lose_the_others(app, visitor):
    case = holder(visitor)

    page = add(visitor, case, file(picture(), "one.jpg"), file(b"<svg/>", "drawing.svg"), file(pdf(), "two.pdf"))

    assert "drawing.svg" in page.text
    assert "This is not a kind of file that we can show. Send a PDF, JPEG, PNG or HEIC file." in page.errors[0]
    assert [one.name for one in files_of(case)] == ["one.jpg", "two.pdf"]


def test_a_script_is_told_of_each_file_by_itself(app, visitor):
    case = holder(visitor)
    by_script = {"X-Portal-File": "1"}

    good = visitor.post(pages_of(case), headers=by_script, files=file(picture()), status=200)
    bad = visitor.post(pages_of(case), headers=by_script, files=file(b"nothing"), status=200)

    assert good.json == {"error": ""}
    assert bad.json["error"].startswith("This is not a kind of file")


def test_no_file_chosen_is_said_at_the_field(app, visitor):
    case = holder(visitor)

    assert visitor.submit(pages_of(case)).errors == ["Choose at least one file."]
    assert visitor.open(listing(case)).text.count("Add pages") == 2


def test_a_file_can_be_removed_before_it_is_sent_and_leaves_nothing(app, visitor):
    case = holder(visitor)
    add(visitor, case, file(picture()))
    name = files_of(case)[0].public_id

    visitor.post(f"/en/evidence/files/{name}/remove", status=303)
    file_jobs.sweep(clock.now() + timedelta(days=2))

    assert documents_of(case) == [] and store().parts_of(name) == []
    assert session.scalars(select(UnwantedFile)).all() == []


def test_a_document_is_replaced_until_an_officer_has_looked_and_both_dates_are_kept(app, visitor):
    case = holder(visitor)
    add(visitor, case, file(picture(words="first")))
    send(visitor, case)

    add(visitor, case, file(picture(words="second")))
    page = send(visitor, case)

    first, second = documents_of(case)
    assert (first.state, second.state, second.replaces_id) == ("replaced", "sent", first.id)
    assert first.files and first.receipt_id and second.receipt_id and first.receipt_id != second.receipt_id
    assert "It takes the place of what you sent" in page.text


def test_what_an_officer_has_looked_at_is_not_replaced(app, visitor):
    case, post = holder(visitor), make_post()
    add(visitor, case, file(picture()))
    send(visitor, case)
    (document,) = documents_of(case)
    staff = officer(Visitor(app))
    staff.post(f"/en/staff/files/{document.public_id}/looked-at", status=303)

    refused = visitor.open(pages_of(case), status=400)

    assert "An officer has looked at this document" in refused.text
    assert "Replace this document" not in visitor.open(listing(case)).text
    assert post.id == document.post_id


def test_an_officer_who_needs_more_opens_the_document_again(app, visitor):
    case = holder(visitor)
    add(visitor, case, file(picture()))
    send(visitor, case)
    officer(Visitor(app)).post(f"/en/staff/files/{documents_of(case)[0].public_id}/looked-at", status=303)
    with writing():
        case.refusals[0].items[0].state = "more_needed"

    add(visitor, case, file(picture(words="better")))
    send(visitor, case)

    assert [one.state for one in documents_of(case)] == ["sent", "sent"]
    assert len(receipts_of(case)) == 2


@pytest.mark.parametrize("cells", [{"respond_by": "in_person"}, {"respond_by": "direct"}, {"status": "issued"}])
def test_only_documents_to_be_answered_electronically_can_be_sent(app, visitor, cells):
    case = holder(visitor, **cells)

    visitor.open(pages_of(case), status=404)
    assert "There is no document of this case that you can send as a file." in visitor.open(listing(case)).text


def test_r5_files_of_others_do_not_exist(app, visitor):
    case = holder(visitor)
    add(visitor, case, file(picture()))
    (kept,) = files_of(case)
    stranger = signed_in(Visitor(app), make_account())

    assert stranger.client.get(f"/en/evidence/files/{kept.public_id}/1").status_code == 404
    assert stranger.client.get(listing(case)).status_code == 404
    assert stranger.client.get(pages_of(case)).status_code == 404
    stranger.post(f"/en/evidence/files/{kept.public_id}/remove", status=404)
    assert officer(Visitor(app)).client.get(f"/en/staff/files/pages/{kept.public_id}/1").status_code == 404
    assert len(files_of(case)) == 1


def test_r5_staff_of_another_post_do_not_see_what_was_sent(app, visitor):
    case = holder(visitor)
    add(visitor, case, file(picture()))
    send(visitor, case)
    (document,) = documents_of(case)
    elsewhere = signed_in(Visitor(app), make_account("officer", make_post("AMM")))

    assert elsewhere.client.get(f"/en/staff/files/{document.public_id}").status_code == 404
    assert elsewhere.client.get(f"/en/staff/files/pages/{document.files[0].public_id}/1").status_code == 404
    assert "There are no files to look at" in elsewhere.open("/en/staff/files/").text


def test_staff_look_at_the_pages_beside_what_was_asked_for(app, visitor):
    case = holder(visitor)
    add(visitor, case, file(pdf(2), "secret-name.pdf"))
    send(visitor, case)
    staff = officer(Visitor(app))

    queue = staff.open("/en/staff/files/")
    page = staff.open(next(link for link in queue.links if "/staff/files/" in link and link[-1].isalnum()))

    assert "Police Certificate (original)" in page.text and "Dara Sok" in page.text
    (kept,) = files_of(case)
    assert staff.client.get(f"/en/staff/files/pages/{kept.public_id}/2").data[:3] == b"\xff\xd8\xff"
    done = staff.submit(f"/en/staff/files/{documents_of(case)[0].public_id}/looked-at", page=page)
    assert "marked as looked at" in done.text
    assert "There are no files to look at" in staff.open("/en/staff/files/").text


def test_a_picture_runs_nothing_and_is_embedded_nowhere(app, visitor):
    case = holder(visitor)
    add(visitor, case, file(picture()))

    answer = visitor.client.get(f"/en/evidence/files/{files_of(case)[0].public_id}/1")

    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'inline; filename="page-1.jpg"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_where_a_photograph_was_taken_is_not_in_the_picture(app, visitor):
    case, place = holder(visitor), Image.Exif()
    place[0x010E] = "taken at home"

    add(visitor, case, file(picture(exif=place)))

    answer = visitor.client.get(f"/en/evidence/files/{files_of(case)[0].public_id}/1")
    assert b"taken at home" not in answer.data


def test_a_case_takes_a_hundred_megabytes_and_a_file_ten(app, visitor, monkeypatch):
    case, content = holder(visitor), picture()
    monkeypatch.setattr(uploads.sent_documents, "MOST_BYTES_A_FILE", len(content) - 1)
    assert "larger than 10 MB" in add(visitor, case, file(content)).errors[0]
    monkeypatch.setattr(uploads.sent_documents, "MOST_BYTES_A_FILE", len(content))
    monkeypatch.setattr(uploads.sent_documents, "MOST_BYTES_A_CASE", len(content))
    add(visitor, case, file(content))

    refused = add(visitor, case, file(picture(words="more")), place=1)

    assert "more than 100 MB" in refused.errors[0] and len(files_of(case)) == 1


def test_what_was_not_sent_for_a_month_is_forgotten(app, visitor):
    case = holder(visitor)
    add(visitor, case, file(picture()))
    name = files_of(case)[0].public_id

    assert file_jobs.forget_unsent(clock.now() + timedelta(days=29)) == 0
    assert file_jobs.forget_unsent(clock.now() + timedelta(days=31)) == 1
    file_jobs.sweep(clock.now() + timedelta(days=33))

    assert documents_of(case) == [] and store().parts_of(name) == []


def test_an_upload_that_broke_off_between_the_store_and_the_database_is_swept(app, visitor, monkeypatch):
    case = holder(visitor)
    monkeypatch.setattr(uploads, "_forget", lambda name: None)
    monkeypatch.setattr(uploads.sent_documents, "add_file", lambda *_more: 1 / 0)
    visitor.post(pages_of(case), files=file(picture()), status=500)
    (left,) = store().names()

    file_jobs.sweep(clock.now())
    assert store().parts_of(left) != []
    file_jobs.sweep(clock.now() + timedelta(hours=2))

    assert list(store().names()) == [] and session.scalars(select(SentFile)).all() == []


def test_a_page_says_what_a_diversity_case_is_told(app, visitor):
    year = clock.now().year + 1
    case = holder(visitor, case_number=f"{year}AS00077001", visa_class="DV1")

    page = visitor.open(listing(case))

    assert re.search(
        rf"A visa in this program must be issued by \w+, September 30, {year}, and visa numbers", page.text
    )
    assert "one year after the refusal" not in page.text


def test_tax_papers_come_with_a_warning(app, visitor):
    case = holder(visitor)
    with writing():
        case.refusals[0].items[0].name = "Tax records"

    assert "Send only what we asked for." in visitor.open(pages_of(case)).text
    assert "Send only what we asked for." not in visitor.open(pages_of(case, 1)).text
