"""The questions of the guide, and where the answers lead. Answers are codes in the address; nothing is stored."""

from dataclasses import dataclass
from typing import Any

from portal.i18n.locale import _l

ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Question:
    """One question: its text, its answers by code, and help for answering it."""

    text: Any
    choices: dict[str, Any]
    hint: Any = ""


QUESTIONS = {
    "visa": Question(
        _l("Which visa did you apply for?"),
        {"immigrant": _l("Immigrant Visa"), "nonimmigrant": _l("Nonimmigrant Visa")},
        _l("Here, immigrant visas include K-1 visas for fiancés and SB-1 visas for returning residents."),
    ),
    "letter": Question(
        _l("Do you have the letter from the interview that says 221(g)?"),
        {"yes": _l("Yes, I have it"), "lost": _l("I lost it"), "none": _l("No, I did not get a letter")},
    ),
    "asks": Question(
        _l("What does the letter ask for?"),
        {
            "in_person": _l("To bring documents to the Embassy in person"),
            "courier": _l("To send documents by courier"),
            ELSEWHERE: _l(
                "Something else: a medical examination, an electronic form, a drop-off point, or documents "
                "that the petitioner sends"
            ),
            "processing": _l("Nothing: it says administrative processing"),
        },
        _l("If more than one applies to you, select the first."),
    ),
    "age": Question(
        _l("Was the letter given to you less than 12 months ago?"),
        {"recent": _l("Yes"), "overdue": _l("No"), "unknown": _l("I do not know")},
        _l("The date is on the letter."),
    ),
    "documents": Question(
        _l("Do you have all of the documents listed in the letter?"),
        {"all": _l("Yes"), "not_yet": _l("Not yet")},
    ),
}
_ENDS = {
    ("visa", "nonimmigrant"): "nonimmigrant",
    ("letter", "lost"): "lost",
    ("letter", "none"): "no_letter",
    ("asks", "processing"): "processing",
    ("age", "overdue"): "late",
    ("documents", "not_yet"): "collect",
}


def usable(given):
    """Return the valid answers in an address."""
    return {name: given[name] for name, question in QUESTIONS.items() if given.get(name) in question.choices}


def walk(answers):
    """Return the names of the questions on the path, in order, and the name of the step at its end.

    The step is None while a question is open; the open one is the last of the names.
    """
    names = []
    for name in QUESTIONS:
        names.append(name)
        step = _step_after(name, answers)
        if step or name not in answers:
            return names, step
    return names, answers["asks"]


def shown(answers, sent=None, again=None):
    """Return the name of the question to show, or None at the end of the path.

    again: the question to show once more, its answer kept; sent: the question whose answer was just submitted.
    """
    names, step = walk(answers)
    if again in names:
        return again
    if sent in names[:-1]:
        return names[names.index(sent) + 1]
    return None if step else names[-1]


def before(name, answers):
    """Return the name of the question before another on the path, or None before the first."""
    names, _step = walk(answers)
    place = names.index(name)
    return names[place - 1] if place else None


def _step_after(name, answers):
    step = _ENDS.get((name, answers.get(name)))
    # A clinic, a form or the petitioner sends these: whether the documents are complete does not matter.
    if name == "age" and name in answers and answers["asks"] == ELSEWHERE:
        return step or ELSEWHERE
    return step
