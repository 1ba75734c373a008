"""Case files as spreadsheets and programs really write them, with the expected result: read, or refused by place.

Every file describes Dara Sok. A refusal names the line and the column, or the file as a whole.
"""

import codecs
import io
import zipfile
from dataclasses import dataclass
from datetime import date

from portal.cases.importing.casefile.cells import column_letters
from portal.cases.importing.rows import COLUMNS
from tests.cases.case_file import SOK

DATES = ("status_date", "interview_date", "refused_on", "date_of_birth")
CELLS = dict(zip(COLUMNS, SOK.values(), strict=True))
SERIAL = {column: (date.fromisoformat(CELLS[column]) - date(1899, 12, 30)).days for column in DATES}
TO_1904 = (date(1904, 1, 1) - date(1899, 12, 30)).days
WHOLE = (
    "d/m/yy",
    "yyyy-mm-dd",
    "[$-409]d mmm yyyy;@",
    "[$-D07041E]d/m/bbbb",
    'yyyy"y"m"m"d"d"',
    "d\\-m\\-yyyy",
    "14",
    "15",
)
PARTS = "mmm yyyy", "yyyy", "d mmm", "dddd, yyyy", "16", "17", "31"
TIMES = "h:mm", "[h]:mm:ss", "18", "46"
READ: list = []
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@dataclass(frozen=True)
class Quirk:
    """A file, and the places that are refused in it: none if all of it is read."""

    name: str
    content: bytes
    places: list[tuple[int, str]]


def quirks():
    """Yield every Quirk."""
    yield from _dates()
    yield from _kinds()
    yield from _sheets()
    yield from _texts()
    yield from _values()


def cell(column, inside, attributes="", line=2):
    """Return a cell of a sheet."""
    return f'<c r="{column_letters(COLUMNS.index(column))}{line}" {attributes}>{inside}</c>'


def text(column, value, line=2):
    """Return a cell that holds a text."""
    return cell(column, f"<is><t>{value}</t></is>", 't="inlineStr"', line)


def row(line=2, attributes="", more="", **cells):
    """Return Dara Sok's row of a sheet, with other cells where they are given."""
    made = "".join(cells.get(column, text(column, value, line)) for column, value in CELLS.items())
    return f'<row r="{line}" {attributes}>{made}{more}</row>'


HEADER = "<row>" + "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in COLUMNS) + "</row>"


