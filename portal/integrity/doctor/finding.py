"""One line of what the doctor says."""

from dataclasses import dataclass

OK, WARNING, WRONG = "ok", "warning", "wrong"


@dataclass(frozen=True)
class Finding:
    """How something is, what it is, and a sentence that says what to do where it is not well; no secret."""

    state: str
    name: str
    words: str

    def line(self):
        """Return it as it is shown."""
        return f"{self.state:<8}{self.name}: {self.words}"


def ok(name, words):
    return Finding(OK, name, words)


def warning(name, words):
    return Finding(WARNING, name, words)


def wrong(name, words):
    return Finding(WRONG, name, words)


def judge(name, value, words, *, warn, fail):
    """Return a finding by two questions about a value: is it bad, is it worth a warning."""
    state = WRONG if fail(value) else WARNING if warn(value) else OK
    return Finding(state, name, words)
