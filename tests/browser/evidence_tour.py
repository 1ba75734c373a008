"""Documents handed in: taken in at the window with a receipt, decided by an officer, and what the person sees."""

import re
from datetime import date, timedelta

from tests.browser.people import answer_steps, log_in, sign_up

WORDS = "The translation is missing. / ខ្វះការបកប្រែ។"


def see_evidence(server, album):
    """Keep the pages of documents that are handed in, for the person and for staff."""
    reader, desk, officer = sign_up(server), log_in(server, "desk"), log_in(server, "officer")
    case = re.sub(r"/appointments(/cases/[^/]+)/.*", r"\1", answer_steps(reader, "hands documents in"))
    staff = f"/staff{case}"
    take_in = staff.replace("/cases/", "/evidence/cases/") + "/take-in"
    album.take(desk, "staff: window", take_in)
    album.send(desk, "staff: window, wrong", take_in, received_on="2001-01-01", others="Photographs")
    receipt = _handed_in(desk, take_in)
    album.take(desk, "staff: document receipt", receipt)
    album.take(desk, "staff: correct a document receipt", f"{receipt}/correct")
    for shown, path in (("case", case), ("dashboard", "/dashboard"), ("receipt", receipt.removeprefix("/staff"))):
        album.take(reader, f"documents handed in: {shown}", path)
    album.take(reader, "document receipt verified", _verification(reader, receipt))
    _see_decisions(officer, album, staff)
    album.take(reader, "more is needed", case)
    _see_overcome(officer, album, staff)
    album.take(reader, "overcome", case)
    album.take(officer, "staff: case, all of it", staff)
    _see_petition(server, album, officer)


def _handed_in(desk, take_in):
    page = desk.open(f"/en{take_in}").page
    choices = {name: "original_kept" for name in page.fields if name.startswith("item_")}
    answers = {**choices, **{name: "original_seen" for name in page.fields if name.startswith("passport_")}}
    return desk.submit(f"/en{take_in}", **answers, others="Photographs").path.removeprefix("/en")


def _verification(reader, receipt):
    html = reader.open(f"/en{receipt.removeprefix('/staff')}").html
    assert "Document receipt" in html
    return "/verify/receipt/x"


def _see_decisions(officer, album, staff):
    html = officer.open(f"/en{staff}").html
    refusal = f"{staff}/refusals/{re.search(r'/refusals/([0-9]+)', html)[1]}"
    album.take(officer, "staff: case after the window", staff)
    album.take(officer, "staff: answer", f"{refusal}/answer")
    album.send(officer, "staff: answer, wrong", f"{refusal}/answer", answer=None)
    officer.submit(f"/en{refusal}/answer", answer="more", words=WORDS)
    line = re.search(r"/originals/([0-9]+)", html)[0]
    back = staff.replace("/cases/", "/evidence/cases/") + line
    album.take(officer, "staff: hand back", back)
    album.send(officer, "staff: hand back, wrong", back, handed_to=None, reason="")
    album.take(officer, "staff: ask for a passport", f"{staff}/passport")
    album.send(officer, "staff: ask for a passport, wrong", f"{staff}/passport", way="bring", until="")
    soon = (date.today() + timedelta(days=30)).isoformat()
    officer.submit(f"/en{staff}/passport", traveller="0", way="bring", until=soon)
    album.take(officer, "staff: case note", f"{staff}/notes")
    officer.submit(f"/en{staff}/notes", text="A long note about the case.")


def _see_overcome(officer, album, staff):
    html = officer.open(f"/en{staff}").html
    refusal = f"{staff}/refusals/{re.search(r'/refusals/([0-9]+)', html)[1]}"
    withdrawn = re.search(r'action="(/en[^"]*/passport/[0-9]+/withdraw)"', html)[1]
    officer.submit(f"/en{staff}", to=withdrawn)
    album.take(officer, "staff: overcome", f"{refusal}/overcome")
    officer.submit(f"/en{refusal}/overcome", way="evidence")


def _see_petition(server, album, officer):
    path = officer.submit("/en/staff/cases/", case_number="PHP2025600009").path.removeprefix("/en")
    album.take(officer, "staff: petition that went back", path)
    album.take(officer, "staff: stage", f"{path}/stages")
    album.send(officer, "staff: stage, wrong", f"{path}/stages", kind=None, happened_on="2999-01-01")
