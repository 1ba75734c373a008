"""What a scanned code is worth: the answer of every feature that verifies the codes of its papers."""

from dataclasses import dataclass
from typing import Any

from portal.paper.tokens import Code


@dataclass(frozen=True)
class Verified:
    """A verified code. state: a name from the feature; word: the state in few words; meaning: for whoever stands there.

    code, paper: what the code says, and the row that the paper is about; None where the code is unknown.
    """

    state: str
    word: Any
    meaning: Any
    code: Code | None = None
    paper: Any = None
