"""Case files as workbooks (XLSX)."""

import io
import zipfile

from portal import on_demand
from portal.cases.rows import COLUMNS

MOST_PARTS = 1000
TEXT = "@"


class Unreadable(ValueError):
    """The file is no workbook, or a damaged one."""


def read_lines(file, most_bytes):
    """Yield (line, cells) of each line of the first sheet; most_bytes: how large it may be when unpacked.

    Raises Unreadable.
    """
    try:
        _require_small(file, most_bytes)
        sheet = on_demand.openpyxl.load_workbook(file, read_only=True, data_only=True).active
        for line, cells in enumerate(sheet.iter_rows(max_col=len(COLUMNS) + 1, values_only=True), start=1):
            texts = [_cell_text(cell) for cell in cells]
            yield line, texts[: len(COLUMNS)] if not texts[len(COLUMNS) :] or not texts[-1] else texts
    except Exception as error:  # whatever openpyxl stumbles over: it does not say beforehand what is wrong
        raise Unreadable(str(error)) from error


def empty():
    """Return a case file without cases, as bytes."""
    book, made = on_demand.openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    sheet.append(COLUMNS)
    # Columns of text: a spreadsheet must not turn dates and numbers into what it thinks they are.
    for column in "ABCDEFGHIJKLMNOP":
        sheet.column_dimensions[column].number_format = TEXT
        sheet.column_dimensions[column].width = 18
    book.save(made)
    return made.getvalue()


def _require_small(file, most_bytes):
    with zipfile.ZipFile(file) as packed:
        parts = packed.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > most_bytes:
            raise ValueError("too large when unpacked")


def _cell_text(cell):
    if cell is None:
        return ""
    if hasattr(cell, "date"):
        return cell.date().isoformat()
    return str(cell)
