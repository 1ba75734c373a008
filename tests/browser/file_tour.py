"""Documents sent as files: every page of it, for applicants and for staff."""

from portal import clock
from portal.cases.operations import case_at
from portal.evidence import sent_documents
from portal.posts.operations import post_by_code
from tests.browser.families import FAMILIES
from tests.browser.people import answer_steps, log_in, sign_up
from tests.factories import make_sent_document


def see_files(server, album):
    """What can be sent, pages that were added, a refusal, what was sent; the queue of staff, a document, a case."""
    reader = sign_up(server)
    case_id = answer_steps(reader, "shows files").split("/")[3]
    with server.database():
        case = case_at(post_by_code("PHP").id, FAMILIES["shows files"][0]["case_number"])
        sent, collected = (make_sent_document(case, item, clock.now()) for item in case.refusals[0].items)
        sent.state, sent.sent_at, item_id = "sent", clock.now(), collected.refusal_item_id
        document = sent.public_id
        sent_documents.session.commit()
    album.take(reader, "files", f"/evidence/{case_id}/files")
    album.take(reader, "files, pages", f"/evidence/{case_id}/documents/{item_id}/pages")
    album.send(reader, "files, pages, wrong", f"/evidence/{case_id}/documents/{item_id}/pages", files=None)
    officer = log_in(server, "officer")
    album.take(officer, "staff: files", "/staff/files/")
    album.take(officer, "staff: document sent as files", f"/staff/files/{document}")
    album.take(officer, "staff: files of a case", f"/staff/files/cases/{case_id}")
