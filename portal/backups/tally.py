"""A count of rows and a sum of their hashes: the same for the same rows in any order."""

import hashlib
from collections.abc import Iterator
from typing import Any

SUM_BYTES = 32
MODULUS = 1 << 8 * SUM_BYTES


class Tally:
    """The tally of one table."""

    def __init__(self) -> None:
        self.rows, self._sum = 0, 0

    def add(self, row: bytes) -> None:
        """Count one row, given as bytes that are equal for equal rows."""
        self.rows += 1
        self._sum += int.from_bytes(hashlib.sha256(row).digest(), "big")

    def result(self) -> dict[str, int | str]:
        """Return the count and the sum, as a backup stores them."""
        return {"rows": self.rows, "hash": f"{self._sum % MODULUS:064x}"}


def of_lines(blocks: list[bytes], tally: Tally) -> Iterator[Any]:
    """Count the lines in a stream of blocks that may end anywhere, and pass the blocks on."""
    rest = b""
    for block in blocks:
        yield block
        *lines, rest = (rest + bytes(block)).split(b"\n")
        for line in lines:
            tally.add(line)
    if rest:
        tally.add(rest)
