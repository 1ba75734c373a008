"""A document receipt on paper: what it says and does not say, and what a stranger who scans it learns (law 1)."""

import json
import re
import subprocess
import sys
from uuid import uuid4

import pytest

from portal import clock
from portal.database.transactions import session
from portal.evidence import receipt_papers
from portal.evidence.models import COPY, DOCUMENT, HANDED_BACK, KEPT, MISSING, ORIGINAL, OTHER, PASSPORT, WINDOW
from portal.evidence.operations import Line, give_receipt
from portal.i18n.locale import LANGUAGES, format_day, in_language
from portal.settings.settings import ROOT
from tests.factories import make_account, make_case, make_post, signed_in
from tests.paper.paper import codes_in, facts, picture_of, text_of, unembedded_fonts
from tests.visitor import Visitor

PERSONAL = ("Sok", "Dara", "N0123456", "Police", "1990")


def given(case, **more):
    """A receipt of a case: one document kept, one missing, a passport seen, something else."""
    police, marriage = case.refusals[0].items
    lines = [
        Line(DOCUMENT, item=police, form=ORIGINAL, custody=KEPT),
        Line(DOCUMENT, MISSING, item=marriage),
        Line(PASSPORT, traveller=case.principal, custody=HANDED_BACK),
        Line(OTHER, name="Photographs", form=COPY, custody=KEPT),
    ]
    receipt = give_receipt(case, WINDOW, lines, uuid4(), "account:7", clock.now(), **more)
    session.commit()
    return receipt


@pytest.fixture
def receipt(app):
    return given(make_case(make_account()))


def written(receipt, tmp_path, language="en", copies=1):
    path = tmp_path / f"{language}{copies}.pdf"
    with in_language(language):
        path.write_bytes(receipt_papers.receipt_pdf(receipt, copies=copies))
    return path


def test_it_says_what_came_what_was_missing_and_what_it_does_not_say(receipt, tmp_path):
    said = text_of(written(receipt, tmp_path))
    day = format_day(receipt.received_on, receipt.case.post)

    assert "Police certificate (original, kept by the Embassy)" in said
    assert "Passport (seen, copied, handed back)" in said and "Photographs (copy, kept by the Embassy)" in said
    assert "Marriage certificate" in said.partition("Still missing on that day")[2]
    assert f"We received the items listed above on {day}." in said
    assert "does not say that they are complete or sufficient" in said and "your last day is still" in said
    assert "by staff member 7" in said
    assert [word for word in ("stopped", "provisionally", "clock") if word in said] == []


def test_it_is_one_accessible_page_in_every_language_beside_english(receipt, tmp_path):
    for language in LANGUAGES:
        path = written(receipt, tmp_path, language)
        assert facts(path)["Pages"] == "1", language
        assert unembedded_fonts(path) == [], language
        assert "Document receipt" in text_of(path), language


def test_the_counter_prints_two_copies_the_second_with_a_line_for_a_signature(receipt, tmp_path):
    path = written(receipt, tmp_path, copies=2)

    assert facts(path)["Pages"] == "2"
    assert "Copy for the applicant" in text_of(path) and "Copy for the Embassy" in text_of(path)
    assert text_of(path).count("Signature of the person") == 1


def test_a_diversity_case_reads_of_its_program_year_and_of_no_last_day(app, tmp_path):
    case = make_case(make_account(), case_number="2027AS00077003", visa_class="DV1")
    said = text_of(written(given(case), tmp_path))

    assert "A visa in this program must be issued by" in said and "your last day is still" not in said


def test_its_code_is_on_the_page_and_a_stranger_who_scans_it_learns_nothing_personal(app, receipt, tmp_path):
    (code,) = codes_in(picture_of(written(receipt, tmp_path), 200))
    page = Visitor(app).open(f"/V/{code.rpartition('/')[2]}")

    assert page.h1 == "Valid document receipt" and receipt.reference in page.text
    assert [word for word in (*PERSONAL, receipt.case.number) if word in page.text] == []


