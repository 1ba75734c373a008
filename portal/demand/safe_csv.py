"""Figures as CSV that a spreadsheet can open safely."""

import csv
import io

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def csv_of(rows):
    """Return rows of cells as CSV in UTF-8 with a byte order mark; a cell that could be a formula is escaped."""
    out = io.StringIO()
    csv.writer(out).writerows([_defused(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _defused(cell):
    text = str(cell)
    return f"'{text}" if text.startswith(DANGEROUS) and not isinstance(cell, int | float) else text
