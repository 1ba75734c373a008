"""The rows of a large case file, sorted on disk, so that a million of them need little memory.

An unnamed SQLite database: it vanishes with the process, however that ends. It contains only what the case file
itself contains.
"""

import sqlite3
from contextlib import contextmanager
from itertools import groupby

from portal.cases.importing.rows import packed, unpacked

CACHE_KIB = 32 * 1024
AT_ONCE = 5000
NO_NAME = ""
_ALL = "SELECT post, number, line, cells FROM line ORDER BY post, number, line"
_FAMILIES = (
    "SELECT post, number, line, cells FROM line WHERE (post, number) IN "
    "(SELECT post, number FROM line GROUP BY post, number HAVING count(*) > 1) ORDER BY post, number, line"
)


class WorkFile:
    """The rows of a file by post and case number, each with its line."""

    def __init__(self, connection):
        self._connection = connection
        self._waiting: list[tuple] = []
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KIB}", "temp_store=FILE"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE line (post, number, line INTEGER, cells)")

    def add(self, line, row):
        """Add the row of a line."""
        self._waiting.append((row.post, row.case_number, line, packed(row)))
        if len(self._waiting) >= AT_ONCE:
            self._put_down()

    def close_reading(self):
        """Sort the rows, once all have been added."""
        self._put_down()
        self._connection.execute("CREATE UNIQUE INDEX in_order ON line (post, number, line)")

    def count_cases(self):
        """Return how many cases the rows describe."""
        return self._connection.execute("SELECT count(*) FROM (SELECT 1 FROM line GROUP BY post, number)").fetchone()[0]

    def cases(self):
        """Yield (post code, case number, [(line, Row), …]) of each case, in order."""
        return self._groups(_ALL)

    def families(self):
        """Yield the cases with more than one row, as cases() does."""
        return self._groups(_FAMILIES)

    def _groups(self, question):
        found = self._connection.execute(question)
        for (post, number), lines in groupby(found, key=lambda one: one[:2]):
            yield post, number, [(line, unpacked(cells)) for _post, _number, line, cells in lines]

    def _put_down(self):
        self._connection.executemany("INSERT INTO line VALUES (?, ?, ?, ?)", self._waiting)
        self._waiting.clear()


@contextmanager
def work_file():
    """An empty WorkFile, removed after the block."""
    connection = sqlite3.connect(NO_NAME, isolation_level=None)
    try:
        yield WorkFile(connection)
    finally:
        connection.close()