def test_a_corrected_receipt_says_so_to_whoever_scans_it(app, receipt):
    given(receipt.case, corrects=receipt)

    page = Visitor(app).open(f"/V/{receipt_papers.code_of(receipt)}")
    assert page.h1 == "Corrected: a newer document receipt takes its place"


@pytest.mark.parametrize("change", [("R.", "A."), ("R.", "C."), (".1.", ".2."), ("2", "3")])
def test_a_changed_code_is_not_valid(app, receipt, change):
    code = receipt_papers.code_of(receipt).replace(*change, 1)

    assert Visitor(app).open(f"/en/verify/receipt/{code}").h1 == "Not valid"


def test_the_program_of_the_documents_verifies_it_without_a_line(app, receipt, tmp_path, visitor):
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(visitor.client.get("/verification-keys.json").json))
    program = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "paper.md").read_text(), re.DOTALL)[1]
    line = [sys.executable, "-c", program.replace('"A"', '"R"'), str(keys), receipt_papers.code_of(receipt)]

    said = subprocess.run(line, capture_output=True, text=True, check=True).stdout  # noqa: S603 - of our own documents
    assert said.startswith(f"valid: {receipt.reference.replace('-', '')}, version 1")


def test_r5_a_receipt_is_there_for_its_holder_and_its_post_only(app, receipt, tmp_path):
    reference = receipt.reference
    make_post("CDJ", city="Ciudad Juárez", timezone="America/Ciudad_Juarez", country="MX", languages="es en")
    other = signed_in(Visitor(app), make_account())
    abroad = signed_in(Visitor(app), make_account("desk", make_post("CDJ")))
    desk = signed_in(Visitor(app), make_account("desk", receipt.case.post))

    other.open(f"/en/evidence/receipts/{reference}", status=404)
    abroad.open(f"/en/staff/evidence/receipts/{reference}", status=404)
    assert reference in desk.open(f"/en/staff/evidence/receipts/{reference}").text
    holder = signed_in(Visitor(app), receipt.case.account)
    assert "Police certificate" in holder.open(f"/en/evidence/receipts/{reference}").text


def test_the_window_gives_a_receipt_in_one_form_and_the_desk_corrects_it(app):
    case = make_case(make_account())
    police, marriage = case.refusals[0].items
    desk = signed_in(Visitor(app), make_account("desk", case.post))
    choices = {f"item_{police.id}": "original_kept", f"item_{marriage.id}": "no"}
    page = desk.submit(f"/en/staff/evidence/cases/{case.public_id}/take-in", **choices, others="Photographs")
    first = page.path.rpartition("/")[2]
    assert "Still missing on that day" in page.text

    page = desk.submit(
        f"/en/staff/evidence/receipts/{first}/correct", **{**choices, f"item_{marriage.id}": "copy_kept"}
    )
    assert "Takes the place of" in page.text and first in page.text
    session.expire_all()
    assert {item.state for item in case.refusals[0].items} == {"received"}


def test_a_holder_asks_for_an_original_back_and_staff_see_it(app):
    receipt = given(make_case(make_account()))
    case, held = receipt.case, receipt.lines[0].held
    holder = signed_in(Visitor(app), case.account)
    holder.post(f"/en/evidence/{case.public_id}/originals/{held.line_id}/ask-back", status=303)

    officer = signed_in(Visitor(app), make_account("officer", case.post))
    assert "its return was requested" in officer.open(f"/en/staff/cases/{case.public_id}").text
    back = f"/en/staff/evidence/cases/{case.public_id}/originals/{held.line_id}"
    officer.submit(back, handed_to="holder", reason="A wedding.")
    session.expire_all()
    assert held.place == "returned" and "returned on" in holder.open(f"/en/cases/{case.public_id}").text
