"""A tour of asking without an account: the question, its confirmation, the answer of an officer."""

from portal.accounts import links
from portal.inquiries.visitors.models import VisitorQuestion
from tests.browser.people import log_in, visit

ASK = "/inquiries/ask"
TYPED = {
    "location": "PHP",
    "category": "documents",
    "text": "Is a copy enough? / ច្បាប់ចម្លង?",
    "email": "sok@example.org",
}


def see_questions_without_an_account(server, album):
    """The pages of someone who asks without an account, and of the officer who answers."""
    reader, officer = visit(server), log_in(server, "officer")
    album.take(reader, "ask without an account", ASK)
    album.send(reader, "ask without an account, wrong", ASK, location="", text="", email="x")
    reader.submit(f"/en{ASK}", **TYPED, case_number="PHP2025600001")
    album.take(reader, "ask without an account, sent", f"{ASK}/sent")
    with server.database() as session:
        asked = session.query(VisitorQuestion).order_by(VisitorQuestion.id.desc()).first().public_id
        link = f"{ASK}/{links.token(asked)}"
    album.take(reader, "ask without an account, confirm", link)
    album.take(reader, "ask without an account, link does not work", f"{ASK}/x", status=410)
    reader.submit(f"/en{link}")
    album.take(reader, "ask without an account, confirmed", link)
    album.take(officer, "staff: questions, without an account", "/staff/inquiries/")
    page = f"/staff/inquiries/visitors/{asked}"
    album.take(officer, "staff: question without an account", page)
    album.send(officer, "staff: question without an account, wrong", page, text="")
    officer.submit(f"/en{page}", text="No. / ទេ។")
    album.take(officer, "staff: question without an account, answered", page)
    album.take(reader, "ask without an account, answered", link)
