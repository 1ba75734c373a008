"""Hostile requests, files and texts: 400 or a form error, bounded work, nothing passed on."""

import csv
import io
import json
import smtplib
import zipfile
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from portal import clock
from portal.accounts.forms import CreateForm
from portal.cases.importing import uploads
from portal.cases.importing.casefile import workbooks
from portal.cases.importing.rows import COLUMNS
from portal.demand.safe_csv import csv_of
from portal.mail.carriers import Never, Server
from portal.mailing.delivery import email_of
from portal.mailing.mail_parts import Mail
from tests.cases.case_file import line, write_xlsx
from tests.factories import make_account, make_post, make_slot, signed_in
from tests.visitor import Page

LOG_IN = "/en/account/login"
PART = "xl/worksheets/sheet1.xml"
LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
ENTITIES = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{LAUGHS}]>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'


@pytest.fixture
def workbook(tmp_path):
    """A valid workbook with parts of it replaced, as bytes."""

    def made(**parts):
        good = write_xlsx(tmp_path / "cases.xlsx", line())
        out = io.BytesIO()
        with zipfile.ZipFile(good) as known, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for name in known.namelist():
                target.writestr(name, parts.pop(name, known.read(name)))
            for name, data in parts.items():
                target.writestr(name, data)
        return out.getvalue()

    return made


@pytest.fixture
def errors(app):
    """What the portal says of an uploaded file: sentences."""
    post = make_post()
    return lambda content: [str(error) for error in uploads.read_upload(io.BytesIO(content), post.code).errors]


@pytest.mark.parametrize("doctype", [ENTITIES, OUTSIDE])
@pytest.mark.parametrize("part", [PART, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_a_workbook_with_entities_is_refused_unread(workbook, errors, doctype, part):
    content = workbook(**{part: doctype + SHEET.format(CELL.format("&l9;"))})

    assert len(errors(content)) == 1
    assert "cannot be read" in errors(content)[0]


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(workbook, errors):
    content = workbook(**{"xl/media/image1.bin": b"\0" * (uploads.MOST_UNPACKED_BYTES + 1)})

    assert len(content) < 200_000
    assert errors(content) == ["line 0, column : the file cannot be read: ValueError"]


def test_a_workbook_of_very_many_parts_is_refused_before_it_is_unpacked(workbook, errors):
    content = workbook(**{f"xl/media/{number}.bin": b"" for number in range(workbooks.MOST_PARTS)})

    assert errors(content) == ["line 0, column : the file cannot be read: ValueError"]


def test_a_workbook_that_lies_about_its_size_is_read_no_further_than_it_says(workbook, errors):
    content = workbook(**{PART: SHEET.format(CELL.format("x" * 5_000_000))})
    size = (5_000_000 + len(SHEET.format(CELL.format("")))).to_bytes(4, "little")
    assert content.count(size) == 2

    assert len(errors(content.replace(size, (100).to_bytes(4, "little")))) == 1


def test_a_workbook_with_very_many_rows_or_cells_is_read_to_the_bound(workbook, errors, monkeypatch):
    header = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in COLUMNS)
    some = "<row/><row><c/></row><row><c><v>1</v></c></row>"
    rows = f"<row>{header}</row>{some * 100}"
    wide = f"<row>{header}</row><row>{'<c><v>1</v></c>' * 16_000}</row>"

    monkeypatch.setattr(uploads, "MOST_ROWS", 5)
    assert errors(workbook(**{PART: SHEET.format(rows)}))[-1] == "line 19, column : more than 5 rows"
    said = errors(workbook(**{PART: SHEET.format(wide)}))
    assert [one.partition(":")[0] for one in said] == [f"line 2, column {name}" for name in [*COLUMNS, "Q"]]


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 5000, b"\xff\xfe", b'"', b"a\0b", b"," * 500_000]
)
def test_what_is_no_case_file_is_refused_in_one_sentence(errors, content):
    assert len(errors(content)) == 1


def test_a_file_larger_than_a_case_file_may_be_is_refused_in_the_readers_language(app, visitor):
    signed_in(visitor, make_account("officer", make_post()))
    body = b"--x\r\n" + b"x" * uploads.MOST_BYTES
    kind = "multipart/form-data; boundary=x"
    response = visitor.client.post("/es/staff/cases/import/", data=body, content_type=kind)

    assert (response.status_code, Page(response).lang) == (413, "es")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_export_lets_a_spreadsheet_run_what_somebody_typed(cell):
    text = csv_of([[cell, 5, -5, "plain"]]).decode("utf-8-sig")

    assert next(csv.reader(io.StringIO(text, newline=""))) == [f"'{cell}", "5", "-5", "plain"]


