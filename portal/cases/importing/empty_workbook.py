"""The empty case file that staff fill in, as a workbook (XLSX)."""

import io

from portal import lazy_imports
from portal.cases.importing.rows import COLUMNS

TEXT = "@"


def empty():
    """Return a case file without cases, as bytes."""
    book, made = lazy_imports.openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    sheet.append(COLUMNS)
    # Text columns: a spreadsheet must not convert dates and numbers.
    for column in "ABCDEFGHIJKLMNOP":
        sheet.column_dimensions[column].number_format = TEXT
        sheet.column_dimensions[column].width = 18
    book.save(made)
    return made.getvalue()
