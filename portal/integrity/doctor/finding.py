"""One line of the doctor's output."""

from dataclasses import dataclass

OK, WARNING, WRONG = "ok", "warning", "wrong"


@dataclass(frozen=True)
class Finding:
    """A state, its subject, and a sentence that says what to do if it is not well; no secret."""

    state: str
    name: str
    words: str

    def line(self):
        """Return the line as it is printed."""
        return f"{self.state:<8}{self.name}: {self.words}"


def ok(name, words):
    return Finding(OK, name, words)


def warning(name, words):
    return Finding(WARNING, name, words)


def wrong(name, words):
    return Finding(WRONG, name, words)


def judge(name, value, words, *, warn, fail):
    """Return a finding by two functions of a value: whether it fails, and whether it is worth a warning."""
    state = WRONG if fail(value) else WARNING if warn(value) else OK
    return Finding(state, name, words)