def sheet(*rows, before="", after=""):
    """Return a sheet of rows."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{"".join(rows)}</sheetData>{after}</worksheet>'


def workbook(*sheets, formats=(), day_zero="0", shared=""):
    """Return a workbook of sheets; formats: of the styles from 1 on, a number for a built-in one."""
    parts = {f"xl/worksheets/sheet{number}.xml": made for number, made in enumerate(sheets, start=1)}
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="{day_zero}"/><sheets>'
        + "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="s{n}"/>' for n in range(1, len(sheets) + 1))
        + "</sheets></workbook>"
    )
    parts["xl/styles.xml"] = _styles(formats)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'
    kinds = {"styles": "styles.xml", "sharedStrings": "sharedStrings.xml"}
    related = [(f"s{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
    related += [(kind, kind, target) for kind, target in kinds.items()]
    parts["xl/_rels/workbook.xml.rels"] = _relations(related)
    parts["_rels/.rels"] = _relations([("w", "officeDocument", "xl/workbook.xml")])
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    parts["[Content_Types].xml"] = (
        f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="/xl/workbook.xml" ContentType="{main}"/></Types>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return made.getvalue()


def _relations(related):
    inside = "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{to}"/>' for i, kind, to in related)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def _styles(formats):
    numbers = [form if form.isdecimal() else str(200 + place) for place, form in enumerate(formats)]
    own = "".join(
        f'<numFmt numFmtId="{number}" formatCode="{form.replace(chr(34), "&quot;")}"/>'
        for number, form in zip(numbers, formats, strict=True)
        if not form.isdecimal()
    )
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in ["0", *numbers])
    return f'<styleSheet xmlns="{MAIN}"><numFmts>{own}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>'


def _dates():
    for column in DATES:
        at, serial = [(2, column)], SERIAL[column]
        forms = {WHOLE: READ, PARTS: at, TIMES: at}
        for form, places in ((form, places) for some, places in forms.items() for form in some):
            yield Quirk(f"{column} as {form}", _dated(column, serial, form), places)
        yield Quirk(f"{column} with an hour", _dated(column, serial + 0.5, "d/m/yy h:mm"), at)
        yield Quirk(f"{column} at midnight", _dated(column, serial, "d/m/yy h:mm"), READ)
        yield Quirk(f"{column} from 1904", _dated(column, serial - TO_1904, "d/m/yy", "1"), READ)
        yield Quirk(f"{column} in February 1900", _dated(column, 59, "d/m/yy"), at)
        yield Quirk(f"{column} as a bare number", _dated(column, serial, "General"), at)
        iso = {column: cell(column, f"<v>{CELLS[column]}T00:00:00</v>", 't="d"')}
        yield Quirk(f"{column} by ISO 8601", workbook(sheet(HEADER, row(**iso))), READ)
    for column in set(COLUMNS) - set(DATES):
        yield Quirk(f"a date in {column}", _dated(column, 46000, "d/m/yy"), [(2, column)])


def _dated(column, serial, form, day_zero="0"):
    made = row(**{column: cell(column, f"<v>{serial}</v>", 's="1"')})
    return workbook(sheet(HEADER, made), formats=[form], day_zero=day_zero)


def _kinds():
    for column, value in CELLS.items():
        at = [(2, column)]
        kept = f"<f>TRIM(A9)</f><v>{value}</v>"
        for name, made, places in (
            ("an error in", cell(column, "<v>#N/A</v>", 't="e"'), at),
            ("a logical value in", cell(column, "<v>1</v>", 't="b"'), at),
            ("a number in", cell(column, "<v>12345678.0</v>"), at),
            ("a formula that was never calculated in", cell(column, "<f>PROPER(A9)</f>"), at),
            ("a formula with an empty value in", cell(column, "<f>PROPER(A9)</f><v/>"), at),
            ("a formula with its value in", cell(column, kept, 't="str"'), READ),
            ("a line break escaped in", text(column, "a_x000A_b"), at),
        ):
            yield Quirk(f"{name} {column}", workbook(sheet(HEADER, row(**{column: made}))), places)


def _sheets():
    good, other = sheet(HEADER, row()), sheet(HEADER, row(case_number=text("case_number", "PHP2025600002")))
    empty = sheet('<row r="9"><c r="A9" s="0"/></row>')
    shared = "<si><r><t>So</t></r><r><t>k</t></r><rPh><t>x</t></rPh></si>"
    two = {"surname": cell("surname", "<v>0</v>", 't="s"')}
    bare = row().replace(' r="2"', "").replace('r="', 'x="')
    for name, content, places in (
        ("a size that is too small", workbook(sheet(HEADER, row(), before='<dimension ref="A1"/>')), READ),
        ("no size", workbook(good), READ),
        ("an empty sheet first", workbook(empty, good), READ),
        ("an empty sheet last", workbook(good, empty), READ),
        ("two sheets with rows", workbook(good, other), [(0, "")]),
        ("a formula on another sheet", workbook(good, sheet("<row><c><f>A1</f></c></row>")), [(0, "")]),
        ("a hidden row", workbook(sheet(HEADER, row(attributes='hidden="1"'))), READ),
        ("merged cells", workbook(sheet(HEADER, row(), after=_merged("F2:F3"))), [(2, "surname")]),
        ("cells merged beside the table", workbook(sheet(HEADER, row(), after=_merged("S2:T2"))), [(2, "S")]),
        ("a cell in column R", workbook(sheet(HEADER, row(more='<c r="R2"><v>7</v></c>'))), [(2, "R")]),
        ("an empty cell in column R", workbook(sheet(HEADER, row(more='<c r="R2" s="0"/>'))), READ),
        ("an empty row far below", workbook(sheet(HEADER, row(), '<row r="1048576"><c r="A1048576"/></row>')), READ),
        ("cells without their places", workbook(sheet(HEADER, bare)), READ),
        ("two rows at one place", workbook(sheet(HEADER, row(), row())), [(0, "")]),
        ("a cell of another row", workbook(sheet(HEADER, row().replace("G2", "G3"))), [(0, "")]),
        ("two cells at one place", workbook(sheet(HEADER, row().replace("G2", "F2"))), [(0, "")]),
        ("a text in pieces", workbook(sheet(HEADER, row(**two)), shared=shared), READ),
        ("a text that is not there", workbook(sheet(HEADER, row(**two))), [(0, "")]),
        (
            "a style that is not there",
            workbook(sheet(HEADER, row(surname=cell("surname", "<v>1</v>", 's="7"')))),
            [(0, "")],
        ),
        ("an empty line before the header", workbook(sheet("<row/>", HEADER, row(3))), READ),
        ("no header", workbook(sheet(row())), [(2, "")]),
        ("an old workbook", b"\xd0\xcf\x11\xe0" + b"\0" * 512, [(0, "")]),
        ("something that is packed", b"PK\x03\x04" + b"\0" * 512, [(0, "")]),
        ("a text longer than a cell", workbook(sheet(HEADER, row(surname=text("surname", "x" * 50_000)))), [(0, "")]),
        ("a row without end", workbook(sheet(HEADER, row(more="<c><v>1</v></c>" * 20_000))), [(0, "")]),
        ("a row of many cells", workbook(sheet(HEADER, row(more="<c><v>1</v></c>" * 9000))), [(2, "Q")]),
    ):
        yield Quirk(name, content, places)


def _merged(where):
    return f'<mergeCells count="1"><mergeCell ref="{where}"/></mergeCells>'


def _texts():
    encodings = {
        "utf-8": b"",
        "utf-8-sig": b"",
        "utf-16-le": codecs.BOM_UTF16_LE,
        "utf-16-be": codecs.BOM_UTF16_BE,
    }
    for encoding, mark in encodings.items():
        for separator in ",;\t|":
            for first in ("", f"sep={separator}\r\n", f'"sep={separator}"\n'):
                made = mark + (first + _lines(separator)).encode(encoding)
                yield Quirk(f"{encoding} with {separator!r} after {first!r}", made, READ)
        yield Quirk(f"{encoding} with CR", mark + _lines(",", "\r").encode(encoding), READ)
        yield Quirk(f"{encoding} with empty columns", mark + _lines(";", ";;\r\n").encode(encoding), READ)
    capitals = ",".join(f" {name.title()}\u00a0" for name in COLUMNS)
    for name, content, places in (
        ("capitals and spaces", f"{capitals}\n{_lines().splitlines()[1]}".encode(), READ),
        ("cp1252", _lines(surname="García").encode("cp1252"), [(0, "")]),
        ("UTF-16 without its mark", _lines().encode("utf-16-le"), [(1, "")]),
        ("half of UTF-16", codecs.BOM_UTF16_LE + _lines().encode("utf-16-le")[:-1], [(0, "")]),
        ("another name", _lines().replace("visa_class", "visa class").encode(), [(1, "visa_class")]),
        ("a cell too many", _lines(letter_code=",x").encode(), [(2, "Q")]),
        ("quotation marks that do not match", _lines(surname='"Sok').encode(), [(2, "")]),
        ("nothing", b"", [(1, "")]),
        ("only empty cells", b",,,\n,,,", [(1, "")]),
    ):
        yield Quirk(name, content, places)


def _lines(separator=",", end="\r\n", **cells):
    values = [f'"{value}"' if ";" in value else value for value in ({**CELLS, **cells}).values()]
    return separator.join(COLUMNS) + end + separator.join(values) + end


def _values():
    for column, value in (
        ("passport_number", "12345678.0"),
        ("passport_number", "1.23457E+11"),
        ("passport_number", '="01234567"'),
        ("passport_number", "N012/3456"),
        ("case_number", "2026AS12345.0"),
        ("letter_code", "1234.0"),
        ("letter_code", "nan"),
        ("given_names", "nan"),
        ("given_names", "NaN"),
        ("surname", "#N/A"),
        ("surname", "#REF!"),
        ("surname", "####"),
        ("surname", "\u202eSok\u202c"),
        ("given_names", "\u2066Dara"),
        ("status_date", "12/10/2026"),
        ("status_date", "2026-09-24 00:00:00"),
        ("interview_date", "NaT"),
        ("date_of_birth", "1990.0"),
        ("date_of_birth", "nan"),
    ):
        yield Quirk(f"{value!r} as {column}", _lines(**{column: _quoted(value)}).encode(), [(2, column)])


def _quoted(value):
    doubled = value.replace('"', '""')
    return f'"{doubled}"'