def test_every_export_of_the_address_map_holds_no_formula(app, visitor):
    make_slot(make_post(city="=1+1"), seats=3)
    signed_in(visitor, make_account("supervisor", make_post()))
    exports = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.endswith(".csv")]
    for rule in exports:
        response = visitor.client.get(rule.replace("<language:lang>", "en"))
        cells = [cell for row in csv.reader(io.StringIO(response.text.lstrip("\ufeff"))) for cell in row]
        assert response.status_code == 200 and cells, rule
        assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))] == [], rule
    assert len(exports) >= 4


def test_a_form_as_json_is_a_form_with_nothing_in_it(visitor):
    token = visitor.open(LOG_IN).fields["csrf_token"]
    for odd in ("x", 7, None, ["x"], {"x": 1}):
        body = json.dumps({"name": odd, "password": odd})
        response = visitor.client.post(
            LOG_IN, data=body, content_type="application/json", headers={"X-CSRFToken": token}
        )
        assert response.status_code in (200, 400)
        assert response.status_code == 400 or len(Page(response).errors) == 2


def test_a_file_where_a_text_belongs_is_a_text_that_is_missing(visitor):
    fields = visitor.open(LOG_IN).fields
    page = Page(visitor.client.post(LOG_IN, data={**fields, "name": (io.BytesIO(b"x"), "x.txt")}))

    assert page.errors[0] == "Enter your email address, or the sign-in number you printed."


def test_of_a_doubled_field_the_first_counts_and_too_many_fields_are_refused(app, visitor):
    account = make_account()
    signed_in(visitor, account)
    token = visitor.open("/en/account/language").fields["csrf_token"]
    doubled = {"csrf_token": [token, "x"], "language": ["vi", "xx"]}

    assert visitor.client.post("/en/account/language", data=doubled).location.startswith("/vi/")
    many = {"csrf_token": token, **{f"x{number}": "x" for number in range(300)}}
    response = visitor.client.post("/en/account/language", data=many, content_type="multipart/form-data")
    assert response.status_code == 413


@pytest.mark.parametrize(
    "address", ["a@example.org\r\nBcc: b@example.org", "a@example.org\nX: 1", "a@example.org\x00", "a\r@b.org"]
)
def test_no_line_break_gets_into_an_address(app, address):
    with app.test_request_context(method="POST", data={"email": address}):
        form = CreateForm()
        form.validate()

    assert form.email.errors and form.address is None


@pytest.mark.parametrize("subject", ["x\r\nBcc: b@example.org", "x\nX-Other: 1", "x\rX-Other: 1"])
def test_no_line_break_gets_into_the_head_of_a_mail(app, settings, subject):
    message = SimpleNamespace(public_id=uuid4(), written_at=clock.now())
    for to, about in (("dara@example.org", subject), (f"dara@example.org{subject[1:]}", "News")):
        with app.test_request_context(), pytest.raises(ValueError):
            email_of(Mail(to, "en", about, ("Text",)), message, settings)


def test_no_line_break_gets_into_the_talk_with_a_mail_server(monkeypatch):
    said, parts = [], urlsplit("smtp://mail.example.org")
    server, server_of_mail = Server(parts, "portal@example.org"), smtplib.SMTP()
    monkeypatch.setattr(server_of_mail, "send", said.append)
    monkeypatch.setattr(server_of_mail, "getreply", lambda: (250, b"ok"))
    server.connection = server_of_mail

    for line_break in ("\r\n", "\n", "\r", "\x0b", "\u2028"):
        with pytest.raises(Never):
            server.send("name", f"dara@example.org{line_break}RCPT TO:<b@example.org>", b"x", lambda: True)
    assert said == []


def test_dates_at_the_ends_of_the_world_are_form_errors(app, visitor):
    signed_in(visitor, make_account("scheduler", make_post()))
    for day in ("0001-01-01", "9999-12-31", "10000-01-01", str(clock.now().date() - timedelta(days=400))):
        for path, name in (("slots/release", "first_day"), ("weeks/holidays/close", "day")):
            answers = {name: day, "last_day": day} if name == "first_day" else {name: day, "name": "x"}
            page = visitor.submit(f"/en/staff/{path}", **answers)
            assert page.errors or page.path.endswith(("/release", "/holidays")), (path, day)
        assert visitor.client.get(f"/en/staff/day/{day}").status_code in (200, 404)


@pytest.mark.parametrize("number", ["9" * 400, "-" + "9" * 400, "9" * 5000, "99999999999", "1e309", "٩" * 400])
def test_a_number_of_hundreds_of_digits_is_a_form_error(app, visitor, number):
    slot = make_slot(make_post(), seats=3)
    signed_in(visitor, make_account("scheduler", make_post()))
    page = visitor.submit(f"/en/staff/day/slots/{slot.id}/seats", seats=number)

    assert page.errors
